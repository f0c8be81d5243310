//! Three voices in one room: each party hears the others, and never itself.
//!
//! ```text
//!   packets of a party ──> Mouth: 60 ms of voice, each byte at its time ──> 160 samples every 20 ms ─┐
//!                                                                              the others' sum ──────┤
//!   packets to a party <── playback::Stream <── Ear: made quieter where it would be too loud <───────┘
//! ```
//!
//! G.711 and G.722 meet as samples of 16 bits, 8000 a second. Whoever is late is silent: nobody waits for him. All of it is
//! whole numbers, in memory taken once.

use crate::coding::{Coding, Decoder};
use crate::g711::Law;
use crate::playback::{SAMPLES, Samples};
use crate::rtp::Packet;

/// Parties in a room.
pub const SEATS: usize = 3;
/// Rooms at once; each costs about as much as two calls that are played to.
pub const ROOMS: usize = 64;

/// Ticks of voice kept for each party: a quarter of a second.
const ROOM: usize = 2_048;
/// The same, as a distance of timestamps.
const REACH: u32 = 2_048;
/// How long a byte waits, in ticks: the jitter of a house and of most ways out of it.
const DELAY: u32 = 3 * 160;
/// A party whose voice waits longer than this is moved on: its clock is slower than it says, or it was held up on its way.
const LONGEST: u32 = 9 * 160;
/// Packets too late in a row, after which a party is waited for anew.
const TOO_LATE: u8 = 4;
/// Loudest sample of a sum; what is above is a fault of the sum and not of who speaks.
const LOUDEST: i32 = 32_000;
/// As loud as it comes, in parts of 65536.
const UNCHANGED: i32 = 1 << 16;
/// How slowly a sum becomes as loud as it comes again: a quarter of a second.
const RECOVERY: u32 = 11;

/// What one party says, each byte at its time.
#[derive(Debug)]
pub struct Mouth {
    voice: Box<[Option<u8>; ROOM]>,
    /// Who speaks, and the timestamp of the byte that is heard next.
    stream: Option<(u32, u32)>,
    decoder: (Coding, Decoder),
    /// Fades where voice is missing: a sudden end would be a click.
    last: i16,
    late: u8,
}

impl Default for Mouth {
    fn default() -> Self {
        let coding = Coding::G711(Law::A);
        let decoder = (coding, coding.decoder());
        Self { voice: Box::new([None; ROOM]), stream: None, decoder, last: 0, late: 0 }
    }
}

impl Mouth {
    /// Takes a packet of voice, coded so. One that comes after its time is left out.
    pub fn hear(&mut self, packet: &Packet<'_>, coding: Coding) {
        if self.decoder.0 != coding {
            self.decoder = (coding, coding.decoder());
            self.voice.fill(None);
        }
        let length = u32::try_from(packet.payload.len()).unwrap_or(u32::MAX);
        if length > REACH - LONGEST {
            return;
        }
        let next = match self.stream.filter(|stream| self.goes_on(*stream, packet, length)) {
            Some((_, next)) => next,
            None => self.begin(packet),
        };
        for (place, byte) in (packet.timestamp..=u32::MAX).chain(0..).zip(packet.payload) {
            if place.wrapping_sub(next) < REACH
                && let Some(kept) = self.voice.get_mut(at(place))
            {
                *kept = Some(*byte);
            }
        }
    }

    /// Whether a packet belongs to what is being heard.
    fn goes_on(&mut self, (ssrc, next): (u32, u32), packet: &Packet<'_>, length: u32) -> bool {
        let ahead = packet.timestamp.wrapping_sub(next);
        let behind = next.wrapping_sub(packet.timestamp);
        let late = behind >= length && behind < u32::MAX / 2;
        self.late = if late { self.late.saturating_add(1) } else { 0 };
        let known =
            if late { self.late < TOO_LATE && behind < REACH } else { ahead < LONGEST || behind < length };
        ssrc == packet.ssrc && known
    }

    fn begin(&mut self, packet: &Packet<'_>) -> u32 {
        let next = packet.timestamp.wrapping_sub(DELAY);
        self.voice.fill(None);
        self.late = 0;
        self.stream = Some((packet.ssrc, next));
        next
    }

    /// What is heard of it in the next 20 ms.
    pub fn say(&mut self) -> Samples {
        let mut said = [0; SAMPLES];
        let Some((_, next)) = self.stream.as_mut() else { return said };
        for (place, sample) in (*next..=u32::MAX).chain(0..).zip(&mut said) {
            let kept = self.voice.get_mut(at(place)).and_then(Option::take);
            self.last = kept.map_or(self.last - self.last / 16, |byte| self.decoder.1.decode(byte));
            if kept.is_none() && self.last.abs() < 16 {
                self.last = 0;
            }
            *sample = self.last;
        }
        *next = next.wrapping_add(160);
        said
    }
}

fn at(timestamp: u32) -> usize {
    usize::try_from(timestamp % REACH).unwrap_or_default()
}

/// What one party hears: the sum of the others, never louder than a telephone can say it.
#[derive(Clone, Copy, Debug)]
pub struct Ear {
    /// Parts of 65536 of the sum that are heard.
    gain: i32,
}

impl Default for Ear {
    fn default() -> Self {
        Self { gain: UNCHANGED }
    }
}

impl Ear {
    /// The sum of what everybody said but the one who hears it. It is made quieter where it would be too loud, at once, and as loud
    /// as before slowly: cut off at the top, voices would rattle.
    pub fn hear(&mut self, said: &[Samples; SEATS], own: usize) -> Samples {
        let mut sums = [0i32; SAMPLES];
        for (_, voice) in said.iter().enumerate().filter(|(seat, _)| *seat != own) {
            sums.iter_mut().zip(voice).for_each(|(sum, sample)| *sum += i32::from(*sample));
        }
        sums.map(|sum| self.bounded(sum))
    }

    fn bounded(&mut self, sum: i32) -> i16 {
        self.gain += (UNCHANGED - self.gain) >> RECOVERY;
        let loud = sum.abs();
        if loud > LOUDEST {
            self.gain = self.gain.min(LOUDEST * (UNCHANGED / 2) / loud * 2);
        }
        let heard = (i64::from(sum) * i64::from(self.gain)) >> 16;
        i16::try_from(heard).unwrap_or(if heard < 0 { i16::MIN } else { i16::MAX })
    }
}

#[cfg(test)]
mod tests;
