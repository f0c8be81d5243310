//! What a caller changes while a mailbox has the call: there is nobody else to ask, so the box answers.

use std::time::Instant;

use sip::compose::Response;
use sip::message::Message;
use sip::method::Method;
use sip::transaction::ServerKey;

use super::super::session::{long_enough, with_session};
use super::super::voice::Heard;
use super::super::{Call, Cause, Side, Stage, introduced};
use super::Step;
use crate::body::{description, offer};
use crate::refusal::Refused;
use crate::wires::Wires;

/// An INVITE of the caller that was answered and is not confirmed yet.
#[derive(Debug)]
pub(super) struct Change {
    key: ServerKey,
    number: Option<u32>,
    /// Its ACK brings the answer to an offer of ours.
    owes: bool,
}

impl Change {
    pub(super) fn forget(self, now: Instant, wires: &mut Wires) {
        wires.invites.remove(&self.key);
        wires.tx.acknowledged(now, self.key);
    }
}

impl Call {
    /// A request of the caller; it is in our hands as `server`.
    pub(in crate::bridge) fn change_at_mailbox(
        &mut self,
        now: Instant,
        server: ServerKey,
        request: &Message<'_>,
        wires: &mut Wires,
    ) -> Result<(), Refused> {
        let body = match request.method() {
            Some(Method::Info) => None,
            Some(Method::Invite | Method::Update) => Some(self.offered_at_mailbox(server, request, wires)?),
            _ => return Err(Refused::AtMailbox),
        };
        self.answer_at_mailbox(now, server, request, body.as_deref(), wires);
        if self.desk.as_ref().is_some_and(|desk| desk.step == Step::Held) && self.listens() {
            self.greet(now, wires);
        }
        Ok(())
    }

    /// Our side of an offer and its answer.
    fn offered_at_mailbox(
        &mut self,
        server: ServerKey,
        request: &Message<'_>,
        wires: &mut Wires,
    ) -> Result<Vec<u8>, Refused> {
        long_enough(request)?;
        self.may_offer(Side::Caller)?;
        let pending = self.desk.as_ref().is_some_and(|desk| desk.change.is_some());
        let Some(voice) = self.voice.as_mut().filter(|_| !pending) else { return Err(Refused::Pending) };
        let flow = self.asker.peer.dialog.flow();
        let ours = flow.local.ip();
        let said = offer(request, voice.security(Side::Caller))?;
        let owes = said.is_none();
        let body = match said.map(|session| Heard { session, signalling: flow.peer.ip() }) {
            Some(heard) => voice.changed_alone(heard, ours, wires).map_err(Refused::Offer)?,
            None => voice.own_offer(Side::Caller, ours, wires).ok_or(Refused::NoSuchCall)?,
        };
        if request.method() == Some(Method::Invite) {
            wires.invites.insert(server, self.id);
            let number = request.cseq().map(|cseq| cseq.number);
            self.desk.iter_mut().for_each(|desk| desk.change = Some(Change { key: server, number, owes }));
        }
        Ok(body)
    }

    fn answer_at_mailbox(
        &mut self,
        now: Instant,
        server: ServerKey,
        request: &Message<'_>,
        body: Option<&[u8]>,
        wires: &mut Wires,
    ) {
        let peer = &mut self.asker.peer;
        let tag = peer.dialog.id().local_tag().to_vec();
        let flow = peer.dialog.flow();
        let response = Response::to(request, &flow, 200).to_tag(&tag);
        let bytes = match body {
            Some(body) => {
                peer.dialog.refresh(request);
                let session = peer.agrees(now, request);
                let response = with_session(introduced(response, &flow, wires), session);
                response.body("application/sdp", body).build()
            }
            None => response.build(),
        };
        wires.tx.answer(now, server, 200, bytes);
    }

    /// An ACK of the caller for what it changed. Says whether it was that.
    pub(in crate::bridge) fn change_confirmed(
        &mut self,
        now: Instant,
        ack: &Message<'_>,
        wires: &mut Wires,
    ) -> bool {
        let number = ack.cseq().map(|cseq| cseq.number);
        let desk = self.desk.as_mut().filter(|_| self.stage == Stage::Mailbox);
        let Some(change) = desk.and_then(|desk| desk.change.take_if(|change| change.number == number)) else {
            return false;
        };
        let owes = change.owes;
        change.forget(now, wires);
        if owes {
            let signalling = self.asker.peer.dialog.flow().peer.ip();
            let heard = description(ack).ok().flatten().map(|session| Heard { session, signalling });
            let voice = self.voice.as_mut().zip(heard);
            let agreed = voice.is_some_and(|(voice, heard)| voice.answered_alone(heard, wires).is_ok());
            if !agreed {
                self.cut(now, Cause::VoiceLost, wires);
            } else if self.desk.as_ref().is_some_and(|desk| desk.step == Step::Held) && self.listens() {
                self.greet(now, wires);
            }
        }
        true
    }
}
