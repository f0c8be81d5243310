//! A phone rings, or already has something to say before anybody answers.

use std::time::{Duration, Instant};

use sip::message::Message;

use super::reliable::Saying;
use super::voice::Heard;
use super::{Call, Fork, ForkState, Side, Stage};
use crate::body::description;
use crate::wires::Wires;

/// The caller is told this often that it still rings (RFC 3261 13.3.1.1).
pub(super) const REMINDER: Duration = Duration::from_secs(60);

impl Call {
    /// Passes a phone's progress on to the caller. With several phones ringing the caller hears one ringing tone.
    pub(crate) fn ring(&mut self, now: Instant, place: usize, message: &Message<'_>, wires: &mut Wires) {
        let Some(status) = message.status().filter(|status| *status < 200) else { return };
        self.forks.get_mut(place).into_iter().for_each(|fork| fork.hears(status));
        if status == 100 {
            return;
        }
        if self.is_handed_to(place) {
            return self.rings_there(now, wires);
        }
        if self.stage != Stage::Ringing {
            return;
        }
        if !self.is_news(now, place, message, wires) {
            return;
        }
        let body = self.early_voice(place, message, wires).map(|body| (place, body));
        // A 181 or 182 of one of several phones says nothing about the others.
        let status = if body.is_some() { status.max(180) } else { 180 };
        if body.is_none() && self.asker.progress.told.is_some() {
            return;
        }
        self.tell(now, Saying { status, body }, wires);
        self.reminder = Some(self.turn.until.min(now + REMINDER));
    }

    /// Does what is due.
    pub(crate) fn on_time(&mut self, now: Instant, wires: &mut Wires) {
        if self.stage == Stage::Over {
            return self.say_farewell(now, wires);
        }
        self.repeat_progress(now, wires);
        self.keep_alive(now, wires);
        self.ask_again(now, wires);
        self.mailbox_on_time(now, wires);
        self.lose_patience(now, wires);
        if self.reminder.is_some_and(|at| at <= now) {
            self.ring_on(now, wires);
        }
    }

    /// It still rings: the caller hears so again, or after too long that nobody answers.
    fn ring_on(&mut self, now: Instant, wires: &mut Wires) {
        if self.transfer.is_some() {
            return self.hand_back(now, wires);
        }
        if now >= self.turn.until {
            return self.nobody_answers(now, wires);
        }
        if let Some((status, bytes)) = &self.asker.progress.told {
            wires.tx.answer(now, self.asker.invite, *status, bytes.clone());
        }
        self.reminder = Some(self.turn.until.min(now + REMINDER));
    }

    /// A tone or announcement made by a phone, if it is the only one ringing. What the caller has agreed to stays.
    fn early_voice(&mut self, place: usize, message: &Message<'_>, wires: &mut Wires) -> Option<Vec<u8>> {
        let alone = !self.waits() && self.forks.iter().filter(|fork| fork.is_open()).count() == 1;
        let fork = self.forks.get(place).filter(|fork| alone && fork.is_open())?;
        let agreed = self.asker.progress.agreed.is_some() || self.asker.progress.unconfirmed_voice();
        let session = description(message).ok().flatten().filter(|_| !agreed)?;
        let heard = Heard { session, signalling: fork.address() };
        let ours = self.asker.flow.local.ip();
        let voice = self.voice.as_mut()?;
        voice.sits(Side::Callee, fork.seat.clone());
        if self.asker.offered {
            return voice.answered(Side::Callee, heard, ours, wires).ok();
        }
        // An offer that nobody has to confirm is none (RFC 3262 5).
        fork.early.first()?;
        voice.offered(Side::Callee, heard);
        voice.offer_for_other(ours, wires)
    }
}

impl Fork {
    pub(super) fn address(&self) -> std::net::IpAddr {
        self.flow.peer.ip()
    }

    /// Whether its last word is still to come.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.state, ForkState::Open(_))
    }
}
