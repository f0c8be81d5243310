//! What the installer may choose.

use media::dtls::Identity;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

/// How long a pair of ports rests after a call, so that late packets of the old call do not enter a new one.
pub const QUARANTINE: Duration = Duration::from_secs(30);
/// Phones change their mind in the beginning.
const SETTLING: Duration = Duration::from_secs(2);
/// Above ordinary programs, below the kernel's own threads (which use 50).
const PRIORITY: u8 = 30;

/// How the relay runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Where voice is received: one of this box's addresses, or the unspecified one for all of them. Each lease
    /// names it; for all of them, the session description must say the one that the peer's signalling reached.
    pub address: IpAddr,
    /// The ports of `media.ports`.
    pub ports: PortRange,
    /// How long ports rest.
    pub quarantine: Duration,
    /// The processor to stay on, counted from zero.
    pub cpu: Option<usize>,
    /// Priority of SCHED_FIFO, 1 to 99; `None` asks for no privilege at all.
    pub priority: Option<u8>,
    /// How long both peers must be known before their voice goes through the kernel, where it allows that; `None`
    /// keeps all voice here.
    pub fast_path: Option<Duration>,
    /// The folder that recordings are written to; without it nothing is ever recorded.
    pub recordings: Option<PathBuf>,
    /// What proves the box to browsers; without it none is served.
    pub identity: Option<Identity>,
}

impl Config {
    /// The defaults: real time if allowed, on any processor.
    #[must_use]
    pub fn new(address: IpAddr, ports: PortRange) -> Self {
        Self {
            address,
            ports,
            quarantine: QUARANTINE,
            cpu: None,
            priority: Some(PRIORITY),
            fast_path: Some(SETTLING),
            recordings: None,
            identity: None,
        }
    }
}

/// Ports for voice, as even and odd pairs: `20000-29999`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PortRange {
    first: u16,
    pairs: u16,
}

/// Why a text is no port range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PortRangeError {
    /// Not two numbers with a hyphen between them.
    #[error("not a port range: write it like 20000-29999")]
    Form,
    /// Below 1024, where other services live.
    #[error("ports below 1024 are taken by other services: write it like 20000-29999")]
    Reserved,
    /// Not one even port with the odd one after it.
    #[error("no even port with its odd neighbour in this range: write it like 20000-29999")]
    Empty,
}

impl PortRange {
    /// Ports from `first` to `last`, both included.
    ///
    /// # Errors
    /// [`PortRangeError`] when no pair fits.
    pub fn new(first: u16, last: u16) -> Result<Self, PortRangeError> {
        if first < 1024 {
            return Err(PortRangeError::Reserved);
        }
        let first = first.checked_next_multiple_of(2).ok_or(PortRangeError::Empty)?;
        let pairs = last.checked_sub(first).map_or(0, |span| span.div_ceil(2));
        if pairs == 0 { Err(PortRangeError::Empty) } else { Ok(Self { first, pairs }) }
    }

    /// How many legs fit.
    #[must_use]
    pub fn pairs(self) -> u16 {
        self.pairs
    }

    /// The even port of a pair.
    pub(crate) fn rtp(self, pair: u16) -> u16 {
        self.first.saturating_add(pair.saturating_mul(2))
    }

    /// The pair that a port of this range belongs to.
    pub(crate) fn pair_of(self, port: u16) -> Option<u16> {
        port.checked_sub(self.first).map(|ahead| ahead / 2).filter(|pair| *pair < self.pairs)
    }
}

impl FromStr for PortRange {
    type Err = PortRangeError;

    fn from_str(text: &str) -> Result<Self, PortRangeError> {
        let (first, last) = text.split_once('-').ok_or(PortRangeError::Form)?;
        let number = |word: &str| word.trim().parse().map_err(|_| PortRangeError::Form);
        Self::new(number(first)?, number(last)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_holds_whole_pairs() {
        for (text, expected) in [
            ("20000-29999", Ok((20_000, 5_000))),
            ("20001-20005", Ok((20_002, 2))),
            ("20000-20001", Ok((20_000, 1))),
            (" 20000 - 20002 ", Ok((20_000, 1))),
            ("65534-65535", Ok((65_534, 1))),
            ("20000-20000", Err(PortRangeError::Empty)),
            ("20001-20002", Err(PortRangeError::Empty)),
            ("65535-65535", Err(PortRangeError::Empty)),
            ("30000-20000", Err(PortRangeError::Empty)),
            ("1000-2000", Err(PortRangeError::Reserved)),
            ("20000", Err(PortRangeError::Form)),
            ("20000-70000", Err(PortRangeError::Form)),
        ] {
            let range: Result<PortRange, _> = text.parse();
            assert_eq!(range.map(|range| (range.rtp(0), range.pairs())), expected, "{text}");
        }
    }
}
