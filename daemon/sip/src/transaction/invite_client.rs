//! INVITE client transaction: RFC 3261 17.1.1, with the Accepted state of RFC 6026 7.2.
//!
//! ```text
//!              .-A: send INVITE again-.
//!              v                      |
//!   request > Calling ----------------'----B, unreachable----------> Terminated
//!              |  |  '-------300-699: ACK, tell--------.
//!             1xx '----------2xx: tell------------.    |
//!              v                                  |    |
//!        .> Proceeding ---2xx: tell---------------|    |
//!      1xx --'  |  |  '---300-699: ACK, tell------|----|
//!               |  '--C: cancel it                |    |
//!        CANCEL sent                              v    v
//!               v                           Accepted  Completed
//!           Cancelling ---2xx / 300-699 ------^   ^     |    |
//!               |                             2xx: tell |  300-699: ACK
//!               '--32 s silence--> Terminated     M     D
//!                                                 '-----'--> Terminated
//! ```
//!
//! Cancelling is Proceeding after the CANCEL left (RFC 3261 9.1). Timer C is the one of a proxy (16.8):
//! a back-to-back user agent rings on behalf of somebody else as well.

use super::sent::Action;
use super::timer::{GIVE_UP, LONGEST_RING, Timer, Timers};
use crate::flow::Transport;
use std::time::Instant;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum State {
    /// The INVITE left; nothing came back.
    Calling,
    /// Somebody works on it.
    Proceeding,
    /// The CANCEL left; the last word is awaited.
    Cancelling,
    /// Refused; copies of the refusal are acknowledged again.
    Completed,
    /// Taken; more phones behind a fork may take it too.
    Accepted,
    /// Gone.
    Terminated,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Input {
    /// A response with this status arrived.
    Response(u16),
    /// A CANCEL was sent for this INVITE.
    Cancelled,
    /// The transport could not deliver.
    Unreachable,
    /// A timer fired.
    Timer(Timer),
}

/// One INVITE sent by us.
#[derive(Debug)]
pub(super) struct InviteClient {
    state: State,
    transport: Transport,
    timers: Timers,
}

impl InviteClient {
    /// The INVITE has just been sent.
    pub(super) fn new(now: Instant, transport: Transport) -> Self {
        let mut timers = Timers::default();
        timers.end(now, Timer::B, GIVE_UP);
        if !transport.reliable() {
            timers.repeat(now, Timer::A);
        }
        Self { state: State::Calling, transport, timers }
    }

    pub(super) fn state(&self) -> State {
        self.state
    }

    pub(super) fn handle(&mut self, now: Instant, input: Input) -> Action {
        use State::{Accepted, Calling, Cancelling, Completed, Proceeding, Terminated};
        match (self.state, input) {
            (Calling, Input::Timer(Timer::A)) => {
                self.timers.back_off(now, Timer::A, GIVE_UP);
                Action::Resend
            }
            (Calling, Input::Response(100..=199)) | (Proceeding, Input::Response(101..=199)) => {
                self.enter(Proceeding);
                self.timers.end(now, Timer::C, LONGEST_RING);
                Action::Tell
            }
            (Proceeding, Input::Response(100)) | (Cancelling, Input::Response(100..=199)) => Action::Tell,
            (Proceeding, Input::Timer(Timer::C)) => Action::Cancel,
            (Proceeding, Input::Cancelled) => {
                self.enter(Cancelling);
                self.timers.end(now, Timer::Cancelled, GIVE_UP);
                Action::Nothing
            }
            (Calling | Proceeding | Cancelling, Input::Response(200..=299)) => {
                self.enter(Accepted);
                self.timers.end(now, Timer::M, GIVE_UP);
                Action::Tell
            }
            (Calling | Proceeding | Cancelling, Input::Response(_)) => {
                self.complete(now);
                Action::TellAndAcknowledge
            }
            (Completed, Input::Response(300..)) => Action::Acknowledge,
            (Accepted, Input::Response(200..=299)) => Action::Tell,
            (Calling, Input::Timer(Timer::B)) | (Cancelling, Input::Timer(Timer::Cancelled)) => {
                self.enter(Terminated);
                Action::TimedOut
            }
            (Calling | Proceeding | Cancelling, Input::Unreachable) => {
                self.enter(Terminated);
                Action::Unreachable
            }
            (Completed, Input::Timer(Timer::D)) | (Accepted, Input::Timer(Timer::M)) => {
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
            self.timers.end(now, Timer::D, GIVE_UP);
        }
    }

    fn enter(&mut self, state: State) {
        self.timers.stop();
        self.state = state;
    }
}

#[cfg(test)]
mod tests {
    use super::{Action, Input, InviteClient, State, Timer};
    use crate::flow::Transport;
    use crate::transaction::tests::start;

    const STATES: [State; 6] = [
        State::Calling,
        State::Proceeding,
        State::Cancelling,
        State::Completed,
        State::Accepted,
        State::Terminated,
    ];
    const INPUTS: [Input; 13] = [
        Input::Response(100),
        Input::Response(180),
        Input::Response(200),
        Input::Response(302),
        Input::Response(603),
        Input::Cancelled,
        Input::Unreachable,
        Input::Timer(Timer::A),
        Input::Timer(Timer::B),
        Input::Timer(Timer::C),
        Input::Timer(Timer::D),
        Input::Timer(Timer::M),
        Input::Timer(Timer::Cancelled),
    ];

    /// What every input does in a state; `(state, Nothing)` is "stays, silently".
    #[rustfmt::skip]
    fn table(state: State) -> [(State, Action); 13] {
        use Action::{Acknowledge, Cancel, Nothing, Resend, Tell, TellAndAcknowledge as Refused, TimedOut, Unreachable};
        use State::{Accepted, Calling, Cancelling, Completed, Proceeding, Terminated};
        let stay = (state, Nothing);
        match state {
            //           100, 180, 200, 302, 603, cancelled, unreachable, A, B, C, D, M, cancel unanswered
            Calling => [(Proceeding, Tell), (Proceeding, Tell), (Accepted, Tell), (Completed, Refused), (Completed, Refused),
                stay, (Terminated, Unreachable), (Calling, Resend), (Terminated, TimedOut), stay, stay, stay, stay],
            Proceeding => [(Proceeding, Tell), (Proceeding, Tell), (Accepted, Tell), (Completed, Refused), (Completed, Refused),
                (Cancelling, Nothing), (Terminated, Unreachable), stay, stay, (Proceeding, Cancel), stay, stay, stay],
            Cancelling => [(Cancelling, Tell), (Cancelling, Tell), (Accepted, Tell), (Completed, Refused), (Completed, Refused),
                stay, (Terminated, Unreachable), stay, stay, stay, stay, stay, (Terminated, TimedOut)],
            Completed => [stay, stay, stay, (Completed, Acknowledge), (Completed, Acknowledge),
                stay, stay, stay, stay, stay, (Terminated, Nothing), stay, stay],
            Accepted => [stay, stay, (Accepted, Tell), stay, stay,
                stay, stay, stay, stay, stay, stay, (Terminated, Nothing), stay],
            Terminated => [stay; 13],
        }
    }

    #[test]
    fn every_input_in_every_state() {
        for state in STATES {
            for (input, expected) in INPUTS.into_iter().zip(table(state)) {
                let mut machine = InviteClient { state, ..InviteClient::new(start(), Transport::Udp) };
                let action = machine.handle(start(), input);
                assert_eq!((machine.state, action), expected, "{state:?} + {input:?}");
            }
        }
    }

    #[test]
    fn a_connection_neither_repeats_nor_lingers() {
        let mut machine = InviteClient::new(start(), Transport::Tcp);
        assert_eq!(machine.next_deadline(), Some(start() + super::GIVE_UP));
        machine.handle(start(), Input::Response(486));
        assert_eq!((machine.state, machine.next_deadline()), (State::Terminated, None));
    }
}
