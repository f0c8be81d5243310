//! What is in a backup once it is open: who made it, then file after file.
//!
//! ```text
//!   length 4 | about, JSON || 1 | length 2 | name | size 8 | content || ... || 0
//! ```

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::sealed::{Clear, Opening, Sealing};
use crate::{Passphrase, RestoreRefused};

/// Bytes of [`About`].
const LONGEST_ABOUT: u32 = 64 * 1024;
/// Bytes of a name.
const LONGEST_NAME: usize = 1024;
/// Folders in a name, and the file.
const DEEPEST: usize = 8;
/// Files in a backup.
pub(crate) const MOST: usize = 100_000;
/// Bytes of all of them: more than the disk of any box of ours.
pub(crate) const LARGEST: u64 = 64 << 30;

const FILE: u8 = 1;
const END: u8 = 0;

/// Who made a backup.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct About {
    /// The version of the program.
    pub version: String,
    /// Seconds since 1970.
    pub made: u64,
    /// What the box was called.
    pub house: String,
}

/// Where a file lies below the data folder: plain names, no way out of it.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Name(String);

impl Name {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let plain = |part: &str| !matches!(part, "" | "." | "..") && !part.chars().any(char::is_control);
        let fits = text.len() <= LONGEST_NAME && text.split('/').count() <= DEEPEST;
        (fits && text.split('/').all(plain)).then(|| Self(text.to_owned()))
    }

    /// The file or folder it is in, right below the data folder.
    pub(crate) fn top(&self) -> &str {
        self.0.split('/').next().unwrap_or_default()
    }

    pub(crate) fn below(&self, folder: &Path) -> PathBuf {
        folder.join(&self.0)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Writes a backup.
pub(crate) struct Packing<W>(Sealing<W>);

impl<W: Write> Packing<W> {
    pub(crate) fn begin(out: W, passphrase: &Passphrase, about: &About) -> io::Result<Self> {
        let about = serde_json::to_vec(about)?;
        let length = u32::try_from(about.len()).ok().filter(|length| *length <= LONGEST_ABOUT);
        let length = length.ok_or(io::ErrorKind::InvalidData)?;
        let mut sealing = Sealing::begin(out, passphrase)?;
        sealing.write_all(&length.to_be_bytes())?;
        sealing.write_all(&about)?;
        Ok(Self(sealing))
    }

    /// A file that becomes longer meanwhile is cut; one that becomes shorter fails.
    pub(crate) fn file(&mut self, name: &Name, size: u64, content: impl Read) -> io::Result<()> {
        let text = name.as_str().as_bytes();
        let length = u16::try_from(text.len()).map_err(io::Error::other)?;
        self.0.write_all(&[FILE])?;
        self.0.write_all(&length.to_be_bytes())?;
        self.0.write_all(text)?;
        self.0.write_all(&size.to_be_bytes())?;
        let written = io::copy(&mut content.take(size), &mut self.0)?;
        if written == size { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }

    pub(crate) fn end(mut self) -> io::Result<W> {
        self.0.write_all(&[END])?;
        self.0.end()
    }
}

/// What is in an open backup: who made it, and each file's name and size. For whoever wants to know before anything is written.
///
/// # Errors
/// [`RestoreRefused`]: it is no backup, or holds more than a box can.
pub fn inventory(clear: &[u8]) -> Result<(About, Vec<(String, u64)>), RestoreRefused> {
    let (mut unpacking, about) = Unpacking::of(clear)?;
    let mut files = Vec::new();
    while let Some((name, size)) = unpacking.next()? {
        unpacking.content(size, &mut io::sink())?;
        files.push((name.0, size));
    }
    unpacking.end()?;
    Ok((about, files))
}

/// Reads one.
pub(crate) struct Unpacking<C> {
    opening: C,
    files: usize,
    bytes: u64,
}

impl<R: Read> Unpacking<Opening<R>> {
    pub(crate) fn begin(source: R, passphrase: &Passphrase) -> Result<(Self, About), RestoreRefused> {
        Self::of(Opening::begin(source, passphrase)?)
    }
}

impl<C: Clear> Unpacking<C> {
    fn of(mut opening: C) -> Result<(Self, About), RestoreRefused> {
        let mut length = [0; 4];
        opening.read(&mut length)?;
        let length = u32::from_be_bytes(length);
        if length > LONGEST_ABOUT {
            return Err(RestoreRefused::Damaged);
        }
        let mut about = vec![0; usize::try_from(length).map_err(|_| RestoreRefused::Damaged)?];
        opening.read(&mut about)?;
        let about = serde_json::from_slice(&about).map_err(|_| RestoreRefused::Damaged)?;
        Ok((Self { opening, files: 0, bytes: 0 }, about))
    }

    /// The next file and its size; nothing after the last.
    pub(crate) fn next(&mut self) -> Result<Option<(Name, u64)>, RestoreRefused> {
        let (mut kind, mut length, mut size) = ([0; 1], [0; 2], [0; 8]);
        self.opening.read(&mut kind)?;
        match kind {
            [END] => return Ok(None),
            [FILE] => {}
            _ => return Err(RestoreRefused::Damaged),
        }
        self.opening.read(&mut length)?;
        let mut name = vec![0; usize::from(u16::from_be_bytes(length)).min(LONGEST_NAME + 1)];
        self.opening.read(&mut name)?;
        let name = std::str::from_utf8(&name).ok().and_then(Name::parse).ok_or(RestoreRefused::Damaged)?;
        self.opening.read(&mut size)?;
        let size = u64::from_be_bytes(size);
        self.files += 1;
        self.bytes = self.bytes.saturating_add(size);
        let too_much = self.files > MOST || self.bytes > LARGEST;
        if too_much { Err(RestoreRefused::TooLarge) } else { Ok(Some((name, size))) }
    }

    /// The content of the file that [`Self::next`] named.
    pub(crate) fn content(&mut self, size: u64, out: &mut impl Write) -> Result<(), RestoreRefused> {
        self.opening.copy(size, out)
    }

    /// Nothing follows the last.
    pub(crate) fn end(self) -> Result<(), RestoreRefused> {
        self.opening.end()
    }
}
