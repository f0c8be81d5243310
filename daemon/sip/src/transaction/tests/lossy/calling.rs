//! The user of the layer that calls. It checks what the layer tells it.

use super::wire::{Event, Side, Wire};
use super::{Ending, Plan, call_of, method};
use crate::compose::Request;
use crate::dialog::Dialog;
use crate::flow::{Flow, Transport};
use crate::message::Message;
use crate::method::Method;
use crate::seed::Seed;
use crate::transaction::tests::flow;
use crate::transaction::{Arrival, ClientKey, Limits, Output, Priority, Transactions};
use bytes::Bytes;
use std::time::Duration;

pub(super) struct Calling {
    pub(super) layer: Transactions,
    flow: Flow,
    seed: Seed,
    plans: Vec<Plan>,
    calls: Vec<OutgoingCall>,
}

struct OutgoingCall {
    invite: Bytes,
    key: ClientKey,
    ending: Option<Ending>,
    taken: Option<(Dialog, Bytes)>,
}

impl Calling {
    pub(super) fn new(transport: Transport, plans: &[Plan]) -> Self {
        let mut seed = Seed::new([2; 32]);
        let layer = Transactions::new(Limits::default(), &mut seed);
        Self { layer, flow: flow(transport), seed, plans: plans.to_vec(), calls: Vec::new() }
    }

    pub(super) fn call(&mut self, wire: &mut Wire, call: usize) {
        let invite = Request::new(Method::Invite, "sip:20@box")
            .via(self.flow.transport, "192.0.2.1", self.seed.branch())
            .max_forwards(70)
            .from(format!("<sip:10@box>;tag={}", self.seed.tag()))
            .to("<sip:20@box>")
            .call_id(call.to_string())
            .cseq(1)
            .contact("<sip:10@192.0.2.1>")
            .build();
        let key = self.layer.request(wire.now, self.flow, invite.clone(), Priority::Ordinary).unwrap();
        self.calls.push(OutgoingCall { invite, key, ending: None, taken: None });
        if let Some(after) = self.plans[call].cancel_after {
            wire.later(Duration::from_millis(after), Event::Cancel(call));
        }
    }

    pub(super) fn cancel(&mut self, wire: &Wire, call: usize) {
        self.layer.cancel(wire.now, self.calls[call].key, &[]);
    }

    pub(super) fn bye(&mut self, wire: &Wire, call: usize) {
        let (dialog, _) = self.calls[call].taken.as_mut().unwrap();
        let bye = dialog.request(Method::Bye, "192.0.2.1", self.seed.branch()).build();
        self.layer.request(wire.now, dialog.flow(), bye, Priority::Ordinary).unwrap();
    }

    pub(super) fn hear(&mut self, wire: &mut Wire, bytes: &Bytes) {
        let message = Message::parse(bytes).unwrap();
        match self.layer.receive(wire.now, self.flow, message) {
            Arrival::Response { message, .. } if method(&message) == Method::Bye => {}
            Arrival::Response { of, message } => {
                let call = call_of(&message);
                assert_eq!(of, self.calls[call].key);
                match message.status().unwrap() {
                    100..=199 => assert_eq!(self.calls[call].ending, None, "no ringing after the end"),
                    200..=299 => self.accepted(wire, call, &message),
                    _ => self.end(call, Ending::Refused),
                }
            }
            Arrival::Stray(message) => {
                let call = call_of(&message);
                assert!(self.calls[call].ending.is_some(), "a stray only behind the end");
                match &self.calls[call].taken {
                    Some((dialog, ack)) => self.layer.send_once(dialog.flow(), ack.clone()),
                    None => drop(self.acknowledge(call, &message)),
                }
            }
            Arrival::Nothing => {}
            Arrival::Request(_) | Arrival::Ack(_) | Arrival::Cancel { .. } => panic!("a caller hears none"),
        }
    }

    fn accepted(&mut self, wire: &mut Wire, call: usize, message: &Message<'_>) {
        if let Some((dialog, ack)) = &self.calls[call].taken {
            assert_eq!(self.calls[call].ending, Some(Ending::Accepted));
            self.layer.send_once(dialog.flow(), ack.clone());
        } else {
            self.end(call, Ending::Accepted);
            self.calls[call].taken = Some(self.acknowledge(call, message));
            wire.later(Duration::from_millis(self.plans[call].bye_after), Event::Bye(call));
        }
    }

    fn acknowledge(&mut self, call: usize, accepted: &Message<'_>) -> (Dialog, Bytes) {
        let invite = Message::parse(&self.calls[call].invite).unwrap();
        let dialog = Dialog::calling(&invite, accepted, self.flow).unwrap();
        let ack = dialog.ack(accepted, "192.0.2.1", self.seed.branch()).build();
        self.layer.send_once(self.flow, ack.clone());
        (dialog, ack)
    }

    fn end(&mut self, call: usize, ending: Ending) {
        assert_eq!(self.calls[call].ending.replace(ending), None, "an INVITE ends once");
    }

    pub(super) fn drain(&mut self, wire: &mut Wire) {
        while let Some(output) = self.layer.poll_output() {
            match output {
                Output::Send { bytes, .. } => wire.send(Side::Called, &bytes),
                Output::TimedOut(key) => self.timed_out(key),
                Output::Unreachable(_) | Output::Unacknowledged(_) => panic!("never with a caller"),
            }
        }
    }

    /// A BYE may time out as well; only the INVITEs are counted.
    fn timed_out(&mut self, key: ClientKey) {
        if let Some(call) = self.calls.iter().position(|call| call.key == key) {
            self.end(call, Ending::TimedOut);
        }
    }

    pub(super) fn endings(&self) -> impl Iterator<Item = Option<Ending>> {
        self.calls.iter().map(|call| call.ending)
    }
}
