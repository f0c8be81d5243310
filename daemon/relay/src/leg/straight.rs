//! The short way of a packet that is only counted and passed on, as most are.

use super::{Leg, Silence, payloads};
use media::payload::Passage;
use media::relay::Carries;
use media::rtp::Packet;
use std::time::Instant;

impl Leg {
    /// Whether nobody listens to what the peer says, keeps it or has a key for it.
    pub(super) fn is_plain(&self) -> bool {
        self.safe.is_none()
            && self.browser.is_none()
            && self.ears.is_none()
            && self.playout.is_none()
            && self.seated.is_none()
            && self.recorded.is_none()
    }

    /// Makes a packet of the peer, for whom the kernel vouches, ready for the partner. Says whether it has: where more
    /// is to be done to it, nothing has been done yet.
    pub(super) fn goes_straight(&mut self, datagram: &mut [u8], now: Instant) -> bool {
        let Some(plan) = self.plan.as_ref().filter(|plan| plan.carries == Carries::Voice && self.is_plain())
        else {
            return false;
        };
        let Ok(packet) = Packet::parse(datagram) else { return false };
        let number = packet.payload_type;
        let passage = plan.payloads.as_deref().map_or(Passage::Untouched, |map| map.passage(number));
        if !matches!(passage, Passage::Untouched | Passage::As(_)) {
            return false;
        }
        self.silence = Silence { since: now, told: 0 };
        self.quality.arrived(now, &packet, datagram.len(), plan.clocks.hertz(number));
        payloads::apply(passage, datagram, &mut self.translation)
    }
}
