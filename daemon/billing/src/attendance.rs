//! When the box looked after the account: what the cloud tells of other times the box cannot know.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

/// A clock that jumps further than this was set, or the box slept: it saw nothing meanwhile.
const JUMP: u64 = 600;
/// Runs kept apart; of older ones only the first beginning and the last end stay.
const RUNS: usize = 200;

/// The runs of the box, the oldest first, in seconds since 1970. Written as text it is what a later run reads.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Attendance(Vec<Range<u64>>);

impl Attendance {
    /// A run begins.
    pub fn begins(&mut self, now: SystemTime) {
        let now = self.set(now);
        self.0.push(now..now);
        while self.0.len() > RUNS {
            let first = self.0.remove(0);
            self.0.first_mut().into_iter().for_each(|next| next.start = first.start);
        }
    }

    /// The box still runs. To be told more often than the clock may jump.
    pub fn goes_on(&mut self, now: SystemTime) {
        let at = self.set(now);
        match self.0.last_mut().filter(|run| at - run.end <= JUMP) {
            Some(run) => run.end = at,
            None => self.begins(now),
        }
    }

    /// When the first run began.
    #[must_use]
    pub fn since(&self) -> Option<SystemTime> {
        self.0.first().map(|run| moment(run.start))
    }

    /// The times between runs.
    #[must_use]
    pub fn away(&self) -> Vec<Range<SystemTime>> {
        let next = self.0.iter().skip(1);
        self.0.iter().zip(next).map(|(run, next)| moment(run.end)..moment(next.start)).collect()
    }

    /// A clock that was set back takes what lies ahead of it along. Returns the second it shows.
    fn set(&mut self, now: SystemTime) -> u64 {
        let now = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
        self.0.retain(|run| run.start <= now);
        self.0.iter_mut().for_each(|run| run.end = run.end.min(now));
        now
    }
}

fn moment(second: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(second)).unwrap_or(SystemTime::UNIX_EPOCH)
}

impl fmt::Display for Attendance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|run| write!(f, "{}-{} ", run.start, run.end))
    }
}

/// It is not a list of runs in order.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("runs are written as 1795162530-1795162999, the oldest first")]
pub struct NoAttendance;

impl FromStr for Attendance {
    type Err = NoAttendance;

    fn from_str(text: &str) -> Result<Self, NoAttendance> {
        let run = |word: &str| {
            let (start, end) = word.split_once('-')?;
            Some(start.parse().ok()?..end.parse().ok()?)
        };
        let runs: Option<Vec<Range<u64>>> = text.split_whitespace().take(RUNS).map(run).collect();
        let runs = runs.ok_or(NoAttendance)?;
        let in_order = runs.iter().flat_map(|run| [run.start, run.end]).is_sorted();
        in_order.then_some(Self(runs)).ok_or(NoAttendance)
    }
}

#[cfg(test)]
mod tests {
    use super::{Attendance, NoAttendance, RUNS};
    use crate::tests::at;

    #[test]
    fn a_run_lasts_until_it_was_told_last_and_what_lies_between_two_is_away() {
        let mut attendance = Attendance::default();
        assert_eq!((attendance.since(), attendance.away()), (None, vec![]));
        attendance.begins(at(1000));
        attendance.goes_on(at(1100));
        let mut attendance: Attendance = attendance.to_string().parse().unwrap();
        attendance.begins(at(1120));
        attendance.goes_on(at(1500));
        assert_eq!((attendance.since(), attendance.away()), (Some(at(1000)), vec![at(1100)..at(1120)]));
    }

    #[test]
    fn a_clock_that_is_set_invents_no_attendance() {
        let mut attendance = Attendance::default();
        attendance.begins(at(100));
        attendance.goes_on(at(90_000));
        assert_eq!(attendance.away(), [at(100)..at(90_000)], "forward");
        attendance.goes_on(at(50));
        attendance.goes_on(at(70));
        assert_eq!((attendance.since(), attendance.away()), (Some(at(50)), vec![]), "back");
    }

    #[test]
    fn many_restarts_take_no_more_room_than_some() {
        let mut attendance = Attendance::default();
        (1..1000).for_each(|run| attendance.begins(at(run * 10)));
        assert_eq!((attendance.since(), attendance.away().len()), (Some(at(10)), RUNS - 1));
        assert_eq!(attendance.to_string().parse(), Ok(attendance));
        for wrong in ["5-4", "1-2 1-3", "x", "1-2-3"] {
            assert_eq!(wrong.parse::<Attendance>(), Err(NoAttendance), "{wrong}");
        }
    }
}
