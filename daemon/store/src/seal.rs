//! Secrets at rest: XChaCha20-Poly1305 under a key that lives beside the database, not in it.
//!
//! Every sealed text is bound to its table and row, so that one password cannot be put in another's place.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{ErrorKind, Read, Write as _};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use crate::StoreFault;

/// The key's file inside the data directory.
pub(crate) const KEY_FILE: &str = "secret.key";
const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;

/// Which row a sealed text belongs to.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) table: &'static str,
    pub(crate) row: [&'a str; 2],
}

/// This text cannot be opened: another key sealed it, or somebody changed or moved it.
#[derive(Debug)]
pub(crate) struct Tampered;

/// Seals and opens secrets.
#[derive(Clone)]
pub(crate) struct Seal(XChaCha20Poly1305);

impl Seal {
    /// Reads the key; `None` when there is no such file.
    pub(crate) fn read(dir: &Path) -> std::io::Result<Option<Self>> {
        let path = dir.join(KEY_FILE);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        file.set_permissions(Permissions::from_mode(0o600))?;
        let mut key = Zeroizing::new(Vec::with_capacity(KEY_BYTES + 1));
        file.take(1 + KEY_BYTES as u64).read_to_end(&mut key)?;
        let sealed = XChaCha20Poly1305::new_from_slice(&key).map_err(|_| ErrorKind::InvalidData)?;
        Ok(Some(Self(sealed)))
    }

    /// Makes a new key and its file, on disk before this returns.
    pub(crate) fn create(dir: &Path) -> std::io::Result<Self> {
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        getrandom::fill(&mut *key).map_err(std::io::Error::other)?;
        let draft = dir.join("secret.key.new");
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
        file.write_all(&*key)?;
        file.sync_all()?;
        std::fs::rename(&draft, dir.join(KEY_FILE))?;
        File::open(dir)?.sync_all()?;
        Ok(Self(XChaCha20Poly1305::new((&*key).into())))
    }

    pub(crate) fn close(&self, place: Place<'_>, clear: &[u8]) -> Result<Vec<u8>, StoreFault> {
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce).map_err(|_| StoreFault::Ours(0))?;
        let payload = Payload { msg: clear, aad: &place.bytes() };
        let text = self.0.encrypt(&XNonce::from(nonce), payload).map_err(|_| StoreFault::Ours(0))?;
        Ok([nonce.as_slice(), &text].concat())
    }

    pub(crate) fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Tampered> {
        let (nonce, text) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or(Tampered)?;
        let payload = Payload { msg: text, aad: &place.bytes() };
        let clear = self.0.decrypt(&XNonce::from(*nonce), payload).map_err(|_| Tampered)?;
        Ok(Zeroizing::new(clear))
    }
}

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seal(..)")
    }
}

impl Place<'_> {
    /// Unambiguous whatever the row's key contains: each part carries its length.
    fn bytes(&self) -> Vec<u8> {
        let [first, second] = self.row;
        let mut all = Vec::new();
        for part in [self.table, first, second] {
            all.extend_from_slice(&(part.len() as u64).to_be_bytes());
            all.extend_from_slice(part.as_bytes());
        }
        all
    }
}
