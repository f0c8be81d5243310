//! What two sides agree on before the first packet: a suite and a master key for each direction.

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Bytes of the longest master key with its salt.
pub const LONGEST_KEY: usize = 46;

/// How packets are hidden and sealed (RFC 3711, RFC 6188, RFC 7714).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Suite {
    /// AES in counter mode with 128 bits, seal of 80 bits.
    AesCm128Sha1With80,
    /// The same, seal of 32 bits on voice.
    AesCm128Sha1With32,
    /// AES in counter mode with 256 bits, seal of 80 bits.
    AesCm256Sha1With80,
    /// The same, seal of 32 bits on voice.
    AesCm256Sha1With32,
    /// AES-GCM with 128 bits.
    AeadAes128Gcm,
    /// AES-GCM with 256 bits.
    AeadAes256Gcm,
}

/// A text or length that makes no key; the peer's fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a master key of the wrong length")]
pub struct KeyError;

/// Master key and master salt of one direction. Erased when dropped, never shown.
#[derive(Clone)]
pub struct MasterKey {
    suite: Suite,
    bytes: Zeroizing<[u8; LONGEST_KEY]>,
}

/// Both keys of a leg, one for each direction (RFC 4568 6.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    /// Closes what we send.
    pub ours: MasterKey,
    /// Opens what the peer sends.
    pub theirs: MasterKey,
    /// Bytes of key identifier in the peer's packets; zero as a rule.
    pub mki: u8,
}

impl Suite {
    /// All of them: AES-GCM costs half of the others, and seals of 32 bits come last.
    pub const ALL: [Self; 6] = [
        Self::AeadAes128Gcm,
        Self::AeadAes256Gcm,
        Self::AesCm128Sha1With80,
        Self::AesCm256Sha1With80,
        Self::AesCm128Sha1With32,
        Self::AesCm256Sha1With32,
    ];

    /// The name in a session description (RFC 4568 6.2, RFC 6188 7, RFC 7714 14.1).
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::AesCm128Sha1With80 => "AES_CM_128_HMAC_SHA1_80",
            Self::AesCm128Sha1With32 => "AES_CM_128_HMAC_SHA1_32",
            Self::AesCm256Sha1With80 => "AES_256_CM_HMAC_SHA1_80",
            Self::AesCm256Sha1With32 => "AES_256_CM_HMAC_SHA1_32",
            Self::AeadAes128Gcm => "AEAD_AES_128_GCM",
            Self::AeadAes256Gcm => "AEAD_AES_256_GCM",
        }
    }

    /// The suite of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|suite| suite.name().eq_ignore_ascii_case(name))
    }

    /// Bytes of master key and salt together.
    #[must_use]
    pub fn key_length(self) -> usize {
        self.cipher_key() + self.salt()
    }

    pub(crate) fn cipher_key(self) -> usize {
        match self {
            Self::AesCm128Sha1With80 | Self::AesCm128Sha1With32 | Self::AeadAes128Gcm => 16,
            Self::AesCm256Sha1With80 | Self::AesCm256Sha1With32 | Self::AeadAes256Gcm => 32,
        }
    }

    pub(crate) fn salt(self) -> usize {
        if self.is_aead() { 12 } else { 14 }
    }

    pub(super) fn is_aead(self) -> bool {
        matches!(self, Self::AeadAes128Gcm | Self::AeadAes256Gcm)
    }

    /// Bytes of the seal of voice. That of reports is never shortened (RFC 3711 5.2).
    pub(super) fn voice_tag(self) -> usize {
        match self {
            Self::AesCm128Sha1With32 | Self::AesCm256Sha1With32 => 4,
            Self::AesCm128Sha1With80 | Self::AesCm256Sha1With80 => 10,
            Self::AeadAes128Gcm | Self::AeadAes256Gcm => 16,
        }
    }
}

impl MasterKey {
    /// A key and its salt, as `inline:` carries them.
    ///
    /// # Errors
    /// [`KeyError`] when they are not [`Suite::key_length`] bytes together.
    pub fn new(suite: Suite, key_and_salt: &[u8]) -> Result<Self, KeyError> {
        if key_and_salt.len() != suite.key_length() {
            return Err(KeyError);
        }
        let mut bytes = Zeroizing::new([0; LONGEST_KEY]);
        bytes.iter_mut().zip(key_and_salt).for_each(|(place, byte)| *place = *byte);
        Ok(Self { suite, bytes })
    }

    /// A new key made of random bytes, of which it takes as many as it needs.
    #[must_use]
    pub fn drawn(suite: Suite, random: [u8; LONGEST_KEY]) -> Self {
        Self { suite, bytes: Zeroizing::new(random) }
    }

    /// How packets are closed with it.
    #[must_use]
    pub fn suite(&self) -> Suite {
        self.suite
    }

    /// Key and salt, to be written into a session description and nowhere else.
    #[must_use]
    pub fn key_and_salt(&self) -> &[u8] {
        self.bytes.get(..self.suite.key_length()).unwrap_or_default()
    }

    pub(super) fn split(&self) -> (&[u8], &[u8]) {
        self.key_and_salt().split_at_checked(self.suite.cipher_key()).unwrap_or_default()
    }
}

impl PartialEq for MasterKey {
    fn eq(&self, other: &Self) -> bool {
        self.suite == other.suite && bool::from(self.key_and_salt().ct_eq(other.key_and_salt()))
    }
}

impl Eq for MasterKey {}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("MasterKey").field(&self.suite).finish_non_exhaustive()
    }
}
