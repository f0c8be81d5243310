//! Client transaction of every method but INVITE and ACK: RFC 3261 17.1.2.
//!
//! ```text
//!   request > Trying ----1xx: tell----> Proceeding <-- 1xx: tell
//!             |  |  '-E: send again       |  |  '-E: send again, every T2
//!             |  '----200-699: tell---.   |  '--F, unreachable--> Terminated
//!             |                       v   v
//!             '--F, unreachable--.   Completed --K--> Terminated
//!                                '-> Terminated
//! ```

use super::sent::Action;
use super::timer::{GIVE_UP, T2, T4, Timer, Timers};
use crate::flow::Transport;
use std::time::Instant;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum State {
    /// The request left; nothing came back.
    Trying,
    /// Somebody works on it.
    Proceeding,
    /// Answered; copies of the answer are swallowed.
    Completed,
    /// Gone.
    Terminated,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Input {
    /// A response with this status arrived.
    Response(u16),
    /// The transport could not deliver.
    Unreachable,
    /// A timer fired.
    Timer(Timer),
}

/// One request sent by us.
#[derive(Debug)]
pub(super) struct Client {
    state: State,
    transport: Transport,
    timers: Timers,
}

impl Client {
    /// The request has just been sent.
    pub(super) fn new(now: Instant, transport: Transport) -> Self {
        let mut timers = Timers::default();
        timers.end(now, Timer::F, GIVE_UP);
        if !transport.reliable() {
            timers.repeat(now, Timer::E);
        }
        Self { state: State::Trying, transport, timers }
    }

    pub(super) fn state(&self) -> State {
        self.state
    }

    pub(super) fn handle(&mut self, now: Instant, input: Input) -> Action {
        use State::{Completed, Proceeding, Terminated, Trying};
        match (self.state, input) {
            (Trying, Input::Timer(Timer::E)) => {
                self.timers.back_off(now, Timer::E, T2);
                Action::Resend
            }
            (Proceeding, Input::Timer(Timer::E)) => {
                self.timers.slow_down(now, Timer::E);
                Action::Resend
            }
            (Trying | Proceeding, Input::Response(100..=199)) => {
                self.state = Proceeding;
                Action::Tell
            }
            (Trying | Proceeding, Input::Response(_)) => {
                self.complete(now);
                Action::Tell
            }
            (Trying | Proceeding, Input::Timer(Timer::F)) => {
                self.enter(Terminated);
                Action::TimedOut
            }
            (Trying | Proceeding, Input::Unreachable) => {
                self.enter(Terminated);
                Action::Unreachable
            }
            (Completed, Input::Timer(Timer::K)) => {
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
            self.timers.end(now, Timer::K, T4);
        }
    }

    fn enter(&mut self, state: State) {
        self.timers.stop();
        self.state = state;
    }
}

#[cfg(test)]
mod tests {
    use super::{Action, Client, Input, State, Timer};
    use crate::flow::Transport;
    use crate::transaction::tests::start;

    const STATES: [State; 4] = [State::Trying, State::Proceeding, State::Completed, State::Terminated];
    const INPUTS: [Input; 7] = [
        Input::Response(100),
        Input::Response(200),
        Input::Response(404),
        Input::Unreachable,
        Input::Timer(Timer::E),
        Input::Timer(Timer::F),
        Input::Timer(Timer::K),
    ];

    /// What every input does in a state; `(state, Nothing)` is "stays, silently".
    #[rustfmt::skip]
    fn table(state: State) -> [(State, Action); 7] {
        use Action::{Nothing, Resend, Tell, TimedOut, Unreachable};
        use State::{Completed, Proceeding, Terminated, Trying};
        let stay = (state, Nothing);
        match state {
            //          100, 200, 404, unreachable, E, F, K
            Trying => [(Proceeding, Tell), (Completed, Tell), (Completed, Tell),
                (Terminated, Unreachable), (Trying, Resend), (Terminated, TimedOut), stay],
            Proceeding => [(Proceeding, Tell), (Completed, Tell), (Completed, Tell),
                (Terminated, Unreachable), (Proceeding, Resend), (Terminated, TimedOut), stay],
            Completed => [stay, stay, stay, stay, stay, stay, (Terminated, Nothing)],
            Terminated => [stay; 7],
        }
    }

    #[test]
    fn every_input_in_every_state() {
        for state in STATES {
            for (input, expected) in INPUTS.into_iter().zip(table(state)) {
                let mut machine = Client { state, ..Client::new(start(), Transport::Udp) };
                let action = machine.handle(start(), input);
                assert_eq!((machine.state, action), expected, "{state:?} + {input:?}");
            }
        }
    }

    #[test]
    fn a_connection_neither_repeats_nor_lingers() {
        let mut machine = Client::new(start(), Transport::Tls);
        assert_eq!(machine.next_deadline(), Some(start() + super::GIVE_UP));
        machine.handle(start(), Input::Response(200));
        assert_eq!((machine.state, machine.next_deadline()), (State::Terminated, None));
    }
}
