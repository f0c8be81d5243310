//! A call begins: the caller's INVITE is in our hands, and every phone of the route is sent one of ours.

use std::time::Instant;

use account::{CallParty, DeviceId};
use bytes::Bytes;
use sip::compose::{Request, name_addr, sip_uri};
use sip::flow::Flow;
use sip::message::{Message, OwnedMessage};
use sip::method::Method;
use sip::transaction::ServerKey;

use super::voice::Voice;
use super::{Asker, Call, CallId, End, Errand, Fork, ForkState, Peer, Progress, Stage};
use crate::wires::{ALLOW, SUPPORTED, Wires};

/// All that is known of a call before it begins.
pub(crate) struct Asked<'m> {
    pub id: CallId,
    pub key: ServerKey,
    pub flow: Flow,
    pub request: Message<'m>,
    pub peer: Peer,
    pub device: DeviceId,
    pub caller: CallParty,
    pub callee: CallParty,
    pub voice: Voice,
    pub ring: Vec<Ring>,
    pub ring_until: Instant,
}

/// One place where a phone is rung.
pub(crate) struct Ring {
    pub device: DeviceId,
    /// Its Contact URI.
    pub contact: String,
    pub flow: Flow,
}

impl Call {
    /// Rings every phone.
    pub(crate) fn begin(now: Instant, asked: Asked<'_>, wires: &mut Wires) -> Self {
        let hops = asked.request.max_forwards().map_or(70, |hops| hops.saturating_sub(1));
        let may_confirm = asked.ring.len() == 1 && asked.peer.skills.reliable;
        let mut call = Self {
            id: asked.id,
            caller: asked.caller,
            callee: asked.callee,
            asker: Asker {
                device: asked.device,
                invite: asked.key,
                answers_early: may_confirm,
                offered: !asked.request.body().is_empty(),
                request: asked.request.to_owned(),
                flow: asked.flow,
                peer: asked.peer,
                progress: Progress::default(),
                confirmed: false,
                goodbye: None,
                counted: true,
            },
            forks: Vec::new(),
            voice: Some(asked.voice),
            stage: Stage::Ringing,
            started: now,
            ring_until: asked.ring_until,
            answered: None,
            exchanges: Vec::new(),
            settled: None,
            quiet: None,
            reminder: Some(asked.ring_until),
        };
        wires.invites.insert(call.asker.invite, call.id);
        if let Some(voice) = &mut call.voice {
            voice.expect_offerer(wires);
        }
        for ring in asked.ring {
            call.ring_one(now, ring, hops, wires);
        }
        call
    }

    fn ring_one(&mut self, now: Instant, ring: Ring, hops: u8, wires: &mut Wires) {
        let tag = wires.seed.tag();
        let bytes = self.invitation(&ring, &tag, hops, wires);
        let Ok(request) = OwnedMessage::parse(bytes.clone()) else { return };
        let place = self.forks.len();
        let key = wires.ask(now, ring.flow, bytes, (self.id, Errand::Fork(place)));
        let state = key.map_or(ForkState::Ended(503), ForkState::Open);
        let (device, flow) = (ring.device, ring.flow);
        self.forks.push(Fork {
            device,
            flow,
            tag,
            request,
            key,
            state,
            early: Vec::new(),
            peer: None,
            held_back: None,
            accepted: None,
            ack: None,
            counted: true,
        });
    }

    /// What a phone is shown comes from the account; nothing the caller's phone claims gets here.
    fn invitation(&mut self, ring: &Ring, tag: &str, hops: u8, wires: &mut Wires) -> Bytes {
        let who = name_addr(&self.caller.name, &sip_uri(&self.caller.number, &wires.domain));
        let offer = self.voice.as_mut().and_then(|voice| voice.offer_for_other(ring.flow.local.ip()));
        let (branch, call_id, cseq) = (wires.seed.branch(), wires.seed.call_id(), wires.seed.cseq());
        let invite = Request::new(Method::Invite, &ring.contact)
            .via(ring.flow.transport, ring.flow.local.to_string(), branch)
            .max_forwards(hops)
            .from(format!("{who};tag={tag}"))
            .to(name_addr("", &ring.contact))
            .call_id(call_id)
            .cseq(cseq)
            .contact(wires.contact(&ring.flow))
            .header("Allow", ALLOW)
            .header("Supported", self.extensions())
            .header("P-Asserted-Identity", who)
            .header("User-Agent", &wires.agent);
        match &offer {
            Some(offer) => invite.body("application/sdp", offer).build(),
            None => invite.build(),
        }
    }

    /// Without an offer of ours the phone's reliable answer is one, and somebody must be there to answer it at once.
    fn extensions(&self) -> &'static str {
        if self.asker.offered || self.asker.answers_early { SUPPORTED } else { "" }
    }

    /// Every tag of ours in this call, and which dialog it names.
    pub(crate) fn tags(&self) -> impl Iterator<Item = (&str, End)> {
        let asker = str::from_utf8(self.asker.peer.dialog.id().local_tag()).unwrap_or_default();
        let forks = self.forks.iter().enumerate().map(|(place, fork)| (&*fork.tag, End::Fork(place)));
        std::iter::once((asker, End::Asker)).chain(forks)
    }

    /// All devices that were to ring or talk in this call; one may stand twice.
    pub(crate) fn devices(&self) -> impl Iterator<Item = &DeviceId> {
        std::iter::once(&self.asker.device).chain(self.forks.iter().map(|fork| &fork.device))
    }

    /// Names each device once after it has left the call.
    pub(crate) fn count_out(&mut self, mut left: impl FnMut(&DeviceId)) {
        let over = self.stage == Stage::Over;
        if over && std::mem::take(&mut self.asker.counted) {
            left(&self.asker.device);
        }
        for fork in &mut self.forks {
            let ended = over || matches!(fork.state, ForkState::Ended(_));
            if ended && std::mem::take(&mut fork.counted) {
                left(&fork.device);
            }
        }
    }

    /// Whether nothing more can come.
    pub(crate) fn finished(&self) -> bool {
        self.stage == Stage::Over && self.asker.goodbye.is_none() && !self.forks.iter().any(Fork::is_open)
    }
}
