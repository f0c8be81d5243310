//! Sounds of our own for a leg: tones, announcements, music while on hold. Packets of 20 ms, in whatever codec of
//! [`crate::coding`] the peer likes best.

use crate::coding::{Coding, Encoder};
use crate::tone::{Player, Tone};
use std::sync::Arc;
use std::time::Duration;

/// How much voice a packet holds.
pub const STEP: Duration = Duration::from_millis(20);
/// The same in samples, 8000 a second, and in ticks of the stream's clock.
pub const SAMPLES: usize = 160;
/// What is heard in a packet.
pub type Samples = [i16; SAMPLES];
const TICKS: u32 = 160;
/// Bytes of an RTP header without extras.
const HEADER: usize = 12;
/// Longest clip: ten minutes.
pub const LONGEST_CLIP: usize = 10 * 60 * 8_000;

/// What is played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sound {
    /// A tone, until it is stopped.
    Tone(Tone),
    /// Samples of 16 bits, 8000 a second.
    Clip {
        /// The samples, at most [`LONGEST_CLIP`]; what follows is not played.
        samples: Arc<[i16]>,
        /// Once, or as music is.
        repeat: Repeat,
    },
}

/// How often a clip is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// Once.
    Once,
    /// Until it is stopped.
    Forever,
}

/// A sound on its way to one leg, with a stream of its own.
#[derive(Debug)]
pub struct Playback {
    sound: Sounding,
    stream: Stream,
}

/// Voice of our own on its way to one leg.
#[derive(Debug)]
pub struct Stream {
    codec: (u8, Coding),
    encoder: Encoder,
    ssrc: u32,
    sequence: u16,
    timestamp: u32,
    first: bool,
}

#[derive(Debug)]
enum Sounding {
    Tone(Player),
    Clip { samples: Arc<[i16]>, repeat: Repeat, position: usize },
}

impl Playback {
    /// From the beginning, in this codec under the peer's number for it. Source and numbering come from the seed.
    #[must_use]
    pub fn new(sound: Sound, codec: (u8, Coding), seed: u64) -> Self {
        let sound = match sound {
            Sound::Tone(tone) => Sounding::Tone(Player::new(tone)),
            Sound::Clip { samples, repeat } => Sounding::Clip { samples, repeat, position: 0 },
        };
        Self { sound, stream: Stream::new(codec, seed) }
    }

    /// Writes the next packet; `None` when the sound is over. Due every [`STEP`].
    pub fn next(&mut self, buffer: &mut [u8]) -> Option<usize> {
        let mut samples = [0; SAMPLES];
        if !self.sound.fill(&mut samples) {
            return None;
        }
        self.stream.write(&samples, buffer)
    }
}

impl Stream {
    /// In this codec under the peer's number for it. Source and numbering come from the seed.
    #[must_use]
    pub fn new(codec: (u8, Coding), seed: u64) -> Self {
        let [a, b, c, d, e, f, g, h] = seed.to_be_bytes();
        Self {
            codec,
            encoder: codec.1.encoder(),
            ssrc: u32::from_be_bytes([a, b, c, d]),
            // Far from the wrap, which who begins to listen could mistake (RFC 3711 3.3.1), and below where voices begin: some phones
            // take one that begins lower than the sound before it for late, although its source is another (baresip 1.0).
            sequence: u16::from(f),
            timestamp: u32::from_be_bytes([g, h, e, f]),
            first: true,
        }
    }

    /// Goes on in this codec, if it is another one.
    pub fn speak(&mut self, codec: (u8, Coding)) {
        if self.codec.1 != codec.1 {
            self.encoder = codec.1.encoder();
        }
        self.codec = codec;
    }

    /// Writes the next packet; `None` when the buffer is too small. Due every [`STEP`].
    pub fn write(&mut self, samples: &Samples, buffer: &mut [u8]) -> Option<usize> {
        let packet = buffer.get_mut(..HEADER + SAMPLES)?;
        let (header, payload) = packet.split_at_mut_checked(HEADER)?;
        header.copy_from_slice(&self.header());
        payload.iter_mut().zip(samples).for_each(|(byte, sample)| *byte = self.encoder.encode(*sample));
        self.first = false;
        self.sequence = self.sequence.wrapping_add(1);
        self.timestamp = self.timestamp.wrapping_add(TICKS);
        Some(HEADER + SAMPLES)
    }

    fn header(&self) -> [u8; HEADER] {
        let ([s0, s1], [t0, t1, t2, t3]) = (self.sequence.to_be_bytes(), self.timestamp.to_be_bytes());
        let [c0, c1, c2, c3] = self.ssrc.to_be_bytes();
        [0x80, u8::from(self.first) << 7 | self.codec.0, s0, s1, t0, t1, t2, t3, c0, c1, c2, c3]
    }
}

impl Sounding {
    /// The next samples, silence after the end. Says whether there were any.
    fn fill(&mut self, room: &mut [i16]) -> bool {
        match self {
            Self::Tone(player) => {
                player.fill(room);
                true
            }
            Self::Clip { samples, repeat, position } => {
                let clip = samples.get(..LONGEST_CLIP).unwrap_or(samples);
                if *position >= clip.len() && *repeat == Repeat::Forever {
                    *position = 0;
                }
                let rest = clip.get(*position..).unwrap_or_default();
                room.iter_mut().zip(rest).for_each(|(place, sample)| *place = *sample);
                *position += room.len();
                !rest.is_empty()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::g711::Law;
    use crate::rtp::Packet;

    const A_LAW: (u8, Coding) = (8, Coding::G711(Law::A));

    fn clip(length: i16, repeat: Repeat) -> Sound {
        Sound::Clip { samples: (0..length).map(|sample| sample * 8).collect(), repeat }
    }

    fn played(sound: Sound, most: usize) -> Vec<Vec<u8>> {
        let mut playback = Playback::new(sound, A_LAW, 0xffee_ddcc_ffff_fffe);
        let mut packet = [0; 172];
        std::iter::from_fn(|| playback.next(&mut packet).map(|length| packet[..length].to_vec()))
            .take(most)
            .collect()
    }

    #[test]
    fn a_clip_is_played_to_its_end_in_one_stream() {
        let packets = played(clip(400, Repeat::Once), 100);
        let packets: Vec<_> = packets.iter().map(|packet| Packet::parse(packet).unwrap()).collect();
        assert!(packets.iter().map(|packet| packet.marker).eq([true, false, false]));
        for pair in packets.windows(2) {
            assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1));
            assert_eq!(pair[1].timestamp, pair[0].timestamp.wrapping_add(160));
            assert_eq!((pair[0].payload_type, pair[0].ssrc), (8, pair[1].ssrc));
        }
        assert!(packets[0].sequence < 0x4000);
        let heard: Vec<_> =
            packets.iter().flat_map(|packet| packet.payload).map(|byte| Law::A.decode(*byte)).collect();
        assert!((heard[399] - 399 * 8).abs() < 100 && heard[400..].iter().all(|sample| *sample == 8));
    }

    #[test]
    fn a_peer_with_a_wider_codec_hears_the_same() {
        let mut playback = Playback::new(Sound::Tone(Tone::CED), (9, Coding::G722), 1);
        let (mut packet, mut decoder) = ([0; 172], Coding::G722.decoder());
        let mut ear = crate::tone::FaxEar::default();
        let sign = (0..50).find_map(|_| {
            assert_eq!((playback.next(&mut packet), packet[1] & 0x7f), (Some(172), 9));
            ear.hear(packet[12..].iter().map(|byte| decoder.decode(*byte)))
        });
        assert_eq!(sign, Some(crate::tone::FaxSign::Answering));
    }

    #[test]
    fn music_and_tones_do_not_end_by_themselves() {
        assert_eq!(played(clip(160, Repeat::Forever), 10).len(), 10);
        assert_eq!(played(Sound::Tone(Tone::BUSY), 100).len(), 100);
        assert_eq!(played(clip(0, Repeat::Forever), 10).len(), 0, "nothing can be repeated for ever");
        assert_eq!(Playback::new(Sound::Tone(Tone::DIAL), A_LAW, 1).next(&mut [0; 100]), None);
    }
}
