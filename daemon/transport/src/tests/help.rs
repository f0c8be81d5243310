//! A transport on loopback, a peer that speaks to it, and what the transport told.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use sip::{Flow, ParseError};

use crate::{ConnectFailed, Incoming, Limits, Transport};

/// What [`Incoming`] said, kept.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Told {
    Message(Flow, Vec<u8>),
    AskedAll(Flow, Vec<u8>),
    Malformed(Flow, ParseError, bool),
    Certified(Flow, Vec<String>),
    Closed(Flow),
    Unreachable(Flow),
    Connected(u64, Result<Flow, ConnectFailed>, bool),
}

impl From<Incoming<'_>> for Told {
    fn from(incoming: Incoming<'_>) -> Self {
        match incoming {
            Incoming::Message(flow, message) => Self::Message(flow, message.bytes().to_vec()),
            Incoming::AskedAll(flow, message) => Self::AskedAll(flow, message.bytes().to_vec()),
            Incoming::Malformed { flow, why, request } => Self::Malformed(flow, why, request.is_some()),
            Incoming::Certified { flow, names } => Self::Certified(flow, names),
            Incoming::Closed(flow) => Self::Closed(flow),
            Incoming::Unreachable(flow) => Self::Unreachable(flow),
            Incoming::Connected { ticket, flow, expires } => Self::Connected(ticket, flow, expires.is_some()),
        }
    }
}

impl Told {
    pub(super) fn message(self) -> (Flow, Vec<u8>) {
        let Self::Message(flow, bytes) = self else { panic!("{self:?} instead of a message") };
        (flow, bytes)
    }
}

pub(super) fn transport(listen: &[&str], limits: Limits) -> Transport {
    let listen: Vec<_> = listen.iter().map(|text| text.parse().unwrap()).collect();
    Transport::bind(&listen, limits).unwrap()
}

pub(super) fn address(transport: &Transport) -> SocketAddr {
    transport.bound()[0].address
}

/// Receives once, and lets the peers in this test have their turn.
pub(super) async fn receive(transport: &mut Transport, sink: &mut impl FnMut(Incoming<'_>)) {
    transport.receive(Instant::now() + Duration::from_millis(1), sink).unwrap();
    tokio::task::yield_now().await;
}

/// Receives until `count` things were told.
pub(super) async fn told(transport: &mut Transport, count: usize) -> Vec<Told> {
    let mut all = Vec::new();
    let receiving = async {
        while all.len() < count {
            receive(transport, &mut |incoming| all.push(Told::from(incoming))).await;
        }
    };
    let done = tokio::time::timeout(Duration::from_secs(20), receiving).await;
    assert!(done.is_ok(), "only {all:?}");
    all
}

pub(super) async fn one(transport: &mut Transport) -> Told {
    let mut all = told(transport, 1).await;
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

pub(super) fn options(branch: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "OPTIONS sip:box.test SIP/2.0\r\nVia: SIP/2.0/TCP 192.0.2.1;branch=z9hG4bK{branch}\r\nMax-Forwards: 70\r\n\
         From: <sip:a@box.test>;tag=1\r\nTo: <sip:box.test>\r\nCall-ID: {branch}\r\nCSeq: 1 OPTIONS\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}
