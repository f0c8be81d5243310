//! Voice without tricks: G.711 and keys, 20 ms in a packet, nothing that suppresses silence. What every network carries.

use super::codec::Codec;
use super::line::{Line, words};
use super::{LONGEST, Session};
use crate::g711::Law;

/// The lines of the description whose voice is only that; nothing when it offers no G.711.
pub(super) fn write(session: &Session) -> Option<Vec<u8>> {
    let voice = session.audio_index()?;
    let mut kept: Vec<_> = session.media.get(voice)?.codecs().iter().filter_map(rank).collect();
    kept.sort_unstable();
    kept.first().filter(|(rank, _)| *rank < EVENTS)?;
    let mut out = Vec::with_capacity(LONGEST.min(session.text.len() + 16));
    let mut passed = None;
    for line in session.lines() {
        if line.letter == b'm' {
            close(&mut out, passed == Some(voice));
            passed = Some(passed.map_or(0, |media| media + 1));
        }
        if passed != Some(voice) {
            put(&mut out, line.letter, line.value);
        } else if line.letter == b'm' {
            put(&mut out, b'm', media(line, &kept).as_bytes());
        } else if belongs(line, &kept) {
            put(&mut out, line.letter, line.value);
        }
    }
    close(&mut out, passed == Some(voice));
    Some(out)
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

/// The media line with these payload types alone, in this order.
fn media(line: Line<'_>, kept: &[(u8, u8)]) -> String {
    let front = words(line.value).take(3).collect::<Vec<_>>().join(" ");
    kept.iter().fold(front, |text, (_, number)| format!("{text} {number}"))
}

/// Whether a line says something of what is kept.
fn belongs(line: Line<'_>, kept: &[(u8, u8)]) -> bool {
    let Some((name, value)) = line.attribute() else { return true };
    match name {
        b"ptime" | b"maxptime" => false,
        b"rtpmap" | b"fmtp" | b"rtcp-fb" => {
            let number = words(value).next().and_then(|word| word.parse::<u8>().ok());
            number.is_none_or(|number| kept.iter().any(|(_, one)| *one == number))
        }
        _ => true,
    }
}

fn close(out: &mut Vec<u8>, voice: bool) {
    if voice {
        put(out, b'a', b"ptime:20");
    }
}

fn put(out: &mut Vec<u8>, letter: u8, value: &[u8]) {
    out.extend_from_slice(&[letter, b'=']);
    out.extend_from_slice(value);
    out.extend_from_slice(b"\r\n");
}
