//! Satellite receivers (NMEA 0183): sentences of at most 82 characters, each with a check, of which three say time and place.
//!
//! ```text
//!   $GPRMC,123519.00,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W*6A
//!    ^ talker and kind                                                  ^ all between $ and * with exclusive or
//! ```
//!
//! A machine as [`crate::panel`]: it is told bytes and moments, and asked what the receiver says.

mod sentence;

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

pub use sentence::{LONGEST, Sentence, SentenceRefused, read};

/// What was not said again for so long does not count any more.
const SILENCE: Duration = Duration::from_secs(10);

/// A moment in UTC, as satellites tell it.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Moment {
    /// 2000 to 2099.
    pub year: u16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 60.
    pub second: u8,
}

/// A place on earth (WGS 84), in millionths of a degree.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Place {
    /// North is positive.
    pub latitude: i32,
    /// East is positive.
    pub longitude: i32,
}

/// What a receiver says now.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Says {
    /// When it is.
    pub moment: Option<Moment>,
    /// Where it stands, as far as it sees enough satellites.
    pub place: Option<Place>,
    /// How many it uses.
    pub satellites: Option<u8>,
}

/// One receiver. Tell it bytes with [`Receiver::handle`], and ask [`Receiver::says`].
#[derive(Debug, Default)]
pub struct Receiver {
    partial: Vec<u8>,
    moment: Option<(Instant, Moment)>,
    place: Option<(Instant, Place)>,
    satellites: Option<(Instant, u8)>,
    /// Lines that were refused: noise, or another speed.
    pub garbled: u64,
}

impl Receiver {
    /// Bytes of the serial line, in any pieces.
    pub fn handle(&mut self, now: Instant, bytes: &[u8]) {
        for byte in bytes {
            match byte {
                b'\n' => self.line(now),
                // One more than fits, so that an endless line is refused and takes no room.
                _ if self.partial.len() <= LONGEST => self.partial.push(*byte),
                _ => {}
            }
        }
    }

    fn line(&mut self, now: Instant) {
        let line = std::mem::take(&mut self.partial);
        match read(line.strip_suffix(b"\r").unwrap_or(&line)) {
            Ok(Sentence { moment, place, satellites, says_place }) => {
                self.moment = moment.map(|moment| (now, moment)).or(self.moment);
                self.satellites = satellites.map(|count| (now, count)).or(self.satellites);
                if says_place {
                    self.place = place.map(|place| (now, place));
                }
            }
            Err(SentenceRefused::OfAnotherKind) => {}
            Err(_) => self.garbled += 1,
        }
    }

    /// What it has said lately.
    #[must_use]
    pub fn says(&self, now: Instant) -> Says {
        fn fresh<T: Copy>(said: Option<(Instant, T)>, now: Instant) -> Option<T> {
            said.filter(|(at, _)| now.saturating_duration_since(*at) < SILENCE).map(|(_, what)| what)
        }
        Says {
            moment: fresh(self.moment, now),
            place: fresh(self.place, now),
            satellites: fresh(self.satellites, now),
        }
    }
}

impl std::fmt::Display for Place {
    /// Degrees with five digits behind the point, about a metre: `51.22172, 6.77616`.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let degrees = |millionths: i32| {
            let (sign, size) = (if millionths < 0 { "-" } else { "" }, millionths.unsigned_abs());
            format!("{sign}{}.{:05}", size / 1_000_000, size % 1_000_000 / 10)
        };
        write!(out, "{}, {}", degrees(self.latitude), degrees(self.longitude))
    }
}

impl std::fmt::Display for Moment {
    /// RFC 3339.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { year, month, day, hour, minute, second } = self;
        write!(out, "{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

#[cfg(test)]
mod tests;
