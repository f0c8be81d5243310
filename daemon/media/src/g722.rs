//! G.722 as far as telephones hear it: the lower of its two bands, 8000 samples a second (ITU-T G.722, 48 of its 64 kbit/s).
//!
//! A byte holds six bits of the lower band (0 to 4 kHz) and two of the upper one. Whoever comes from or goes to G.711 has
//! nothing above 4 kHz anyway, so the upper band is sent as silence and not listened to, and the filters that part and join the
//! bands are not needed: a byte is a sample, as in G.711.

mod tables;

use tables::{BITS_4, BITS_6, LEVELS, NEGATIVE, POSITIVE, STEP_OF, WEIGHT};

/// The two bits of a silent upper band.
const SILENT_ABOVE: u8 = 0xc0;
/// Largest logarithm of the step (G.722 3.5).
const LARGEST_LOG: i32 = 18_432;
/// Loudest sample of the lower band, of 15 bits.
const LOUDEST: i32 = 16_383;

/// From samples to bytes. One for each stream: what it writes hangs on what it wrote before.
#[derive(Clone, Debug, Default)]
pub struct Encoder(Band);

/// From bytes to samples. One for each stream.
#[derive(Clone, Debug, Default)]
pub struct Decoder(Band);

impl Encoder {
    /// The byte of a sample of 16 bits.
    pub fn encode(&mut self, sample: i16) -> u8 {
        let band = &mut self.0;
        let error = clamp(i32::from(sample >> 1) - band.guess);
        let size = if error < 0 { !error } else { error };
        let reached = |level: &&i32| size >= (**level * band.step) >> 12;
        let place = LEVELS.iter().take_while(reached).count();
        let codes = if error < 0 { &NEGATIVE } else { &POSITIVE };
        let code = codes.get(place).copied().unwrap_or_default();
        band.adapt(code);
        SILENT_ABOVE | code
    }
}

impl Decoder {
    /// The sample of a byte, of 16 bits.
    pub fn decode(&mut self, byte: u8) -> i16 {
        let band = &mut self.0;
        let code = byte & 0x3f;
        let change = (band.step * value(&BITS_6, code)) >> 15;
        let sample = (band.guess + change).clamp(-LOUDEST - 1, LOUDEST);
        band.adapt(code);
        narrow(sample << 1)
    }
}

/// What both ends know of the lower band, and keep alike (G.722 3.6).
#[derive(Clone, Debug)]
struct Band {
    /// The next sample, as the past lets expect it.
    guess: i32,
    /// Size of a step, and its logarithm.
    step: i32,
    log: i32,
    /// The last two sums of change and zeros' guess, the last six changes, the last sample made of both; latest first.
    sums: [i32; 2],
    changes: [i32; 6],
    made: i32,
    /// What the two poles and the six zeros weigh, and what the zeros expect.
    poles: [i32; 2],
    zeros: [i32; 6],
    expected: i32,
}

impl Default for Band {
    fn default() -> Self {
        Self {
            guess: 0,
            step: 32,
            log: 0,
            sums: [0; 2],
            changes: [0; 6],
            made: 0,
            poles: [0; 2],
            zeros: [0; 6],
            expected: 0,
        }
    }
}

impl Band {
    /// Goes on by one sample. Only four of the six bits count here, so that losing the others does no harm.
    fn adapt(&mut self, code: u8) {
        let four = code >> 2;
        let change = (self.step * value(&BITS_4, four)) >> 15;
        self.scale(four);
        let sum = clamp(self.expected + change);
        let made = clamp(self.guess + change);
        self.move_poles(sum);
        self.move_zeros(change);
        let [latest, _] = self.sums;
        self.sums = [sum, latest];
        let before = std::mem::replace(&mut self.made, made);
        self.changes.rotate_right(1);
        let [first, ..] = &mut self.changes;
        *first = change;
        let [one, two] = self.poles;
        let from_poles = clamp(((one * clamp(2 * made)) >> 15) + ((two * clamp(2 * before)) >> 15));
        let from_zeros = self.zeros.iter().zip(self.changes);
        self.expected = clamp(from_zeros.map(|(zero, change)| (zero * clamp(2 * change)) >> 15).sum::<i32>());
        self.guess = clamp(from_poles + self.expected);
    }

    /// Blocks 3L of the standard: the step follows how large the last one was.
    fn scale(&mut self, four: u8) {
        let weight = value(&WEIGHT, four);
        self.log = (((self.log * 127) >> 7) + weight).clamp(0, LARGEST_LOG);
        let mantissa = STEP_OF.get(place((self.log >> 6) & 31)).copied().unwrap_or_default();
        let shift = 8 - (self.log >> 11);
        self.step = (if shift < 0 { mantissa << -shift } else { mantissa >> shift }) << 2;
    }

    /// Blocks UPPOL2 and UPPOL1.
    fn move_poles(&mut self, sum: i32) {
        let [one, two] = self.poles;
        let [last, before] = self.sums.map(|past| (past < 0) == (sum < 0));
        let pull = clamp(one << 2);
        let pull = if last { -pull } else { pull }.min(32_767);
        let lean = if before { 128 } else { -128 };
        let second = ((pull >> 7) + lean + ((two * 32_512) >> 15)).clamp(-12_288, 12_288);
        let lean = if last { 192 } else { -192 };
        let limit = clamp(15_360 - second);
        let first = clamp(lean + ((one * 32_640) >> 15)).clamp(-limit, limit);
        self.poles = [first, second];
    }

    /// Block UPZERO.
    fn move_zeros(&mut self, change: i32) {
        let lean = if change == 0 { 0 } else { 128 };
        for (zero, past) in self.zeros.iter_mut().zip(self.changes) {
            let lean = if (past < 0) == (change < 0) { lean } else { -lean };
            *zero = clamp(lean + ((*zero * 32_640) >> 15));
        }
    }
}

fn value<const N: usize>(table: &[i32; N], code: u8) -> i32 {
    table.get(usize::from(code)).copied().unwrap_or_default()
}

fn place(number: i32) -> usize {
    usize::try_from(number).unwrap_or_default()
}

/// All sums of the standard end at the limits of 16 bits.
fn clamp(number: i32) -> i32 {
    number.clamp(i16::MIN.into(), i16::MAX.into())
}

fn narrow(number: i32) -> i16 {
    i16::try_from(clamp(number)).unwrap_or_default()
}

#[cfg(test)]
mod tests;
