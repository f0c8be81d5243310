//! The words that open a backup, and the key made of them.

use std::collections::HashSet;
use std::fmt;
use std::io;

use argon2::{Algorithm, Argon2, Params, Version};
use zeroize::Zeroizing;

/// In characters. Whoever finds the file may guess for years.
const SHORTEST: usize = 12;
const LONGEST: usize = 200;
const DIFFERENT: usize = 5;

/// RFC 9106 4, second recommendation: 64 MiB, three passes, four lanes; part of form 1 of the file. Tests open thousands.
const MEMORY_KIB: u32 = if cfg!(test) { 64 } else { 64 * 1024 };
const PASSES: u32 = 3;
const LANES: u32 = 4;

/// What the file is sealed with, and what shows that a passphrase is the right one.
pub(crate) type Keys = (Zeroizing<[u8; KEY]>, [u8; PROOF]);

pub(crate) const KEY: usize = 32;
pub(crate) const PROOF: usize = 16;
pub(crate) const SALT: usize = 16;

/// A passphrase, wiped when dropped and never printed.
#[derive(Clone, Eq, PartialEq)]
pub struct Passphrase(Zeroizing<String>);

/// Why these words may not seal a backup.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PassphraseRefused {
    /// Somebody guesses them.
    #[error("a passphrase has at least 12 characters, five of them different")]
    TooSimple,
    /// Nobody types them again.
    #[error("a passphrase has at most 200 characters")]
    TooLong,
}

impl Passphrase {
    /// For a new backup.
    ///
    /// # Errors
    /// [`PassphraseRefused`].
    pub fn new(typed: String) -> Result<Self, PassphraseRefused> {
        let typed = Self::typed(typed);
        let different = typed.0.chars().collect::<HashSet<_>>().len();
        let length = typed.0.chars().count();
        if length < SHORTEST || different < DIFFERENT {
            Err(PassphraseRefused::TooSimple)
        } else if length > LONGEST {
            Err(PassphraseRefused::TooLong)
        } else {
            Ok(typed)
        }
    }

    /// For a backup that exists, whatever it was sealed with.
    #[must_use]
    pub fn typed(typed: String) -> Self {
        Self(Zeroizing::new(typed))
    }

    /// Takes a good part of a second and 64 MiB.
    pub(crate) fn keys(&self, salt: &[u8; SALT]) -> io::Result<Keys> {
        let mut all = Zeroizing::new([0; KEY + PROOF]);
        let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(KEY + PROOF)).map_err(io::Error::other)?;
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        argon.hash_password_into(self.0.as_bytes(), salt, &mut *all).map_err(io::Error::other)?;
        let (key, proof) = all.split_first_chunk::<KEY>().ok_or(io::ErrorKind::InvalidData)?;
        let proof = proof.first_chunk::<PROOF>().ok_or(io::ErrorKind::InvalidData)?;
        Ok((Zeroizing::new(*key), *proof))
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Passphrase(..)")
    }
}
