//! What has become of the rows that the signalling thread handed to the store.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use account::CallRecord;
use store::{Notice, StoreFault, Write};
use tokio::sync::{mpsc, watch};
use tracing::{error, warn};
use transport::Bell;

/// How far the store is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Settled {
    /// The last ticket that is settled, one way or another.
    pub up_to: u64,
    /// Batches that will never be on disk.
    pub lost: u64,
}

/// What is told of the store: how far it is, and what is wrong with it.
type Told = (watch::Receiver<Settled>, mpsc::Receiver<Option<StoreFault>>);

/// What is called on the store's thread: it passes on how far the store is, and rings for the signalling thread to look.
pub(crate) fn passed_on(bell: Arc<Bell>) -> (impl Fn(Notice), Told) {
    let (settled, settles) = watch::channel(Settled::default());
    let (trouble, troubles) = mpsc::channel(16);
    let notify = move |notice| {
        settle(notice, &settled, &trouble);
        bell.ring();
    };
    (notify, (settles, troubles))
}

/// A phone waits no longer for what was postponed or refused.
fn settle(notice: Notice, settled: &watch::Sender<Settled>, trouble: &mpsc::Sender<Option<StoreFault>>) {
    let (up_to, lost) = match notice {
        Notice::Committed { up_to } => (up_to, 0),
        Notice::Postponed { to, .. } => (to, 0),
        Notice::Refused { ticket, fault } => {
            error!(%fault, "a change was dropped");
            (ticket, 1)
        }
        Notice::Trouble(fault) => {
            error!(%fault, "changes cannot be saved; calls go on");
            // A full channel means that the page has not even shown the last one.
            let _ = trouble.try_send(Some(fault));
            return;
        }
        Notice::Works { after } => {
            warn!(?after, "changes are saved again");
            let _ = trouble.try_send(None);
            return;
        }
    };
    settled.send_modify(|last| *last = Settled { up_to: last.up_to.max(up_to.0), lost: last.lost + lost });
}

/// What is written and told of calls. Nobody waits for it, so a busy hour's are written many at a time.
#[derive(Default)]
pub(crate) struct Records {
    waiting: Vec<Write>,
    ended: Vec<CallRecord>,
    /// When they are to be written at the latest.
    pub due: Option<Instant>,
}

impl Records {
    /// What a power cut may take.
    const PATIENCE: Duration = Duration::from_millis(100);
    const MOST: usize = 256;

    pub(crate) fn add(&mut self, write: Write, now: Instant) {
        self.waiting.push(write);
        self.due.get_or_insert(now + Self::PATIENCE);
    }

    /// A call is over, of which others are told.
    pub(crate) fn ended(&mut self, record: CallRecord, now: Instant) {
        self.ended.push(record);
        self.due.get_or_insert(now + Self::PATIENCE);
    }

    pub(crate) fn are_due(&self, now: Instant) -> bool {
        self.waiting.len().max(self.ended.len()) >= Self::MOST || self.due.is_some_and(|due| due <= now)
    }

    /// What is to be written, and the calls that are over.
    pub(crate) fn take(&mut self) -> (Vec<Write>, Vec<CallRecord>) {
        self.due = None;
        (std::mem::take(&mut self.waiting), std::mem::take(&mut self.ended))
    }
}

/// The clock on the wall, as far as it is watched: records carry its time.
pub(crate) struct WallClock {
    steady: Instant,
    wall: SystemTime,
}

impl WallClock {
    /// A clock that is merely corrected stays within this for years.
    const DRIFT: Duration = Duration::from_secs(60);

    pub(crate) fn new(now: Instant) -> Self {
        Self { steady: now, wall: SystemTime::now() }
    }

    /// Whether somebody set it since we last looked; a box without a battery starts in the past.
    pub(crate) fn was_set(&mut self, now: Instant) -> bool {
        let expected = self.wall + now.saturating_duration_since(self.steady);
        let seen = Self::new(now);
        let apart = seen.wall.duration_since(expected).unwrap_or_else(|early| early.duration());
        *self = seen;
        apart > Self::DRIFT
    }
}

#[cfg(test)]
mod tests {
    use super::WallClock;
    use std::time::{Duration, Instant};

    #[test]
    fn a_clock_that_is_set_is_noticed_once() {
        let now = Instant::now();
        let mut clock = WallClock::new(now);
        assert!(!clock.was_set(now + Duration::from_secs(1)));
        clock.wall -= Duration::from_secs(3600);
        assert!(clock.was_set(now) && !clock.was_set(now));
    }
}
