//! Keys in a description: `a=crypto` (RFC 4568 9.1, names of RFC 6188 and RFC 7714).
//!
//! A line that we cannot keep to is passed over as if it were not there: an unknown suite, several keys, parameters that
//! change how packets are closed, or a key that may close too few packets.

use super::line::words;
use crate::srtp::{MasterKey, Suite};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

/// Most lines of one medium that are considered.
pub(super) const MOST_LINES: usize = 8;
/// A key that may close fewer packets would wear out within a call (a day at 50 packets a second is 2^22).
const LEAST_LIFETIME: u64 = 1 << 20;
/// Digits of a tag (RFC 4568 9.1).
const TAG_DIGITS: usize = 9;
/// Most bytes of a key identifier (RFC 4568 6.1).
const MOST_MKI: u8 = 128;

/// One line: with which key its writer closes what it sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crypto {
    /// Names the line within its medium; the answer repeats that of the line it takes.
    pub tag: u32,
    /// The key.
    pub key: MasterKey,
    /// Bytes of key identifier that the writer adds to each packet.
    pub mki: u8,
}

impl Crypto {
    /// Reads what follows `a=crypto:`.
    pub(super) fn parse(value: &[u8]) -> Option<Self> {
        let mut words = words(value);
        let tag = words.next().filter(|tag| tag.len() <= TAG_DIGITS).and_then(digits)?;
        let suite = Suite::named(words.next()?)?;
        let (key, mki) = parse_key(suite, words.next()?)?;
        words.all(is_harmless).then_some(Self { tag: u32::try_from(tag).ok()?, key, mki })
    }

    /// The attribute without `a=`.
    pub(super) fn compose(&self) -> Zeroizing<String> {
        let key = Zeroizing::new(BASE64_STANDARD.encode(self.key.key_and_salt()));
        Zeroizing::new(format!("crypto:{} {} inline:{}", self.tag, self.key.suite().name(), *key))
    }
}

/// A line as it is written down.
#[derive(Clone, Deserialize, Serialize)]
pub(super) struct KeptCrypto {
    tag: u32,
    suite: String,
    key: String,
    mki: u8,
}

impl Crypto {
    pub(super) fn keep(&self) -> KeptCrypto {
        let key = BASE64_STANDARD.encode(self.key.key_and_salt());
        KeptCrypto { tag: self.tag, suite: self.key.suite().name().to_owned(), key, mki: self.mki }
    }

    pub(super) fn resume(kept: &KeptCrypto) -> Option<Self> {
        let bytes = Zeroizing::new(BASE64_STANDARD.decode(&kept.key).ok()?);
        let key = MasterKey::new(Suite::named(&kept.suite)?, &bytes).ok()?;
        Some(Self { tag: kept.tag, key, mki: kept.mki })
    }
}

impl Drop for KeptCrypto {
    fn drop(&mut self) {
        self.key.zeroize();
    }
}

/// `inline:KEY[|LIFETIME][|MKI:LENGTH]`, one only: several would need the identifiers to tell them apart.
fn parse_key(suite: Suite, text: &str) -> Option<(MasterKey, u8)> {
    let (method, info) = text.split_once(':')?;
    if !method.eq_ignore_ascii_case("inline") {
        return None;
    }
    let mut parts = info.split('|');
    let key = parts.next()?;
    let mut bytes = Zeroizing::new([0; 64]);
    let length = BASE64_STANDARD.decode_slice(key, bytes.as_mut_slice()).ok()?;
    let key = MasterKey::new(suite, bytes.get(..length)?).ok()?;
    let mut part = parts.next();
    if let Some(lifetime) = part.filter(|part| !part.contains(':')) {
        parse_lifetime(lifetime).filter(|packets| *packets >= LEAST_LIFETIME)?;
        part = parts.next();
    }
    let mki = match part {
        Some(mki) => parse_mki(mki)?,
        None => 0,
    };
    parts.next().is_none().then_some((key, mki))
}

/// `2^20` or `1048576`.
fn parse_lifetime(text: &str) -> Option<u64> {
    match text.strip_prefix("2^") {
        Some(power) => 1u64.checked_shl(u32::try_from(digits(power)?).ok()?),
        None => digits(text),
    }
}

/// `1:4`: identifier and its length in bytes.
fn parse_mki(text: &str) -> Option<u8> {
    let (identifier, length) = text.split_once(':')?;
    identifier.bytes().all(|byte| byte.is_ascii_digit()).then_some(())?;
    u8::try_from(digits(length)?).ok().filter(|length| (1..=MOST_MKI).contains(length))
}

/// A session parameter that does not change how packets are closed (RFC 4568 6.3). An unknown one must be taken
/// for one that does, unless it begins with a hyphen.
fn is_harmless(parameter: &str) -> bool {
    parameter.starts_with('-') || parameter.starts_with("WSH=") || parameter == "KDR=0"
}

fn digits(text: &str) -> Option<u64> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}
