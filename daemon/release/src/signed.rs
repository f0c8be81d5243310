//! A text with our signature, as it stands at the beginning of a file.
//!
//! ```text
//!   "GATEHOUSE UPDATE 1\n" │ length of the text, 4 bytes │ text, JSON │ Ed25519 of all before, 64 bytes
//! ```
//!
//! The first line says what it is, and is signed with it: a feed can never be taken for an update.

use std::io::{ErrorKind, Read};

use ring::rand::SystemRandom;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};

/// RFC 8032 5.1.6.
const SIGNATURE: usize = 64;
/// Length of a public key, in bytes.
pub const PUBLIC_KEY: usize = 32;

/// A kind of signed text.
#[derive(Clone, Copy, Debug)]
pub struct Form {
    /// Its first line, with the line end.
    pub magic: &'static [u8],
    /// A text longer than this is none; in bytes.
    pub longest: usize,
}

/// Why a head is not believed.
#[derive(Debug, thiserror::Error)]
pub enum HeadRefused {
    /// Something else.
    #[error("it is something else")]
    Else,
    /// Signed by somebody else, or changed since.
    #[error("its signature is not ours")]
    Signature,
    /// Ends too early.
    #[error("it is not complete")]
    Truncated,
    /// Its file cannot be read.
    #[error("it cannot be read: {0}")]
    Unreadable(std::io::Error),
}

impl Form {
    /// Reads the text that one of `keys` has signed, and nothing of what stands behind it.
    ///
    /// # Errors
    /// When it is not of this form, not complete, or not ours.
    pub fn open(self, body: &mut impl Read, keys: &[[u8; PUBLIC_KEY]]) -> Result<Vec<u8>, HeadRefused> {
        let mut signed = vec![0; self.magic.len() + 4];
        fill(body, &mut signed).map_err(not_even_a_head)?;
        let length = signed.strip_prefix(self.magic).and_then(|length| <[u8; 4]>::try_from(length).ok());
        let length = length.map(u32::from_be_bytes).and_then(|length| usize::try_from(length).ok());
        let length = length.filter(|length| *length <= self.longest).ok_or(HeadRefused::Else)?;
        let mut text = vec![0; length];
        fill(body, &mut text)?;
        signed.extend_from_slice(&text);
        let mut signature = [0; SIGNATURE];
        fill(body, &mut signature)?;
        let ours = |key: &[u8; PUBLIC_KEY]| {
            UnparsedPublicKey::new(&ED25519, key).verify(&signed, &signature).is_ok()
        };
        if keys.iter().any(ours) { Ok(text) } else { Err(HeadRefused::Signature) }
    }
}

fn fill(from: &mut impl Read, into: &mut [u8]) -> Result<(), HeadRefused> {
    from.read_exact(into).map_err(|fault| {
        let short = fault.kind() == ErrorKind::UnexpectedEof;
        if short { HeadRefused::Truncated } else { HeadRefused::Unreadable(fault) }
    })
}

fn not_even_a_head(refused: HeadRefused) -> HeadRefused {
    if matches!(refused, HeadRefused::Truncated) { HeadRefused::Else } else { refused }
}

/// Why nothing could be signed; whoever makes versions can mend it.
#[derive(Debug, thiserror::Error)]
pub enum SealFailed {
    /// Not a private key as [`new_key`] makes them.
    #[error("this is no private key of ours")]
    Key,
    /// The system gives no randomness.
    #[error("the system gives no randomness")]
    Randomness,
}

/// A new pair of keys: the private one (PKCS #8) and the public one.
///
/// # Errors
/// When the system gives no randomness.
pub fn new_key() -> Result<(Vec<u8>, Vec<u8>), SealFailed> {
    let private = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).map_err(|_| SealFailed::Randomness)?;
    let pair = Ed25519KeyPair::from_pkcs8(private.as_ref()).map_err(|_| SealFailed::Key)?;
    Ok((private.as_ref().to_vec(), pair.public_key().as_ref().to_vec()))
}

/// Who makes versions.
#[derive(Debug)]
pub struct Signer(Ed25519KeyPair);

impl Signer {
    /// With a private key of [`new_key`].
    ///
    /// # Errors
    /// When it is none.
    pub fn new(private: &[u8]) -> Result<Self, SealFailed> {
        Ed25519KeyPair::from_pkcs8(private).map(Self).map_err(|_| SealFailed::Key)
    }

    /// The key by which others know what this one signed.
    #[must_use]
    pub fn public(&self) -> Option<[u8; PUBLIC_KEY]> {
        self.0.public_key().as_ref().try_into().ok()
    }

    /// A signed text.
    #[must_use]
    pub fn head(&self, form: Form, text: &[u8]) -> Vec<u8> {
        let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
        let mut head = [form.magic, &length.to_be_bytes(), text].concat();
        head.extend_from_slice(self.0.sign(&head).as_ref());
        head
    }
}
