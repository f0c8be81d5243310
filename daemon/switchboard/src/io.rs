//! What the switchboard is told, and what it wants done.

use std::sync::Arc;

use account::{Binding, CallRecord, Snapshot};
use bytes::Bytes;
use sip::flow::Flow;

use crate::register::Ledger;

/// Something happened outside.
#[derive(Debug)]
pub enum Input<'a> {
    /// Bytes arrived that may be a message: a datagram, or one framed message of a stream.
    Message {
        /// The way it came.
        flow: Flow,
        /// All of it.
        bytes: &'a [u8],
    },
    /// A connection closed, or a peer's host says that nobody listens there.
    Closed(Flow),
    /// The relay has something to say.
    Relay(media::relay::Event),
    /// The account as it is from now on.
    Account(Arc<Snapshot>),
    /// Bindings that an earlier run acknowledged.
    Restore(&'a [Binding]),
    /// Every [`Output::Store`] up to this ticket is on disk, or never will be: the phones may hear their answer.
    Stored(u64),
    /// Hang up every call; nobody gets a new one.
    Goodbye,
}

/// Something has to happen outside.
#[derive(Debug)]
pub enum Output {
    /// Send these bytes.
    Send {
        /// The way they go.
        flow: Flow,
        /// A complete message.
        bytes: Bytes,
    },
    /// Tell the relay.
    Relay(media::relay::Command),
    /// Write down, in this order, then say [`Input::Stored`].
    Store {
        /// Grows by one each time.
        ticket: u64,
        /// What.
        ledger: Vec<Ledger>,
    },
    /// A call is over.
    Record(CallRecord),
}
