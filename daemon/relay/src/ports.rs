//! Which pairs of ports are free, and which rest after a call.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// When every pair rests, the one that rested longest may be used after this part of the full rest: a burst of calls must
/// not find the box without ports. Its new peer is still told from the old one by address and source (RFC 7362 5).
const LEAST_PART: u32 = 30;

/// All pairs of the range, the longest unused first, at the beginning in random order: who knows the ports of one call
/// must not know those of the next.
#[derive(Debug)]
pub(crate) struct Ports {
    free: VecDeque<u16>,
    /// When each rested enough; in order, because all rest equally long.
    resting: VecDeque<(Instant, u16)>,
    quarantine: Duration,
}

impl Ports {
    /// All pairs free. `draw` gives random numbers.
    pub(crate) fn new(pairs: u16, mut draw: impl FnMut(u16) -> u64, quarantine: Duration) -> Self {
        let mut free: VecDeque<u16> = (0..pairs).collect();
        for place in (1..pairs).rev() {
            let other = draw(place) % (u64::from(place) + 1);
            free.swap(usize::from(place), usize::try_from(other).unwrap_or(0));
        }
        Self { free, resting: VecDeque::with_capacity(usize::from(pairs)), quarantine }
    }

    pub(crate) fn take(&mut self, now: Instant) -> Option<u16> {
        while let Some((_, pair)) = self.resting.pop_front_if(|(until, _)| *until <= now) {
            self.free.push_back(pair);
        }
        let early = now + self.quarantine - self.quarantine / LEAST_PART;
        self.free
            .pop_front()
            .or_else(|| self.resting.pop_front_if(|(until, _)| *until <= early).map(|(_, pair)| pair))
    }

    /// In use since before this run.
    pub(crate) fn claim(&mut self, pair: u16) {
        self.free.retain(|free| *free != pair);
    }

    /// Back after a call, or because another program uses it.
    pub(crate) fn rest(&mut self, now: Instant, pair: u16) {
        self.resting.push_back((now + self.quarantine, pair));
    }

    /// Back unused.
    pub(crate) fn put_back(&mut self, pair: u16) {
        self.free.push_front(pair);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_rests_before_it_is_used_again() {
        let (now, rest) = (Instant::now(), Duration::from_secs(30));
        let mut ports = Ports::new(3, u64::from, rest);
        assert_eq!([ports.take(now), ports.take(now)], [Some(0), Some(1)]);
        ports.rest(now, 0);
        assert_eq!([ports.take(now), ports.take(now)], [Some(2), None]);
        ports.put_back(2);
        assert_eq!([ports.take(now + rest), ports.take(now + rest)], [Some(2), Some(0)]);
        ports.put_back(0);
        assert_eq!(ports.take(now), Some(0));
    }

    #[test]
    fn the_order_is_as_random_as_the_numbers_drawn_and_no_pair_is_lost() {
        let now = Instant::now();
        let order = |seed: u64| -> Vec<u16> {
            let draw = |place: u16| seed.wrapping_mul(0x9e37_79b9_7f4a_7c15 + u64::from(place)) >> 20;
            let mut ports = Ports::new(100, draw, Duration::ZERO);
            std::iter::from_fn(|| ports.take(now)).collect()
        };
        let (one, other) = (order(1), order(2));
        assert_ne!(one, other);
        let neighbours = one.windows(2).filter(|pair| pair[0] + 1 == pair[1]).count();
        assert!(neighbours < 10, "{neighbours} of 99 are followed by their neighbour");
        for mut order in [one, other] {
            order.sort_unstable();
            assert_eq!(order, (0..100).collect::<Vec<_>>());
        }
    }

    #[test]
    fn in_a_burst_the_pair_that_rested_longest_is_used_early_but_not_at_once() {
        let (now, second) = (Instant::now(), Duration::from_secs(1));
        let mut ports = Ports::new(2, u64::from, 30 * second);
        let [Some(first), Some(other)] = [ports.take(now), ports.take(now)] else { panic!("two pairs") };
        ports.rest(now, first);
        ports.rest(now + second / 2, other);
        assert_eq!(ports.take(now + second - Duration::from_millis(1)), None);
        assert_eq!([ports.take(now + second), ports.take(now + second)], [Some(first), None]);
    }
}
