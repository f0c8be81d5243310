//! The codecs in which a sample is a byte, 8000 a second: G.711, and G.722 as far as its lower band goes.

use crate::g711::Law;
use crate::g722;

/// Which of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// G.711.
    G711(Law),
    /// G.722, without what lies above 4 kHz.
    G722,
}

/// From samples of 16 bits to bytes, for one stream.
#[derive(Clone, Debug)]
pub enum Encoder {
    /// G.711.
    G711(Law),
    /// G.722.
    G722(g722::Encoder),
}

/// From bytes to samples of 16 bits, for one stream.
#[derive(Clone, Debug)]
pub enum Decoder {
    /// G.711.
    G711(Law),
    /// G.722.
    G722(g722::Decoder),
}

impl Coding {
    /// For a stream that begins.
    #[must_use]
    pub fn encoder(self) -> Encoder {
        match self {
            Self::G711(law) => Encoder::G711(law),
            Self::G722 => Encoder::G722(g722::Encoder::default()),
        }
    }

    /// For a stream that begins.
    #[must_use]
    pub fn decoder(self) -> Decoder {
        match self {
            Self::G711(law) => Decoder::G711(law),
            Self::G722 => Decoder::G722(g722::Decoder::default()),
        }
    }
}

impl Encoder {
    /// The byte of the next sample.
    pub fn encode(&mut self, sample: i16) -> u8 {
        match self {
            Self::G711(law) => law.encode(sample),
            Self::G722(encoder) => encoder.encode(sample),
        }
    }
}

impl Decoder {
    /// The sample of the next byte.
    pub fn decode(&mut self, byte: u8) -> i16 {
        match self {
            Self::G711(law) => law.decode(byte),
            Self::G722(decoder) => decoder.decode(byte),
        }
    }
}

/// One stream on its way from one codec into another.
#[derive(Clone, Debug)]
pub struct Translation {
    between: (Coding, Coding),
    decoder: Decoder,
    encoder: Encoder,
}

impl Translation {
    /// For a stream that begins.
    #[must_use]
    pub fn new(from: Coding, into: Coding) -> Self {
        Self { between: (from, into), decoder: from.decoder(), encoder: into.encoder() }
    }

    /// Translates a payload in place; begins anew when the stream changes its codec.
    pub fn apply(&mut self, (from, into): (Coding, Coding), payload: &mut [u8]) {
        if self.between != (from, into) {
            *self = Self::new(from, into);
        }
        payload.iter_mut().for_each(|byte| *byte = self.encoder.encode(self.decoder.decode(*byte)));
    }
}

impl Default for Translation {
    fn default() -> Self {
        Self::new(Coding::G711(Law::A), Coding::G711(Law::A))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tone::{FaxEar, FaxSign, Player, Tone};

    #[test]
    fn a_tone_is_the_same_tone_in_each() {
        for coding in [Coding::G711(Law::A), Coding::G711(Law::Mu), Coding::G722] {
            let (mut encoder, mut decoder) = (coding.encoder(), coding.decoder());
            let (mut samples, mut ear) = ([0; 8_000], FaxEar::default());
            Player::new(Tone::CED).fill(&mut samples);
            let heard = samples.map(|sample| decoder.decode(encoder.encode(sample)));
            assert_eq!(ear.hear(heard), Some(FaxSign::Answering), "{coding:?}");
            let loudest = |samples: &[i16]| samples.iter().map(|one| i32::from(*one)).max().unwrap();
            assert!(
                (loudest(&heard[800..]) - loudest(&samples)).abs() < 400,
                "{coding:?}: as loud as before"
            );
        }
    }
    #[test]
    fn voice_is_translated_there_and_back_with_little_loss() {
        let codings = [Coding::G711(Law::A), Coding::G711(Law::Mu), Coding::G722];
        for (from, into) in codings.into_iter().flat_map(|one| codings.map(|other| (one, other))) {
            let mut samples = [0; 8_000];
            Player::new(Tone::DIAL).fill(&mut samples);
            let (mut encoder, mut decoder) = (from.encoder(), from.decoder());
            let mut payload = samples.map(|sample| encoder.encode(sample));
            let (mut out, mut back) = (Translation::default(), Translation::default());
            for packet in payload.chunks_mut(160) {
                out.apply((from, into), packet);
                back.apply((into, from), packet);
            }
            let heard = payload.map(|byte| decoder.decode(byte));
            let error = |(a, b): (&i16, &i16)| (i64::from(*a) - i64::from(*b)).pow(2);
            let noise: i64 = heard.iter().zip(&samples).skip(800).map(error).sum();
            let power: i64 = samples.iter().skip(800).map(|one| i64::from(*one).pow(2)).sum();
            assert!(power > 300 * noise, "{from:?} {into:?}: 25 dB");
        }
    }
}
