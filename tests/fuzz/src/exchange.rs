//! Any order of messages, orders and time, played to the transaction layer.

use std::time::{Duration, Instant};

use bytes::Bytes;
use sip::compose::Response;
use sip::seed::Seed;
use sip::transaction::{Arrival, ClientKey, Count, Limits, Output, Priority, ServerKey, Transactions};
use sip::{Flow, Message, Method, OwnedMessage, Transport};

/// Longest play; a longer input is cut.
const STEPS: usize = 200;
const METHODS: [&str; 8] = ["INVITE", "ACK", "CANCEL", "BYE", "REGISTER", "OPTIONS", "PRACK", "NOTIFY"];
const STATUS: [u16; 8] = [100, 180, 183, 200, 202, 302, 401, 603];

/// Whatever comes, a request of ours ends once, what leaves can be read, and in the end nothing is kept.
///
/// The first byte chooses the transport; then one byte for each step and one for what it is about.
pub fn transactions(input: &[u8]) {
    let Some((first, steps)) = input.split_first() else { return };
    let transport = if first & 1 == 0 { Transport::Udp } else { Transport::Tcp };
    let mut play = Play::new(transport);
    for step in steps.chunks_exact(2).take(STEPS) {
        play.step(step[0], step[1]);
        play.drain();
    }
    play.finish();
}

struct Play {
    layer: Transactions,
    now: Instant,
    flow: Flow,
    heard: Option<OwnedMessage>,
    held: Vec<(ServerKey, OwnedMessage)>,
    asked: Vec<(ClientKey, bool)>,
}

impl Play {
    fn new(transport: Transport) -> Self {
        let limits = Limits { received: 12, received_per_source: 10, sent: 12, reserve: 2 };
        let address = |text: &str| text.parse().expect("an address");
        let (local, peer) = (address("192.0.2.1:5060"), address("192.0.2.9:5062"));
        Self {
            layer: Transactions::new(limits, &mut Seed::new([7; 32])),
            now: Instant::now(),
            flow: Flow { transport, local, peer, connection: 0 },
            heard: None,
            held: vec![],
            asked: vec![],
        }
    }

    fn step(&mut self, what: u8, about: u8) {
        match what % 10 {
            0 | 1 => self.hear_request(METHODS[usize::from(about % 8)], about >> 3),
            2 | 3 => self.hear_answer(STATUS[usize::from(about % 8)], about >> 3),
            4 => self.take(about),
            5 => self.answer(STATUS[usize::from(about % 8)], about >> 3),
            6 => self.ask(METHODS[usize::from(about % 8)], about >> 3),
            7 => self.wait(Duration::from_millis(u64::from(about) * 130)),
            8 => {
                if let Some((key, _)) = self.asked.get(usize::from(about)) {
                    self.layer.cancel(self.now, *key, &[("Reason", "SIP;cause=200")]);
                }
            }
            _ if about == 255 => self.layer.unreachable(self.now, self.flow),
            _ => {
                if let Some((key, _)) = self.held.get(usize::from(about)) {
                    self.layer.acknowledged(self.now, *key);
                }
            }
        }
    }

    fn hear_request(&mut self, method: &str, which: u8) {
        let bytes = message(&format!("{method} sip:20@192.0.2.1 SIP/2.0"), method, which);
        self.hear(bytes);
    }

    fn hear_answer(&mut self, status: u16, which: u8) {
        let method = METHODS[usize::from(which % 8)];
        self.hear(message(&format!("SIP/2.0 {status} So"), method, which));
    }

    fn hear(&mut self, bytes: Bytes) {
        let owned = OwnedMessage::parse(bytes).expect("a message of ours");
        match self.layer.receive(self.now, self.flow, owned.message()) {
            Arrival::Request(_) => self.heard = Some(owned.clone()),
            Arrival::Response { of, message } => {
                let known = self.asked.iter_mut().find(|(key, _)| *key == of).expect("a request of ours");
                let last = message.status().is_some_and(|status| status >= 200);
                let again = message.status().is_some_and(|status| status / 100 == 2);
                assert!(!known.1 || again, "an answer behind the end");
                known.1 |= last;
            }
            Arrival::Ack(_) | Arrival::Cancel { .. } | Arrival::Stray(_) | Arrival::Nothing => {}
        }
    }

    fn take(&mut self, about: u8) {
        let Some(request) = self.heard.take() else { return };
        let priority = if about & 1 == 0 { Priority::Ordinary } else { Priority::Emergency };
        let message = request.message();
        if about & 2 == 0 && message.method() != Some(Method::Invite) {
            let bytes = Response::to(&message, &self.flow, 200).to_tag("box").build();
            self.layer.answer_kept(self.now, self.flow, &message, 200, bytes);
        } else if let Some(key) = self.layer.proceed(self.now, self.flow, &message, priority) {
            self.held.push((key, request));
        }
    }

    fn answer(&mut self, status: u16, which: u8) {
        let Some((key, request)) = self.held.get(usize::from(which)) else { return };
        let bytes = Response::to(&request.message(), &self.flow, status).to_tag("box").build();
        self.layer.answer(self.now, *key, status, bytes);
    }

    fn ask(&mut self, method: &str, which: u8) {
        let bytes = message(&format!("{method} sip:10@192.0.2.9 SIP/2.0"), method, which);
        if let Ok(key) = self.layer.request(self.now, self.flow, bytes, Priority::Ordinary) {
            self.asked.push((key, false));
        }
    }

    fn wait(&mut self, time: Duration) {
        let end = self.now + time;
        for _ in 0..10_000 {
            let Some(next) = self.layer.next_deadline().filter(|next| *next <= end) else { break };
            self.now = next.max(self.now);
            self.layer.handle_timeout(self.now);
            self.drain();
        }
        self.now = end;
    }

    fn drain(&mut self) {
        while let Some(output) = self.layer.poll_output() {
            match output {
                Output::Send { bytes, .. } => {
                    assert!(Message::parse(&bytes).is_ok(), "what leaves can be read");
                }
                Output::TimedOut(key) | Output::Unreachable(key) => {
                    let known = self.asked.iter_mut().find(|(asked, _)| *asked == key).expect("ours");
                    assert!(!std::mem::replace(&mut known.1, true), "a request ends once");
                }
                Output::Unacknowledged(key) => {
                    assert!(self.held.iter().any(|(held, _)| *held == key), "an INVITE we held");
                }
            }
        }
    }

    /// Everybody falls silent; what was kept must go by itself, except for what nobody here answered.
    fn finish(mut self) {
        for (key, request) in std::mem::take(&mut self.held) {
            let bytes = Response::to(&request.message(), &self.flow, 480).to_tag("box").build();
            self.layer.answer(self.now, key, 480, bytes);
            self.held.push((key, request));
        }
        self.drain();
        self.wait(Duration::from_secs(400));
        assert_eq!(self.layer.count(), Count { received: 0, sent: 0 }, "something leaks");
        assert!(self.asked.iter().all(|(_, ended)| *ended), "a request of ours never ended");
    }
}

/// A message of one of a few transactions: two branches and two tags make copies, twins and strangers.
fn message(first_line: &str, method: &str, which: u8) -> Bytes {
    let (branch, tag, call) = (which & 1, which >> 1 & 1, which >> 2 & 1);
    let named = if method == "ACK" || method == "CANCEL" { "INVITE" } else { method };
    let method = if first_line.starts_with("SIP/") { named } else { method };
    format!(
        "{first_line}\r\nVia: SIP/2.0/UDP 192.0.2.9:5062;branch=z9hG4bK{named}{branch}\r\nMax-Forwards: 70\r\n\
         From: <sip:10@box>;tag=a\r\nTo: <sip:20@box>;tag=b{tag}\r\nCall-ID: {call}\r\nCSeq: 7 {method}\r\n\
         Content-Length: 0\r\n\r\n"
    )
    .into()
}
