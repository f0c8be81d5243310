//! Names nobody can guess: tags, branches, Call-IDs.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroize;

/// A generator of unguessable words, started once from true randomness outside this crate.
///
/// The same seed gives the same words, which is what tests want.
pub struct Seed {
    keyed: Hmac<Sha256>,
    counter: u64,
    pool: [u8; 32],
    left: usize,
}

impl Seed {
    /// Starts from 32 random bytes; whoever knows them knows every word to come.
    #[must_use]
    pub fn new(key: [u8; 32]) -> Self {
        Self { keyed: keyed(&key), counter: 0, pool: [0; 32], left: 0 }
    }

    /// Another generator for somebody else; what it gives says nothing about what this one gives.
    #[must_use]
    pub fn branch_off(&mut self) -> Self {
        let mut key = [0; 32];
        for part in key.chunks_exact_mut(8) {
            part.copy_from_slice(&self.number().to_be_bytes());
        }
        let other = Self::new(key);
        key.zeroize();
        other
    }

    /// A number below `limit`; 0 when there is none.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.number().checked_rem(limit).unwrap_or(0)
    }

    /// 64 random bits.
    pub fn number(&mut self) -> u64 {
        let mut bytes = [0; 8];
        if self.left < bytes.len() {
            let mut mac = self.keyed.clone();
            mac.update(&self.counter.to_be_bytes());
            self.pool = mac.finalize().into_bytes().into();
            self.counter += 1;
            self.left = self.pool.len();
        }
        self.left -= bytes.len();
        if let Some(fresh) = self.pool.get(self.left..self.left + bytes.len()) {
            bytes.copy_from_slice(fresh);
        }
        u64::from_be_bytes(bytes)
    }

    /// Bytes fit for a key.
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        for part in bytes.chunks_mut(8) {
            part.iter_mut().zip(self.number().to_be_bytes()).for_each(|(place, byte)| *place = byte);
        }
        bytes
    }

    /// A tag for From or To: 64 random bits; RFC 3261 19.3 asks for 32.
    pub fn tag(&mut self) -> Word {
        Word::of_number(self.number())
    }

    /// A branch for Via with the magic cookie (RFC 3261 8.1.1.7).
    pub fn branch(&mut self) -> Word {
        let mut word = Word::default();
        word.push(b"z9hG4bK");
        word.push_number(self.number());
        word
    }

    /// A Call-ID of 128 random bits that says nothing about the box.
    pub fn call_id(&mut self) -> Word {
        let mut word = Word::default();
        word.push_number(self.number());
        word.push_number(self.number());
        word
    }

    /// A random start for a CSeq, below 2^16 so that it never nears its end (RFC 3261 8.1.1.5).
    pub fn cseq(&mut self) -> u32 {
        u32::try_from(self.number() & 0xffff).unwrap_or(1)
    }
}

/// A keyed hash; 32 random bytes are as long as its strength (RFC 2104 3).
pub(crate) fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    let mut block = [0; 64];
    block.iter_mut().zip(key).for_each(|(place, byte)| *place = *byte);
    let keyed = Hmac::new(&block.into());
    block.zeroize();
    keyed
}

impl Drop for Seed {
    fn drop(&mut self) {
        self.pool.zeroize();
    }
}

impl std::fmt::Debug for Seed {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Seed(hidden)")
    }
}

/// A short word without heap; reads as text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Word {
    bytes: [u8; 32],
    length: u8,
}

impl Word {
    /// The word as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.bytes
            .get(..usize::from(self.length))
            .and_then(|bytes| str::from_utf8(bytes).ok())
            .unwrap_or_default()
    }

    /// 64 bits as hexadecimal digits.
    pub(crate) fn of_number(number: u64) -> Self {
        let mut word = Self::default();
        word.push_number(number);
        word
    }

    fn push(&mut self, text: &[u8]) {
        for &byte in text {
            if let Some(place) = self.bytes.get_mut(usize::from(self.length)) {
                *place = byte;
                self.length += 1;
            }
        }
    }

    fn push_number(&mut self, number: u64) {
        let mut digits = [0; 16];
        for (place, digit) in digits.iter_mut().enumerate() {
            *digit = crate::compose::hex_digit(number >> (60 - 4 * place));
        }
        self.push(&digits);
    }
}

impl std::ops::Deref for Word {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<[u8]> for Word {
    fn as_ref(&self) -> &[u8] {
        self.as_str().as_bytes()
    }
}

impl std::fmt::Display for Word {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self)
    }
}

impl std::fmt::Debug for Word {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(self.as_str(), out)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn words_never_repeat_and_have_their_form() {
        let mut seed = Seed::new([7; 32]);
        let mut seen = HashSet::new();
        for _ in 0..2_000 {
            let (tag, branch, call_id) = (seed.tag(), seed.branch(), seed.call_id());
            assert_eq!((tag.len(), branch.len(), call_id.len()), (16, 23, 32));
            assert!(branch.starts_with("z9hG4bK"));
            assert!(seen.insert(tag) && seen.insert(branch) && seen.insert(call_id));
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_words_and_another_gives_others() {
        let words = |key| {
            let mut seed = Seed::new([key; 32]);
            (seed.tag(), seed.branch(), seed.call_id())
        };
        assert_eq!(words(1), words(1));
        assert_ne!(words(1), words(2));
    }
}
