//! Which tones are in the voice, by Goertzel's algorithm.

use crate::dtmf::Digit;
use std::f32::consts::TAU;

/// Samples judged at once for keys: 12.75 ms, in which the frequencies of ITU-T Q.23 stand well apart.
const KEY_BLOCK: usize = 102;
/// Blocks that must agree: a key sounds for 40 ms at least (ITU-T Q.24).
const KEY_BLOCKS: u8 = 2;
/// Samples judged at once for fax: 26.7 ms, in which one flag of the preamble passes, so that each block looks alike.
const FAX_BLOCK: usize = 213;
/// Mean loudness below which nothing is a tone, about -40 dBm0 of a sample's square.
const QUIET: f32 = 10_000.0;

/// How much of one frequency is in the samples.
#[derive(Clone, Copy, Debug)]
struct Resonance {
    coefficient: f32,
    last: [f32; 2],
}

impl Resonance {
    fn at(hertz: u16) -> Self {
        Self { coefficient: 2.0 * (TAU * f32::from(hertz) / 8_000.0).cos(), last: [0.0; 2] }
    }

    fn hear(&mut self, sample: f32) {
        let [one, two] = self.last;
        self.last = [sample + self.coefficient * one - two, one];
    }

    /// Part of `energy` that this frequency makes up, of a block of so many samples; begins the next block.
    fn share(&mut self, energy: f32, block: f32) -> f32 {
        let [one, two] = std::mem::take(&mut self.last);
        let power = one * one + two * two - self.coefficient * one * two;
        2.0 * power / (block * energy.max(1.0))
    }
}

/// Several frequencies heard in blocks.
#[derive(Clone, Copy, Debug)]
struct Bank<const N: usize> {
    resonances: [Resonance; N],
    energy: f32,
    count: usize,
    block: usize,
}

impl<const N: usize> Bank<N> {
    fn new(frequencies: [u16; N], block: usize) -> Self {
        Self { resonances: frequencies.map(Resonance::at), energy: 0.0, count: 0, block }
    }

    /// Hears one sample. At the end of a block: the share of each frequency, none of a quiet block.
    fn hear(&mut self, sample: i16) -> Option<[f32; N]> {
        let sample = f32::from(sample);
        self.energy += sample * sample;
        self.resonances.iter_mut().for_each(|resonance| resonance.hear(sample));
        self.count += 1;
        if self.count < self.block {
            return None;
        }
        let block = f32::from(u16::try_from(self.block).unwrap_or(u16::MAX));
        let energy = std::mem::take(&mut self.energy);
        self.count = 0;
        let shares = self.resonances.each_mut().map(|resonance| resonance.share(energy, block));
        Some(if energy < QUIET * block { [0.0; N] } else { shares })
    }
}

/// Hears keys pressed in the voice itself, for phones that cannot send them otherwise.
#[derive(Clone, Copy, Debug)]
pub struct KeyEar {
    bank: Bank<8>,
    heard: Option<Digit>,
    blocks: u8,
}

impl Default for KeyEar {
    fn default() -> Self {
        let bank = Bank::new([697, 770, 852, 941, 1_209, 1_336, 1_477, 1_633], KEY_BLOCK);
        Self { bank, heard: None, blocks: 0 }
    }
}

impl KeyEar {
    /// Hears samples; tells a key once, when it has sounded long enough.
    pub fn hear(&mut self, samples: impl IntoIterator<Item = i16>) -> Option<Digit> {
        let mut pressed = None;
        for sample in samples {
            let Some(shares) = self.bank.hear(sample) else { continue };
            let digit = key_in(shares);
            self.blocks = if digit == self.heard { self.blocks.saturating_add(1) } else { 1 };
            self.heard = digit;
            if self.blocks == KEY_BLOCKS {
                pressed = digit.or(pressed);
            }
        }
        pressed
    }
}

/// Two frequencies, one of each group, about equally loud, and little else.
fn key_in(shares: [f32; 8]) -> Option<Digit> {
    let (rows, columns) = shares.split_at(4);
    let loudest = |group: &[f32]| {
        let place = (0..4u8).max_by(|a, b| {
            group.get(usize::from(*a)).unwrap_or(&0.0).total_cmp(group.get(usize::from(*b)).unwrap_or(&0.0))
        });
        place.and_then(|place| Some((place, *group.get(usize::from(place))?)))
    };
    let ((row, low), (column, high)) = (loudest(rows)?, loudest(columns)?);
    // Twist of at most 8 dB either way, and 80 % of all energy in the two.
    let even = low * 6.3 > high && high * 6.3 > low;
    (low + high > 0.8 && even).then(|| Digit::at(row, column)).flatten()
}

/// What a fax machine says of itself in the voice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaxSign {
    /// A calling fax (ITU-T T.30 4.1.1).
    Calling,
    /// An answering fax or modem (ITU-T T.30 4.1.2, V.25).
    Answering,
    /// The flags before the first message (ITU-T T.30 5.3.1, V.21): the surest of all.
    Preamble,
}

/// Hears fax machines.
#[derive(Clone, Copy, Debug)]
pub struct FaxEar {
    bank: Bank<4>,
    heard: Option<FaxSign>,
    blocks: u8,
}

impl Default for FaxEar {
    fn default() -> Self {
        Self { bank: Bank::new([1_100, 2_100, 1_650, 1_850], FAX_BLOCK), heard: None, blocks: 0 }
    }
}

impl FaxEar {
    /// Hears samples; tells a sign once, when it has lasted longer than a voice would hold it.
    pub fn hear(&mut self, samples: impl IntoIterator<Item = i16>) -> Option<FaxSign> {
        let mut found = None;
        for sample in samples {
            let Some(shares) = self.bank.hear(sample) else { continue };
            let sign = sign_in(shares);
            self.blocks = if sign == self.heard { self.blocks.saturating_add(1) } else { 1 };
            self.heard = sign;
            found = sign.filter(|sign| self.blocks == least_blocks(*sign)).or(found);
        }
        found
    }
}

fn sign_in([calling, answering, mark, space]: [f32; 4]) -> Option<FaxSign> {
    if calling > 0.85 {
        return Some(FaxSign::Calling);
    }
    if answering > 0.85 {
        return Some(FaxSign::Answering);
    }
    // Six bits in eight are marks: flags have half of their energy there, and a sixteenth at the spaces.
    let flags = (0.35..0.7).contains(&mark) && (0.03..0.2).contains(&space);
    flags.then_some(FaxSign::Preamble)
}

/// Blocks: CNG sounds for 500 ms, CED for 2.6 s, flags for a second.
fn least_blocks(sign: FaxSign) -> u8 {
    match sign {
        FaxSign::Calling => 12,
        FaxSign::Answering => 20,
        FaxSign::Preamble => 10,
    }
}
