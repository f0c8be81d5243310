//! Registrations that hold, but whose phones have not been told yet because the store has not confirmed them.

use std::collections::{HashSet, VecDeque};
use std::time::{Duration, Instant};

use bytes::Bytes;
use sip::flow::Flow;
use sip::message::Message;

use crate::wires::Wires;

/// A disk slower than this does not keep a phone from its telephone calls.
const PATIENCE: Duration = Duration::from_secs(2);
/// With this many waiting, the next phone is told at once.
const MOST_WAITING: usize = 4096;

/// Answers held back, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    ticket: u64,
    waiting: VecDeque<Held>,
    known: HashSet<Request>,
    /// Phones told although nothing was confirmed.
    pub unsaved: u64,
}

#[derive(Debug)]
struct Held {
    ticket: u64,
    since: Instant,
    flow: Flow,
    answer: Bytes,
    request: Request,
}

/// What makes a copy of a request a copy.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Request {
    flow: Flow,
    branch: Box<[u8]>,
}

impl Request {
    pub(crate) fn of(flow: Flow, message: &Message<'_>) -> Self {
        let branch = message.via().and_then(|via| via.branch()).unwrap_or_default();
        Self { flow, branch: branch.into() }
    }
}

impl Pending {
    /// Whether the answer to this very request is being held back, so that a copy of it needs none.
    pub(crate) fn knows(&self, flow: Flow, message: &Message<'_>) -> bool {
        !self.known.is_empty() && self.known.contains(&Request::of(flow, message))
    }

    /// What the last of those waiting waits for.
    pub(crate) fn last_ticket(&self) -> Option<u64> {
        self.waiting.back().map(|held| held.ticket)
    }

    pub(crate) fn next_ticket(&mut self) -> u64 {
        self.ticket += 1;
        self.ticket
    }

    pub(crate) fn hold(
        &mut self,
        now: Instant,
        ticket: u64,
        request: Request,
        answer: Bytes,
        wires: &mut Wires,
    ) {
        let flow = request.flow;
        self.known.insert(request.clone());
        self.waiting.push_back(Held { ticket, since: now, flow, answer, request });
        if self.waiting.len() > MOST_WAITING {
            self.unsaved += 1;
            self.release(wires);
        }
    }

    pub(crate) fn stored(&mut self, up_to: u64, wires: &mut Wires) {
        while self.waiting.front().is_some_and(|held| held.ticket <= up_to) {
            self.release(wires);
        }
    }

    pub(crate) fn overdue(&mut self, now: Instant, wires: &mut Wires) {
        while self.waiting.front().is_some_and(|held| held.since + PATIENCE <= now) {
            self.unsaved += 1;
            self.release(wires);
        }
    }

    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        self.waiting.front().map(|held| held.since + PATIENCE)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    fn release(&mut self, wires: &mut Wires) {
        if let Some(held) = self.waiting.pop_front() {
            self.known.remove(&held.request);
            wires.send(held.flow, held.answer);
        }
    }
}
