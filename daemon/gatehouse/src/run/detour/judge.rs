//! Whether the account's own lines are gone for good, and whether they are back.

use std::time::{Duration, Instant};

use account::LineId;
use switchboard::lines::{Health, LineKind, LineNow};

/// How long a line has to be up again.
const BACK: Duration = Duration::from_secs(60);

/// What it has seen so far.
#[derive(Debug, Default)]
pub(super) struct Judge {
    gone: Option<Instant>,
    back: Option<Instant>,
    says: Option<bool>,
}

impl Judge {
    /// Whether calls should go the way round: the account's lines have all been down for `after`, and the `second` one is up. It
    /// stays so until one of them has been up for a minute, or the second one is gone. `None`: that is not known yet.
    pub(super) fn looks(
        &mut self,
        now: Instant,
        lines: &[LineNow],
        (second, after): (&LineId, Duration),
    ) -> Option<bool> {
        let own = || lines.iter().filter(|line| line.kind != LineKind::Backup);
        let down = |line: &LineNow| matches!(line.health, Health::Down { .. });
        let second_up = lines.iter().any(|line| line.id == *second && line.health.is_up());
        if own().any(|line| line.health.is_up()) || !second_up {
            self.gone = None;
            let since = *self.back.get_or_insert(now);
            if now.saturating_duration_since(since) >= BACK {
                self.says = Some(false);
            }
        } else if own().next().is_some() && own().all(down) {
            self.back = None;
            let since = *self.gone.get_or_insert(now);
            if now.saturating_duration_since(since) >= after {
                self.says = Some(true);
            }
        }
        self.says
    }
}

#[cfg(test)]
mod tests {
    use switchboard::lines::WhyDown;

    use super::*;

    const AFTER: Duration = Duration::from_secs(300);

    struct Box {
        judge: Judge,
        now: Instant,
    }

    impl Box {
        fn new() -> Self {
            Self { judge: Judge::default(), now: Instant::now() }
        }

        /// So many seconds with lines like this: `u` up, `d` down, `s` starting; the last one is the second line.
        fn sees(&mut self, lines: &str, seconds: u64) -> Option<bool> {
            let now = self.now;
            let kinds = |place| if place + 1 == lines.len() { LineKind::Backup } else { LineKind::Trunk };
            let lines: Vec<_> =
                lines.chars().enumerate().map(|(at, how)| line(now, kinds(at), how)).collect();
            for _ in 0..seconds {
                self.now += Duration::from_secs(1);
                self.judge.looks(self.now, &lines, (&LineId::new("second"), AFTER));
            }
            self.judge.says
        }
    }

    fn line(since: Instant, kind: LineKind, how: char) -> LineNow {
        let health = match how {
            'u' => Health::Up { since },
            'd' => Health::Down { since, why: WhyDown::Silent },
            _ => Health::Starting { since },
        };
        let id = LineId::new(if kind == LineKind::Backup { "second" } else { "own" });
        LineNow {
            id,
            kind,
            health,
            peer: None,
            round_trip: None,
            certificate: None,
            names_gone: None,
            altered: false,
            calls: 0,
            carries: std::sync::Arc::default(),
        }
    }

    #[test]
    fn calls_go_round_once_every_own_line_was_down_for_good_and_until_one_is_back() {
        let mut one = Box::new();
        assert_eq!(one.sees("uuu", 50), None);
        assert_eq!(one.sees("uuu", 20), Some(false));
        assert_eq!(one.sees("ddu", 290), Some(false));
        assert_eq!(one.sees("dsu", 100), Some(false), "one of them is still trying");
        assert_eq!(one.sees("ddu", 20), Some(true));
        assert_eq!(one.sees("udu", 50), Some(true), "a line that flutters is not back");
        assert_eq!(one.sees("ddu", 10), Some(true));
        assert_eq!(one.sees("udu", 65), Some(false));
    }

    #[test]
    fn a_short_outage_and_a_second_line_that_is_gone_change_nothing() {
        let mut one = Box::new();
        assert_eq!(one.sees("uu", 65), Some(false));
        assert_eq!(one.sees("du", 200), Some(false));
        assert_eq!(one.sees("uu", 5), Some(false));
        assert_eq!(one.sees("du", 200), Some(false), "counted anew");
        assert_eq!(one.sees("dd", 900), Some(false), "nobody would answer there");
    }

    #[test]
    fn calls_are_not_sent_to_a_second_line_that_has_gone_meanwhile() {
        let mut one = Box::new();
        assert_eq!(one.sees("du", 301), Some(true));
        assert_eq!(one.sees("dd", 61), Some(false));
    }
}
