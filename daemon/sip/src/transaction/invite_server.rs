//! INVITE server transaction: RFC 3261 17.2.1, with the Accepted state of RFC 6026 7.1.
//!
//! ```text
//!             .-INVITE: last provisional again
//!             v
//!   INVITE > Proceeding <-- 1xx of the user: send
//!             |      |
//!            2xx  300-699 of the user: send
//!             |      '------------> Completed <-- INVITE, G: send again
//!             v                      |     '--H--> Terminated (the peer never acknowledged)
//!          Accepted <-- 2xx again   ACK
//!             |  |  '-L--> Terminated, the user is told: no ACK
//!             |  '-ACK: tell         v
//!   user: acknowledged              Confirmed --I--> Terminated
//!             v
//!         Acknowledged <-- ACK: tell
//!             '--L--> Terminated
//! ```
//!
//! Accepted and Acknowledged are the one Accepted of RFC 6026. It is split because sending the 2xx again
//! until the ACK, the duty of the transaction's user (RFC 3261 13.3.1.4), is done here on its behalf.

use super::received::Action;
use super::timer::{GIVE_UP, T2, T4, Timer, Timers};
use crate::flow::Transport;
use std::time::Instant;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum State {
    /// The phone asked; no final answer yet.
    Proceeding,
    /// We took the call and wait for the ACK.
    Accepted,
    /// The dialog has its ACK; late copies of the INVITE are swallowed.
    Acknowledged,
    /// We refused and wait for the ACK.
    Completed,
    /// The ACK of the refusal came; late copies are swallowed.
    Confirmed,
    /// Gone.
    Terminated,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Input {
    /// A copy of the INVITE arrived.
    Request,
    /// An ACK with the branch of the INVITE arrived.
    Ack,
    /// The user answers with this status.
    Answer(u16),
    /// The user matched the ACK of the 2xx to its dialog.
    Acknowledged,
    /// A timer fired.
    Timer(Timer),
}

/// One INVITE received by us.
#[derive(Debug)]
pub(super) struct InviteServer {
    state: State,
    transport: Transport,
    timers: Timers,
}

impl InviteServer {
    /// The INVITE has just arrived.
    pub(super) fn new(transport: Transport) -> Self {
        Self { state: State::Proceeding, transport, timers: Timers::default() }
    }

    pub(super) fn state(&self) -> State {
        self.state
    }

    pub(super) fn handle(&mut self, now: Instant, input: Input) -> Action {
        use State::{Accepted, Acknowledged, Completed, Confirmed, Proceeding, Terminated};
        match (self.state, input) {
            (Proceeding, Input::Answer(..=199)) => Action::Send,
            (Proceeding, Input::Answer(200..=299)) => {
                self.enter(Accepted);
                self.timers.repeat(now, Timer::Success);
                self.timers.end(now, Timer::L, GIVE_UP);
                Action::Send
            }
            (Proceeding, Input::Answer(_)) => {
                self.refuse(now);
                Action::Send
            }
            (Proceeding | Completed, Input::Request) => Action::Resend,
            (Accepted, Input::Timer(timer @ Timer::Success))
            | (Completed, Input::Timer(timer @ Timer::G)) => {
                self.timers.back_off(now, timer, T2);
                Action::Resend
            }
            (Accepted | Acknowledged, Input::Ack) => Action::Tell,
            (Accepted, Input::Acknowledged) => {
                self.state = Acknowledged;
                self.timers.stop_repeating();
                Action::Nothing
            }
            (Completed, Input::Ack) => {
                self.confirm(now);
                Action::Nothing
            }
            (Accepted, Input::Timer(Timer::L)) => {
                self.enter(Terminated);
                Action::Unacknowledged
            }
            (Completed, Input::Timer(Timer::H))
            | (Confirmed, Input::Timer(Timer::I))
            | (Acknowledged, Input::Timer(Timer::L)) => {
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

    fn refuse(&mut self, now: Instant) {
        self.enter(State::Completed);
        self.timers.end(now, Timer::H, GIVE_UP);
        if !self.transport.reliable() {
            self.timers.repeat(now, Timer::G);
        }
    }

    fn confirm(&mut self, now: Instant) {
        if self.transport.reliable() {
            self.enter(State::Terminated);
        } else {
            self.enter(State::Confirmed);
            self.timers.end(now, Timer::I, T4);
        }
    }

    fn enter(&mut self, state: State) {
        self.timers.stop();
        self.state = state;
    }
}

#[cfg(test)]
mod tests {
    use super::{Action, Input, InviteServer, State, Timer};
    use crate::flow::Transport;
    use crate::transaction::tests::start;

    const STATES: [State; 6] = [
        State::Proceeding,
        State::Accepted,
        State::Acknowledged,
        State::Completed,
        State::Confirmed,
        State::Terminated,
    ];
    const INPUTS: [Input; 11] = [
        Input::Request,
        Input::Ack,
        Input::Answer(180),
        Input::Answer(200),
        Input::Answer(486),
        Input::Acknowledged,
        Input::Timer(Timer::G),
        Input::Timer(Timer::H),
        Input::Timer(Timer::I),
        Input::Timer(Timer::L),
        Input::Timer(Timer::Success),
    ];

    /// What every input does in a state; `(state, Nothing)` is "stays, silently".
    #[rustfmt::skip]
    fn table(state: State) -> [(State, Action); 11] {
        use Action::{Nothing, Resend, Send, Tell, Unacknowledged};
        use State::{Accepted, Acknowledged, Completed, Confirmed, Proceeding, Terminated};
        let stay = (state, Nothing);
        let end = (Terminated, Nothing);
        match state {
            //              INVITE, ACK, 180, 200, 486, acknowledged, G, H, I, L, 2xx again
            Proceeding => [(Proceeding, Resend), stay, (Proceeding, Send), (Accepted, Send), (Completed, Send),
                stay, stay, stay, stay, stay, stay],
            Accepted => [stay, (Accepted, Tell), stay, stay, stay,
                (Acknowledged, Nothing), stay, stay, stay, (Terminated, Unacknowledged), (Accepted, Resend)],
            Acknowledged => [stay, (Acknowledged, Tell), stay, stay, stay, stay, stay, stay, stay, end, stay],
            Completed => [(Completed, Resend), (Confirmed, Nothing), stay, stay, stay,
                stay, (Completed, Resend), end, stay, stay, stay],
            Confirmed => [stay, stay, stay, stay, stay, stay, stay, stay, end, stay, stay],
            Terminated => [stay; 11],
        }
    }

    #[test]
    fn every_input_in_every_state() {
        for state in STATES {
            for (input, expected) in INPUTS.into_iter().zip(table(state)) {
                let mut machine = InviteServer { state, ..InviteServer::new(Transport::Udp) };
                let action = machine.handle(start(), input);
                assert_eq!((machine.state, action), expected, "{state:?} + {input:?}");
            }
        }
    }

    #[test]
    fn on_a_connection_a_refusal_is_said_once_but_an_acceptance_is_repeated() {
        let mut refused = InviteServer::new(Transport::Tcp);
        refused.handle(start(), Input::Answer(486));
        assert_eq!(refused.next_deadline(), Some(start() + super::GIVE_UP));
        refused.handle(start(), Input::Ack);
        assert_eq!((refused.state, refused.next_deadline()), (State::Terminated, None));

        let mut accepted = InviteServer::new(Transport::Tcp);
        accepted.handle(start(), Input::Answer(200));
        assert_eq!(accepted.next_deadline(), Some(start() + crate::transaction::timer::T1));
    }
}
