//! A phone rings, or already has something to say before anybody answers.

use std::time::{Duration, Instant};

use sip::compose::Response;
use sip::message::Message;

use super::voice::Heard;
use super::{Call, Fork, ForkState, Side, Stage};
use crate::body::description;
use crate::wires::{ALLOW, Wires};

/// The caller is told this often that it still rings (RFC 3261 13.3.1.1).
const REMINDER: Duration = Duration::from_secs(60);

impl Call {
    /// Passes a phone's progress on to the caller. With several phones ringing the caller hears one ringing tone.
    pub(crate) fn ring(&mut self, now: Instant, place: usize, message: &Message<'_>, wires: &mut Wires) {
        let Some(status) = message.status().filter(|status| (101..200).contains(status)) else { return };
        if self.stage != Stage::Ringing {
            return;
        }
        let early = self.early_voice(place, message, wires);
        // A 181 or 182 of one of several phones says nothing about the others.
        let status = if early.is_some() { status.max(180) } else { 180 };
        if early.is_none() && self.asker.told.is_some() {
            return;
        }
        let contact = wires.contact(&self.asker.flow);
        let request = self.asker.request.message();
        let response = Response::to(&request, &self.asker.flow, status)
            .to_tag(self.asker.peer.dialog.id().local_tag())
            .contact(contact)
            .header("Allow", ALLOW);
        let bytes = match &early {
            Some(body) => response.body("application/sdp", body).build(),
            None => response.build(),
        };
        wires.tx.answer(now, self.asker.invite, status, bytes.clone());
        self.asker.told = Some((status, bytes));
        self.reminder = Some(self.ring_until.min(now + REMINDER));
    }

    /// It still rings: the caller hears so again, or after too long that nobody answers.
    pub(crate) fn ring_on(&mut self, now: Instant, wires: &mut Wires) {
        if now >= self.ring_until {
            return self.nobody_answers(now, wires);
        }
        if let Some((status, bytes)) = &self.asker.told {
            wires.tx.answer(now, self.asker.invite, *status, bytes.clone());
        }
        self.reminder = Some(self.ring_until.min(now + REMINDER));
    }

    /// A tone or announcement made by a phone, if it is the only one ringing.
    fn early_voice(&mut self, place: usize, message: &Message<'_>, wires: &mut Wires) -> Option<Vec<u8>> {
        let alone = self.forks.iter().filter(|fork| fork.is_open()).count() == 1;
        let fork = self.forks.get(place).filter(|fork| alone && fork.is_open() && self.asker.offered)?;
        let session = description(message).ok().flatten()?;
        let heard = Heard { session, signalling: fork.address() };
        let ours = self.asker.flow.local.ip();
        Some(self.voice.as_mut()?.answered(Side::Callee, &heard, ours, wires))
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
