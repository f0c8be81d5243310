//! The user of the layer that is called. It checks what the layer tells it.

use super::wire::{Event, Side, Wire};
use super::{Ending, Plan, call_of, method};
use crate::compose::Response;
use crate::dialog::{Dialog, DialogId};
use crate::flow::{Flow, Transport};
use crate::message::Message;
use crate::method::Method;
use crate::seed::Seed;
use crate::transaction::tests::flow;
use crate::transaction::{Arrival, Limits, Output, Priority, ServerKey, Transactions};
use bytes::Bytes;
use std::time::{Duration, Instant};

/// As long as a layer remembers what it answered; slower copies are new requests.
const HALF_MINUTE: Duration = Duration::from_secs(32);

pub(super) struct Called {
    pub(super) layer: Transactions,
    flow: Flow,
    plans: Vec<Plan>,
    calls: Vec<Option<IncomingCall>>,
}

struct IncomingCall {
    invite: Bytes,
    key: ServerKey,
    dialog: Dialog,
    answered: Option<(u16, Instant)>,
    ending: Option<Ending>,
    bye: Option<Instant>,
}

impl Called {
    pub(super) fn new(transport: Transport, plans: &[Plan]) -> Self {
        let layer = Transactions::new(Limits::default(), &mut Seed::new([3; 32]));
        let calls = plans.iter().map(|_| None).collect();
        Self { layer, flow: flow(transport), plans: plans.to_vec(), calls }
    }

    pub(super) fn hear(&mut self, wire: &mut Wire, bytes: &Bytes) {
        let message = Message::parse(bytes).unwrap();
        match self.layer.receive(wire.now, self.flow, message) {
            Arrival::Request(message) if method(&message) == Method::Invite => {
                self.ring(wire, &message, bytes);
            }
            Arrival::Request(message) => self.bye(wire, &message),
            Arrival::Cancel { invite, message } => {
                let call = call_of(&message);
                assert_eq!(invite, self.calls[call].as_ref().unwrap().key);
                self.answer(wire, call, 487);
            }
            Arrival::Ack(message) => self.acknowledged(wire, &message),
            Arrival::Nothing => {}
            Arrival::Response { .. } | Arrival::Stray(_) => panic!("a called phone asks nothing"),
        }
    }

    fn ring(&mut self, wire: &mut Wire, message: &Message<'_>, invite: &Bytes) {
        let call = call_of(message);
        if let Some(known) = &self.calls[call] {
            let (_, at) = known.answered.expect("a copy of an open INVITE is no new request");
            assert!(wire.now >= at + HALF_MINUTE, "a copy came through too early");
            return;
        }
        let key = self.layer.proceed(wire.now, self.flow, message, Priority::Ordinary).unwrap();
        let dialog = Dialog::called(message, self.flow, format!("us{call}")).unwrap();
        let invite = invite.clone();
        self.calls[call] =
            Some(IncomingCall { invite, key, dialog, answered: None, ending: None, bye: None });
        let plan = &self.plans[call];
        wire.later(Duration::from_millis(plan.ring_after), Event::Ring(call));
        wire.later(Duration::from_millis(plan.answer_after), Event::Answer(call));
    }

    pub(super) fn answer(&mut self, wire: &Wire, call: usize, status: u16) {
        let known = self.calls[call].as_mut().unwrap();
        if known.answered.is_some() {
            return;
        }
        if status >= 200 {
            known.answered = Some((status, wire.now));
        }
        if status >= 300 {
            known.ending = Some(Ending::Refused);
        }
        let request = Message::parse(&known.invite).unwrap();
        let tag = format!("us{call}");
        let response =
            Response::to(&request, &self.flow, status).to_tag(&tag).contact("<sip:20@192.0.2.9>").build();
        self.layer.answer(wire.now, known.key, status, response);
    }

    fn bye(&mut self, wire: &Wire, message: &Message<'_>) {
        let call = self.calls[call_of(message)].as_mut().unwrap();
        assert_eq!(DialogId::of_request(message).as_ref(), Some(call.dialog.id()));
        assert_eq!(call.dialog.take(message), Ok(()));
        let before = call.bye.replace(wire.now);
        assert!(before.is_none_or(|at| wire.now >= at + HALF_MINUTE), "a BYE is carried out once");
        let bytes = Response::to(message, &self.flow, 200).build();
        self.layer.answer_kept(wire.now, self.flow, message, 200, bytes);
    }

    fn acknowledged(&mut self, wire: &Wire, message: &Message<'_>) {
        let Some(call) = self.calls[call_of(message)].as_mut() else { return };
        let ours = DialogId::of_request(message).as_ref() == Some(call.dialog.id());
        if ours && matches!(call.answered, Some((200, _))) && call.ending.is_none() {
            call.ending = Some(Ending::Accepted);
            self.layer.acknowledged(wire.now, call.key);
        }
    }

    pub(super) fn drain(&mut self, wire: &mut Wire) {
        while let Some(output) = self.layer.poll_output() {
            match output {
                Output::Send { bytes, .. } => wire.send(Side::Calling, &bytes),
                Output::Unacknowledged(key) => {
                    let call = self.calls.iter_mut().flatten().find(|call| call.key == key).unwrap();
                    assert_eq!(call.ending.replace(Ending::Unacknowledged), None);
                }
                Output::TimedOut(_) | Output::Unreachable(_) => panic!("never with a called phone"),
            }
        }
    }

    pub(super) fn endings(&self) -> impl Iterator<Item = Option<Ending>> {
        self.calls.iter().map(|call| call.as_ref().and_then(|call| call.ending))
    }
}
