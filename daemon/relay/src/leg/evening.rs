//! What the peer says, made even for a fax machine at the other end.

use super::heard::Heard;
use super::{Leg, Stream, payloads};
use media::payload::Passage;

/// Payload types of G.711 (RFC 3551 6): a fax goes through nothing else.
const G711: [u8; 2] = [0, 8];

impl Leg {
    /// Begins to make it even.
    pub(crate) fn make_even(&mut self) {
        if !self.is_seated() {
            self.playout.get_or_insert_default();
        }
    }

    /// Keeps a packet until its time. Says whether it does.
    pub(super) fn waits(&mut self, heard: &Heard<'_>) -> bool {
        let (Some(playout), Heard::Voice(packet)) = (self.playout.as_deref_mut(), heard) else {
            return false;
        };
        let even = G711.contains(&packet.payload_type);
        if even {
            playout.hear(packet);
        }
        even
    }

    /// The next even packet for the partner, due every 20 ms; `None` when nothing is made even here.
    pub(crate) fn even_on(&mut self, buffer: &mut [u8]) -> Option<Option<(Stream, usize)>> {
        let playout = self.playout.as_deref_mut()?;
        let length = playout.next(buffer);
        let datagram = length.and_then(|length| buffer.get_mut(..length)).unwrap_or_default();
        let map = self.plan.as_ref().and_then(|plan| plan.payloads.as_deref());
        let number = datagram.get(1).map(|kind| kind & 0x7f);
        let passage = map.zip(number).map_or(Passage::Untouched, |(map, number)| map.passage(number));
        let passed = payloads::apply(passage, datagram, &mut self.translation);
        Some(length.filter(|_| passed).map(|length| (Stream::Voice, length)))
    }
}
