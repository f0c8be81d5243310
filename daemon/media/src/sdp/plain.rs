//! Voice without tricks: G.711 and keys, 20 ms in a packet, nothing that suppresses silence. What every network carries.

use super::codec::Codec;
use super::{Session, formats};
use crate::g711::Law;

/// The lines of the description whose voice is only that; nothing when it offers no G.711.
pub(super) fn write(session: &Session) -> Option<Vec<u8>> {
    let voice = session.audio_index()?;
    let mut kept: Vec<_> = session.media.get(voice)?.codecs().iter().filter_map(rank).collect();
    kept.sort_unstable();
    kept.first().filter(|(rank, _)| *rank < EVENTS)?;
    let numbers: Vec<u8> = kept.into_iter().map(|(_, number)| number).collect();
    let keeps = |name: &[u8]| !matches!(name, b"ptime" | b"maxptime");
    Some(formats::write(session, voice, &numbers, keeps, Some(b"ptime:20")))
}

/// Where keys stand among what is kept: after A-law and µ-law.
const EVENTS: u8 = 2;

fn rank(codec: &Codec) -> Option<(u8, u8)> {
    let rank = match codec.g711() {
        Some((_, Law::A)) => 0,
        Some((_, Law::Mu)) => 1,
        None => codec.is_events().then_some(EVENTS)?,
    };
    Some((rank, codec.payload_type))
}
