//! How much each source may send, in memory that does not grow with the number of sources.
//!
//! Two rows of buckets, as in a count-min sketch: a source owns one bucket in each row and may send while either has room. So a flood
//! empties two buckets, and an innocent source suffers only when it shares both of them (1 in 17 million).

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::time::{Duration, Instant};

use sip::flow::Source;

use crate::Limits;

const BUCKETS: usize = 4096;

/// Judges whether a source sends too much. Each bucket is the moment at which it will be full again (GCRA, ITU-T I.371).
pub(crate) struct Floods {
    start: Instant,
    rows: [Box<[Duration]>; 2],
    /// Drawn at start, so that nobody can work out whom they share a bucket with.
    seed: RandomState,
    each: Duration,
    burst: Duration,
}

impl Floods {
    pub(crate) fn new(limits: &Limits, now: Instant) -> Self {
        let each = Duration::from_secs(1) / limits.messages_per_second.max(1);
        let row = || vec![Duration::ZERO; BUCKETS].into_boxed_slice();
        let rows = [row(), row()];
        Self { start: now, rows, seed: RandomState::new(), each, burst: each * limits.burst.max(1) }
    }

    /// Counts one message; false when it is one too many.
    pub(crate) fn admit(&mut self, source: IpAddr, now: Instant) -> bool {
        let now = now.saturating_duration_since(self.start);
        let hash = self.seed.hash_one(Source::of(source)).to_le_bytes();
        let [a, b, c, d, ..] = hash;
        let places = [u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d])];
        let mut admitted = false;
        for (row, place) in self.rows.iter_mut().zip(places) {
            let Some(full_at) = row.get_mut(usize::from(place) % BUCKETS) else { continue };
            let next = (*full_at).max(now) + self.each;
            if next <= now + self.burst {
                *full_at = next;
                admitted = true;
            }
        }
        admitted
    }
}

#[cfg(test)]
mod tests {
    use super::Floods;
    use crate::Limits;
    use std::net::IpAddr;
    use std::time::{Duration, Instant};

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_source_has_its_burst_and_then_its_rate_and_leaves_others_alone() {
        let start = Instant::now();
        let limits = Limits { messages_per_second: 10, burst: 50, ..Limits::default() };
        let mut floods = Floods::new(&limits, start);
        let mut admitted = |source, at| (0..1000).filter(|_| floods.admit(ip(source), at)).count();
        assert_eq!(admitted("192.0.2.1", start), 50);
        assert_eq!(admitted("192.0.2.2", start), 50);
        assert_eq!(admitted("192.0.2.1", start + Duration::from_secs(2)), 20);
        assert_eq!(admitted("192.0.2.1", start + Duration::from_secs(3600)), 50);
    }

    #[test]
    fn one_flooding_source_never_hurts_a_thousand_others() {
        let start = Instant::now();
        let mut floods = Floods::new(&Limits { burst: 10, ..Limits::default() }, start);
        let through = (0..10_000).filter(|_| floods.admit(ip("192.0.2.1"), start)).count();
        assert_eq!(through, 10);
        let others = (0..1000).map(|n: u32| IpAddr::from((0x0A00_0000 + n).to_be_bytes()));
        assert!(others.into_iter().all(|other| floods.admit(other, start)));
    }
}
