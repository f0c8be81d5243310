//! What the machines' and the layer's tests share, and the stories of single transactions.

mod calls;
mod lossy;
mod requests;
mod timers;

use super::{Arrival, Limits, Output, Transactions};
use crate::flow::{Flow, Transport};
use crate::message::Message;
use crate::seed::Seed;
use bytes::Bytes;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Where simulated time begins.
pub(super) fn start() -> Instant {
    static START: OnceLock<Instant> = OnceLock::new();
    #[expect(clippy::disallowed_methods, reason = "an origin for simulated time")]
    *START.get_or_init(Instant::now)
}

pub(super) fn flow(transport: Transport) -> Flow {
    let local = "192.0.2.1:5060".parse().unwrap();
    Flow { transport, local, peer: "192.0.2.9:5062".parse().unwrap(), connection: 0 }
}

/// A request outside a dialog, as a peer or we would write it.
pub(super) fn request(method: &str, branch: &str) -> Bytes {
    request_in(method, branch, "")
}

/// A request with this To tag, `;tag=..`.
pub(super) fn request_in(method: &str, branch: &str, to_tag: &str) -> Bytes {
    format!(
        "{method} sip:20@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9:5062;rport;branch={branch}\r\n\
         Route: <sip:192.0.2.77;lr>\r\nMax-Forwards: 70\r\nFrom: <sip:10@box>;tag=caller\r\nTo: <sip:20@box>{to_tag}\r\n\
         Call-ID: one-call\r\nCSeq: 7 {}\r\nContact: <sip:10@192.0.2.9:5062>\r\nContent-Length: 0\r\n\r\n",
        if method == "ACK" { "ACK" } else { method },
    )
    .into()
}

/// An answer to a request of [`request`].
pub(super) fn answer(status: u16, to: &Bytes, tag: &str) -> Bytes {
    let request = Message::parse(to).unwrap();
    crate::compose::Response::to(&request, &flow(Transport::Udp), status).to_tag(tag).build()
}

/// A layer, its clock and what it did.
pub(super) struct Bench {
    pub(super) layer: Transactions,
    pub(super) now: Instant,
    pub(super) flow: Flow,
}

impl Bench {
    pub(super) fn new(transport: Transport) -> Self {
        Self::with(transport, Limits::default())
    }

    pub(super) fn with(transport: Transport, limits: Limits) -> Self {
        let layer = Transactions::new(limits, &mut Seed::new([1; 32]));
        Self { layer, now: start(), flow: flow(transport) }
    }

    /// Delivers a message and says what the layer made of it, in one word.
    pub(super) fn hear(&mut self, bytes: &Bytes) -> String {
        let message = Message::parse(bytes).unwrap();
        let arrival = self.layer.receive(self.now, self.flow, message);
        match arrival {
            Arrival::Request(message) => first_line(message.bytes()),
            Arrival::Ack(_) => "ack".into(),
            Arrival::Cancel { .. } => "cancel".into(),
            Arrival::Response { message, .. } => message.status().unwrap().to_string(),
            Arrival::Stray(_) => "stray".into(),
            Arrival::Nothing => String::new(),
        }
    }

    /// What left since the last time: first words of messages, and events by name.
    pub(super) fn out(&mut self) -> Vec<String> {
        self.outputs()
            .iter()
            .map(|output| match output {
                Output::Send { bytes, .. } => first_line(bytes),
                Output::TimedOut(_) => "timed out".into(),
                Output::Unreachable(_) => "unreachable".into(),
                Output::Unacknowledged(_) => "unacknowledged".into(),
            })
            .collect()
    }

    pub(super) fn outputs(&mut self) -> Vec<Output> {
        std::iter::from_fn(|| self.layer.poll_output()).collect()
    }

    /// The messages that leave within this time, each with its moment in milliseconds from now.
    pub(super) fn run(&mut self, time: Duration) -> Vec<(u128, String)> {
        let (began, end) = (self.now, self.now + time);
        let mut seen = Vec::new();
        while let Some(at) = self.layer.next_deadline().filter(|at| *at <= end) {
            self.now = at.max(self.now);
            self.layer.handle_timeout(self.now);
            let moment = (self.now - began).as_millis();
            seen.extend(self.out().into_iter().map(|word| (moment, word)));
        }
        self.now = end;
        seen
    }
}

/// `INVITE` of a request, `180` of an answer.
fn first_line(bytes: &[u8]) -> String {
    let message = Message::parse(bytes).unwrap();
    match message.status() {
        Some(status) => status.to_string(),
        None => String::from_utf8_lossy(message.method().unwrap().token()).into(),
    }
}
