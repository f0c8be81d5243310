//! How many requests the cloud gets in a minute, over all rounds: a bucket that fills steadily and starts full.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::Limits;

/// The pace of one account.
#[derive(Debug)]
pub(crate) struct Pace(Mutex<Bucket>);

#[derive(Debug)]
struct Bucket {
    /// The cloud asked to be left alone until then.
    not_before: Instant,
    /// The bucket is full at this moment; each request moves it away by its share of a minute.
    full: Instant,
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
    pub(crate) fn new(now: Instant) -> Self {
        Self(Mutex::new(Bucket { not_before: now, full: now }))
    }

    /// Takes a request out of the bucket, or says when to try again.
    pub(crate) fn turn(&self, now: Instant, limits: &Limits) -> Turn {
        let share = Duration::from_secs(60) / limits.each_minute.max(1);
        let depth = share.saturating_mul(limits.at_once.max(1));
        let mut bucket = self.0.lock().unwrap_or_else(PoisonError::into_inner);
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

    use super::{Pace, Turn};
    use crate::Limits;

    #[test]
    fn after_the_first_rush_a_minute_brings_what_it_may_and_no_more() {
        let limits = Limits { each_minute: 60, at_once: 600, ..Limits::default() };
        let start = Instant::now();
        let pace = Pace::new(start);
        let rush = (0..1000).filter(|_| pace.turn(start, &limits) == Turn::Now).count();
        assert_eq!(rush, 600);
        let minute = (0..60_000).map(Duration::from_millis);
        let sent = minute.filter(|at| pace.turn(start + *at, &limits) == Turn::Now).count();
        assert!((59..=60).contains(&sent), "{sent}");
    }

    #[test]
    fn a_pause_the_cloud_asks_for_comes_before_the_budget() {
        let limits = Limits::default();
        let start = Instant::now();
        let pace = Pace::new(start);
        let until = start + Duration::from_secs(7);
        pace.hold(until);
        pace.hold(start);
        assert_eq!(pace.turn(start, &limits), Turn::Asked(until));
        assert_eq!(pace.turn(until, &limits), Turn::Now);
    }
}
