//! What one side changes within a call, such as hold, is passed on to the other and answered with what the other says.

use std::time::Instant;

use sip::compose::Response;
use sip::dialog::Dialog;
use sip::message::Message;
use sip::method::Method;
use sip::name::Name;
use sip::transaction::{ClientKey, ServerKey};

use super::hangup::Cause;
use super::voice::Heard;
use super::{Call, Errand, Exchange, Side, Stage};
use crate::body::{description, offer};
use crate::refusal::Refused;
use crate::wires::{ALLOW, Wires};

/// More than this at once within one call is not a phone but a fault.
const MOST_EXCHANGES: usize = 8;
const SDP: &str = "application/sdp";

impl Call {
    /// The dialog with one side, once that side is settled.
    pub(crate) fn dialog(&mut self, side: Side) -> Option<&mut Dialog> {
        match (side, self.stage) {
            (Side::Caller, _) => Some(&mut self.asker.dialog),
            (Side::Callee, Stage::Talking(place)) => self.forks.get_mut(place)?.dialog.as_mut(),
            (Side::Callee, _) => None,
        }
    }

    /// Passes a request of `from` on; it is in our hands as `server`.
    pub(crate) fn change(
        &mut self,
        now: Instant,
        from: Side,
        server: ServerKey,
        request: &Message<'_>,
        wires: &mut Wires,
    ) -> Result<(), Refused> {
        let method = request.method().unwrap_or(Method::Info);
        let invites = method == Method::Invite;
        let busy = invites && self.exchanges.iter().any(|other| other.invites());
        if busy || self.exchanges.len() >= MOST_EXCHANGES || !matches!(self.stage, Stage::Talking(_)) {
            return Err(Refused::Pending);
        }
        let body = if invites { self.new_offer(from, request)? } else { Some(request.body().to_vec()) };
        let client =
            self.pass_on(now, from.other(), request, body.as_deref(), wires).ok_or(Refused::NoSuchCall)?;
        let request = request.to_owned();
        self.exchanges.push(Exchange { from, server, request, client, accepted: None, ack: None });
        Ok(())
    }

    fn new_offer(&mut self, from: Side, request: &Message<'_>) -> Result<Option<Vec<u8>>, Refused> {
        let Some(session) = offer(request)? else { return Ok(None) };
        let (Some(near), Some(far)) = (self.addresses(from), self.addresses(from.other())) else {
            return Err(Refused::NoSuchCall);
        };
        let voice = self.voice.as_mut().ok_or(Refused::NoSuchCall)?;
        voice.offered(from, Heard { session, signalling: near.peer });
        Ok(voice.offer_for_other(far.local))
    }

    fn pass_on(
        &mut self,
        now: Instant,
        to: Side,
        request: &Message<'_>,
        body: Option<&[u8]>,
        wires: &mut Wires,
    ) -> Option<ClientKey> {
        let method = if request.method() == Some(Method::Invite) { Method::Invite } else { Method::Info };
        let id = self.id;
        let kind = request.text(Name::ContentType).unwrap_or_default();
        let dialog = self.dialog(to)?;
        let flow = dialog.flow();
        let ours = wires.within(dialog, method).contact(wires.contact(&flow)).header("Allow", ALLOW);
        let ours = match body {
            Some(body) if method == Method::Invite => ours.body(SDP, body),
            Some(body) => ours.body(&kind, body),
            None => ours,
        };
        let bytes = ours.build();
        wires.ask(now, flow, bytes, (id, Errand::Change))
    }

    /// The other side's answer to what was passed on. 408 stands for silence, 503 for unreachable.
    pub(crate) fn changed(
        &mut self,
        now: Instant,
        client: ClientKey,
        status: u16,
        message: Option<&Message<'_>>,
        wires: &mut Wires,
    ) {
        let Some(place) = self.exchanges.iter().position(|exchange| exchange.client == client) else {
            return self.repeat_ack(client, wires);
        };
        if status < 200 {
            return;
        }
        if status < 300 && self.exchanges.get(place).is_some_and(Exchange::invites) {
            return message.into_iter().for_each(|message| self.renewed(now, place, message, wires));
        }
        let exchange = self.exchanges.remove(place);
        wires.invites.remove(&exchange.server);
        self.answer_exchange(now, &exchange, status, None, wires);
        if exchange.invites() && matches!(status, 408 | 481) {
            self.cut(now, Cause::Forgotten, wires);
        }
    }

    /// A re-INVITE was accepted: the voice moves, the answer goes back.
    fn renewed(&mut self, now: Instant, place: usize, accepted: &Message<'_>, wires: &mut Wires) {
        let Some(mut exchange) = self.exchanges.get(place).cloned() else { return };
        if exchange.accepted.is_some() {
            return self.repeat_ack(exchange.client, wires);
        }
        let (from, to) = (exchange.from, exchange.from.other());
        let (Some(near), Some(far)) = (self.addresses(from), self.addresses(to)) else { return };
        if let Some(dialog) = self.dialog(to) {
            dialog.refresh(accepted);
        }
        if let Some(dialog) = self.dialog(from) {
            dialog.refresh(&exchange.request.message());
        }
        let session = description(accepted).ok().flatten();
        let offered = !exchange.request.message().body().is_empty();
        let body = session.zip(self.voice.as_mut()).and_then(|(session, voice)| {
            self.held =
                session.audio().is_some_and(|audio| !(audio.direction.sends() && audio.direction.receives()));
            let heard = Heard { session, signalling: far.peer };
            if offered {
                return Some(voice.answered(to, &heard, near.local, wires));
            }
            voice.offered(to, heard);
            voice.offer_for_other(near.local)
        });
        exchange.accepted = Some(accepted.to_owned());
        if offered {
            exchange.ack = self.confirm(to, accepted, None, wires);
        }
        self.answer_exchange(now, &exchange, 200, body.as_deref(), wires);
        if let Some(slot) = self.exchanges.get_mut(place) {
            *slot = exchange;
        }
    }

    /// An ACK of one side: of the call's own INVITE, or of a change.
    pub(crate) fn acknowledged(&mut self, now: Instant, from: Side, ack: &Message<'_>, wires: &mut Wires) {
        let number = ack.cseq().map(|cseq| cseq.number);
        let first = self.asker.request.message().cseq().map(|cseq| cseq.number);
        if from == Side::Caller && number == first {
            wires.tx.acknowledged(now, self.asker.invite);
            return self.first_answer(ack, wires);
        }
        let meant = |exchange: &Exchange| {
            exchange.from == from && exchange.request.message().cseq().map(|cseq| cseq.number) == number
        };
        let Some(place) =
            self.exchanges.iter().position(|exchange| exchange.accepted.is_some() && meant(exchange))
        else {
            return;
        };
        let mut exchange = self.exchanges.remove(place);
        wires.tx.acknowledged(now, exchange.server);
        wires.invites.remove(&exchange.server);
        if let (None, Some(accepted)) = (&exchange.ack, &exchange.accepted) {
            let body = self.late_answer(from, ack, wires);
            exchange.ack = self.confirm(from.other(), &accepted.message(), body.as_deref(), wires);
        }
        let flow = self.dialog(from.other()).map(|dialog| dialog.flow());
        self.settled = flow.zip(exchange.ack).map(|(flow, ack)| (exchange.client, flow, ack));
    }

    /// The answer to a phone's offer comes in the caller's ACK (RFC 3261 13.2.1) and is passed on in ours.
    fn first_answer(&mut self, ack: &Message<'_>, wires: &mut Wires) {
        let Stage::Talking(place) = self.stage else { return };
        let Some(accepted) = self.forks.get_mut(place).and_then(|fork| fork.accepted.take()) else { return };
        let body = self.late_answer(Side::Caller, ack, wires);
        self.acknowledge(place, &accepted.message(), body.as_deref(), wires);
    }

    fn late_answer(&mut self, from: Side, ack: &Message<'_>, wires: &mut Wires) -> Option<Vec<u8>> {
        let (near, far) = (self.addresses(from)?, self.addresses(from.other())?);
        let session = description(ack).ok().flatten()?;
        let heard = Heard { session, signalling: near.peer };
        Some(self.voice.as_mut()?.answered(from, &heard, far.local, wires))
    }

    fn confirm(
        &mut self,
        to: Side,
        accepted: &Message<'_>,
        body: Option<&[u8]>,
        wires: &mut Wires,
    ) -> Option<bytes::Bytes> {
        let dialog = self.dialog(to)?;
        let ack = wires.ack(dialog, accepted);
        let ack = match body {
            Some(body) => ack.body(SDP, body).build(),
            None => ack.build(),
        };
        wires.send(dialog.flow(), ack.clone());
        Some(ack)
    }

    /// A copy of a 2xx wants its ACK again (RFC 3261 13.2.2.4).
    fn repeat_ack(&self, client: ClientKey, wires: &mut Wires) {
        if let Some((_, flow, ack)) = self.settled.as_ref().filter(|(key, ..)| *key == client) {
            wires.send(*flow, ack.clone());
        }
    }

    fn answer_exchange(
        &mut self,
        now: Instant,
        exchange: &Exchange,
        status: u16,
        body: Option<&[u8]>,
        wires: &mut Wires,
    ) {
        let Some(flow) = self.dialog(exchange.from).map(|dialog| dialog.flow()) else { return };
        let request = exchange.request.message();
        let response = Response::to(&request, &flow, status);
        let response = if exchange.invites() && status < 300 {
            response.contact(wires.contact(&flow)).header("Allow", ALLOW)
        } else {
            response
        };
        let bytes = match body {
            Some(body) => response.body(SDP, body).build(),
            None => response.build(),
        };
        wires.tx.answer(now, exchange.server, status, bytes);
    }

    fn addresses(&mut self, side: Side) -> Option<Addresses> {
        let flow = self.dialog(side)?.flow();
        Some(Addresses { local: flow.local.ip(), peer: flow.peer.ip() })
    }
}

/// Both ends of the path to one side.
struct Addresses {
    local: std::net::IpAddr,
    peer: std::net::IpAddr,
}

impl Exchange {
    pub(super) fn invites(&self) -> bool {
        self.request.message().method() == Some(Method::Invite)
    }
}
