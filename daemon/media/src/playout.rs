//! Voice made even for fax machines that talk through it (ITU-T V.152 calls it voiceband data): as if from a wire.
//!
//! ```text
//!   packets, as they come ──> 160 ms of voice, each byte at its time ──> a packet of 20 ms every 20 ms
//! ```
//!
//! The delay is fixed from the first packet on, since a modem takes a change of it for a fault of the line. What is missing
//! sounds like the 20 ms before it: silence would hang the modem up. How long the sender's packets are does not matter.

use crate::rtp::Packet;

/// Bytes, which are ticks, in a packet of ours.
const STEP: usize = 160;
/// How long a byte waits: more than the jitter of most ways, less than people notice before they talk to a fax.
const DELAY: u32 = 8 * 160;
/// Ticks that fit in; half a second.
const ROOM: usize = 4_096;
/// The same, as a distance of timestamps.
const REACH: u32 = 4_096;
/// Bytes of an RTP header without extras.
const HEADER: usize = 12;

/// One direction of a call whose codec has a byte for each tick (G.711).
#[derive(Debug)]
pub struct Playout {
    voice: Box<[Option<u8>; ROOM]>,
    /// What was played last, byte by byte, to be repeated.
    last: [u8; STEP],
    stream: Option<Stream>,
}

/// How the packets are numbered: on from where the sender's were.
#[derive(Clone, Copy, Debug)]
struct Stream {
    payload_type: u8,
    ssrc: u32,
    sequence: u16,
    /// Of the byte that is played next.
    timestamp: u32,
    first: bool,
}

impl Default for Playout {
    fn default() -> Self {
        Self { voice: Box::new([None; ROOM]), last: [0; STEP], stream: None }
    }
}

impl Playout {
    /// Takes a packet of voice. One that comes after its time is of no use any more; one from far away begins anew.
    pub fn hear(&mut self, packet: &Packet<'_>) {
        let begins = packet.timestamp.wrapping_sub(DELAY);
        let ahead = |stream: &Stream| packet.timestamp.wrapping_sub(stream.timestamp);
        let known = self.stream.filter(|stream| {
            let late = stream.timestamp.wrapping_sub(packet.timestamp) < REACH;
            let fits =
                ahead(stream) < REACH - u32::try_from(packet.payload.len()).unwrap_or(REACH).min(REACH);
            stream.ssrc == packet.ssrc && (late || fits)
        });
        if known.is_none() {
            self.voice.fill(None);
            self.stream = Some(Stream {
                payload_type: packet.payload_type,
                ssrc: packet.ssrc,
                sequence: self.stream.map_or(packet.sequence, |stream| stream.sequence),
                timestamp: begins,
                first: true,
            });
        }
        let Some(stream) = self.stream else { return };
        for (place, byte) in (packet.timestamp..=u32::MAX).chain(0..).zip(packet.payload) {
            if place.wrapping_sub(stream.timestamp) < REACH
                && let Some(kept) = self.voice.get_mut(at(place))
            {
                *kept = Some(*byte);
            }
        }
    }

    /// Writes the next packet, due every 20 ms; nothing before the first has waited its time.
    pub fn next(&mut self, buffer: &mut [u8]) -> Option<usize> {
        let stream = self.stream.as_mut()?;
        let (header, payload) = buffer.get_mut(..HEADER + STEP)?.split_at_mut_checked(HEADER)?;
        let mut came = false;
        for ((place, byte), last) in (stream.timestamp..=u32::MAX).chain(0..).zip(payload).zip(&mut self.last)
        {
            let kept = self.voice.get_mut(at(place)).and_then(Option::take);
            came |= kept.is_some();
            *last = kept.unwrap_or(*last);
            *byte = *last;
        }
        let timestamp = stream.timestamp;
        stream.timestamp = timestamp.wrapping_add(160);
        if stream.first && !came {
            return None;
        }
        let marker = u8::from(std::mem::take(&mut stream.first)) << 7;
        let ([s0, s1], [t0, t1, t2, t3]) = (stream.sequence.to_be_bytes(), timestamp.to_be_bytes());
        let [c0, c1, c2, c3] = stream.ssrc.to_be_bytes();
        header.copy_from_slice(&[0x80, marker | stream.payload_type, s0, s1, t0, t1, t2, t3, c0, c1, c2, c3]);
        stream.sequence = stream.sequence.wrapping_add(1);
        Some(HEADER + STEP)
    }
}

fn at(timestamp: u32) -> usize {
    usize::try_from(timestamp % REACH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SSRC: u32 = 7;
    /// Near the wrap of both counters.
    const BEGIN: (u16, u32) = (u16::MAX - 20, u32::MAX - 3_000);

    /// The nth packet of a sender: its bytes say which it is.
    fn voice(number: u8, ticks: usize) -> (u16, u32, Vec<u8>) {
        let sequence = BEGIN.0.wrapping_add(number.into());
        let timestamp = BEGIN.1.wrapping_add(u32::from(number) * u32::try_from(ticks).unwrap());
        (sequence, timestamp, vec![number; ticks])
    }

    fn hear(playout: &mut Playout, (sequence, timestamp, payload): &(u16, u32, Vec<u8>)) {
        let (sequence, timestamp) = (*sequence, *timestamp);
        playout.hear(&Packet { marker: false, payload_type: 8, sequence, timestamp, ssrc: SSRC, payload });
    }

    fn played(playout: &mut Playout) -> Option<Vec<u8>> {
        let mut buffer = [0; 172];
        playout.next(&mut buffer).map(|length| buffer[..length].to_vec())
    }

    #[test]
    fn packets_that_come_late_and_in_disorder_go_on_evenly() {
        let mut playout = Playout::default();
        hear(&mut playout, &voice(0, 160));
        assert!((0..8).all(|_| played(&mut playout).is_none()), "160 ms later");
        let mut out = Vec::new();
        // Bunches of four, each in the wrong order.
        for bunch in 0..10u8 {
            for number in (1..5).rev().map(|one| bunch * 4 + one) {
                hear(&mut playout, &voice(number, 160));
            }
            out.extend((0..4).map(|_| played(&mut playout).unwrap()));
        }
        for (number, packet) in (0..).zip(&out) {
            let packet = Packet::parse(packet).unwrap();
            let (sequence, timestamp, payload) = voice(number, 160);
            assert_eq!((packet.sequence, packet.timestamp, packet.ssrc), (sequence, timestamp, SSRC));
            assert_eq!((packet.payload, packet.marker), (&payload[..], number == 0), "{number}");
        }
    }

    #[test]
    fn what_is_lost_sounds_like_what_was_before_it_and_never_like_silence() {
        let mut playout = Playout::default();
        for number in [0, 1, 4] {
            hear(&mut playout, &voice(number, 160));
        }
        let out: Vec<_> = std::iter::repeat_with(|| played(&mut playout)).take(15).flatten().collect();
        let heard: Vec<_> = out.iter().map(|packet| packet[12]).collect();
        assert_eq!(heard, [0, 1, 1, 1, 4, 4, 4], "the numbering goes on");
        assert!(out.windows(2).all(|pair| pair[1][3] == pair[0][3].wrapping_add(1)));
    }

    #[test]
    fn packets_of_other_lengths_become_packets_of_20_ms() {
        for ticks in [80, 240, 480] {
            let mut playout = Playout::default();
            for number in 0..4 {
                hear(&mut playout, &voice(number, ticks));
            }
            let wanted: Vec<u8> = (0..4).flat_map(|number| vec![number; ticks]).collect();
            let out: Vec<_> = std::iter::repeat_with(|| played(&mut playout)).take(40).flatten().collect();
            let heard: Vec<u8> = out.iter().flat_map(|packet| packet[12..].to_vec()).collect();
            assert!(heard.starts_with(&wanted), "{ticks}");
        }
    }

    #[test]
    fn who_begins_anew_is_heard_anew() {
        let mut playout = Playout::default();
        hear(&mut playout, &voice(0, 160));
        let (sequence, _, payload) = voice(9, 160);
        hear(&mut playout, &(sequence, 77_777, payload));
        let out: Vec<_> = std::iter::repeat_with(|| played(&mut playout)).take(9).flatten().collect();
        assert_eq!((out.len(), out[0][12]), (1, 9));
    }
}
