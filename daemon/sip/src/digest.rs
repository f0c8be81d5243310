//! Who may ask: digest authentication, both sides (RFC 3261 22, RFC 7616, RFC 8760).
//!
//! ```text
//!  request ──> Guard::check ──> Granted ──> Guard::next_nonce    right, and never seen before
//!                          ├──> Again                            right, but seen before
//!                          ├──> Challenge ──> Guard::challenge   401: no proof, or one of an old nonce
//!                          └──> Refused                          403: wrong although the nonce is ours
//! ```
//!
//! A 401 needs no memory: a nonce carries its own time and a seal over time and source address. Only
//! nonces that were used with success are remembered, to see a request that is played back.
//! Every hash is computed over the text as it was received.

mod challenge;
mod client;
mod guard;
mod nonce;
mod secret;

pub use challenge::{Challenge, KeptChallenge};
pub use client::{Login, answer};
pub use guard::{Guard, NONCE_LIFETIME, Nonce, Stale, Verdict};
pub use secret::Credentials;

use md5::Md5;
use sha2::{Digest, Sha256, Sha512_256};

/// The hashes SIP phones know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Algorithm {
    Md5,
    Sha256,
    Sha512Half,
}

impl Algorithm {
    /// Everything we can check and prove (RFC 8760 2.1).
    const KNOWN: [Self; 3] = [Self::Sha512Half, Self::Sha256, Self::Md5];
    /// What we ask for, the strongest first (RFC 8760 2.4). A third challenge would make every 401 longer
    /// for nothing: no phone knows SHA-512-256 without SHA-256, and they are equally strong.
    const OFFERED: [Self; 2] = [Self::Sha256, Self::Md5];

    const fn token(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha256 => "SHA-256",
            Self::Sha512Half => "SHA-512-256",
        }
    }

    /// Without a word it is MD5 (RFC 7616 3.3). `-sess` forms and others are unknown.
    fn of(word: Option<&[u8]>) -> Option<Self> {
        let Some(word) = word else {
            return Some(Self::Md5);
        };
        Self::KNOWN.into_iter().find(|algorithm| word.eq_ignore_ascii_case(algorithm.token().as_bytes()))
    }

    /// The hash of the parts with a colon between them.
    fn hash(self, parts: &[&[u8]]) -> Hash {
        match self {
            Self::Md5 => Hash::new(&joined::<Md5>(parts)),
            Self::Sha256 => Hash::new(&joined::<Sha256>(parts)),
            Self::Sha512Half => Hash::new(&joined::<Sha512_256>(parts)),
        }
    }
}

fn joined<D: Digest>(parts: &[&[u8]]) -> impl AsRef<[u8]> {
    let mut hash = D::new();
    for (place, part) in parts.iter().enumerate() {
        if place > 0 {
            hash.update(b":");
        }
        hash.update(part);
    }
    hash.finalize()
}

/// A hash as hexadecimal text, which is how digests are nested.
#[derive(Clone, Copy)]
struct Hash {
    text: [u8; 64],
    length: usize,
}

impl Hash {
    fn new(hash: &impl AsRef<[u8]>) -> Self {
        let mut text = [0; 64];
        let hash = hash.as_ref();
        for ([high, low], byte) in text.as_chunks_mut::<2>().0.iter_mut().zip(hash) {
            *high = crate::compose::hex_digit(u64::from(byte >> 4));
            *low = crate::compose::hex_digit(u64::from(byte & 0xf));
        }
        Self { text, length: (2 * hash.len()).min(text.len()) }
    }

    fn as_bytes(&self) -> &[u8] {
        self.text.get(..self.length).unwrap_or_default()
    }
}

/// What the last hash is computed over, besides the secret.
struct Proof<'a> {
    nonce: &'a [u8],
    /// `nc` and `cnonce`; absent from clients of RFC 2069.
    counted: Option<(&'a [u8], &'a [u8])>,
    method: &'a [u8],
    uri: &'a [u8],
}

impl Proof<'_> {
    /// The `response` that whoever knows the secret sends (RFC 7616 3.4.1).
    fn response(&self, algorithm: Algorithm, secret: &[u8]) -> Hash {
        let request = algorithm.hash(&[self.method, self.uri]);
        match self.counted {
            Some((nc, cnonce)) => {
                algorithm.hash(&[secret, self.nonce, nc, cnonce, b"auth", request.as_bytes()])
            }
            None => algorithm.hash(&[secret, self.nonce, request.as_bytes()]),
        }
    }
}

#[cfg(test)]
mod tests;
