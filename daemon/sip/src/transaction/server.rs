//! Server transaction of every method but INVITE and ACK: RFC 3261 17.2.2.
//!
//! ```text
//!   request > Trying --1xx of the user: send--> Proceeding <-- 1xx: send; request: last answer again
//!               |  |                              |   |
//!               |  '--200-699: send--.  .---------'   '--32 s: forgotten--> Terminated
//!               |                    v  v
//!        32 s: forgotten          Completed <-- request: answer again
//!               v                    |
//!           Terminated               '--J--> Terminated
//! ```

use super::received::Action;
use super::timer::{GIVE_UP, Timer, Timers};
use crate::flow::Transport;
use std::time::Instant;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum State {
    /// The request is here; no answer yet.
    Trying,
    /// We said that we work on it.
    Proceeding,
    /// Answered; copies of the request get the same answer.
    Completed,
    /// Gone.
    Terminated,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Input {
    /// A copy of the request arrived.
    Request,
    /// The user answers with this status.
    Answer(u16),
    /// A timer fired.
    Timer(Timer),
}

/// One request received by us.
#[derive(Debug)]
pub(super) struct Server {
    state: State,
    transport: Transport,
    timers: Timers,
}

impl Server {
    /// The request has just arrived.
    pub(super) fn new(now: Instant, transport: Transport) -> Self {
        let mut timers = Timers::default();
        timers.end(now, Timer::Forgotten, GIVE_UP);
        Self { state: State::Trying, transport, timers }
    }

    pub(super) fn state(&self) -> State {
        self.state
    }

    pub(super) fn handle(&mut self, now: Instant, input: Input) -> Action {
        use State::{Completed, Proceeding, Terminated, Trying};
        match (self.state, input) {
            (Trying | Proceeding, Input::Answer(..=199)) => {
                self.state = Proceeding;
                Action::Send
            }
            (Trying | Proceeding, Input::Answer(_)) => {
                self.complete(now);
                Action::Send
            }
            (Proceeding | Completed, Input::Request) => Action::Resend,
            (Trying | Proceeding, Input::Timer(Timer::Forgotten)) | (Completed, Input::Timer(Timer::J)) => {
                self.enter(Terminated);
                Action::Nothing
            }
            _ => Action::Nothing,
        }
    }

    /// Call at or after [`Self::next_deadline`], until that lies in the future.
    pub(super) fn handle_timeout(&mut self, now: Instant) -> Action {
        self.timers.take_due(now).map_or(Action::Nothing, |timer| self.handle(now, Input::Timer(timer)))
    }

    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.timers.next_deadline()
    }

    fn complete(&mut self, now: Instant) {
        if self.transport.reliable() {
            self.enter(State::Terminated);
        } else {
            self.enter(State::Completed);
            self.timers.end(now, Timer::J, GIVE_UP);
        }
    }

    fn enter(&mut self, state: State) {
        self.timers.stop();
        self.state = state;
    }
}

#[cfg(test)]
mod tests {
    use super::{Action, Input, Server, State, Timer};
    use crate::flow::Transport;
    use crate::transaction::tests::start;

    const STATES: [State; 4] = [State::Trying, State::Proceeding, State::Completed, State::Terminated];
    const INPUTS: [Input; 5] = [
        Input::Request,
        Input::Answer(100),
        Input::Answer(200),
        Input::Timer(Timer::J),
        Input::Timer(Timer::Forgotten),
    ];

    /// What every input does in a state; `(state, Nothing)` is "stays, silently".
    #[rustfmt::skip]
    fn table(state: State) -> [(State, Action); 5] {
        use Action::{Nothing, Resend, Send};
        use State::{Completed, Proceeding, Terminated, Trying};
        let stay = (state, Nothing);
        let end = (Terminated, Nothing);
        match state {
            //              request, 100, 200, J, forgotten
            Trying => [stay, (Proceeding, Send), (Completed, Send), stay, end],
            Proceeding => [(Proceeding, Resend), (Proceeding, Send), (Completed, Send), stay, end],
            Completed => [(Completed, Resend), stay, stay, end, stay],
            Terminated => [stay; 5],
        }
    }

    #[test]
    fn every_input_in_every_state() {
        for state in STATES {
            for (input, expected) in INPUTS.into_iter().zip(table(state)) {
                let mut machine = Server { state, ..Server::new(start(), Transport::Udp) };
                let action = machine.handle(start(), input);
                assert_eq!((machine.state, action), expected, "{state:?} + {input:?}");
            }
        }
    }

    #[test]
    fn a_connection_needs_no_memory_of_the_answer() {
        let mut machine = Server::new(start(), Transport::Wss);
        machine.handle(start(), Input::Answer(200));
        assert_eq!((machine.state, machine.next_deadline()), (State::Terminated, None));
    }
}
