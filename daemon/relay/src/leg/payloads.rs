//! Payload types rewritten where they lie.

use media::coding::Translation;
use media::payload::Passage;
use media::rtp;

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
