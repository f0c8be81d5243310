//! Phones that ask for somebody else to be put in their place, or take somebody's place themselves.

use std::time::Instant;

use account::DeviceId;
use sip::compose::Response;
use sip::dialog::{Dialog, DialogId};
use sip::flow::Flow;
use sip::message::Message;
use sip::transaction::ServerKey;
use sip::view::{NameAddr, NamedDialog};

use crate::body::offer;
use crate::bridge::voice::Heard;
use crate::bridge::{Call, CallId, Cause, End, News, Owner, Party, Peer, Ring, Seat, Shown, Side, Stage};
use crate::carrying::Behind;
use crate::dialling::Payer;
use crate::gate::Proven;
use crate::refusal::Refused;
use crate::route::{Reached, Route, RouteRefused};
use crate::switchboard::Switchboard;

/// Where a side that is handed on goes.
enum Onward {
    /// To phones that have to be rung.
    Ring(Route),
    /// To somebody the transferor talks with in this call, on this side of it.
    Join(CallId, Side),
}

impl Switchboard {
    /// A REFER within a call (RFC 3515, RFC 5589), or about one (RFC 4538) in a dialog of its own.
    pub(crate) fn refer(
        &mut self,
        now: Instant,
        flow: Flow,
        request: &Message<'_>,
        (id, end): (CallId, End),
    ) -> Result<(), Refused> {
        if self.help.is_about(id) {
            return Err(Refused::ForHelp);
        }
        if self.calls.get(id).is_some_and(|call| call.stage == Stage::Mailbox) {
            return Err(Refused::AtMailbox);
        }
        let by = end.side();
        let phone = |call: &Call| call.owner(by).and_then(Owner::phone).cloned();
        let device = self.calls.with(id, |call| call.may_transfer().map(|()| phone(call)));
        let device = device.ok_or(Refused::NoSuchCall)??.ok_or(Refused::NoSuchCall)?;
        let target = request.refer_to().ok_or(Refused::BadTarget)?;
        let onward = self.onward(now, flow, &target, (&device, id))?;
        let tag = self.wires.seed.tag();
        let wanted = request.refer_sub();
        let apart = if request.to_tag().is_some() {
            None
        } else {
            let dialog = Dialog::called(request, flow, &*tag).map_err(|_| Refused::BadTarget)?;
            Some(Peer::new(dialog, request))
        };
        let of = request.cseq().map_or(0, |cseq| cseq.number);
        let news = wanted.then_some(News { of, apart });
        let status = if wanted { 202 } else { 200 };
        let response = Response::to(request, &flow, status).to_tag(&*tag).contact(self.wires.contact(&flow));
        let response = if wanted { response } else { response.header("Refer-Sub", "false") };
        self.wires.tx.answer_kept(now, flow, request, status, response.build());
        match onward {
            Onward::Ring(route) => {
                let (ring, ring_for) = (self.rung_for(now, &route, &device), route.ring_for());
                let wires = &mut self.wires;
                self.calls.reseat(id, |call| call.hand_on(now, (by, news), (ring, ring_for), wires));
            }
            Onward::Join(other, seat) => {
                let wires = &mut self.wires;
                let party = self.calls.reseat(id, |call| call.let_go(now, (by, news), wires)).flatten();
                let Some(party) = party else { return Ok(()) };
                self.calls.reseat(other, |call| {
                    call.seat(now, seat, party, wires);
                    call.bring_together(now, seat, wires);
                });
            }
        }
        Ok(())
    }

    fn onward(
        &mut self,
        now: Instant,
        flow: Flow,
        target: &NameAddr<'_>,
        (device, own): (&DeviceId, CallId),
    ) -> Result<Onward, Refused> {
        let Some(replaces) = target.uri.header(b"replaces") else {
            return self.way_out(now, flow, &target.uri, device).map(|(_, route)| Onward::Ring(route));
        };
        let named = NamedDialog::parse(&replaces).ok_or(Refused::BadTarget)?;
        let found = self.named(&named).filter(|(id, _)| *id != own);
        let (id, end) = found.ok_or(Refused::Route(RouteRefused::NotFound))?;
        let ready = self.calls.with(id, |call| call.may_transfer());
        if ready == Some(Ok(())) {
            return Ok(Onward::Join(id, end.side()));
        }
        // It rings there still. That attempt ends, and it rings again for the one who is handed on.
        let request =
            self.calls.with(id, |call| (call.stage == Stage::Ringing).then(|| call.asker.request.clone()));
        let request = request.flatten().filter(|_| end == End::Asker).ok_or(Refused::Pending)?;
        let dialled = request.message().uri().ok_or(Refused::BadTarget)?;
        let wires = &mut self.wires;
        self.calls.with(id, |call| call.give_up(now, None, wires));
        self.way_out(now, flow, &dialled, device).map(|(_, route)| Onward::Ring(route))
    }

    /// Whom a call rings that this phone hands on: phones of the house, or somebody outside at its expense.
    fn rung_for(&mut self, now: Instant, route: &Route, device: &DeviceId) -> Vec<Ring> {
        let Reached::Outside(outside) = &route.to else { return self.places(route.phones()) };
        let payer = Payer::of(device, &self.house);
        self.fraud.count(self.wires.clock.at(now), &payer, outside);
        let shown = if self.hides(device) { Shown::Nothing } else { Shown::Number };
        let behind = Behind { device: Some(device), shown, prefers: None };
        // One line: there is nobody to hear why a second is tried.
        self.carriers(&outside.called, behind).unwrap_or_default().into_iter().take(1).collect()
    }

    /// The dialog that somebody names, if it is one of ours, tags and all.
    pub(crate) fn named(&mut self, named: &NamedDialog<'_>) -> Option<(CallId, End)> {
        let (id, end) = self.calls.by_tag(named.to_tag)?;
        let fits = self.calls.with(id, |call| {
            let rings = call.rings_as(end).is_some_and(|call_id| call_id.as_bytes() == named.call_id);
            let name = call.named_dialog(end);
            let same =
                |name: &DialogId| (name.call_id(), name.remote_tag()) == (named.call_id, named.from_tag);
            rings || name.is_some_and(same)
        });
        (fits == Some(true)).then_some((id, end))
    }

    /// A REFER outside any call: who takes part in a call may hand it on, and everybody may let a phone of his own dial.
    pub(crate) fn refer_apart(&mut self, now: Instant, flow: Flow, request: &Message<'_>) {
        if request.target_dialog().is_none() && request.refer_to().is_some() {
            return self.text(now, flow, request);
        }
        let Some(proven) = self.prove(now, flow, request) else { return };
        if let Err(refused) = self.refer_about(now, flow, request, &proven) {
            let bytes = self.wires.refusal(request, &flow, refused);
            self.wires.tx.answer_kept(now, flow, request, refused.status(), bytes);
        }
    }

    fn refer_about(
        &mut self,
        now: Instant,
        flow: Flow,
        request: &Message<'_>,
        proven: &Proven,
    ) -> Result<(), Refused> {
        let named = request.target_dialog().ok_or(Refused::Forbidden)?;
        let (id, end) = self.named(&named).ok_or(Refused::NoSuchCall)?;
        let phone = |call: &mut Call| call.owner(end.side()).and_then(Owner::phone) == Some(&proven.device);
        let own = self.calls.with(id, phone);
        if own != Some(true) {
            return Err(Refused::Forbidden);
        }
        self.refer(now, flow, request, (id, end))
    }

    /// An INVITE that takes somebody's place in a call (RFC 3891 3).
    pub(crate) fn take_over(
        &mut self,
        now: Instant,
        (flow, key): (Flow, ServerKey),
        request: &Message<'_>,
        (proven, named): (&Proven, &NamedDialog<'_>),
    ) -> Result<(), Refused> {
        let (id, end) = self.named(named).ok_or(Refused::NoSuchCall)?;
        if self.help.is_about(id) {
            return Err(Refused::ForHelp);
        }
        let party = self.comes(flow, request, proven)?;
        let stage = self.calls.with(id, |call| call.stage).ok_or(Refused::NoSuchCall)?;
        match (stage, end) {
            (Stage::Talking(_), _) if named.early_only => Err(Refused::AlreadyAnswered),
            (Stage::Talking(_), _) => self.take_seat(now, (id, end.side()), (key, request), party),
            (Stage::Ringing, End::Fork(_)) => self.pick_up(now, id, (key, request), (flow, party)),
            // A call that somebody makes cannot be taken from him (RFC 3891 3).
            (Stage::Ringing | Stage::Mailbox | Stage::Over, _) => Err(Refused::NoSuchCall),
        }
    }

    /// A phone that comes for a call by itself.
    pub(crate) fn comes(
        &mut self,
        flow: Flow,
        request: &Message<'_>,
        proven: &Proven,
    ) -> Result<Party, Refused> {
        let tag = self.wires.seed.tag();
        let mut dialog = Dialog::called(request, flow, &*tag).map_err(|_| Refused::BadOffer)?;
        dialog.confirm();
        Ok(Party {
            peer: Peer::new(dialog, request),
            owner: Owner::Phone(proven.device.clone()),
            shown: self.party(&proven.device),
            seat: Seat::new(self.access.security(&proven.user, &flow), &mut self.wires.seed),
        })
    }

    /// It takes the seat of one side.
    pub(crate) fn take_seat(
        &mut self,
        now: Instant,
        (id, side): (CallId, Side),
        (key, request): (ServerKey, &Message<'_>),
        party: Party,
    ) -> Result<(), Refused> {
        offer(request, party.seat.security())?;
        let wires = &mut self.wires;
        self.calls.with(id, |call| call.may_transfer()).ok_or(Refused::NoSuchCall)??;
        let seated = self.calls.reseat(id, |call| {
            call.seat(now, side, party, wires);
            let passed_on = call.change(now, side, key, request, wires);
            if passed_on.is_err() {
                call.cut(now, Cause::VoiceLost, wires);
            }
            passed_on
        });
        seated.ok_or(Refused::NoSuchCall)?
    }

    /// Somebody else picks up a call that rings (RFC 5359 2.16).
    fn pick_up(
        &mut self,
        now: Instant,
        id: CallId,
        (key, request): (ServerKey, &Message<'_>),
        (flow, party): (Flow, Party),
    ) -> Result<(), Refused> {
        let session = offer(request, party.seat.security())?.ok_or(Refused::BadOffer)?;
        let heard = Heard { session, signalling: flow.peer.ip() };
        let wires = &mut self.wires;
        let picked =
            self.calls.reseat(id, |call| call.picked_from(now, (key, request), (heard, party), wires));
        picked.ok_or(Refused::NoSuchCall)?
    }
}
