//! The transaction layer: everything between the wire and whoever decides about calls.

mod asking;
mod receiving;

use super::received::Received;
use super::sent::Sent;
use super::table::{Key, Table};
use crate::flow::Flow;
use crate::message::Message;
use crate::seed::Seed;
use bytes::Bytes;
use std::collections::hash_map::RandomState;
use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::time::Instant;

/// A request of a peer that we hold.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ServerKey(Key);

impl ServerKey {
    /// A request that an earlier run has dealt with: nothing is known of it, and nothing is said about it any more.
    pub const DONE: Self = Self(Key::NOWHERE);
}

/// A request of ours that is under way.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ClientKey(Key);

/// What an arriving message means.
#[derive(Debug)]
pub enum Arrival<'m> {
    /// A new request. Nothing is kept until it is answered or taken with [`Transactions::proceed`].
    Request(Message<'m>),
    /// The ACK of a 2xx, or of nothing we know: match it to a dialog, then call [`Transactions::acknowledged`].
    Ack(Message<'m>),
    /// The caller gives up an INVITE that has no final answer yet; answer it 487. The CANCEL has been answered.
    Cancel {
        /// The INVITE.
        invite: ServerKey,
        /// The CANCEL, for its Reason.
        message: Message<'m>,
    },
    /// An answer to a request of ours. Several 2xx for one INVITE are possible: each wants its ACK.
    Response {
        /// The request.
        of: ClientKey,
        /// The answer.
        message: Message<'m>,
    },
    /// A 2xx to an INVITE whose transaction has ended: match it to a dialog and acknowledge it, or hang up.
    Stray(Message<'m>),
    /// A copy, a late answer, or nothing anybody can use.
    Nothing,
}

/// What has to happen outside.
#[derive(Debug)]
pub enum Output {
    /// Send these bytes.
    Send {
        /// Where.
        flow: Flow,
        /// A complete message.
        bytes: Bytes,
    },
    /// Nobody answered this request; treat it as answered 408.
    TimedOut(ClientKey),
    /// This request did not get through; treat it as answered 503.
    Unreachable(ClientKey),
    /// The 2xx to this INVITE was never acknowledged: hang up (RFC 3261 13.3.1.4).
    Unacknowledged(ServerKey),
}

/// Whether a request may be turned away when the box is full.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Priority {
    /// It may.
    Ordinary,
    /// An emergency call: it has [`Limits::reserve`] to itself.
    Emergency,
}

/// How many transactions are kept at most. One takes about 0.5 KiB plus the message it may have to repeat.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Requests received, all peers together; a further one is answered 503.
    pub received: usize,
    /// Requests received from one address; a further one from there is answered 503.
    pub received_per_source: usize,
    /// Requests sent; [`NotSent::Full`] beyond.
    pub sent: usize,
    /// Places beyond the other limits that only emergency calls may take, on each side.
    pub reserve: usize,
}

impl Default for Limits {
    /// Enough for 500 calls a second, half of them from one address.
    fn default() -> Self {
        Self { received: 65_536, received_per_source: 32_768, sent: 65_536, reserve: 256 }
    }
}

/// Why a request was not sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NotSent {
    /// Too many requests of ours are under way.
    #[error("too many requests under way")]
    Full,
    /// Ours: no request, an ACK or CANCEL, or a branch that is missing or in use.
    #[error("not a request that can be sent")]
    Unfit,
}

/// All transactions of the box.
///
/// Hand every message to [`Self::receive`] and act on the [`Arrival`]. After each call of any method, and
/// after [`Self::handle_timeout`], drain [`Self::poll_output`] until it is empty, then sleep until
/// [`Self::next_deadline`]. Keys of ended transactions do no harm.
///
/// A request of ours ends in exactly one of: a final answer as [`Arrival::Response`], [`Output::TimedOut`],
/// [`Output::Unreachable`]. After that its key is silent, except for further 2xx of a forked INVITE.
#[derive(Debug)]
pub struct Transactions {
    limits: Limits,
    sent: Table<Sent>,
    received: Table<Received>,
    sources: HashMap<IpAddr, usize>,
    /// Requests outside dialogs by a hash of what names them, to notice one that arrives twice over different paths.
    twins: HashMap<u64, Key>,
    hash: RandomState,
    /// Makes the tags of answers that are not kept.
    secret: [u64; 2],
    outputs: VecDeque<Output>,
}

impl Transactions {
    /// No transactions yet.
    #[must_use]
    pub fn new(limits: Limits, seed: &mut Seed) -> Self {
        Self {
            limits,
            sent: Table::new(),
            received: Table::new(),
            sources: HashMap::new(),
            twins: HashMap::new(),
            hash: RandomState::new(),
            secret: [seed.number(), seed.number()],
            outputs: VecDeque::new(),
        }
    }

    /// What has to happen next, in order.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When [`Self::handle_timeout`] wants to be called; it may turn out that nothing was due.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Instant> {
        [self.sent.next_deadline(), self.received.next_deadline()].into_iter().flatten().min()
    }

    /// Does what is due: repeats messages, gives up, forgets.
    pub fn handle_timeout(&mut self, now: Instant) {
        while let Some(key) = self.sent.take_due(now) {
            self.wake_sent(now, key);
        }
        while let Some(key) = self.received.take_due(now) {
            self.wake_received(now, key);
        }
    }

    /// Requests received and sent that are in memory now.
    #[must_use]
    pub fn count(&self) -> Count {
        Count { received: self.received.len(), sent: self.sent.len() }
    }

    /// Sends bytes that need no transaction: the ACK of a 2xx, an answer that is made afresh for every copy.
    pub fn send_once(&mut self, flow: Flow, bytes: Bytes) {
        self.outputs.push_back(Output::Send { flow, bytes });
    }
}

/// How many transactions there are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Count {
    /// Requests of peers.
    pub received: usize,
    /// Requests of ours, the CANCELs among them.
    pub sent: usize,
}
