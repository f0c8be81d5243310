//! The feed: a small signed document that says which versions there are and where they lie.
//!
//! ```text
//!   "GATEHOUSE FEED 1\n" │ length │ {"made":..., "until":..., "versions":[...]} │ signature
//! ```
//!
//! Whoever carries it to the box can neither change it, nor hand out an earlier one (it must not be older than the last one seen), nor
//! keep a later one away for long (it ends).

use std::io::{self, Read};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::hex;
use crate::signed::{Form, HeadRefused, PUBLIC_KEY, Signer};
use crate::version::Version;

/// In seconds.
pub const DAY: u64 = 86_400;
/// A feed larger than this is none, with everything around it; in bytes.
pub const LONGEST_FEED: usize = FEED.longest + 1024;
/// No update of ours is larger; in bytes.
pub const LARGEST: u64 = 400 * 1024 * 1024;
const FEED: Form = Form { magic: b"GATEHOUSE FEED 1\n", longest: 32 * 1024 };
/// Boards, processors and versions together.
const MOST: usize = 64;
/// An address longer than this is none; in bytes.
const LONGEST_ADDRESS: usize = 500;
/// A feed that holds longer could be handed out for as long, whatever was mended since; in seconds.
const HOLDS: u64 = 100 * DAY;
/// How far clocks may differ; in seconds.
const CLOCKS: u64 = DAY;

/// Why a feed is not followed.
#[derive(Debug, thiserror::Error)]
pub enum FeedRefused {
    /// Not signed as ours, or not complete.
    #[error(transparent)]
    Head(#[from] HeadRefused),
    /// Signed, and yet not as feeds are.
    #[error("it is signed, but not written as a feed is")]
    Garbled,
}

/// Why a feed does not count, though it is ours.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Stale {
    /// Whoever keeps a later one away wants this one to be believed.
    #[error("it has expired: somebody keeps the newer one back, or nobody makes any")]
    Expired,
    /// It is older than one that was seen.
    #[error("it is older than the one that was seen last")]
    Older,
    /// Made in days to come: the clock of the box is wrong, or of the maker.
    #[error("it was made in the future: the clock of the box is wrong")]
    Early,
}

/// A feed whose signature is ours.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Feed {
    /// In seconds since 1970.
    pub made: u64,
    /// Until when it counts, in seconds since 1970.
    pub until: u64,
    /// What there is.
    pub versions: Vec<Offer>,
}

/// One version for one kind of box.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Offer {
    /// `generic`, `rpi`.
    pub board: String,
    /// `amd64`, `arm64`.
    pub arch: String,
    /// `1.2.3`.
    pub version: String,
    /// Of the update, in bytes.
    pub size: u64,
    /// SHA-256 of the update, in lower-case hexadecimal digits.
    pub sha256: String,
    /// Where the update lies, `https://...`.
    pub at: String,
}

/// A kind of box, and what runs on it.
#[derive(Clone, Copy, Debug)]
pub struct Model<'a> {
    /// `generic`, `rpi`.
    pub board: &'a str,
    /// `amd64`, `arm64`.
    pub arch: &'a str,
    /// What runs.
    pub version: Version,
}

impl Feed {
    /// Reads a feed that one of `keys` has signed.
    ///
    /// # Errors
    /// When it is not ours, not complete, or holds what no feed holds.
    pub fn open(mut bytes: &[u8], keys: &[[u8; PUBLIC_KEY]]) -> Result<Self, FeedRefused> {
        let text = FEED.open(&mut bytes, keys)?;
        if bytes.is_empty() { Self::parse(&text) } else { Err(FeedRefused::Garbled) }
    }

    /// Reads what was signed.
    ///
    /// # Errors
    /// When it holds what no feed holds.
    pub fn parse(text: &[u8]) -> Result<Self, FeedRefused> {
        let feed: Self = serde_json::from_slice(text).map_err(|_| FeedRefused::Garbled)?;
        let holds = feed.until.checked_sub(feed.made).is_some_and(|time| (1..=HOLDS).contains(&time));
        let sound = feed.versions.len() <= MOST && feed.versions.iter().all(Offer::is_sound);
        if holds && sound { Ok(feed) } else { Err(FeedRefused::Garbled) }
    }

    /// Whether it counts now, after one made at `seen`; both in seconds since 1970.
    ///
    /// # Errors
    /// When somebody keeps newer ones away, or the clock is wrong.
    pub const fn is_fresh(&self, now: u64, seen: u64) -> Result<(), Stale> {
        if self.made < seen {
            Err(Stale::Older)
        } else if self.made > now.saturating_add(CLOCKS) {
            Err(Stale::Early)
        } else if self.until <= now {
            Err(Stale::Expired)
        } else {
            Ok(())
        }
    }

    /// The newest version for this box, where there is one that is newer than what runs.
    #[must_use]
    pub fn newest(&self, here: Model<'_>) -> Option<(Version, &Offer)> {
        let ours = self.versions.iter().filter(|one| one.board == here.board && one.arch == here.arch);
        let newer = ours.filter_map(|one| Some((one.version.parse::<Version>().ok()?, one)));
        newer.filter(|(version, _)| *version > here.version).max_by_key(|(version, _)| *version)
    }

    /// The signed document.
    #[must_use]
    pub fn signed(&self, signer: &Signer) -> Vec<u8> {
        // Strings and numbers are always JSON.
        signer.head(FEED, &serde_json::to_vec(self).unwrap_or_default())
    }
}

impl Offer {
    /// Of an update that lies at an address.
    ///
    /// # Errors
    /// When the update cannot be read.
    pub fn of(here: Model<'_>, at: String, update: impl Read) -> io::Result<Self> {
        let (size, sha256) = digest(update)?;
        let [board, arch] = [here.board, here.arch].map(str::to_owned);
        Ok(Self { board, arch, version: here.version.to_string(), size, sha256, at })
    }

    /// Whether a file is what was promised.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn is(&self, file: impl Read) -> io::Result<bool> {
        digest(file).map(|(size, sha256)| size == self.size && sha256 == self.sha256)
    }

    fn is_sound(&self) -> bool {
        let word =
            |text: &str| (1..=40).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_graphic());
        let digits = |it: u8| it.is_ascii_digit() || (b'a'..=b'f').contains(&it);
        word(&self.board)
            && word(&self.arch)
            && self.version.parse::<Version>().is_ok()
            && (1..=LARGEST).contains(&self.size)
            && self.sha256.len() == 64
            && self.sha256.bytes().all(digits)
            && self.at.len() <= LONGEST_ADDRESS
            && self.at.bytes().all(|it| it.is_ascii_graphic())
    }
}

/// Size in bytes, and SHA-256.
fn digest(mut file: impl Read) -> io::Result<(u64, String)> {
    let (mut size, mut hash, mut piece) = (0, Sha256::new(), vec![0; 1 << 18]);
    loop {
        let length = file.read(&mut piece)?;
        match piece.get(..length) {
            Some([]) | None => return Ok((size, hex(&hash.finalize()))),
            Some(bytes) => hash.update(bytes),
        }
        size += length as u64;
    }
}

#[cfg(test)]
mod tests;
