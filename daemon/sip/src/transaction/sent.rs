//! A request we sent, with the machine that looks after it.

use super::table::Transaction;
use super::{client, client::Client, invite_client, invite_client::InviteClient};
use crate::compose::Request;
use crate::flow::Flow;
use crate::message::Message;
use bytes::Bytes;
use std::time::Instant;

/// What a client machine wants done.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Action {
    Nothing,
    /// Send the request again.
    Resend,
    /// Hand the response to the user.
    Tell,
    /// Hand the refusal of an INVITE to the user and acknowledge it.
    TellAndAcknowledge,
    /// Acknowledge a copy of the refusal.
    Acknowledge,
    /// It has rung for too long: send a CANCEL.
    Cancel,
    /// No answer will come.
    TimedOut,
    /// The request did not get through.
    Unreachable,
}

/// Who wants to know how a request ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Listener {
    /// The user of the layer.
    User,
    /// Nobody: a CANCEL is ours, its answer says nothing.
    Nobody,
}

/// One request of ours under way.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) flow: Flow,
    pub(super) listener: Listener,
    /// What may have to be sent again: the request, then the ACK of its refusal, then nothing.
    pub(super) kept: Bytes,
    /// A CANCEL that waits for the first provisional answer (RFC 3261 9.1).
    pub(super) cancel: Option<Bytes>,
    machine: Machine,
}

#[derive(Debug)]
enum Machine {
    Invite(InviteClient),
    Other(Client),
}

impl Sent {
    pub(super) fn invite(now: Instant, flow: Flow, request: Bytes) -> Self {
        let machine = Machine::Invite(InviteClient::new(now, flow.transport));
        Self { flow, listener: Listener::User, kept: request, cancel: None, machine }
    }

    pub(super) fn other(now: Instant, flow: Flow, request: Bytes, listener: Listener) -> Self {
        let machine = Machine::Other(Client::new(now, flow.transport));
        Self { flow, listener, kept: request, cancel: None, machine }
    }

    /// True for an INVITE without a final answer that nobody has cancelled.
    pub(super) fn can_be_cancelled(&self) -> bool {
        use invite_client::State::{Calling, Proceeding};
        let open = matches!(&self.machine, Machine::Invite(machine) if matches!(machine.state(), Calling | Proceeding));
        open && self.cancel.is_none()
    }

    /// The INVITE was refused: only its ACK may be needed again (RFC 3261 17.1.1.3).
    pub(super) fn keep_ack(&mut self, refusal: &Message<'_>) {
        if let Ok(invite) = Message::parse(&self.kept) {
            let ack = Request::ack(&invite, refusal).build();
            self.kept = ack;
            self.cancel = None;
        }
    }

    pub(super) fn response(&mut self, now: Instant, status: u16) -> Action {
        match &mut self.machine {
            Machine::Invite(machine) => machine.handle(now, invite_client::Input::Response(status)),
            Machine::Other(machine) => machine.handle(now, client::Input::Response(status)),
        }
    }

    pub(super) fn unreachable(&mut self, now: Instant) -> Action {
        match &mut self.machine {
            Machine::Invite(machine) => machine.handle(now, invite_client::Input::Unreachable),
            Machine::Other(machine) => machine.handle(now, client::Input::Unreachable),
        }
    }

    pub(super) fn handle_timeout(&mut self, now: Instant) -> Action {
        match &mut self.machine {
            Machine::Invite(machine) => machine.handle_timeout(now),
            Machine::Other(machine) => machine.handle_timeout(now),
        }
    }

    /// The CANCEL that may leave now; a machine that hands one out has been told of it.
    pub(super) fn take_cancel(&mut self, now: Instant) -> Option<Bytes> {
        let Machine::Invite(machine) = &mut self.machine else { return None };
        if machine.state() != invite_client::State::Proceeding {
            return None;
        }
        let cancel = self.cancel.take()?;
        machine.handle(now, invite_client::Input::Cancelled);
        Some(cancel)
    }

    /// Forgets the request once neither a copy nor a CANCEL of it can be needed any more.
    pub(super) fn shed(&mut self) {
        let done = match &self.machine {
            Machine::Invite(machine) => machine.state() == invite_client::State::Accepted,
            Machine::Other(machine) => machine.state() == client::State::Completed,
        };
        if done {
            self.kept = Bytes::new();
            self.cancel = None;
        }
    }
}

impl Transaction for Sent {
    fn next_deadline(&self) -> Option<Instant> {
        match &self.machine {
            Machine::Invite(machine) => machine.next_deadline(),
            Machine::Other(machine) => machine.next_deadline(),
        }
    }

    fn over(&self) -> bool {
        match &self.machine {
            Machine::Invite(machine) => machine.state() == invite_client::State::Terminated,
            Machine::Other(machine) => machine.state() == client::State::Terminated,
        }
    }
}
