//! The short way of a packet that is only counted and passed on, as most are.

use super::{Leg, Stream, payloads};
use media::payload::Passage;
use media::relay::{Carries, Flow, LegPlan};
use media::rtp::Packet;
use std::time::Instant;

/// What a plan says to each packet.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Way {
    /// The payload type that came last, and its clock.
    clock: Option<(u8, u32)>,
    /// The peer sends voice and no fax.
    voice: bool,
    /// Its packets are renumbered, translated or refused, as far as the plan says.
    mapped: bool,
    /// The peer takes voice and is not on hold.
    open: bool,
}

impl Way {
    pub(super) fn of(plan: &LegPlan) -> Self {
        Self {
            clock: None,
            voice: plan.carries == Carries::Voice,
            mapped: plan.payloads.is_some(),
            open: plan.receives == Flow::Open,
        }
    }

    pub(super) fn is_open(self) -> bool {
        self.open
    }
}

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
        if !self.way.voice || !self.is_plain() {
            return false;
        }
        let Ok(packet) = Packet::parse(datagram) else { return false };
        let number = packet.payload_type;
        let passage = if self.way.mapped { self.mapped(number) } else { Passage::Untouched };
        if !matches!(passage, Passage::Untouched | Passage::As(_)) {
            return false;
        }
        let hertz = match self.way.clock {
            Some((known, hertz)) if known == number => hertz,
            Some(_) | None => self.look_at_clock(number),
        };
        self.quality.arrived(now, &packet, datagram.len(), hertz);
        passage == Passage::Untouched || payloads::apply(passage, datagram, &mut self.translation)
    }

    fn mapped(&self, number: u8) -> Passage {
        let map = self.plan.as_ref().and_then(|plan| plan.payloads.as_deref());
        map.map_or(Passage::Untouched, |map| map.passage(number))
    }

    #[cold]
    fn look_at_clock(&mut self, number: u8) -> u32 {
        let hertz = self.plan.as_ref().map_or(0, |plan| plan.clocks.hertz(number));
        self.way.clock = Some((number, hertz));
        hertz
    }

    /// Sends voice that came straight to the peer, the shortest way that it may take here.
    pub(crate) fn send_straight(&mut self, buffer: &mut [u8], length: usize, now: Instant) {
        if !self.takes_plain_voice() {
            return self.send(Stream::Voice, buffer, length, now);
        }
        let sent = buffer.get(..length).is_some_and(|datagram| self.rtp.send(datagram));
        self.sent += u64::from(sent);
        self.counts.unsent += u64::from(!sent);
    }
}
