//! A request we received and hold, with the machine that looks after it.

use super::table::Transaction;
use super::{invite_server, invite_server::InviteServer, server, server::Server};
use crate::flow::Flow;
use bytes::Bytes;
use std::time::Instant;

/// What a server machine wants done.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Action {
    Nothing,
    /// Keep the answer and send it.
    Send,
    /// Send the kept answer again.
    Resend,
    /// Hand the ACK to the user.
    Tell,
    /// Tell the user that its 2xx was never acknowledged.
    Unacknowledged,
}

/// One request of a peer in our hands.
#[derive(Debug)]
pub(super) struct Received {
    pub(super) flow: Flow,
    /// The last answer; emptied once nobody can ask for it any more.
    pub(super) answer: Bytes,
    /// The same request over another path has this number (RFC 3261 8.2.2.2); none inside a dialog.
    pub(super) twin: Option<u64>,
    cancelled: bool,
    machine: Machine,
}

#[derive(Debug)]
enum Machine {
    Invite(InviteServer),
    Other(Server),
}

impl Received {
    pub(super) fn invite(flow: Flow, twin: Option<u64>) -> Self {
        let machine = Machine::Invite(InviteServer::new(flow.transport));
        Self { flow, answer: Bytes::new(), twin, cancelled: false, machine }
    }

    pub(super) fn other(now: Instant, flow: Flow, twin: Option<u64>) -> Self {
        let machine = Machine::Other(Server::new(now, flow.transport));
        Self { flow, answer: Bytes::new(), twin, cancelled: false, machine }
    }

    pub(super) fn copy(&mut self, now: Instant) -> Action {
        match &mut self.machine {
            Machine::Invite(machine) => machine.handle(now, invite_server::Input::Request),
            Machine::Other(machine) => machine.handle(now, server::Input::Request),
        }
    }

    pub(super) fn answer(&mut self, now: Instant, status: u16) -> Action {
        match &mut self.machine {
            Machine::Invite(machine) => machine.handle(now, invite_server::Input::Answer(status)),
            Machine::Other(machine) => machine.handle(now, server::Input::Answer(status)),
        }
    }

    pub(super) fn ack(&mut self, now: Instant) -> Action {
        self.tell_invite(now, invite_server::Input::Ack)
    }

    pub(super) fn acknowledged(&mut self, now: Instant) -> Action {
        self.tell_invite(now, invite_server::Input::Acknowledged)
    }

    /// True for the first CANCEL that still finds the INVITE unanswered.
    pub(super) fn cancel(&mut self) -> bool {
        let open = matches!(&self.machine, Machine::Invite(machine) if machine.state() == invite_server::State::Proceeding);
        open && !std::mem::replace(&mut self.cancelled, true)
    }

    pub(super) fn handle_timeout(&mut self, now: Instant) -> Action {
        match &mut self.machine {
            Machine::Invite(machine) => machine.handle_timeout(now),
            Machine::Other(machine) => machine.handle_timeout(now),
        }
    }

    /// Forgets the answer once it can no longer be asked for.
    pub(super) fn shed(&mut self) {
        use invite_server::State::{Acknowledged, Confirmed};
        if matches!(&self.machine, Machine::Invite(machine) if matches!(machine.state(), Acknowledged | Confirmed))
        {
            self.answer = Bytes::new();
        }
    }

    fn tell_invite(&mut self, now: Instant, input: invite_server::Input) -> Action {
        match &mut self.machine {
            Machine::Invite(machine) => machine.handle(now, input),
            Machine::Other(_) => Action::Nothing,
        }
    }
}

impl Transaction for Received {
    fn next_deadline(&self) -> Option<Instant> {
        match &self.machine {
            Machine::Invite(machine) => machine.next_deadline(),
            Machine::Other(machine) => machine.next_deadline(),
        }
    }

    fn over(&self) -> bool {
        match &self.machine {
            Machine::Invite(machine) => machine.state() == invite_server::State::Terminated,
            Machine::Other(machine) => machine.state() == server::State::Terminated,
        }
    }
}
