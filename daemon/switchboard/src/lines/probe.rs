//! Whether the provider still hears us: an OPTIONS now and then over every way (RFC 3261 11).
//!
//! ```text
//!            due: ask              answered
//!   Resting ─────────> Asked ──────────────────> Resting, again in 30 s
//!      ^                │ silent for 4 s, or 404, or 5xx
//!      │                └──> asked again; the second time in a row: lost
//!      └ hurry: a call on it fell silent. Asked with 1.2 s to answer, once: lost without
//! ```

use std::time::{Duration, Instant};

use super::WhyDown;

/// Before the first question, so that it is soon known whether they are answered.
const FIRST: Duration = Duration::from_secs(2);
/// Between two questions; also keeps translators open, which forget after 30 s at worst.
const EVERY: Duration = Duration::from_secs(30);
/// How long the provider may take.
const PATIENCE: Duration = Duration::from_secs(4);
/// The same while somebody hears nothing.
const HURRIED: Duration = Duration::from_millis(1_200);

/// What happened.
#[derive(Clone, Copy, Debug)]
pub(super) enum Told {
    /// The time came that [`Probe::due`] names.
    Due,
    /// The answer has this status.
    Answered(u16),
    /// A call on this way hears nothing any more.
    Hurry,
}

/// What is to be done about it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Deed {
    /// Nothing before [`Probe::due`].
    Rest,
    /// Send OPTIONS.
    Ask,
    /// Nobody hears us there.
    Lost(WhyDown),
}

/// The questions over one way.
#[derive(Debug)]
pub(super) struct Probe {
    state: State,
    due: Instant,
    failed: u8,
    /// Whether an OPTIONS was ever answered: who never does is not missed.
    answers: bool,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    Resting,
    Asked,
    Hurried,
}

impl Probe {
    pub(super) fn new(now: Instant) -> Self {
        Self { state: State::Resting, due: now + FIRST, failed: 0, answers: false }
    }

    pub(super) fn due(&self) -> Instant {
        self.due
    }

    pub(super) fn tell(&mut self, now: Instant, told: Told) -> Deed {
        match (self.state, told) {
            (State::Resting, Told::Due) => self.ask(now, State::Asked),
            (State::Resting | State::Asked, Told::Hurry) => self.ask(now, State::Hurried),
            (State::Hurried, Told::Due) if self.answers => self.lost(now, WhyDown::Silent),
            (State::Asked | State::Hurried, Told::Due) => {
                self.failed += 1;
                if self.failed < 2 {
                    return self.ask(now, State::Asked);
                }
                if self.answers { self.lost(now, WhyDown::Silent) } else { self.rest(now) }
            }
            (State::Asked | State::Hurried, Told::Answered(status)) => self.answered(now, status),
            (State::Hurried, Told::Hurry) | (State::Resting, Told::Answered(_)) => Deed::Rest,
        }
    }

    fn answered(&mut self, now: Instant, status: u16) -> Deed {
        self.answers = true;
        if status != 404 && !(500..600).contains(&status) {
            return self.rest(now);
        }
        if self.failed == 0 {
            self.rest(now);
            (self.failed, self.due) = (1, now + PATIENCE);
            return Deed::Rest;
        }
        self.lost(now, WhyDown::Refused(status))
    }

    fn ask(&mut self, now: Instant, as_what: State) -> Deed {
        self.state = as_what;
        self.due = now + if as_what == State::Hurried { HURRIED } else { PATIENCE };
        Deed::Ask
    }

    fn rest(&mut self, now: Instant) -> Deed {
        (self.state, self.due, self.failed) = (State::Resting, now + EVERY, 0);
        Deed::Rest
    }

    fn lost(&mut self, now: Instant, why: WhyDown) -> Deed {
        self.rest(now);
        Deed::Lost(why)
    }
}

#[cfg(test)]
mod tests;
