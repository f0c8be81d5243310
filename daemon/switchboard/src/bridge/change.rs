//! What one side changes within a call, such as hold, is passed on to the other and answered with what the other says.

use std::time::Instant;

use media::sdp::Security;
use sip::compose::Response;
use sip::dialog::Dialog;
use sip::message::Message;
use sip::method::Method;
use sip::name::Name;
use sip::transaction::{ClientKey, ServerKey};

use super::hangup::Cause;
use super::session::{long_enough, with_session};
use super::voice::{Heard, Voice};
use super::{Call, Errand, Exchange, Peer, Side, Stage, able, introduced};
use crate::body::{description, offer};
use crate::conference;
use crate::refusal::Refused;
use crate::wires::Wires;

/// More than this at once within one call is not a phone but a fault.
const MOST_EXCHANGES: usize = 8;
const SDP: &str = "application/sdp";

impl Call {
    /// The phone on one side, once that side is settled.
    pub(crate) fn peer(&mut self, side: Side) -> Option<&mut Peer> {
        match (side, self.stage) {
            (Side::Caller, _) => Some(&mut self.asker.peer),
            (Side::Callee, Stage::Talking(place)) => self.forks.get_mut(place)?.peer.as_mut(),
            (Side::Callee, Stage::Ringing) => self.early_peer(),
            (Side::Callee, Stage::Mailbox | Stage::Over) => None,
        }
    }

    /// The dialog with it.
    pub(crate) fn dialog(&mut self, side: Side) -> Option<&mut Dialog> {
        self.peer(side).map(|peer| &mut peer.dialog)
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
        if self.stage == Stage::Over {
            return Err(Refused::NoSuchCall);
        }
        if let Some(peer) = self.peer(from) {
            peer.skills.learn(request);
        }
        if request.method() == Some(Method::Update) && request.body().is_empty() {
            self.refreshed(now, from, server, request, wires);
            return Ok(());
        }
        if request.method() == Some(Method::Prack) {
            return self.confirmed_early(now, server, request, wires);
        }
        if self.pressed_by_info(now, from, server, request, wires) {
            return Ok(());
        }
        if self.stage == Stage::Mailbox {
            return self.change_at_mailbox(now, server, request, wires);
        }
        long_enough(request)?;
        let asked_as = self.asked_as(from.other(), request);
        if !is_words(asked_as) {
            self.may_offer(from)?;
        }
        let ringing = self.stage == Stage::Ringing && asked_as == Method::Invite;
        if ringing || self.changes.exchanges.len() >= MOST_EXCHANGES {
            return Err(Refused::Pending);
        }
        let body = if is_words(asked_as) {
            Some(request.body().to_vec())
        } else {
            self.new_offer(from, request, wires)?
        };
        let passed_on = self.pass_on(now, from.other(), (asked_as, request), body.as_deref(), wires);
        let client = passed_on.ok_or(Refused::Full)?;
        if request.method() == Some(Method::Invite) {
            wires.invites.insert(server, self.id);
        }
        let request = request.to_owned();
        self.changes.exchanges.push(Exchange {
            from,
            server,
            request,
            client,
            asked_as,
            proven: false,
            accepted: None,
            ack: None,
        });
        Ok(())
    }

    /// What `to` is asked with.
    fn asked_as(&mut self, to: Side, request: &Message<'_>) -> Method<'static> {
        let updates = self.peer(to).is_some_and(|peer| peer.skills.update);
        match request.method().and_then(Method::known) {
            Some(Method::Update) if updates => Method::Update,
            Some(words @ (Method::Info | Method::Message)) => words,
            _ => Method::Invite,
        }
    }

    fn new_offer(
        &mut self,
        from: Side,
        request: &Message<'_>,
        wires: &mut Wires,
    ) -> Result<Option<Vec<u8>>, Refused> {
        let security = self.voice.as_ref().map_or(Security::Off, |voice| voice.security(from));
        let Some(session) = offer(request, security)? else { return Ok(None) };
        let (Some(near), Some(far)) = (self.addresses(from), self.addresses(from.other())) else {
            return Err(Refused::NoSuchCall);
        };
        let voice = self.voice.as_mut().ok_or(Refused::NoSuchCall)?;
        voice.offered(from, Heard { session, signalling: near.peer });
        Ok(voice.offer_for_other(far.local, wires))
    }

    fn pass_on(
        &mut self,
        now: Instant,
        to: Side,
        (method, request): (Method<'static>, &Message<'_>),
        body: Option<&[u8]>,
        wires: &mut Wires,
    ) -> Option<ClientKey> {
        let id = self.id;
        let kind = request.text(Name::ContentType).unwrap_or_default();
        let kind = if is_words(method) { &*kind } else { SDP };
        let (flow, bytes) = self.compose(to, method, (kind, body), wires)?;
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
        let Some(place) = self.changes.exchanges.iter().position(|exchange| exchange.client == client) else {
            return match self.changes.own.iter().position(|own| own.client == client) {
                Some(place) => {
                    let own = self.changes.own.swap_remove(place);
                    self.own_answered(now, own, (status, message), wires);
                }
                None => self.repeat_ack(client, wires),
            };
        };
        if status < 200 {
            return;
        }
        let mut exchange = self.changes.exchanges.swap_remove(place);
        if self.proves_exchange(now, &mut exchange, (status, message), wires) {
            return self.changes.exchanges.push(exchange);
        }
        match message.filter(|_| status < 300 && exchange.moves_voice()) {
            Some(accepted) => {
                let exchange = self.renew(now, exchange, accepted, wires);
                if exchange.invites() {
                    self.changes.exchanges.push(exchange);
                } else {
                    self.settle(now, exchange, None, wires);
                }
                self.end_if_deaf(now, wires);
            }
            None => {
                exchange.forget(wires);
                wires.errands.remove(&client);
                self.answer_exchange(now, &exchange, status, None, wires);
                // Whoever came for a seat in this call has none now, and nobody else sits there.
                let seatless = exchange.request.message().to_tag().is_none();
                if exchange.moves_voice() && (seatless || matches!(status, 408 | 481)) {
                    self.cut(now, Cause::Forgotten, wires);
                }
            }
        }
    }

    /// A line's provider wants the password for what was passed on: it is passed on once more with the proof.
    fn proves_exchange(
        &mut self,
        now: Instant,
        exchange: &mut Exchange,
        (status, message): (u16, Option<&Message<'_>>),
        wires: &mut Wires,
    ) -> bool {
        let to = exchange.from.other();
        let can = self.peer(to).is_some_and(|peer| peer.can_prove(status, message));
        if !can || exchange.proven {
            return false;
        }
        let request = exchange.request.message();
        let told = || self.voice.as_ref().map(|voice| voice.told(to).to_vec());
        let body = match request.body() {
            [] => None,
            words if is_words(exchange.asked_as) => Some(words.to_vec()),
            _ => told(),
        };
        let again = self.pass_on(now, to, (exchange.asked_as, &request), body.as_deref(), wires);
        let Some(client) = again else { return false };
        wires.errands.remove(&exchange.client);
        (exchange.client, exchange.proven) = (client, true);
        true
    }

    /// A change was accepted: the voice moves, the answer goes back.
    fn renew(
        &mut self,
        now: Instant,
        mut exchange: Exchange,
        accepted: &Message<'_>,
        wires: &mut Wires,
    ) -> Exchange {
        if exchange.accepted.is_some() {
            exchange.repeat_ack(self.dialog(exchange.from.other()), wires);
            return exchange;
        }
        let (from, to) = (exchange.from, exchange.from.other());
        if let Some(peer) = self.peer(to) {
            peer.dialog.refresh(accepted);
            peer.agreed(now, accepted);
        }
        if let Some(dialog) = self.dialog(from) {
            dialog.refresh(&exchange.request.message());
        }
        let offered = !exchange.request.message().body().is_empty();
        let body = self.moved_voice(to, offered, accepted, wires);
        if offered && exchange.asked_as == Method::Invite {
            exchange.ack = self.confirm(to, accepted, None, wires);
        }
        self.answer_exchange(now, &exchange, 200, body.as_deref(), wires);
        exchange.accepted = Some(accepted.to_owned());
        exchange
    }

    /// What the other side is told of the description in `to`'s 2xx: an answer, or an offer if none was made.
    fn moved_voice(
        &mut self,
        to: Side,
        offered: bool,
        accepted: &Message<'_>,
        wires: &mut Wires,
    ) -> Option<Vec<u8>> {
        let (near, far) = (self.addresses(to.other())?, self.addresses(to)?);
        let session = description(accepted).ok().flatten()?;
        let voice = self.voice.as_mut()?;
        let heard = Heard { session, signalling: far.peer };
        if offered {
            return voice.answered_late(to, heard, near.local, wires);
        }
        voice.offered(to, heard);
        voice.offer_for_other(near.local, wires)
    }

    pub(super) fn answer_exchange(
        &mut self,
        now: Instant,
        exchange: &Exchange,
        status: u16,
        body: Option<&[u8]>,
        wires: &mut Wires,
    ) {
        let Some(dialog) = self.dialog(exchange.from) else { return };
        let (flow, tag) = (dialog.flow(), dialog.id().local_tag().to_vec());
        let request = exchange.request.message();
        let response = Response::to(&request, &flow, status).to_tag(&tag);
        let response = if exchange.moves_voice() && status < 300 {
            let session = self.peer(exchange.from).and_then(|peer| peer.agrees(now, &request));
            // A phone that dialled for a conversation of three hears where it is (RFC 4579 5.1).
            let introduced = if conference::is_asked_for(&request) {
                able(response.contact(wires.contact(&flow) + ";isfocus"))
            } else {
                introduced(response, &flow, wires)
            };
            with_session(introduced, session)
        } else {
            response
        };
        let bytes = match body {
            Some(body) => response.body(SDP, body).build(),
            None => response.build(),
        };
        wires.tx.answer(now, exchange.server, status, bytes);
    }

    /// A side whose keys are of no use can neither hear nor be heard.
    pub(super) fn end_if_deaf(&mut self, now: Instant, wires: &mut Wires) {
        if self.voice.as_ref().is_some_and(Voice::is_broken) {
            self.cut(now, Cause::VoiceLost, wires);
        }
    }

    pub(super) fn addresses(&mut self, side: Side) -> Option<Addresses> {
        let flow = self.dialog(side)?.flow();
        Some(Addresses { local: flow.local.ip(), peer: flow.peer.ip() })
    }
}

/// Whether it carries words or keys, which change nothing.
fn is_words(method: Method<'_>) -> bool {
    matches!(method, Method::Info | Method::Message)
}

/// Both ends of the path to one side.
pub(super) struct Addresses {
    pub local: std::net::IpAddr,
    pub peer: std::net::IpAddr,
}

impl Exchange {
    pub(super) fn invites(&self) -> bool {
        self.request.message().method() == Some(Method::Invite)
    }

    /// Whether it carries an offer, or asks for one.
    pub(super) fn moves_voice(&self) -> bool {
        !is_words(self.asked_as)
    }
}
