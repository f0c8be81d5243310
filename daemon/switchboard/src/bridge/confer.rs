//! What a call does for a conversation of three: one who was on hold is taken back by the box, and put on hold again.

use std::time::Instant;

use account::DeviceId;
use media::dtmf::Press;
use sip::flow::Flow;
use sip::method::Method;

use super::own::Purpose;
use super::voice::Voice;
use super::{Call, Need, Party, Side, Stage};
use crate::wires::Wires;

impl Call {
    /// The phone of the house on this side, and where it is.
    pub(crate) fn phone_at(&self, side: Side) -> Option<(&DeviceId, Flow)> {
        let peer = match (side, self.stage) {
            (Side::Caller, _) => &self.asker.peer,
            (Side::Callee, Stage::Talking(place)) => self.forks.get(place)?.peer.as_ref()?,
            (Side::Callee, Stage::Ringing | Stage::Mailbox | Stage::Over) => return None,
        };
        Some((self.owner(side)?.phone()?, peer.dialog.flow()))
    }

    /// Whether a third one may come to it: never to a call for help.
    pub(crate) fn may_confer(&self) -> bool {
        self.need == Need::Ordinary
            && self.may_transfer().is_ok()
            && self.voice.as_ref().is_some_and(|voice| !voice.confers() && voice.both_can_mix())
    }

    /// A key was pressed: the switchboard hears of it if three are to hear each other.
    pub(super) fn keyed(&mut self, now: Instant, by: Side, press: Press, wires: &mut Wires) {
        if self.stage == Stage::Mailbox {
            return self.keyed_at_mailbox(now, press, wires);
        }
        if self.voice.as_mut().is_some_and(|voice| voice.asks_for_three(now, by, press)) {
            wires.conferring.push((self.id, by));
        }
    }

    /// Lets a side that was on hold speak and hear again, whatever the other side said.
    pub(crate) fn takes_back(&mut self, now: Instant, side: Side, wires: &mut Wires) {
        let Some(ours) = self.addresses(side).map(|near| near.local) else { return };
        let offer = self.voice.as_mut().and_then(|voice| voice.own_offer(side, ours, wires));
        self.ask(now, side, (Method::Invite, Purpose::Refresh), offer.as_deref(), wires);
    }

    /// The conversation of three is over; if one side still has the other on hold, that hears so.
    pub(crate) fn ends_to_confer(&mut self, now: Instant, wires: &mut Wires) {
        let Some(voice) = self.voice.as_mut().filter(|voice| voice.confers()) else { return };
        voice.end_to_confer(wires);
        let holds = |side: &Side| self.voice.as_ref().is_some_and(|voice| voice.holds(*side));
        let holder = [Side::Caller, Side::Callee].into_iter().find(holds);
        let Some(side) = holder.map(Side::other).filter(|_| self.may_transfer().is_ok()) else { return };
        let Some(ours) = self.addresses(side).map(|near| near.local) else { return };
        let offer = self.voice.as_mut().and_then(|voice| voice.last_offer(side, ours, wires));
        self.ask(now, side, (Method::Invite, Purpose::Refresh), offer.as_deref(), wires);
    }

    /// Somebody takes the seat of one who has hung up.
    pub(crate) fn seat_after(&mut self, now: Instant, side: Side, party: Party, wires: &mut Wires) {
        drop(self.seated(now, side, party, wires));
        self.voice.iter_mut().for_each(|voice| voice.end_to_confer(wires));
        self.bring_together(now, side, wires);
    }
}

impl Voice {
    fn both_can_mix(&self) -> bool {
        [Side::Caller, Side::Callee].into_iter().all(|side| self.can_mix(side))
    }
}
