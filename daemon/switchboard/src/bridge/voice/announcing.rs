//! The box speaks to a caller itself, before anybody has answered.

use std::net::IpAddr;

use media::playback::Sound;
use media::relay::{Command, RtcpPath};

use super::Voice;
use crate::wires::Wires;

impl Voice {
    /// Answers the caller's offer where nobody else has, with what the phone itself speaks, and plays this until the voice of
    /// somebody takes its place. Returns the answer; nothing for a phone that would not hear it: one without an offer, on hold, a fax, or
    /// with codecs that the box cannot make.
    pub(crate) fn announce(&mut self, sound: Sound, ours: IpAddr, wires: &mut Wires) -> Option<Vec<u8>> {
        let caller = &mut self.caller;
        let session = caller.heard.as_ref()?.session.clone();
        let keys = caller.answer(&mut wires.seed).ok()?;
        caller.expect(RtcpPath::Separate, wires);
        let hears = caller.talks() && caller.plan.as_ref().is_some_and(|plan| plan.sounds.is_some());
        if !hears {
            return None;
        }
        let told = caller.describe(&session, ours, &keys);
        let leg = caller.lease.leg;
        wires.relay(Command::Play { leg, sound });
        self.music = Some(leg);
        Some(told)
    }

    /// Plays this to the caller in place of what it hears from the box.
    pub(crate) fn announce_instead(&self, sound: Sound, wires: &mut Wires) {
        if let Some(leg) = self.music {
            wires.relay(Command::Play { leg, sound });
        }
    }
}
