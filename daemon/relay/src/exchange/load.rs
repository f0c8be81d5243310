//! How busy the thread is.

use nix::time::{ClockId, clock_gettime};
use std::time::{Duration, Instant};

/// Over which time it is judged.
const SPAN: Duration = Duration::from_secs(1);
/// From this part of a processor on, in thousandths, packets begin to wait for each other.
const STRAINED: u128 = 700;
/// Below this there is room again; the distance keeps one call from opening and shutting the door.
const RELIEVED: u128 = 550;

/// The thread's use of its processor, second by second.
#[derive(Debug)]
pub(super) struct Load {
    begun: Instant,
    used: Duration,
    strained: bool,
}

impl Load {
    pub(super) fn new(now: Instant) -> Self {
        Self { begun: now, used: Duration::ZERO, strained: false }
    }

    pub(super) fn is_strained(&self) -> bool {
        self.strained
    }

    /// Looks at what the thread has used so far in all; tells when it becomes too much, and when it is bearable again.
    pub(super) fn look(&mut self, now: Instant, used: Duration) -> Option<bool> {
        let span = now.saturating_duration_since(self.begun);
        if span < SPAN {
            return None;
        }
        let share = used.saturating_sub(self.used).as_micros() * 1_000 / span.as_micros().max(1);
        (self.begun, self.used) = (now, used);
        let strained = share >= if self.strained { RELIEVED } else { STRAINED };
        (std::mem::replace(&mut self.strained, strained) != strained).then_some(strained)
    }
}

/// Processor time of the calling thread so far; none where the system does not tell.
pub(super) fn used() -> Duration {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).map(Duration::from).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_more_call_neither_opens_nor_shuts_the_door_alone() {
        let begun = Instant::now();
        let mut load = Load::new(begun);
        let mut used = Duration::ZERO;
        let told: Vec<_> = [(1, 690), (2, 710), (3, 600), (4, 540), (5, 690), (6, 1_000)]
            .into_iter()
            .filter_map(|(second, millis)| {
                used += Duration::from_millis(millis);
                let now = begun + Duration::from_secs(second);
                assert_eq!(load.look(now - Duration::from_millis(500), used), None, "too early to tell");
                load.look(now, used).map(|strained| (second, strained))
            })
            .collect();
        assert_eq!(told, [(2, true), (4, false), (6, true)]);
    }

    #[test]
    fn work_counts_and_waiting_does_not() {
        let before = used();
        std::hint::black_box((0..2_000_000_u64).fold(0, |sum: u64, one| std::hint::black_box(sum ^ one)));
        assert!(used() > before);
    }
}
