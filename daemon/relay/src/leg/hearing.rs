//! Whether a peer that should speak is heard at all.

use super::Counts;
use media::relay::Unheard;
use std::time::{Duration, Instant};

/// How long people wait before they say "hello?" again.
const PATIENCE: Duration = Duration::from_secs(3);

/// The watch over the beginning of a conversation.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Hearing {
    /// What had been counted before it.
    packets: u64,
    counts: Counts,
    /// When the peer should have begun to speak.
    since: Option<Instant>,
    settled: bool,
}

impl Hearing {
    /// A conversation begins anew.
    pub(super) fn after(packets: u64, counts: Counts) -> Self {
        Self { packets, counts, since: None, settled: false }
    }

    /// Looks at the counts now and then; tells once why nothing is heard.
    pub(super) fn judge(
        &mut self,
        now: Instant,
        speaks: bool,
        packets: u64,
        counts: &Counts,
    ) -> Option<Unheard> {
        if !speaks || self.settled {
            self.since = None;
            return None;
        }
        let (since, then) = (*self.since.get_or_insert(now), self.counts);
        if packets > self.packets {
            self.settled = true;
            return None;
        }
        if now.saturating_duration_since(since) < PATIENCE {
            return None;
        }
        self.settled = true;
        Some(if counts.malformed > then.malformed {
            Unheard::Unreadable
        } else if counts.foreign > then.foreign {
            Unheard::Elsewhere
        } else if counts.rtcp > then.rtcp {
            Unheard::Mute
        } else {
            Unheard::Nothing
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_is_what_came_in_place_of_voice() {
        let (begin, second) = (Instant::now(), Duration::from_secs(1));
        let before = Counts { rtcp: 1, foreign: 1, malformed: 1, ..Counts::default() };
        for (now, expected) in [
            (before, Unheard::Nothing),
            (Counts { rtcp: 2, ..before }, Unheard::Mute),
            (Counts { foreign: 2, rtcp: 2, ..before }, Unheard::Elsewhere),
            (Counts { malformed: 2, foreign: 2, ..before }, Unheard::Unreadable),
        ] {
            let mut hearing = Hearing::after(5, before);
            assert_eq!(hearing.judge(begin, true, 5, &before), None);
            assert_eq!(hearing.judge(begin + 2 * second, true, 5, &now), None);
            assert_eq!(hearing.judge(begin + 3 * second, true, 5, &now), Some(expected));
            assert_eq!(hearing.judge(begin + 9 * second, true, 5, &now), None, "told once");
        }
    }

    #[test]
    fn who_is_heard_or_held_is_not_missed() {
        let (begin, second, counts) = (Instant::now(), Duration::from_secs(1), Counts::default());
        let mut early = Hearing::after(0, counts);
        assert_eq!(early.judge(begin, true, 1, &counts), None, "heard before the first look");
        assert_eq!(early.judge(begin + 9 * second, true, 1, &counts), None);
        let mut heard = Hearing::after(0, counts);
        assert_eq!(heard.judge(begin, true, 0, &counts), None);
        assert_eq!(heard.judge(begin + second, true, 1, &counts), None);
        assert_eq!(heard.judge(begin + 9 * second, true, 1, &counts), None);
        let mut held = Hearing::default();
        assert_eq!(held.judge(begin, true, 0, &counts), None);
        assert_eq!(held.judge(begin + 2 * second, false, 0, &counts), None);
        assert_eq!(held.judge(begin + 4 * second, true, 0, &counts), None, "three seconds anew");
    }
}
