//! One call for help, line after line until somebody answers.
//!
//! ```text
//!   attempt ──no 100 in 1.5 s──> next attempt instead
//!      │ ────no 18x in 8 s─────> next attempt beside it (at most two)
//!      │ ────refused───────────> next attempt; busy: next, then the same three times at 1 s
//!      ├──18x──> rings: no more attempts unless it is refused
//!      └──2xx──> connected, the others are cancelled
//!   twice through all lines without an answer ──> the caller hears "use a mobile phone, dial 112"; lines that said 100 may yet ring
//! ```
//!
//! Call a `handle` function, then drain [`Hunt::poll_output`] until it is empty, then ask [`Hunt::next_deadline`].

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use crate::lines::Rung;

mod leg;

pub use leg::{Dress, LegId, Redirect};
use leg::{Leg, Reaction, Try, reaction};

/// Without a 100 for this long the line is given up, so that the next one is tried within a second and a half.
pub const NO_TRYING: Duration = Duration::from_millis(1490);
/// Without ringing for this long the next line is tried beside it.
pub const NO_RINGING: Duration = Duration::from_secs(8);
/// Between two attempts at a busy line.
pub const BUSY_PAUSE: Duration = Duration::from_secs(1);
/// Attempts more at a busy line.
pub const BUSY_AGAIN: usize = 3;
/// Legs at a time.
pub const MOST_LEGS: usize = 2;
/// Times through all lines.
const ROUNDS: usize = 2;

/// What comes in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Input {
    /// 100.
    Trying(LegId),
    /// 180 to 199: it rings, or something is heard.
    Ringing(LegId),
    /// 2xx.
    Answered(LegId),
    /// 300 to 699, or a failure of the transport as 503.
    Refused(LegId, u16),
    /// 3xx with where it leads to.
    Redirected(LegId, Redirect),
    /// There is no such way, or nothing could be sent: nobody was asked.
    Missing(LegId),
    /// The caller hung up.
    CallerGone,
}

/// What is to be done.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Output {
    /// Send an INVITE over this line.
    Call(LegId, Rung, Dress),
    /// Send it again on the same leg with the password.
    Authenticate(LegId),
    /// Send it again on the same leg to where it was redirected.
    Follow(LegId),
    /// Give this leg up.
    Cancel(LegId),
    /// Connect the caller with this leg.
    Connect(LegId, Rung),
    /// Nobody answers: tell the caller to use a mobile phone, and keep telling. The alert says it too.
    Announce,
    /// After that a line rings all the same: tell the caller no longer.
    Wait,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    Hunting,
    Connected(LegId),
    Announcing,
    Over,
}

/// The search for somebody who answers.
#[derive(Debug)]
pub struct Hunt {
    ladder: Arc<[Rung]>,
    todo: VecDeque<Try>,
    legs: Vec<Leg>,
    given_up: Vec<Leg>,
    state: State,
    pause_until: Option<Instant>,
    next_leg: u32,
    outputs: VecDeque<Output>,
}

impl Hunt {
    /// Starts with the first line at once.
    #[must_use]
    pub fn start(now: Instant, ladder: Arc<[Rung]>) -> Self {
        let todo = (0..ROUNDS).flat_map(|_| 0..ladder.len()).map(Try::first).collect();
        let mut hunt = Self {
            ladder,
            todo,
            legs: vec![],
            given_up: vec![],
            state: State::Hunting,
            pause_until: None,
            next_leg: 0,
            outputs: VecDeque::new(),
        };
        hunt.next(now);
        hunt
    }

    /// Something happened on a leg or the caller left.
    pub fn handle(&mut self, now: Instant, input: Input) {
        if matches!(self.state, State::Connected(_) | State::Over) {
            return self.too_late(input);
        }
        match input {
            Input::Trying(id) => self.with(id, |leg| leg.trying_by = None),
            Input::Ringing(id) => self.rings(id),
            Input::Answered(id) => self.answered(id),
            Input::Refused(id, status) => self.refused(now, id, reaction(status)),
            Input::Redirected(id, Redirect::SameTrunk) => self.refused(now, id, Reaction::Follow),
            Input::Redirected(id, Redirect::Elsewhere) => self.refused(now, id, Reaction::Next),
            Input::Missing(id) => self.missing(now, id),
            Input::CallerGone => {
                self.cancel_all();
                self.state = State::Over;
            }
        }
    }

    /// A deadline is reached.
    pub fn handle_timeout(&mut self, now: Instant) {
        if self.state != State::Hunting {
            return;
        }
        let reached = |by: Option<Instant>| by.is_some_and(|by| by <= now);
        let silent: Vec<LegId> =
            self.legs.iter().filter(|leg| reached(leg.trying_by)).map(|leg| leg.id).collect();
        let slow = self.legs.iter().filter(|leg| reached(leg.ringing_by)).count();
        let paused = reached(self.pause_until);
        self.legs.iter_mut().filter(|leg| reached(leg.ringing_by)).for_each(|leg| leg.ringing_by = None);
        silent.iter().for_each(|id| self.give_up(*id));
        if paused {
            self.pause_until = None;
        }
        if !silent.is_empty() || slow > 0 || paused {
            self.next(now);
        }
    }

    /// What is to be done next.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When [`Hunt::handle_timeout`] wants to be called.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Instant> {
        if self.state != State::Hunting {
            return None;
        }
        let legs = self.legs.iter().flat_map(|leg| [leg.trying_by, leg.ringing_by]);
        legs.chain([self.pause_until]).flatten().min()
    }

    /// Starts the next attempt, unless something rings, a pause lasts, or nothing is left.
    fn next(&mut self, now: Instant) {
        if self.state != State::Hunting || self.pause_until.is_some() || self.legs.iter().any(|leg| leg.rang)
        {
            return;
        }
        let Some(attempt) = self.todo.pop_front() else { return self.nothing_left() };
        if attempt.again && !attempt.paused {
            self.todo.push_front(Try { paused: true, ..attempt });
            self.pause_until = Some(now + BUSY_PAUSE);
            return;
        }
        let Some(rung) = self.ladder.get(attempt.rung).cloned() else { return self.nothing_left() };
        if self.legs.len() >= MOST_LEGS
            && let Some(oldest) = self.legs.first().map(|leg| leg.id)
        {
            self.give_up(oldest);
        }
        let id = self.fresh_id();
        self.legs.push(Leg::new(id, attempt, now));
        self.outputs.push_back(Output::Call(id, rung, Dress::Full));
    }

    /// While the last attempts are young the caller waits, then hears that nobody answers; an answer still wins.
    fn nothing_left(&mut self) {
        let hopeful = |leg: &Leg| leg.rang || leg.ringing_by.is_some();
        if !self.legs.iter().any(hopeful) {
            self.state = State::Announcing;
            self.outputs.push_back(Output::Announce);
        }
    }

    /// The first answer wins, also one from a leg that was given up and whose CANCEL came too late.
    fn answered(&mut self, id: LegId) {
        let known = self.legs.iter().chain(&self.given_up).find(|leg| leg.id == id);
        let Some(rung) = known.and_then(|leg| self.ladder.get(leg.attempt.rung)).cloned() else { return };
        self.legs.retain(|leg| leg.id != id);
        self.cancel_all();
        self.state = State::Connected(id);
        self.outputs.push_back(Output::Connect(id, rung));
    }

    fn refused(&mut self, now: Instant, id: LegId, reaction: Reaction) {
        let Some(mut leg) = self.take(id) else { return };
        match reaction {
            Reaction::Authenticate if !leg.authenticated => {
                leg.authenticated = true;
                self.again(now, leg, Output::Authenticate(id));
            }
            Reaction::Follow if !leg.followed => {
                leg.followed = true;
                self.again(now, leg, Output::Follow(id));
            }
            Reaction::Plainer if leg.dress != Dress::Bare => {
                let dress = leg.dress.plainer();
                let Some(rung) = self.ladder.get(leg.attempt.rung).cloned() else { return self.next(now) };
                let plain = Leg { dress, ..Leg::new(self.fresh_id(), leg.attempt, now) };
                let call = Output::Call(plain.id, rung, dress);
                self.again(now, plain, call);
            }
            Reaction::Busy => {
                self.try_again_later(leg.attempt);
                self.next(now);
            }
            Reaction::Next | Reaction::Authenticate | Reaction::Follow | Reaction::Plainer => {
                self.todo.retain(|attempt| !(attempt.again && attempt.rung == leg.attempt.rung));
                self.next(now);
            }
        }
    }

    /// The next attempt instead: a busy line that waits for another to be asked goes on waiting.
    fn missing(&mut self, now: Instant, id: LegId) {
        if self.take(id).is_none() {
            return;
        }
        let first = self.todo.iter().position(|attempt| !attempt.again);
        if let Some(attempt) = first.and_then(|first| self.todo.remove(first)) {
            self.todo.push_front(attempt);
        }
        self.next(now);
    }

    fn again(&mut self, now: Instant, mut leg: Leg, output: Output) {
        leg.wait(now);
        self.legs.push(leg);
        self.outputs.push_back(output);
    }

    /// A busy line comes again behind the next one, three times.
    fn try_again_later(&mut self, attempt: Try) {
        if !attempt.again {
            let behind = self.todo.len().min(1);
            let again = Try { rung: attempt.rung, again: true, paused: false };
            (0..BUSY_AGAIN).for_each(|_| self.todo.insert(behind, again));
        }
    }

    /// An answer nobody waits for any more; a repetition of the one that won is no such answer.
    fn too_late(&mut self, input: Input) {
        if let Input::Answered(id) = input
            && self.state != State::Connected(id)
        {
            self.outputs.push_back(Output::Cancel(id));
        }
    }

    fn rings(&mut self, id: LegId) {
        self.with(id, Leg::rings);
        if self.state == State::Announcing && self.legs.iter().any(|leg| leg.id == id) {
            self.state = State::Hunting;
            self.outputs.push_back(Output::Wait);
        }
    }

    fn with(&mut self, id: LegId, change: impl FnOnce(&mut Leg)) {
        if let Some(leg) = self.legs.iter_mut().find(|leg| leg.id == id) {
            change(leg);
        }
    }

    fn take(&mut self, id: LegId) -> Option<Leg> {
        let at = self.legs.iter().position(|leg| leg.id == id)?;
        Some(self.legs.remove(at))
    }

    fn give_up(&mut self, id: LegId) {
        if let Some(leg) = self.take(id) {
            self.given_up.push(leg);
            self.outputs.push_back(Output::Cancel(id));
        }
    }

    fn cancel_all(&mut self) {
        self.outputs.extend(self.legs.drain(..).map(|leg| Output::Cancel(leg.id)));
    }

    const fn fresh_id(&mut self) -> LegId {
        let id = LegId(self.next_leg);
        self.next_leg = self.next_leg.wrapping_add(1);
        id
    }
}

#[cfg(test)]
mod tests;
