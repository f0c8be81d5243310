//! What of a leg's voice may go on in the kernel, and what came of it there.

use super::Leg;
use media::payload::Passage;
use media::quality::Steady;
use std::net::SocketAddr;
use std::time::Instant;

impl Leg {
    /// The peer's stream, if nothing has to be done to it on its way: no key, no listening, no other number, no hold.
    pub(crate) fn steady(&self) -> Option<Steady> {
        let plan = self.plan.as_ref().filter(|plan| plan.speaks() && self.is_plain())?;
        let stream = self.quality.steady()?;
        let passage =
            plan.payloads.as_deref().map_or(Passage::Untouched, |map| map.passage(stream.payload_type));
        let same = match passage {
            Passage::Untouched => true,
            Passage::As(number) => number == stream.payload_type,
            Passage::Refused | Passage::Translated { .. } | Passage::Events(_) => false,
        };
        same.then_some(stream)
    }

    /// Whether its partner's voice goes to the peer as it is.
    pub(crate) fn takes_plain_voice(&self) -> bool {
        self.way.is_open()
            && self.safe.is_none()
            && self.browser.is_none()
            && self.playing.is_none()
            && self.recorded.is_none()
            && self.keyboard.is_none()
    }

    /// Our end and the peer's, if it has been known since `latest` at least.
    pub(crate) fn ends(&self, latest: Instant) -> Option<(SocketAddr, SocketAddr)> {
        self.rtp.settled(latest)
    }

    /// The stream has gone on in the kernel; returns how many packets.
    pub(crate) fn went_on(&mut self, reached: Steady) -> u64 {
        let before = self.quality.tally();
        self.quality.resume(reached);
        let after = self.quality.tally();
        after.packets - before.packets
    }

    /// So many packets went to the peer in the kernel.
    pub(crate) fn sent_by_the_kernel(&mut self, packets: u64) {
        self.sent += packets;
    }
}
