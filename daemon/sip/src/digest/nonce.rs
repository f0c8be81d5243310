//! Nonces that carry their own time and remember how they were used.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use hmac::{Hmac, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use super::Hash;
use crate::seed::keyed;
use crate::view::hex;

/// Used nonces remembered at once; 40 bytes each. One for each flow of 10,000 phones, with room.
const REMEMBERED: usize = 16_384;
/// Bytes of the stamp and of the seal in a nonce.
const STAMP: usize = 8;
const SEAL: usize = 16;

/// Milliseconds since the box started, and a number that tells nonces of the same millisecond apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stamp(u64);

impl Stamp {
    fn at(&self) -> Duration {
        Duration::from_millis(self.0 >> 16)
    }
}

/// Makes nonces and knows its own again.
pub(super) struct Nonces {
    seal: Hmac<Sha256>,
    started: Instant,
    made: u16,
}

impl Nonces {
    pub(super) fn new(key: &[u8; 32], now: Instant) -> Self {
        Self { seal: keyed(key), started: now, made: 0 }
    }

    pub(super) fn make(&mut self, now: Instant, source: IpAddr) -> String {
        let since =
            u64::try_from(now.saturating_duration_since(self.started).as_millis()).unwrap_or(u64::MAX);
        self.made = self.made.wrapping_add(1);
        let stamp = Stamp(since << 16 | u64::from(self.made));
        let mut bytes = [0; STAMP + SEAL];
        for (place, byte) in
            bytes.iter_mut().zip(stamp.0.to_be_bytes().into_iter().chain(self.sealed(stamp, source)))
        {
            *place = byte;
        }
        String::from_utf8_lossy(Hash::new(&bytes).as_bytes()).into_owned()
    }

    /// The stamp of a nonce that we made for this address; its age is another question.
    pub(super) fn read(&self, nonce: &[u8], source: IpAddr) -> Option<Stamp> {
        let mut bytes = [0; STAMP + SEAL];
        if nonce.len() != 2 * bytes.len() {
            return None;
        }
        for (place, pair) in bytes.iter_mut().zip(nonce.chunks_exact(2)) {
            let [high, low] = pair else { return None };
            *place = hex(*high)? << 4 | hex(*low)?;
        }
        let (stamp, seal) = bytes.split_at_checked(STAMP)?;
        let stamp = Stamp(u64::from_be_bytes(stamp.try_into().ok()?));
        bool::from(self.sealed(stamp, source).ct_eq(seal)).then_some(stamp)
    }

    pub(super) fn age(&self, stamp: Stamp, now: Instant) -> Duration {
        now.saturating_duration_since(self.started).saturating_sub(stamp.at())
    }

    fn sealed(&self, stamp: Stamp, source: IpAddr) -> [u8; SEAL] {
        let mut mac = self.seal.clone();
        mac.update(&stamp.0.to_be_bytes());
        match source.to_canonical() {
            IpAddr::V4(v4) => mac.update(&v4.octets()),
            IpAddr::V6(v6) => mac.update(&v6.octets()),
        }
        let whole: [u8; 32] = mac.finalize().into_bytes().into();
        let mut seal = [0; SEAL];
        seal.iter_mut().zip(whole).for_each(|(place, byte)| *place = byte);
        seal
    }
}

/// Which counts of which nonces were used; what is played back is noticed.
pub(super) struct Used {
    windows: BTreeMap<Stamp, Window>,
    /// Nonces up to here may have been forgotten and count as old.
    forgotten: Option<Stamp>,
}

impl Used {
    pub(super) const fn new() -> Self {
        Self { windows: BTreeMap::new(), forgotten: None }
    }

    /// True when this count of this nonce was never used before; remembers it.
    pub(super) fn first_use(&mut self, stamp: Stamp, count: u32) -> bool {
        if self.forgotten.is_some_and(|forgotten| stamp <= forgotten) {
            return false;
        }
        let fresh = self.windows.entry(stamp).or_default().take(count);
        if self.windows.len() > REMEMBERED {
            self.forgotten = self.windows.pop_first().map(|(oldest, _)| oldest).max(self.forgotten);
        }
        fresh
    }

    /// Forgets nonces whose age makes them useless.
    pub(super) fn forget(&mut self, too_old: impl Fn(Stamp) -> bool) {
        while self.windows.first_key_value().is_some_and(|(&stamp, _)| too_old(stamp)) {
            self.windows.pop_first();
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.windows.len()
    }
}

/// The highest count seen and the 31 before it; requests may overtake each other by that much.
#[derive(Debug, Clone, Copy, Default)]
struct Window {
    highest: u32,
    seen: u32,
}

impl Window {
    fn take(&mut self, count: u32) -> bool {
        if self.seen == 0 || count > self.highest {
            let ahead = count.saturating_sub(self.highest);
            self.seen = self.seen.checked_shl(ahead).unwrap_or(0) | 1;
            self.highest = count;
            return true;
        }
        let bit = 1_u32.checked_shl(self.highest - count).unwrap_or(0);
        let fresh = bit != 0 && self.seen & bit == 0;
        self.seen |= bit;
        fresh
    }
}

#[cfg(test)]
mod tests;
