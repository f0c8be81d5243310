//! Tones: those of a German exchange and of fax machines, and an ear for them. Samples of 16 bits, 8000 a second.

mod ear;

pub use ear::{FaxEar, FaxSign, KeyEar};

use std::f32::consts::TAU;

/// Samples a second.
pub const RATE: u32 = 8_000;
/// Loudness of one frequency: -12 dBm0 or so, which no telephone clips.
const LEVEL: f32 = 5_800.0;

/// One or two frequencies, sounding and pausing in turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tone {
    frequencies: [u16; 2],
    sounds: u32,
    pauses: u32,
}

impl Tone {
    /// Dial tone: 425 Hz without end (ITU-T E.180, Germany).
    pub const DIAL: Self = Self::single(425, 1, 0);
    /// The other side rings: one second of five.
    pub const RINGBACK: Self = Self::single(425, RATE, 4 * RATE);
    /// Busy: 480 ms on, 480 ms off.
    pub const BUSY: Self = Self::single(425, RATE * 48 / 100, RATE * 48 / 100);
    /// No way there: 240 ms on, 240 ms off.
    pub const CONGESTION: Self = Self::single(425, RATE * 24 / 100, RATE * 24 / 100);
    /// After it somebody may leave a message: 1000 Hz, until it is stopped.
    pub const MESSAGE: Self = Self::single(1_000, 1, 0);
    /// A calling fax: half a second of three and a half (ITU-T T.30 4.1.1).
    pub const CNG: Self = Self::single(1_100, RATE / 2, 3 * RATE);
    /// An answering fax: 2100 Hz, three seconds long (ITU-T T.30 4.1.2).
    pub const CED: Self = Self::single(2_100, 3 * RATE, u32::MAX - 3 * RATE);

    /// A key of the keypad (ITU-T Q.23), sounding without end.
    #[must_use]
    pub fn key(digit: crate::dtmf::Digit) -> Self {
        let (row, column) = digit.frequencies();
        Self { frequencies: [row, column], sounds: 1, pauses: 0 }
    }

    const fn single(hertz: u16, sounds: u32, pauses: u32) -> Self {
        Self { frequencies: [hertz, 0], sounds, pauses }
    }
}

/// A tone being played.
#[derive(Clone, Copy, Debug)]
pub struct Player {
    tone: Tone,
    /// Turns of each frequency so far, without the whole ones.
    phases: [f32; 2],
    position: u32,
}

impl Player {
    /// From its beginning.
    #[must_use]
    pub fn new(tone: Tone) -> Self {
        Self { tone, phases: [0.0; 2], position: 0 }
    }

    /// The next samples.
    pub fn fill(&mut self, samples: &mut [i16]) {
        samples.iter_mut().for_each(|sample| *sample = self.next());
    }

    fn next(&mut self) -> i16 {
        let sounding = self.position < self.tone.sounds;
        self.position = (self.position + 1) % self.tone.sounds.saturating_add(self.tone.pauses);
        if !sounding {
            self.phases = [0.0; 2];
            return 0;
        }
        let mut sum = 0.0;
        for (phase, hertz) in self.phases.iter_mut().zip(self.tone.frequencies) {
            *phase = (*phase + f32::from(hertz) / 8_000.0).fract();
            sum += (*phase * TAU).sin() * LEVEL;
        }
        sample(sum)
    }
}

/// The nearest sample.
#[expect(clippy::cast_possible_truncation, reason = "a float cast ends at the limits of the integer")]
fn sample(value: f32) -> i16 {
    value.round() as i16
}

#[cfg(test)]
mod tests;
