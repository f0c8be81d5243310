//! A call begins: the caller's INVITE is in our hands, and every phone of the route is sent one of ours.

use std::collections::VecDeque;
use std::time::Instant;

use account::{CallParty, DeviceId};
use bytes::Bytes;
use media::sdp::Security;
use sip::compose::{Request, name_addr, sip_uri};
use sip::flow::Flow;
use sip::message::{Message, OwnedMessage};
use sip::method::Method;
use sip::transaction::{Priority, ServerKey};

use super::session::proposal;
use super::voice::Voice;
use super::{
    Asker, Call, CallId, Changes, End, Errand, Fork, ForkState, Names, Need, Outbound, Owner, Peer, Progress,
    Seat, Side, Stage, Transfer, Turn,
};
use crate::dialling::Wish;
use crate::route::Step;
use crate::wires::{ALLOW, SUPPORTED, Wires};

/// All that is known of a call before it begins.
pub(crate) struct Asked<'m> {
    pub id: CallId,
    pub key: ServerKey,
    pub flow: Flow,
    pub request: Message<'m>,
    pub peer: Peer,
    pub owner: Owner,
    pub caller: CallParty,
    pub callee: CallParty,
    pub voice: Voice,
}

/// A caller that does not want to be known (RFC 3323 4.1.1.3).
const ANONYMOUS: &str = "\"Anonymous\" <sip:anonymous@anonymous.invalid>";
/// A call rings at most so many places; phones that send it on cannot make it more.
const MOST_FORKS: usize = 32;

/// One place where a phone is rung.
#[derive(Debug)]
pub(crate) struct Ring {
    pub owner: Owner,
    /// Its Contact URI.
    pub contact: String,
    pub flow: Flow,
    /// How its voice travels.
    pub security: Security,
    /// What its INVITE says about the way the call took, if it was sent on from elsewhere.
    pub came_by: Vec<(&'static str, String)>,
    /// How it is asked, if it is a line.
    pub outbound: Option<Box<Outbound>>,
}

impl Call {
    /// A call that rings nobody yet; [`Self::ring_step`] is to follow.
    pub(crate) fn begin(now: Instant, asked: Asked<'_>, steps: (Wish, Vec<Step>), wires: &mut Wires) -> Self {
        let mut call = Self {
            id: asked.id,
            name: wires.record_id(asked.id).into(),
            kept: None,
            caller: asked.caller,
            callee: asked.callee,
            asker: Asker {
                owner: asked.owner,
                invite: asked.key,
                answers_early: false,
                offered: !asked.request.body().is_empty(),
                request: asked.request.to_owned(),
                flow: asked.flow,
                peer: asked.peer,
                progress: Progress::default(),
                callee_hides: false,
                confirmed: false,
                goodbye: None,
                counted: true,
            },
            forks: Vec::new(),
            voice: Some(asked.voice),
            stage: Stage::Ringing,
            started: now,
            turn: Turn::new(now, steps),
            answered: None,
            changes: Changes::default(),
            lines: VecDeque::new(),
            transfer: None,
            parting: None,
            quiet: None,
            reminder: None,
            need: Need::Ordinary,
            desk: None,
            farewell: None,
        };
        wires.invites.insert(call.asker.invite, call.id);
        wires.leg_of(&call.name, &asked.request);
        if let Some(voice) = &mut call.voice {
            voice.expect_offerer(wires);
        }
        call
    }

    /// Rings one place, and says which of the call's it is, unless nothing could be sent.
    pub(crate) fn ring_one(
        &mut self,
        now: Instant,
        mut ring: Ring,
        hops: u8,
        wires: &mut Wires,
    ) -> Option<usize> {
        let names = Names { tag: wires.seed.tag(), call_id: wires.seed.call_id(), cseq: wires.seed.cseq() };
        let mut seat = Seat::new(ring.security, &mut wires.seed);
        if ring.owner.line().is_some() {
            seat.watch();
        }
        let bytes = self.invitation(&mut ring, &names, (hops, 0), &mut seat, wires);
        let request = OwnedMessage::parse(bytes).ok()?;
        let place = self.vacancy().unwrap_or(self.forks.len());
        let (asked, fork) = ((&request, self.priority()), Errand::Fork(place));
        wires.leg(&self.name, &names.call_id);
        let key = wires.ask_as(now, ring.flow, asked, (self.id, fork));
        let state = key.map_or(ForkState::Ended(503), ForkState::Open);
        let (owner, flow, names) = (ring.owner, ring.flow, names);
        let fork = Fork {
            patience: Fork::patience_for(&owner, now).filter(|_| !self.is_for_help()),
            rang: false,
            outbound: ring.outbound,
            owner,
            flow,
            names,
            request,
            key,
            came_as: None,
            state,
            early: Vec::new(),
            peer: None,
            seat,
            held_back: None,
            accepted: None,
            ack: None,
            counted: true,
        };
        self.seat_fork(place, fork, wires);
        key.map(|_| place)
    }

    /// How the INVITEs of this call get through a box that is full.
    fn priority(&self) -> Priority {
        if self.is_for_help() { Priority::Emergency } else { Priority::Ordinary }
    }

    /// The phone at `place` wants its call to go elsewhere: the caller's way, the phone, and whom the call rings already.
    pub(crate) fn diverts(&self, place: usize) -> Option<(Flow, DeviceId, Vec<Owner>)> {
        let fork = self.forks.get(place).filter(|fork| fork.is_open() && self.stage == Stage::Ringing)?;
        let room = self.forks.len() < MOST_FORKS && !self.waits();
        let phone = fork.owner.phone().filter(|_| room)?;
        Some((self.asker.flow, phone.clone(), self.owners().cloned().collect()))
    }

    /// Rings more phones for a call that rings, as many as one call may.
    pub(crate) fn ring_also(&mut self, now: Instant, rings: Vec<Ring>, wires: &mut Wires) {
        let hops = self.asker.request.message().max_forwards().map_or(70, |hops| hops.saturating_sub(1));
        for ring in rings.into_iter().take(MOST_FORKS.saturating_sub(self.forks_in_use())) {
            // One that cannot be sent has ended, as those do that are refused.
            let _ = self.ring_one(now, ring, hops, wires);
        }
    }

    /// A phone that finds the proposed session too short is asked again, once, for as long as it wants (RFC 4028 7.3).
    pub(crate) fn ask_for_longer(
        &mut self,
        now: Instant,
        place: usize,
        refusal: &Message<'_>,
        wires: &mut Wires,
    ) -> bool {
        let Some(fork) = self.forks.get(place).filter(|fork| fork.is_open()) else { return false };
        let asked = fork.request.message();
        let first = asked.min_se().is_none() && self.stage == Stage::Ringing;
        let Some(least) = refusal.min_se().filter(|_| first) else { return false };
        self.ask_anew(now, place, least, wires)
    }

    /// A phone that refuses keys beside open voice is asked again, once, for closed voice alone; one that knows none of the
    /// caller's codecs is offered, once, what can be translated.
    pub(crate) fn ask_otherwise(&mut self, now: Instant, place: usize, wires: &mut Wires) -> bool {
        let offered = self.asker.offered && self.stage == Stage::Ringing;
        let Some(fork) = self.forks.get_mut(place).filter(|fork| offered && fork.is_open()) else {
            return false;
        };
        let least = fork.request.message().min_se().unwrap_or(0);
        let phone = fork.owner.phone().is_some();
        let offer = self.voice.as_ref().filter(|_| phone).and_then(|voice| voice.said(Side::Caller));
        let otherwise = fork.seat.insist() || offer.is_some_and(|offer| fork.seat.widen(offer));
        otherwise && self.ask_anew(now, place, least, wires)
    }

    /// Rings a phone again that refused how it was asked.
    pub(super) fn ask_anew(&mut self, now: Instant, place: usize, least: u32, wires: &mut Wires) -> bool {
        let Some(fork) = self.forks.get(place) else { return false };
        let asked = fork.request.message();
        let (Some(uri), hops) = (asked.uri(), asked.max_forwards().unwrap_or(70)) else { return false };
        let contact = String::from_utf8_lossy(uri.raw()).into_owned();
        let mut seat = fork.seat.clone();
        let ring = Ring::at(fork.owner.clone(), contact, (fork.flow, Security::Off));
        let mut ring = Ring { outbound: fork.outbound.clone(), ..ring };
        let names = Names { cseq: fork.names.cseq + 1, ..fork.names };
        let (flow, priority) = (fork.flow, self.priority());
        let bytes = self.invitation(&mut ring, &names, (hops, least), &mut seat, wires);
        let (Ok(request), Some(fork)) = (OwnedMessage::parse(bytes), self.forks.get_mut(place)) else {
            return false;
        };
        let Some(key) = wires.ask_as(now, flow, (&request, priority), (self.id, Errand::Fork(place))) else {
            return false;
        };
        (fork.request, fork.names, fork.key, fork.state) = (request, names, Some(key), ForkState::Open(key));
        (fork.seat, fork.outbound) = (seat, ring.outbound);
        true
    }

    /// What a phone is shown comes from the account; nothing the caller's phone claims gets here.
    fn invitation(
        &mut self,
        ring: &mut Ring,
        names: &Names,
        (hops, least): (u8, u32),
        seat: &mut Seat,
        wires: &mut Wires,
    ) -> Bytes {
        // Who is handed on makes its own offer once somebody answers.
        let voice = self.voice.as_mut().filter(|_| self.transfer.is_none());
        let offer = voice.and_then(|voice| voice.offer_for(seat, ring.flow.local.ip(), wires));
        if ring.outbound.is_some() {
            return Self::invitation_out(ring, names, (hops, least), offer, wires);
        }
        let caller = match &self.transfer {
            Some(Transfer { by: Side::Caller, .. }) => &self.callee,
            _ => &self.caller,
        };
        let (contact, flow) = (ring.contact.as_str(), ring.flow);
        let hidden = self.asker.request.message().privacy().hides_caller() && self.transfer.is_none();
        let known = name_addr(&caller.name, &sip_uri(&caller.number, &wires.domain));
        let who = if hidden { ANONYMOUS } else { &*known };
        let by = self.transfer.as_ref().map(|transfer| self.shown(transfer.by));
        let referrer = by.map(|by| format!("<{}>", sip_uri(&by.number, &wires.domain)));
        let who = format!("{who};tag={}", names.tag);
        let invite = begun((contact, flow), (names, hops), (who, wires.contact(&flow)), wires)
            .header("Supported", self.extensions())
            .header("Session-Expires", proposal(least).to_string());
        let (name, identity) = if hidden { ("Privacy", "id") } else { ("P-Asserted-Identity", &*known) };
        let invite = invite.header(name, identity);
        let invite = ring.came_by.iter().fold(invite, |invite, (name, value)| invite.header(name, value));
        let invite = referrer.into_iter().fold(invite, |invite, by| invite.header("Referred-By", by));
        let invite = if least == 0 { invite } else { invite.header("Min-SE", least.to_string()) };
        match &offer {
            Some(offer) => invite.body("application/sdp", offer).build(),
            None => invite.build(),
        }
    }

    /// How one side is shown.
    pub(super) fn shown(&self, side: Side) -> &CallParty {
        match side {
            Side::Caller => &self.caller,
            Side::Callee => &self.callee,
        }
    }

    /// Without an offer of ours the phone's reliable answer is one, and somebody must be there to answer it at once.
    fn extensions(&self) -> &'static str {
        let answers = self.asker.offered || self.asker.answers_early;
        if answers && self.transfer.is_none() { SUPPORTED } else { "timer, replaces" }
    }

    /// Every tag of ours in this call, and which dialog it names.
    pub(crate) fn tags(&self) -> impl Iterator<Item = (&str, End)> {
        let asker = str::from_utf8(self.asker.peer.dialog.id().local_tag()).unwrap_or_default();
        let forks = self.forks.iter().enumerate().map(|(place, fork)| (fork.tag(), End::Fork(place)));
        // The caller last: it may sit where a fork sat before.
        forks.chain(std::iter::once((asker, End::Asker)))
    }

    /// Everybody who was to ring or talk in this call; one may stand twice.
    pub(crate) fn owners(&self) -> impl Iterator<Item = &Owner> {
        std::iter::once(&self.asker.owner).chain(self.forks.iter().map(|fork| &fork.owner))
    }

    /// Everybody who counts as taking part; one may stand twice.
    pub(crate) fn counted(&self) -> impl Iterator<Item = &Owner> {
        let forks = self.forks.iter().filter(|fork| fork.counted).map(|fork| &fork.owner);
        self.asker.counted.then_some(&self.asker.owner).into_iter().chain(forks)
    }

    /// Names everybody once after they have left the call.
    pub(crate) fn count_out(&mut self, mut left: impl FnMut(&Owner)) {
        let over = self.stage == Stage::Over;
        if over && std::mem::take(&mut self.asker.counted) {
            left(&self.asker.owner);
        }
        for fork in &mut self.forks {
            let ended = over || matches!(fork.state, ForkState::Ended(_));
            if ended && std::mem::take(&mut fork.counted) {
                left(&fork.owner);
            }
        }
    }

    /// Whether nothing more can come.
    pub(crate) fn finished(&self) -> bool {
        let said = self.asker.goodbye.is_none() && self.farewell.is_none();
        self.stage == Stage::Over && said && !self.forks.iter().any(Fork::is_open)
    }
}

/// An INVITE with what every call has.
pub(super) fn begun<'a>(
    (uri, flow): (&str, Flow),
    (names, hops): (&Names, u8),
    (from, contact): (String, String),
    wires: &mut Wires,
) -> Request<'a> {
    Request::new(Method::Invite, uri)
        .via(flow.transport, flow.local.to_string(), wires.seed.branch())
        .max_forwards(hops)
        .from(from)
        .to(name_addr("", uri))
        .call_id(names.call_id)
        .cseq(names.cseq)
        .contact(contact)
        .header("Allow", ALLOW)
        .header("User-Agent", &wires.agent)
}

impl Fork {
    /// Our tag in the dialog with it, or in the one that may come.
    fn tag(&self) -> &str {
        let seated = self.peer.as_ref().map(|peer| peer.dialog.id().local_tag());
        seated.and_then(|tag| str::from_utf8(tag).ok()).unwrap_or(&self.names.tag)
    }
}
