//! One line as it stands: its machine, its names, and where it is registered.

use std::time::Instant;

use bytes::Bytes;
use sip::digest::Challenge;
use sip::flow::{Flow, Transport};
use sip::locate::{Hop, Standing};
use sip::message::Message;
use sip::seed::Seed;
use sip::transaction::{ClientKey, Priority};

use super::Line;
use super::ask::{self, Asking, Bound, Words};
use super::registration::Registration;
use crate::wires::Wires;

/// How often a password may be asked for in one attempt, if the nonce was too old.
const MOST_TRIES: u8 = 3;

/// One line.
#[derive(Debug)]
pub(super) struct Entry {
    pub line: Line,
    pub registration: Registration,
    pub words: Words,
    pub bound: Option<Bound>,
    pub challenge: Option<Challenge>,
    /// How often the password was asked for in this attempt.
    pub tries: u8,
    pub request: Option<ClientKey>,
    /// The flow and the Contact of the request under way.
    pub asking: Option<(Flow, String)>,
    /// When it last registered to find out whether its provider is there.
    pub proved: Option<Instant>,
    /// Its servers, as last found, and what that leans on.
    pub servers: Vec<Hop>,
    pub standing: Standing,
    /// Its names lead elsewhere, and it is on its way there.
    pub follows: bool,
    /// When it last began to.
    pub followed: Option<Instant>,
    /// Where it was registered before: calls may still be there.
    pub left: Option<Flow>,
}

impl Entry {
    pub(super) fn new(line: Line, registration: Registration, seed: &mut Seed) -> Self {
        Self {
            line,
            registration,
            words: Words::new(seed),
            bound: None,
            challenge: None,
            tries: 0,
            request: None,
            asking: None,
            proved: None,
            servers: Vec::new(),
            standing: Standing::default(),
            follows: false,
            followed: None,
            left: None,
        }
    }

    pub(super) fn compose(
        &mut self,
        now: Instant,
        flow: Flow,
        contact: &str,
        seed: &mut Seed,
        wires: &Wires,
    ) -> Bytes {
        let before = self.bound.as_ref().filter(|bound| bound.until > now && bound.contact != contact);
        let asking = Asking {
            flow,
            contact,
            moved_from: before.map(|bound| bound.contact.as_str()),
            seconds: self.registration.wanted(),
            agent: &wires.agent,
        };
        match self.line.password {
            Some(_) => ask::register(&self.line, &mut self.words, self.challenge.as_mut(), &asking, seed),
            // Each question is one of its own: to some gateways the first one's Call-ID is a call that is over.
            None => ask::options(&self.line, &mut Words::new(seed), &asking, seed),
        }
    }

    /// Whether the provider asks for the password in a way that another attempt can satisfy.
    pub(super) fn takes_challenge(&mut self, refusal: &Message<'_>) -> bool {
        let challenge = Challenge::of(refusal);
        let again = challenge.as_ref().is_some_and(|challenge| self.tries == 0 || challenge.is_stale());
        self.challenge = challenge;
        self.tries += 1;
        again && self.tries <= MOST_TRIES
    }

    /// REGISTER with no time at all (RFC 3261 10.2.2). Nobody waits for the answer.
    pub(super) fn take_back(&mut self, now: Instant, seed: &mut Seed, wires: &mut Wires) {
        let Some(bound) = self.bound.take().filter(|_| self.line.password.is_some()) else { return };
        let asking = Asking {
            flow: bound.flow,
            contact: &bound.contact,
            moved_from: None,
            seconds: 0,
            agent: &wires.agent,
        };
        let bytes = ask::register(&self.line, &mut self.words, self.challenge.as_mut(), &asking, seed);
        let _ = wires.tx.request(now, bound.flow, bytes, Priority::Ordinary);
    }

    /// Whether its provider speaks over this flow: the connection it is registered over, or datagrams from one of its servers.
    pub(super) fn hears(&self, flow: Flow) -> bool {
        let Some(bound) = &self.bound else { return false };
        let same = bound.flow.transport == Transport::Udp && flow.transport == Transport::Udp;
        let server = || self.servers.iter().any(|hop| hop.address.ip() == flow.peer.ip());
        bound.flow == flow || self.left == Some(flow) || (same && server())
    }

    /// Whether it is registered over this flow.
    pub(super) fn is_over(&self, flow: Flow) -> bool {
        self.bound.as_ref().is_some_and(|bound| bound.flow == flow)
    }
}
