//! Waiting for an event instead of for time to pass.

use std::{
    fmt::Debug,
    sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    time::{Duration, Instant},
};

/// How long anything that must happen may take on a loaded machine before the journey gives up.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Events in the order in which they arrived; each is seen by exactly one [`Feed::wait`].
#[derive(Debug)]
pub struct Feed<T> {
    name: String,
    arriving: Receiver<T>,
    waiting: Vec<T>,
}

impl<T: Debug> Feed<T> {
    /// A feed called `name` in messages, and the end that fills it.
    #[must_use]
    pub fn new(name: &str) -> (Sender<T>, Self) {
        let (sender, arriving) = channel();
        (sender, Self { name: name.to_owned(), arriving, waiting: Vec::new() })
    }

    /// The first event that `pick` accepts, taken out of the feed; earlier ones stay for later waits.
    /// Panics after [`PATIENCE`], naming `what` was awaited and everything that came instead.
    pub fn wait<R>(&mut self, what: &str, pick: impl FnMut(&T) -> Option<R>) -> R {
        match self.within(PATIENCE, pick) {
            Some(found) => found,
            None => panic!("{}: waited in vain for {what}; came instead: {:#?}", self.name, self.waiting),
        }
    }

    /// Like [`Feed::wait`], but `None` when nothing fitting came within `limit`.
    pub fn within<R>(&mut self, limit: Duration, mut pick: impl FnMut(&T) -> Option<R>) -> Option<R> {
        let position = self.waiting.iter().position(|event| pick(event).is_some());
        if let Some(position) = position {
            return pick(&self.waiting.remove(position));
        }
        let end = Instant::now() + limit;
        loop {
            match self.arriving.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(event) => match pick(&event) {
                    Some(found) => return Some(found),
                    None => self.waiting.push(event),
                },
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return None,
            }
        }
    }

    /// Everything that arrived and was not awaited, taken out.
    pub fn rest(&mut self) -> Vec<T> {
        self.waiting.extend(self.arriving.try_iter());
        std::mem::take(&mut self.waiting)
    }
}

/// Asks until the answer is there, for things that cannot tell by themselves.
/// Panics after [`PATIENCE`], naming `what`.
pub fn until<R>(what: &str, ask: impl FnMut() -> Option<R>) -> R {
    until_within(PATIENCE, what, ask)
}

/// The same for what takes longer by its nature.
pub fn until_within<R>(limit: Duration, what: &str, mut ask: impl FnMut() -> Option<R>) -> R {
    let end = Instant::now() + limit;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < end, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
