//! When people on site are told of a call for help: at once, whenever it comes to another stage, and every minute until
//! somebody says that he has heard it.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

/// Told again after this long.
pub const EVERY: Duration = Duration::from_secs(60);
/// Told so often at most; after an hour nobody is there.
pub const MOST_TIMES: u32 = 60;
/// Calls that are remembered; the oldest is forgotten.
const MOST_CALLS: usize = 64;

/// Who has to be told, and when.
#[derive(Clone, Debug, Default)]
pub struct Alarms {
    /// By the number of the call.
    calls: BTreeMap<u64, Ringing>,
}

#[derive(Clone, Copy, Debug)]
struct Ringing {
    /// When to tell of it; `None` once somebody has heard it or nobody does.
    due: Option<Instant>,
    told: u32,
    heard: bool,
}

impl Ringing {
    fn is_heard(&mut self) {
        self.heard = true;
        self.due = None;
    }
}

impl Alarms {
    /// A call for help is there, or has come to another stage: people are told now.
    pub fn tell(&mut self, call: u64, now: Instant) {
        let fresh = Ringing { due: None, told: 0, heard: false };
        let ringing = self.calls.entry(call).or_insert(fresh);
        ringing.due = Some(now);
        while self.calls.len() > MOST_CALLS {
            self.calls.pop_first();
        }
    }

    /// Somebody has heard of all of them. How each goes on is still told, but nothing twice.
    pub fn heard(&mut self) {
        self.calls.values_mut().for_each(Ringing::is_heard);
    }

    /// The same of one.
    pub fn heard_of(&mut self, call: u64) {
        self.calls.get_mut(&call).into_iter().for_each(Ringing::is_heard);
    }

    /// The calls of which people are to be told now, each with how often they were told before.
    pub fn due(&mut self, now: Instant) -> Vec<(u64, u32)> {
        let mut due = vec![];
        for (call, ringing) in &mut self.calls {
            if ringing.due.is_none_or(|at| at > now) {
                continue;
            }
            due.push((*call, ringing.told));
            ringing.told += 1;
            let again = !ringing.heard && ringing.told < MOST_TIMES;
            ringing.due = again.then(|| now + EVERY);
        }
        due
    }

    /// When somebody is to be told again.
    #[must_use]
    pub fn next(&self) -> Option<Instant> {
        self.calls.values().filter_map(|ringing| ringing.due).min()
    }

    /// Whether nobody has said yet that he heard of this call.
    #[must_use]
    pub fn is_unheard(&self, call: u64) -> bool {
        self.calls.get(&call).is_some_and(|ringing| !ringing.heard)
    }

    /// Whether nobody has said yet that he heard of any.
    #[must_use]
    pub fn sounds(&self) -> bool {
        self.calls.values().any(|ringing| !ringing.heard)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Alarms, EVERY, MOST_TIMES};

    #[expect(clippy::disallowed_methods, reason = "a test needs some moment to start from")]
    fn start() -> Instant {
        Instant::now()
    }

    #[test]
    fn e14_people_are_told_at_once_and_every_minute_until_somebody_has_heard() {
        let (mut alarms, now) = (Alarms::default(), start());
        alarms.tell(7, now);
        assert_eq!(alarms.due(now), [(7, 0)]);
        assert_eq!((alarms.due(now), alarms.next()), (vec![], Some(now + EVERY)));
        assert_eq!(alarms.due(now + EVERY), [(7, 1)]);
        assert!(alarms.sounds() && alarms.is_unheard(7));
        alarms.heard();
        assert!(!alarms.sounds());
        assert_eq!((alarms.due(now + 9 * EVERY), alarms.next()), (vec![], None));
    }

    #[test]
    fn e14_how_it_goes_on_is_told_once_even_after_somebody_has_heard() {
        let (mut alarms, now) = (Alarms::default(), start());
        alarms.tell(7, now);
        alarms.due(now);
        alarms.heard();
        alarms.tell(7, now + Duration::from_secs(5));
        assert_eq!(alarms.due(now + Duration::from_secs(5)), [(7, 1)]);
        assert_eq!(alarms.next(), None);
        alarms.tell(8, now + EVERY);
        assert_eq!(alarms.due(now + EVERY), [(8, 0)], "another call rings again");
        assert!(alarms.is_unheard(8) && !alarms.is_unheard(7));
        alarms.tell(9, now + EVERY);
        alarms.heard_of(8);
        assert!(alarms.is_unheard(9) && !alarms.is_unheard(8), "of one alone");
    }

    #[test]
    fn e14_after_an_hour_nobody_is_told_again_and_a_flood_of_calls_is_bounded() {
        let (mut alarms, now) = (Alarms::default(), start());
        alarms.tell(7, now);
        let told: usize = (0..200).map(|minute| alarms.due(now + minute * EVERY).len()).sum();
        assert_eq!(told, MOST_TIMES as usize);
        (0..1000).for_each(|call| alarms.tell(call, now));
        assert!(alarms.due(now).len() <= 64);
    }
}
