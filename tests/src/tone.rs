//! Voices that can be told apart: a phone says one pure tone, and a recording is asked which tones
//! are in it.

use std::{f64::consts::TAU, fs, path::Path};

/// Samples of one channel, 16 bit, at [`RATE`].
pub type Samples = Vec<i16>;

/// Samples per second, as in G.711.
pub const RATE: u32 = 8000;

/// The tones that journeys use, in hertz: no one is a multiple of another, all pass G.711 well.
pub const TONES: [u32; 4] = [440, 613, 1009, 1733];

/// A sine of `hertz` at half of full level.
#[must_use]
pub fn sine(hertz: u32, seconds: u32) -> Samples {
    let step = TAU * f64::from(hertz) / f64::from(RATE);
    #[expect(clippy::cast_possible_truncation, reason = "half of full scale fits into 16 bits")]
    (0..RATE * seconds).map(|n| (16_384.0 * (step * f64::from(n)).sin()) as i16).collect()
}

/// The level of one tone in `samples`, 1.0 being a full-scale sine (Goertzel).
#[must_use]
pub fn level(samples: &[i16], hertz: u32) -> f64 {
    let factor = 2.0 * (TAU * f64::from(hertz) / f64::from(RATE)).cos();
    let (mut last, mut before) = (0.0, 0.0);
    for sample in samples {
        let next = f64::from(*sample) / 32_768.0 + factor * last - before;
        (before, last) = (last, next);
    }
    let power = last.mul_add(last, before * before) - factor * last * before;
    2.0 * power.max(0.0).sqrt() / f64::from(u32::try_from(samples.len().max(1)).expect("a short recording"))
}

/// What was heard in a recording, judged in pieces of 100 ms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Heard {
    /// Seconds in which the tone was there at a usual level (half full scale, within 6 dB).
    pub seconds: f64,
    /// Seconds in which any other of [`TONES`] was there above -40 dB.
    pub others: f64,
    /// Length of the recording.
    pub length: f64,
}

/// Listens for one of [`TONES`].
#[must_use]
pub fn listen(samples: &[i16], hertz: u32) -> Heard {
    let piece = 0.1;
    let mut heard = Heard { seconds: 0.0, others: 0.0, length: 0.0 };
    for part in samples.chunks_exact(800) {
        heard.length += piece;
        if (0.25..=1.0).contains(&level(part, hertz)) {
            heard.seconds += piece;
        }
        if TONES.iter().any(|other| *other != hertz && level(part, *other) > 0.01) {
            heard.others += piece;
        }
    }
    heard
}

/// One G.711 A-law byte as a sample (ITU-T G.711, table 1a).
#[must_use]
pub fn a_law(byte: u8) -> i16 {
    let code = byte ^ 0x55;
    let [exponent, mantissa] = [i16::from((code & 0x70) >> 4), i16::from(code & 0x0f) << 4];
    let size = if exponent == 0 { mantissa + 8 } else { (mantissa + 0x108) << (exponent - 1) };
    if code & 0x80 == 0 { -size } else { size }
}

/// Writes a WAV file.
pub fn write_wav(path: &Path, samples: &[i16]) {
    let length = u32::try_from(samples.len() * 2).expect("a short recording");
    let mut file = Vec::with_capacity(44 + samples.len() * 2);
    file.extend_from_slice(b"RIFF");
    file.extend_from_slice(&(36 + length).to_le_bytes());
    file.extend_from_slice(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    file.extend_from_slice(&RATE.to_le_bytes());
    file.extend_from_slice(&(RATE * 2).to_le_bytes());
    file.extend_from_slice(b"\x02\0\x10\0data");
    file.extend_from_slice(&length.to_le_bytes());
    samples.iter().for_each(|sample| file.extend_from_slice(&sample.to_le_bytes()));
    fs::write(path, file).expect("a WAV file in the journey's folder");
}

/// Reads the samples of a WAV file of one channel, 16 bit, [`RATE`]. The length in the header is not
/// asked: a recorder that is still running has not written it yet.
#[must_use]
pub fn read_wav(path: &Path) -> Samples {
    let file = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let data = file.windows(4).position(|part| part == b"data").expect("a WAV file has a data part") + 8;
    file.get(data..).unwrap_or_default().as_chunks().0.iter().map(|pair| i16::from_le_bytes(*pair)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_is_heard_and_the_others_are_not() {
        for tone in TONES {
            let heard = listen(&sine(tone, 2), tone);
            assert!(heard.seconds > 1.95 && heard.others < 0.05, "{tone}: {heard:?}");
        }
        let wrong = listen(&sine(440, 2), 1009);
        assert!(wrong.seconds < 0.05 && wrong.others > 1.95, "{wrong:?}");
        assert_eq!(listen(&[0; 16_000], 440).seconds, 0.0, "silence is no tone");
    }

    #[test]
    fn a_wav_file_comes_back_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tone.wav");
        write_wav(&path, &sine(440, 1));
        assert_eq!(read_wav(&path), sine(440, 1));
    }

    #[test]
    fn a_law_follows_the_table() {
        assert_eq!([0xd5, 0x55, 0xaa, 0x2a].map(a_law), [8, -8, 32_256, -32_256]);
    }
}
