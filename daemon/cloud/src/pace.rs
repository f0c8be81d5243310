//! How many requests the cloud gets in a minute, over all rounds: a bucket that fills steadily and starts full.
//!
//! A change that somebody waits for may take what is not there yet: rounds then wait until that is filled up again, and the minute brings
//! no more than it may. Otherwise each request of a change would stand behind those of a dozen rounds.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::Limits;

/// No account is asked more often than this, however large it is.
const MOST_EACH_MINUTE: u32 = 1_200;

/// So many requests urgent ones may be ahead of the budget.
const AHEAD: u32 = 60;

/// Who waits for a request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Urgency {
    /// Nobody: it keeps the copy current.
    Usual,
    /// Somebody who changes something.
    Change,
}

/// The pace of one account.
#[derive(Debug)]
pub(crate) struct Pace(Mutex<Bucket>);

#[derive(Debug)]
struct Bucket {
    /// The cloud asked to be left alone until then.
    not_before: Instant,
    /// The bucket is full at this moment; each request moves it away by its share of a minute.
    full: Instant,
    each_minute: u32,
    at_once: u32,
}

/// Whether a request may go.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Turn {
    /// It is counted; send it.
    Now,
    /// The cloud asked for a pause.
    Asked(Instant),
    /// Our own budget is used up.
    Budget(Instant),
}

impl Pace {
    pub(crate) fn new(now: Instant, limits: &Limits) -> Self {
        let Limits { each_minute, at_once, .. } = *limits;
        Self(Mutex::new(Bucket { not_before: now, full: now, each_minute, at_once }))
    }

    /// A large account may be asked more: a request a minute for each user.
    pub(crate) fn widen(&self, users: usize) {
        let each_minute = u32::try_from(users).unwrap_or(u32::MAX).min(MOST_EACH_MINUTE);
        let mut bucket = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if each_minute > bucket.each_minute {
            bucket.at_once = bucket.at_once.max(each_minute * 10);
            bucket.each_minute = each_minute;
        }
    }

    /// Takes a request out of the bucket, or says when to try again.
    pub(crate) fn turn(&self, now: Instant, urgency: Urgency) -> Turn {
        let mut bucket = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let share = Duration::from_secs(60) / bucket.each_minute.max(1);
        let ahead = if urgency == Urgency::Change { AHEAD } else { 0 };
        let depth = share.saturating_mul(bucket.at_once.max(1).saturating_add(ahead));
        if now < bucket.not_before {
            return Turn::Asked(bucket.not_before);
        }
        let full = bucket.full.max(now) + share;
        if full > now + depth {
            return Turn::Budget(full - depth);
        }
        bucket.full = full;
        Turn::Now
    }

    /// Nobody asks before this moment.
    pub(crate) fn hold(&self, until: Instant) {
        let mut bucket = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        bucket.not_before = bucket.not_before.max(until);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::{AHEAD, Pace, Turn, Urgency};
    use crate::Limits;

    #[test]
    fn after_the_first_rush_a_minute_brings_what_it_may_and_no_more() {
        let limits = Limits { each_minute: 60, at_once: 600, ..Limits::default() };
        let start = Instant::now();
        let pace = Pace::new(start, &limits);
        let rush = (0..1000).filter(|_| pace.turn(start, Urgency::Usual) == Turn::Now).count();
        assert_eq!(rush, 600);
        let minute = (0..60_000).map(Duration::from_millis);
        let sent = minute.filter(|at| pace.turn(start + *at, Urgency::Usual) == Turn::Now).count();
        assert!((59..=60).contains(&sent), "{sent}");
    }

    /// Rounds have taken all there was, and wait for each request that comes.
    #[test]
    fn a_change_does_not_wait_behind_rounds_and_the_minute_brings_no_more_for_it() {
        let limits = Limits { each_minute: 60, at_once: 600, ..Limits::default() };
        let start = Instant::now();
        let pace = Pace::new(start, &limits);
        while pace.turn(start, Urgency::Usual) == Turn::Now {}
        let urgent = (0..1000).filter(|_| pace.turn(start, Urgency::Change) == Turn::Now).count();
        assert_eq!(urgent, usize::try_from(AHEAD).unwrap());
        let minutes = (0..120_000).map(Duration::from_millis);
        let sent = minutes.filter(|at| pace.turn(start + *at, Urgency::Usual) == Turn::Now).count();
        assert!((59..=60).contains(&sent), "in two minutes, with those that went ahead: {sent}");
    }

    #[test]
    fn a_pause_the_cloud_asks_for_comes_before_the_budget() {
        let limits = Limits::default();
        let start = Instant::now();
        let pace = Pace::new(start, &limits);
        let until = start + Duration::from_secs(7);
        pace.hold(until);
        pace.hold(start);
        for urgency in [Urgency::Usual, Urgency::Change] {
            assert_eq!(pace.turn(start, urgency), Turn::Asked(until));
        }
        assert_eq!(pace.turn(until, Urgency::Usual), Turn::Now);
    }
}
