//! Whether the provider still hears us: whatever it answers says so, and where it has said nothing, an OPTIONS asks (RFC 3261 11).
//!
//! ```text
//!            due: ask              answered, or anything else heard
//!   Resting ─────────> Asked ───────────────────────────────────────> Resting, again in 4 s
//!      ^                │ silent for 2 s, or 404, or 5xx
//!      │                └──> asked again; the second time in a row: lost
//!      ├ anything heard: the next question is put off
//!      └ hurry: a call on it fell silent. Asked with 1.2 s to answer, once: lost without
//!
//!   Asked twice, and never answered before ──> Doubted: a line registers anew ── 2 s of silence ──> lost
//!                                                 └─ anything heard ──> Resting: it takes no questions
//!
//!   It takes no questions: Resting ─ due ─> Doubted: a line registers anew ── 2 s ──> another one ── 2 s ──> lost
//! ```
//!
//! One probe serves a way, however many lines share it, so that silence is noticed 8 s after the last word at most. Who takes no
//! questions is told by lines that register in turn, each seldom, so that the more there are the sooner it is noticed.

use std::time::{Duration, Instant};

use super::WhyDown;

/// Before the first question, so that it is soon known whether they are answered.
const FIRST: Duration = Duration::from_secs(2);
/// After the provider was last heard.
const EVERY: Duration = Duration::from_secs(4);
/// How often one is asked that keeps silent to questions while it takes registrations: as often as the cloud asks us. No line of
/// ours proves it more often either.
pub(super) const SELDOM: Duration = Duration::from_secs(30);
/// How long the provider may take; a question over UDP is repeated twice in this time.
const PATIENCE: Duration = Duration::from_secs(2);
/// The same while somebody hears nothing.
const HURRIED: Duration = Duration::from_millis(1_200);

/// How often a provider may be asked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Pace {
    Usual,
    /// It does not like questions.
    Seldom,
}

/// What happened.
#[derive(Clone, Copy, Debug)]
pub(super) enum Told {
    /// The time came that [`Probe::due`] names.
    Due,
    /// The answer has this status.
    Answered(u16),
    /// Something else was heard that says it is well.
    Heard,
    /// A call on this way hears nothing any more.
    Hurry,
    /// Somebody wants to know how long an answer takes.
    Measure,
    /// No line may register anew before then.
    Unproved(Instant),
}

/// What is to be done about it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Deed {
    /// Nothing before [`Probe::due`].
    Rest,
    /// Send OPTIONS.
    Ask,
    /// It hears us, and will have nothing more to do with us: the lines find out whether that is meant for them.
    Renew,
    /// It never answered a question: one line registers anew, which nobody leaves unanswered who is there.
    Prove,
    /// The same, where no questions are answered: a line whose turn it is.
    ProveInTurn,
    /// Nobody hears us there.
    Lost(WhyDown),
}

/// The questions over one way.
#[derive(Debug)]
pub(super) struct Probe {
    state: State,
    due: Instant,
    pace: Pace,
    /// It leaves questions unanswered and takes registrations.
    unasked: bool,
    failed: u8,
    /// What an OPTIONS was last answered; who never answers any is not missed.
    answers: Option<u16>,
    /// When the question under way was sent.
    asked: Instant,
    round_trip: Option<Duration>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    Resting,
    Asked,
    Hurried,
    /// Nobody has ever answered a question here: a registration under way tells.
    Doubted,
}

impl Probe {
    pub(super) fn new(now: Instant, pace: Pace) -> Self {
        let (due, unasked) = (now + FIRST, pace == Pace::Seldom);
        let (answers, round_trip) = (None, None);
        Self { state: State::Resting, due, pace, unasked, failed: 0, answers, asked: now, round_trip }
    }

    /// How long the answer to the last question took. One that had to be repeated on the way counts from the first time.
    pub(super) fn round_trip(&self) -> Option<Duration> {
        self.round_trip
    }

    pub(super) fn due(&self) -> Instant {
        self.due
    }

    pub(super) fn tell(&mut self, now: Instant, told: Told) -> Deed {
        if self.unasked {
            return self.tell_unasked(now, told);
        }
        match (self.state, told) {
            (State::Resting, Told::Due | Told::Measure) => self.ask(now, State::Asked),
            (State::Resting | State::Asked, Told::Hurry) => self.ask(now, State::Hurried),
            (State::Hurried, Told::Due) if self.answers.is_some() => self.lost(now, WhyDown::Silent),
            (State::Asked | State::Hurried, Told::Due) => {
                self.failed += 1;
                if self.failed < 2 {
                    return self.ask(now, State::Asked);
                }
                if self.answers.is_some() {
                    return self.lost(now, WhyDown::Silent);
                }
                self.doubt(now, Deed::Prove)
            }
            (State::Doubted, Told::Due) => self.lost(now, WhyDown::Silent),
            (State::Doubted, Told::Heard) => {
                self.unasked = true;
                self.rest(now)
            }
            (State::Asked | State::Hurried | State::Doubted, Told::Answered(status)) => {
                self.answered(now, status)
            }
            // Until it is known whether questions are answered, they are asked.
            (_, Told::Heard) if self.answers.is_none() => Deed::Rest,
            (State::Resting, Told::Heard) if self.failed > 0 => Deed::Rest,
            (_, Told::Heard) => self.rest(now),
            (State::Hurried | State::Doubted, Told::Hurry)
            | (State::Asked | State::Hurried | State::Doubted, Told::Measure)
            | (State::Resting, Told::Answered(_))
            | (_, Told::Unproved(_)) => Deed::Rest,
        }
    }

    /// The same where questions are left unanswered: they are asked now and then, in case that changes, and prove nothing.
    fn tell_unasked(&mut self, now: Instant, told: Told) -> Deed {
        let seldom = now.saturating_duration_since(self.asked) >= SELDOM;
        match (self.state, told) {
            (State::Resting, Told::Measure) => self.ask(now, State::Asked),
            (State::Resting, Told::Due) if seldom => self.ask(now, State::Asked),
            (State::Resting | State::Asked | State::Hurried, Told::Due | Told::Hurry) => {
                self.failed = 1;
                self.doubt(now, Deed::ProveInTurn)
            }
            (State::Doubted, Told::Due) if self.failed < 2 => {
                self.failed = 2;
                self.doubt(now, Deed::ProveInTurn)
            }
            (State::Doubted, Told::Due) => self.lost(now, WhyDown::Silent),
            // The first registration is still being repeated.
            (State::Doubted, Told::Unproved(_)) if self.failed > 1 => Deed::Rest,
            (State::Doubted, Told::Unproved(at)) => {
                self.rest(now);
                self.due = at.max(now);
                Deed::Rest
            }
            (State::Resting, Told::Answered(_)) => Deed::Rest,
            (_, Told::Answered(status)) => {
                self.unasked = self.pace == Pace::Seldom;
                self.answered(now, status)
            }
            (_, Told::Heard) => self.rest(now),
            (_, Told::Hurry | Told::Measure | Told::Unproved(_)) => Deed::Rest,
        }
    }

    fn answered(&mut self, now: Instant, status: u16) -> Deed {
        self.round_trip = Some(now.saturating_duration_since(self.asked));
        let before = self.answers.replace(status);
        if status != 404 && !(500..600).contains(&status) {
            self.rest(now);
            let refuses = status == 403 && before.is_some_and(|before| before != 403);
            return if refuses { Deed::Renew } else { Deed::Rest };
        }
        if self.failed == 0 {
            self.rest(now);
            (self.failed, self.due) = (1, now + PATIENCE);
            return Deed::Rest;
        }
        self.lost(now, WhyDown::Refused(status))
    }

    fn ask(&mut self, now: Instant, as_what: State) -> Deed {
        (self.state, self.asked) = (as_what, now);
        self.due = now + if as_what == State::Hurried { HURRIED } else { PATIENCE };
        Deed::Ask
    }

    fn doubt(&mut self, now: Instant, deed: Deed) -> Deed {
        (self.state, self.due) = (State::Doubted, now + PATIENCE);
        deed
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
