//! Payload types rewritten where they lie.

use super::Leg;
use super::heard::Heard;
use media::coding::Translation;
use media::dtmf::Press;
use media::payload::Passage;
use media::rtp;

impl Leg {
    /// What becomes of a packet, and the key it tells.
    pub(super) fn passage(&mut self, heard: &Heard<'_>) -> (Passage, Option<Press>) {
        let map = self.plan.as_ref().and_then(|plan| plan.payloads.as_deref());
        let (Heard::Voice(packet), Some(map)) = (heard, map) else { return (Passage::Untouched, None) };
        let passage = map.passage(packet.payload_type);
        let pressed = matches!(passage, Passage::Events(_)).then(|| self.keypad.hear(packet)).flatten();
        (passage, pressed)
    }

    /// Rewrites a packet of the peer for the partner. Says whether it goes on.
    pub(super) fn rewrite(&mut self, passage: Passage, datagram: &mut [u8]) -> bool {
        apply(passage, datagram, &mut self.translation)
    }
}

/// Rewrites a valid packet. Says whether it goes on.
pub(super) fn apply(passage: Passage, datagram: &mut [u8], translation: &mut Translation) -> bool {
    match passage {
        Passage::Untouched => {}
        Passage::Refused | Passage::Events(None) => return false,
        Passage::As(number) | Passage::Events(Some(number)) => renumber(datagram, number),
        Passage::Translated { number, from, into } => {
            let header = rtp::header_length(datagram).unwrap_or(datagram.len());
            translation.apply((from, into), datagram.get_mut(header..).unwrap_or_default());
            renumber(datagram, number);
        }
    }
    true
}

/// The marker stays.
fn renumber(datagram: &mut [u8], number: u8) {
    if let Some(kind) = datagram.get_mut(1) {
        *kind = *kind & 0x80 | number & 0x7f;
    }
}
