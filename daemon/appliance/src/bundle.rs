//! A new version in one file, signed.
//!
//! ```text
//!   "GATEHOUSE UPDATE 1\n" │ length of the manifest, 4 bytes │ manifest, JSON │ Ed25519 of all before, 64 bytes │ root │ kernel
//! ```
//!
//! The manifest says for which box it is and what root and kernel hash to, so that one signature covers all of it.

use std::cmp::Ordering;
use std::io::{ErrorKind, Read};

use release::{Form, HeadRefused, PUBLIC_KEY, Signer, Version, hex};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

const UPDATE: Form = Form { magic: b"GATEHOUSE UPDATE 1\n", longest: 16 * 1024 };
/// What fits into a slot, in bytes.
const LARGEST_ROOT: u64 = 256 * 1024 * 1024;
/// What leaves room for two versions on the boot partition, in bytes.
const LARGEST_KERNEL: u64 = 128 * 1024 * 1024;

/// What an update says about itself.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Manifest {
    /// `generic`, `rpi`.
    pub board: String,
    /// `amd64`, `arm64`.
    pub arch: String,
    /// `1.2.3`.
    pub version: String,
    /// The file system with its hash tree.
    pub root: Part,
    /// What the firmware starts: kernel, initrd, and the root's hash.
    pub kernel: Part,
}

/// One of both parts.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Part {
    /// In bytes.
    pub size: u64,
    /// SHA-256, in lower-case hexadecimal digits.
    pub sha256: String,
}

/// The box an update is for, and what runs on it.
#[derive(Clone, Debug)]
pub struct About {
    /// `generic`, `rpi`.
    pub board: String,
    /// `amd64`, `arm64`.
    pub arch: String,
    /// What runs now.
    pub version: Version,
}

/// Why an update is not taken. Nothing has been changed by then.
#[derive(Debug, thiserror::Error)]
pub enum BundleRefused {
    /// Something else.
    #[error("this is no update for this box's software")]
    NotABundle,
    /// Signed by somebody else, or changed since.
    #[error("its signature is not ours: it was made by somebody else, or changed on its way")]
    Signature,
    /// For other hardware.
    #[error("it is for board {0:?}, and this is another one")]
    Board(String),
    /// For another processor.
    #[error("it is for {0} processors, and this is another one")]
    Arch(String),
    /// Running already.
    #[error("version {0} runs already")]
    Same(Version),
    /// A step back could bring back mended faults.
    #[error("version {0} is older than the one that runs")]
    Older(Version),
    /// Ends too early.
    #[error("it is not complete; fetch it again")]
    Truncated,
    /// A part is not what the manifest promises.
    #[error("its {0} was damaged on its way; fetch it again")]
    Damaged(&'static str),
    /// Its file cannot be read.
    #[error("it cannot be read: {0}")]
    Unreadable(std::io::Error),
}

/// An update whose signature is ours and which is for this box. Its parts come in their order: root, then kernel.
#[derive(Debug)]
pub struct Bundle<R> {
    /// What it says about itself.
    pub manifest: Manifest,
    /// The version in it.
    pub version: Version,
    body: R,
}

impl<R: Read> Bundle<R> {
    /// Reads up to the parts: the signature first, then whether it is for this box.
    ///
    /// # Errors
    /// When it is not ours, not for this box, not newer, or not complete.
    pub fn open(mut body: R, keys: &[[u8; PUBLIC_KEY]], about: &About) -> Result<Self, BundleRefused> {
        let manifest = Manifest::read(&mut body, keys)?;
        let version = manifest.is_for(about)?;
        Ok(Self { manifest, version, body })
    }

    /// The next part, handed piece by piece to `take`. Only when this comes back without a mistake was every piece what the manifest
    /// promises.
    ///
    /// # Errors
    /// When the part ends early or is not what was signed; or what `take` says.
    pub fn part<E: From<BundleRefused>>(
        &mut self,
        name: &'static str,
        part: &Part,
        mut take: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let (mut left, mut hash, mut piece) = (part.size, Sha256::new(), vec![0; 1 << 20]);
        while left > 0 {
            let most = usize::try_from(left).unwrap_or(piece.len()).min(piece.len());
            let wanted = piece.get_mut(..most).unwrap_or_default();
            fill(&mut self.body, wanted)?;
            hash.update(&*wanted);
            take(wanted)?;
            left -= most as u64;
        }
        let good = hex(&hash.finalize()) == part.sha256;
        if good { Ok(()) } else { Err(BundleRefused::Damaged(name).into()) }
    }
}

impl Manifest {
    /// What an update says about itself, whatever box it is for.
    ///
    /// # Errors
    /// When it is not ours.
    pub fn read(mut body: impl Read, keys: &[[u8; PUBLIC_KEY]]) -> Result<Self, BundleRefused> {
        let text = UPDATE.open(&mut body, keys)?;
        serde_json::from_slice(&text).map_err(|_| BundleRefused::NotABundle)
    }

    fn is_for(&self, about: &About) -> Result<Version, BundleRefused> {
        let version: Version = self.version.parse().map_err(|_| BundleRefused::NotABundle)?;
        let fits =
            (1..=LARGEST_ROOT).contains(&self.root.size) && (1..=LARGEST_KERNEL).contains(&self.kernel.size);
        let short = |text: &str| text.chars().take(40).collect();
        if self.board != about.board {
            Err(BundleRefused::Board(short(&self.board)))
        } else if self.arch != about.arch {
            Err(BundleRefused::Arch(short(&self.arch)))
        } else if !fits {
            Err(BundleRefused::NotABundle)
        } else {
            match version.cmp(&about.version) {
                Ordering::Less => Err(BundleRefused::Older(version)),
                Ordering::Equal => Err(BundleRefused::Same(version)),
                Ordering::Greater => Ok(version),
            }
        }
    }
}

fn fill(from: &mut impl Read, into: &mut [u8]) -> Result<(), BundleRefused> {
    from.read_exact(into).map_err(|fault| {
        let short = fault.kind() == ErrorKind::UnexpectedEof;
        if short { BundleRefused::Truncated } else { BundleRefused::Unreadable(fault) }
    })
}

impl From<HeadRefused> for BundleRefused {
    fn from(refused: HeadRefused) -> Self {
        match refused {
            HeadRefused::Else => Self::NotABundle,
            HeadRefused::Signature => Self::Signature,
            HeadRefused::Truncated => Self::Truncated,
            HeadRefused::Unreadable(fault) => Self::Unreadable(fault),
        }
    }
}

/// Everything that stands before the parts.
#[must_use]
pub fn head(signer: &Signer, manifest: &Manifest) -> Vec<u8> {
    // Strings and numbers are always JSON.
    signer.head(UPDATE, &serde_json::to_vec(manifest).unwrap_or_default())
}

impl Part {
    /// What the manifest says about these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self { size: bytes.len() as u64, sha256: hex(&Sha256::digest(bytes)) }
    }
}

#[cfg(test)]
mod tests;
