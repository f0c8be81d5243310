//! Somebody picks up: the first answer wins, all other phones fall silent.

use std::time::Instant;

use account::{CallParty, Device, Snapshot};
use bytes::Bytes;
use sip::compose::{Response, name_addr, sip_uri};
use sip::dialog::Dialog;
use sip::message::Message;

use super::session::with_session;
use super::voice::Heard;
use super::{Call, ForkState, Peer, Side, Stage, introduced};
use crate::body::description;
use crate::route::dialled;
use crate::wires::Wires;

/// Why the other phones stop ringing (RFC 3326), so that they do not count it as missed.
pub(super) const ELSEWHERE: &str = "SIP;cause=200;text=\"Call completed elsewhere\"";

impl Call {
    /// A 2xx of a phone. Who called a group or a person sees from now on who really answered.
    pub(crate) fn picked_up(
        &mut self,
        now: Instant,
        place: usize,
        message: &Message<'_>,
        house: &Snapshot,
        wires: &mut Wires,
    ) {
        let Some(fork) = self.forks.get(place) else { return };
        if !fork.is_open() {
            return self.picked_up_again(now, place, message, wires);
        }
        if self.hold_back(place, message) {
            return;
        }
        let Some(fork) = self.forks.get_mut(place) else { return };
        let Some((peer, early)) = fork.confirmed_dialog(message) else {
            return self.refuse(now, place, 500, wires);
        };
        let line = fork.outbound.take();
        fork.peer.insert(Peer { line, ..peer }).agreed(now, message);
        let signalling = fork.address();
        let said = description(message).ok().flatten().map(|session| Heard { session, signalling });
        let outside = fork.owner.line().and_then(|_| fork.request.message().uri().map(|uri| dialled(&uri)));
        let outside = outside.map(|number| CallParty { number, ..CallParty::default() });
        let shown =
            fork.owner.phone().and_then(|phone| house.devices.get(phone)).map(|device| shown(device, house));
        match said.or(early) {
            Some(heard) if self.is_handed_to(place) => {
                self.taken_over(now, place, message, (heard, shown.or(outside).unwrap_or_default()), wires);
            }
            Some(heard) if self.stage == Stage::Ringing => {
                self.callee = shown.unwrap_or_else(|| std::mem::take(&mut self.callee));
                self.connect(now, place, message, heard, wires);
            }
            _ => self.decline(now, place, message, wires),
        }
    }

    /// A copy of a 2xx wants its ACK again; a second phone behind the same Contact is hung up on (RFC 3261 13.2.2.4).
    fn picked_up_again(&mut self, now: Instant, place: usize, message: &Message<'_>, wires: &mut Wires) {
        let Some(fork) = self.forks.get_mut(place) else { return };
        let Some(Peer { dialog, .. }) = &fork.peer else {
            // A line that was given up has reached somebody after all.
            if fork.ack.is_none()
                && fork.owner.line().is_some()
                && let Ok(mut late) = Dialog::calling(&fork.request.message(), message, fork.flow)
            {
                fork.ack = Some(turn_away(now, &mut late, message, wires));
                return;
            }
            // It took another seat in the call.
            return fork.ack.iter().for_each(|ack| wires.send(fork.flow, ack.clone()));
        };
        if dialog.id().remote_tag() == message.to_tag().unwrap_or_default() {
            fork.ack.iter().for_each(|ack| wires.send(fork.flow, ack.clone()));
        } else if let Ok(mut stranger) = Dialog::calling(&fork.request.message(), message, fork.flow) {
            turn_away(now, &mut stranger, message, wires);
        }
    }

    /// Tells the caller, silences the others.
    fn connect(
        &mut self,
        now: Instant,
        place: usize,
        message: &Message<'_>,
        heard: Heard,
        wires: &mut Wires,
    ) {
        let (Some(fork), Some(voice)) = (self.forks.get_mut(place), self.voice.as_mut()) else { return };
        let ours = self.asker.flow.local.ip();
        let agreed = self.asker.progress.agreed == Some(place);
        if !agreed {
            voice.sits(Side::Callee, fork.seat.clone());
        }
        let body = if agreed {
            voice.repeated(Side::Callee, heard, wires);
            None
        } else if self.asker.offered {
            let Ok(body) = voice.answered(Side::Callee, heard, ours, wires) else {
                return self.decline(now, place, message, wires);
            };
            Some(body)
        } else {
            voice.offered(Side::Callee, heard);
            fork.accepted = Some(message.to_owned());
            voice.offer_for_other(ours, wires)
        };
        fork.state = ForkState::Answered;
        if self.asker.offered || agreed {
            self.acknowledge(place, message, None, wires);
        }
        self.stage = Stage::Talking(place);
        (self.answered, self.reminder) = (Some(now), None);
        self.asker.callee_hides = message.privacy().hides_caller();
        self.accept(now, body.as_deref().unwrap_or_default(), wires);
        self.cancel_forks(now, Some(ELSEWHERE), wires);
    }

    /// The 200 for the caller. It shows who answered, as the account names them.
    pub(super) fn accept(&mut self, now: Instant, body: &[u8], wires: &mut Wires) {
        self.asker.peer.dialog.confirm();
        // The world outside learns no names and extensions of the house.
        let outside = self.asker.owner.line().is_some();
        let known = || name_addr(&self.callee.name, &sip_uri(&self.callee.number, &wires.domain));
        let who = if self.asker.callee_hides {
            Some(("Privacy", "id".to_owned()))
        } else {
            (!outside).then(|| ("P-Asserted-Identity", known()))
        };
        let request = self.asker.request.message();
        let session = self.asker.peer.agrees(now, &request);
        let response =
            Response::to(&request, &self.asker.flow, 200).to_tag(self.asker.peer.dialog.id().local_tag());
        let response = with_session(introduced(response, &self.asker.flow, wires), session);
        let bytes = who
            .into_iter()
            .fold(response, |response, (name, value)| response.header(name, value))
            .header("Server", &wires.agent)
            .body("application/sdp", body)
            .build();
        wires.tx.answer(now, self.asker.invite, 200, bytes);
    }

    /// Sends the ACK of a phone's 2xx and keeps it for copies.
    pub(super) fn acknowledge(
        &mut self,
        place: usize,
        accepted: &Message<'_>,
        body: Option<&[u8]>,
        wires: &mut Wires,
    ) {
        let Some(fork) = self.forks.get_mut(place) else { return };
        let Some(Peer { dialog, .. }) = &fork.peer else { return };
        fork.ack = Some(wires.confirm(dialog, accepted, body));
    }

    /// A phone whose 2xx was held back is too late now: the call is over.
    pub(super) fn decline_held_back(&mut self, now: Instant, wires: &mut Wires) {
        for fork in &mut self.forks {
            let Some(accepted) = fork.held_back.take() else { continue };
            fork.state = ForkState::Ended(487);
            if let Some((mut peer, _)) = fork.confirmed_dialog(&accepted.message()) {
                fork.ack = Some(turn_away(now, &mut peer.dialog, &accepted.message(), wires));
                fork.peer = Some(peer);
            }
        }
    }

    /// A phone that picked up too late, or without usable voice, is hung up on (RFC 3261 13.2.2.4, 9.1).
    fn decline(&mut self, now: Instant, place: usize, message: &Message<'_>, wires: &mut Wires) {
        let Some(fork) = self.forks.get_mut(place) else { return };
        fork.ack = fork.peer.as_mut().map(|peer| turn_away(now, &mut peer.dialog, message, wires));
        self.refuse(now, place, 488, wires);
    }
}

/// Confirms a 2xx and hangs up. Returns the ACK, for copies of the 2xx.
fn turn_away(now: Instant, dialog: &mut Dialog, accepted: &Message<'_>, wires: &mut Wires) -> Bytes {
    let ack = wires.confirm(dialog, accepted, None);
    wires.bye(now, dialog, None);
    ack
}

/// A device as the account names it.
fn shown(device: &Device, house: &Snapshot) -> CallParty {
    let (name, number) = house.shown(device);
    CallParty { device: Some(device.id.clone()), user: device.owner.clone(), number, name }
}
