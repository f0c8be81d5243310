//! Keys pressed in a call: as events in the voice's own stream (RFC 4733), as SIP INFO, or as tones.
//!
//! ```text
//!   packets ──> Keypad ──> Press, once for each key        Press ──> Dialling ──> payloads, one for each voice packet
//!   INFO body ──> Press::of_info                           Press ──> Press::info_body
//! ```

mod info;
mod keyboard;

pub use keyboard::Keyboard;

use crate::rtp::Packet;
use std::time::Duration;

/// Samples a second of the events' clock in telephony.
const RATE: u64 = 8_000;
/// How often the end of an event is said (RFC 4733 2.5.1.4).
const ENDS: u8 = 3;
/// Loudness in -dBm0 (RFC 4733 2.3.3).
const VOLUME: u8 = 10;

/// One of the sixteen keys: `0` to `9`, `*`, `#`, `A` to `D` (RFC 4733 3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Digit(u8);

/// All keys in the order of their event numbers.
const KEYS: [u8; 16] = *b"0123456789*#ABCD";
/// The same by row and column of the keypad (ITU-T Q.23).
const PAD: [u8; 16] = *b"123A456B789C*0#D";
const ROWS: [u16; 4] = [697, 770, 852, 941];
const COLUMNS: [u16; 4] = [1_209, 1_336, 1_477, 1_633];

impl Digit {
    /// The key with this name.
    #[must_use]
    pub fn named(name: char) -> Option<Self> {
        let name = u8::try_from(name.to_ascii_uppercase()).ok()?;
        KEYS.iter().position(|key| *key == name).and_then(|event| u8::try_from(event).ok()).map(Self)
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> char {
        KEYS.get(usize::from(self.0)).copied().map_or('?', char::from)
    }

    /// The number of its event.
    pub(crate) fn event(self) -> u8 {
        self.0
    }

    /// The key at a row and column of the keypad, from the upper left.
    pub(crate) fn at(row: u8, column: u8) -> Option<Self> {
        let name = PAD.get(usize::from(row) * 4 + usize::from(column))?;
        Self::named(char::from(*name))
    }

    /// Row and column frequency in hertz (ITU-T Q.23).
    #[must_use]
    pub fn frequencies(self) -> (u16, u16) {
        let place = PAD.iter().position(|key| char::from(*key) == self.name()).unwrap_or(0);
        (ROWS.get(place / 4).copied().unwrap_or(0), COLUMNS.get(place % 4).copied().unwrap_or(0))
    }
}

/// A key and how long it was held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Press {
    /// Which.
    pub digit: Digit,
    /// How long.
    pub duration: Duration,
}

impl Press {
    /// Held as long as usual, for keys of which nobody says how long.
    #[must_use]
    pub fn usual(digit: Digit) -> Self {
        Self { digit, duration: info::USUAL }
    }
}

/// The payload of an event packet (RFC 4733 2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TelephoneEvent {
    /// Which event; keys are 0 to 15.
    pub event: u8,
    /// Whether the event is over.
    pub end: bool,
    /// Loudness in -dBm0.
    pub volume: u8,
    /// Ticks since the event began.
    pub duration: u16,
}

impl TelephoneEvent {
    /// Reads a payload; of several events in one packet the first.
    #[must_use]
    pub fn parse(payload: &[u8]) -> Option<Self> {
        let [event, bits, high, low] = *payload.first_chunk::<4>()?;
        let duration = u16::from_be_bytes([high, low]);
        Some(Self { event, end: bits & 0x80 != 0, volume: bits & 0x3f, duration })
    }

    /// The payload.
    #[must_use]
    pub fn compose(self) -> [u8; 4] {
        let [high, low] = self.duration.to_be_bytes();
        [self.event, self.volume & 0x3f | u8::from(self.end) << 7, high, low]
    }
}

/// Tells the keys in a stream of event packets, each once.
#[derive(Clone, Copy, Debug, Default)]
pub struct Keypad {
    /// Source and beginning of the last key that was told.
    told: Option<(u32, u32)>,
}

impl Keypad {
    /// Hears an event packet; the first that says the end of a key tells it, its copies do not.
    pub fn hear(&mut self, packet: &Packet<'_>) -> Option<Press> {
        let event = TelephoneEvent::parse(packet.payload).filter(|event| event.end)?;
        let digit = Some(Digit(event.event)).filter(|digit| usize::from(digit.0) < KEYS.len())?;
        let this = (packet.ssrc, packet.timestamp);
        if self.told.replace(this) == Some(this) {
            return None;
        }
        Some(Press { digit, duration: Duration::from_millis(u64::from(event.duration) * 1_000 / RATE) })
    }
}

/// A key on its way out, in place of the voice: each voice packet that passes becomes one of its packets, so that
/// the stream's numbering stays whole.
#[derive(Clone, Copy, Debug)]
pub struct Dialling {
    press: Press,
    begin: Option<u32>,
    ends: u8,
    last: u16,
}

/// What a voice packet becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventPacket {
    /// First packet of the event (RFC 4733 2.5.1.1).
    pub marker: bool,
    /// When the event began.
    pub timestamp: u32,
    /// What happens.
    pub payload: [u8; 4],
}

impl Dialling {
    /// Begins with the next voice packet.
    #[must_use]
    pub fn new(press: Press) -> Self {
        Self { press, begin: None, ends: 0, last: 0 }
    }

    /// What the voice packet of this time becomes; `None` when the key is over and voice passes again.
    pub fn next(&mut self, timestamp: u32) -> Option<EventPacket> {
        if self.ends >= ENDS {
            return None;
        }
        let marker = self.begin.is_none();
        let begin = *self.begin.get_or_insert(timestamp);
        let length =
            u64::try_from(self.press.duration.as_millis()).unwrap_or(u64::MAX).saturating_mul(RATE) / 1_000;
        let length = u16::try_from(length).unwrap_or(u16::MAX);
        let passed = u16::try_from(timestamp.wrapping_sub(begin)).unwrap_or(u16::MAX).max(1);
        let end = !marker && passed >= length;
        self.ends += u8::from(end);
        if !end || self.ends == 1 {
            self.last = if end { passed.min(length).max(self.last) } else { passed };
        }
        let event = TelephoneEvent { event: self.press.digit.0, end, volume: VOLUME, duration: self.last };
        Some(EventPacket { marker, timestamp: begin, payload: event.compose() })
    }
}

#[cfg(test)]
mod tests;
