//! Somebody picks up: the first answer wins, all other phones fall silent.

use std::time::Instant;

use account::{CallParty, Snapshot};
use sip::compose::{Response, name_addr, sip_uri};
use sip::dialog::Dialog;
use sip::message::Message;

use super::voice::Heard;
use super::{Call, ForkState, Side, Stage};
use crate::body::description;
use crate::wires::{ALLOW, Wires};

/// Why the other phones stop ringing (RFC 3326), so that they do not count it as missed.
pub(super) const ELSEWHERE: &str = "SIP;cause=200;text=\"Call completed elsewhere\"";

impl Call {
    /// A phone picks up. Who called a group or a person sees from now on who really answered.
    pub(crate) fn picked_up(
        &mut self,
        now: Instant,
        place: usize,
        message: &Message<'_>,
        house: &Snapshot,
        wires: &mut Wires,
    ) {
        let before = self.callee.clone();
        if let Some(device) = self.forks.get(place).and_then(|fork| house.devices.get(&fork.device)) {
            let (name, number) = house.shown(device);
            self.callee =
                CallParty { device: Some(device.id.clone()), user: device.owner.clone(), number, name };
        }
        if !self.answer(now, place, message, wires) && self.stage == Stage::Ringing {
            self.callee = before;
        }
    }

    /// A 2xx of a phone. Returns whether it won the call with it.
    pub(crate) fn answer(
        &mut self,
        now: Instant,
        place: usize,
        message: &Message<'_>,
        wires: &mut Wires,
    ) -> bool {
        let Some(fork) = self.forks.get_mut(place) else { return false };
        if let Some(ack) = &fork.ack {
            wires.send(fork.flow, ack.clone());
            return false;
        }
        if fork.state == ForkState::Answered {
            return false;
        }
        let Ok(dialog) = Dialog::calling(&fork.request.message(), message, fork.flow) else {
            fork.state = ForkState::Ended(500);
            return false;
        };
        fork.dialog = Some(dialog);
        let won = self.stage == Stage::Ringing && self.connect(now, place, message, wires);
        if !won {
            self.decline(now, place, message, wires);
        }
        won
    }

    /// Tells the caller, silences the others. Fails when the phone answered without telling where its voice is.
    fn connect(&mut self, now: Instant, place: usize, message: &Message<'_>, wires: &mut Wires) -> bool {
        let Some(fork) = self.forks.get_mut(place) else { return false };
        let (Ok(Some(session)), Some(voice)) = (description(message), self.voice.as_mut()) else {
            return false;
        };
        let heard = Heard { session, signalling: fork.peer() };
        let ours = self.asker.flow.local.ip();
        let body = if self.asker.offered {
            Some(voice.answered(Side::Callee, &heard, ours, wires))
        } else {
            voice.offered(Side::Callee, heard);
            voice.offer_for_other(ours)
        };
        fork.state = ForkState::Answered;
        fork.accepted = (!self.asker.offered).then(|| message.to_owned());
        if self.asker.offered {
            self.acknowledge(place, message, None, wires);
        }
        self.stage = Stage::Talking(place);
        (self.answered, self.deadline) = (Some(now), None);
        self.accept(now, body.as_deref().unwrap_or_default(), wires);
        self.cancel_forks(now, Some(ELSEWHERE), wires);
        true
    }

    /// The 200 for the caller. It shows who answered, as the account names them.
    fn accept(&mut self, now: Instant, body: &[u8], wires: &mut Wires) {
        self.asker.dialog.confirm();
        let who = name_addr(&self.callee.name, &sip_uri(&self.callee.number, &wires.domain));
        let request = self.asker.request.message();
        let bytes = Response::to(&request, &self.asker.flow, 200)
            .to_tag(self.asker.dialog.id().local_tag())
            .contact(wires.contact(&self.asker.flow))
            .header("Allow", ALLOW)
            .header("P-Asserted-Identity", who)
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
        let Some(dialog) = &fork.dialog else { return };
        let ack = wires.ack(dialog, accepted);
        let ack = match body {
            Some(body) => ack.body("application/sdp", body).build(),
            None => ack.build(),
        };
        wires.send(fork.flow, ack.clone());
        fork.ack = Some(ack);
    }

    /// A phone that picked up too late, or without usable voice, is hung up on (RFC 3261 13.2.2.4, 9.1).
    fn decline(&mut self, now: Instant, place: usize, message: &Message<'_>, wires: &mut Wires) {
        self.acknowledge(place, message, None, wires);
        let Some(fork) = self.forks.get_mut(place) else { return };
        fork.state = ForkState::Ended(488);
        if let Some(dialog) = &mut fork.dialog {
            wires.bye(now, dialog, None);
        }
    }
}
