//! Sounds for who waits: those of a WAV file, and a melody for offices that bring none; and what the box says itself. 16 bits,
//! 8000 samples a second.

use crate::g711::Law;
use crate::playback::{LONGEST_CLIP, Repeat, SAMPLES, Sound};
use crate::tone::{Player, RATE, Tone};
use hound::{SampleFormat, WavReader, WavSpec};
use std::f32::consts::{PI, TAU};
use std::iter::repeat_n;
use std::sync::Arc;

/// Neighbours on either side that a sample is made of when every second one is left out.
const REACH: usize = 15;
/// How long a note of the melody sounds.
const NOTE: usize = RATE as usize / 2;
/// Its notes in hertz, four of each chord up and down again.
const CHORDS: [[f32; 3]; 4] =
    [[262.0, 330.0, 392.0], [220.0, 262.0, 330.0], [175.0, 220.0, 262.0], [196.0, 247.0, 294.0]];
/// Loudness of a note at its beginning: about -18 dBm0, as nobody wants to shout over it.
const LEVEL: f32 = 4_000.0;

/// Spoken by `sounds/speak`; A-law.
const NO_HELP: &[u8] = include_bytes!("../sounds/no_help.al");
const NOBODY_THERE: Spoken =
    [include_bytes!("../sounds/nobody_there_de.al"), include_bytes!("../sounds/nobody_there_en.al")];
const NOTHING_NEW: Spoken =
    [include_bytes!("../sounds/nothing_new_de.al"), include_bytes!("../sounds/nothing_new_en.al")];
const SOMETHING_NEW: Spoken =
    [include_bytes!("../sounds/something_new_de.al"), include_bytes!("../sounds/something_new_en.al")];
/// How long the tone is that a message follows: half a second.
const BEEP: usize = RATE as usize / 2;
/// How long each of the two tones is that end it, and the pause between them.
const CLOSING: usize = RATE as usize / 5;

/// The same in each [`Language`].
type Spoken = [&'static [u8]; 2];

/// What the box speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// German.
    #[default]
    German,
    /// English.
    English,
}

/// Why a file is not played.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClipRefused {
    /// No WAV file, or cut off.
    #[error("this is no whole WAV file")]
    NotWave,
    /// A WAV file of another kind.
    #[error("the sound must be one channel of 16 bits with 8000 or 16000 samples a second")]
    Kind,
    /// Nothing in it.
    #[error("there is no sound in the file")]
    Empty,
    /// Longer than [`LONGEST_CLIP`].
    #[error("the sound is longer than ten minutes")]
    TooLong,
}

/// The samples of a WAV file with one channel of 16 bits, 8000 or 16000 a second.
///
/// # Errors
/// [`ClipRefused`] says what is wrong with the file.
pub fn read(file: &[u8]) -> Result<Arc<[i16]>, ClipRefused> {
    let mut wave = WavReader::new(file).map_err(|_| ClipRefused::NotWave)?;
    let WavSpec { channels, sample_rate, bits_per_sample, sample_format } = wave.spec();
    let each = sample_rate / RATE;
    let kind = (channels, bits_per_sample, sample_format) == (1, 16, SampleFormat::Int);
    if !kind || !matches!(each, 1 | 2) || sample_rate % RATE != 0 {
        return Err(ClipRefused::Kind);
    }
    let length = usize::try_from(wave.duration() / each).unwrap_or(usize::MAX);
    match length {
        0 => return Err(ClipRefused::Empty),
        1..=LONGEST_CLIP => {}
        _ => return Err(ClipRefused::TooLong),
    }
    let samples: Vec<i16> = wave.samples().collect::<Result<_, _>>().map_err(|_| ClipRefused::NotWave)?;
    Ok(if each == 2 { every_second(&samples) } else { samples.into() })
}

/// A quiet melody, eight seconds long, to be repeated.
#[must_use]
pub fn melody() -> Arc<[i16]> {
    let notes = CHORDS.iter().flat_map(|[low, middle, high]| [low, middle, high, middle]);
    notes.flat_map(|hertz| repeat_n(*hertz, NOTE).enumerate().map(note)).collect()
}

/// Somebody says, in German and then in English, that no line for emergency calls can be reached and that a mobile phone is to be used,
/// and is silent for a moment.
#[must_use]
pub fn no_help() -> Arc<[i16]> {
    decoded(NO_HELP)
}

/// A mailbox says that nobody is there and that one may speak after the tone; that tone is [`beep`].
#[must_use]
pub fn nobody_there(language: Language) -> Arc<[i16]> {
    spoken(NOBODY_THERE, language)
}

/// A mailbox says that there is no new message in it.
#[must_use]
pub fn nothing_new(language: Language) -> Arc<[i16]> {
    spoken(NOTHING_NEW, language)
}

/// A mailbox says that there are new messages in it, and which keys there are.
#[must_use]
pub fn something_new(language: Language) -> Arc<[i16]> {
    spoken(SOMETHING_NEW, language)
}

/// The tone after which a message is spoken: 1000 Hz for half a second.
#[must_use]
pub fn beep() -> Arc<[i16]> {
    sounding(Tone::MESSAGE, BEEP)
}

/// Nothing, for as long as somebody else speaks.
#[must_use]
pub fn silence() -> Sound {
    Sound::Clip { samples: [0; SAMPLES].into(), repeat: Repeat::Forever }
}

/// Two short tones: that was all.
#[must_use]
pub fn closing() -> Arc<[i16]> {
    let tone = sounding(Tone::MESSAGE, CLOSING);
    tone.iter().copied().chain(repeat_n(0, CLOSING)).chain(tone.iter().copied()).collect()
}

fn sounding(tone: Tone, samples: usize) -> Arc<[i16]> {
    let mut sound = vec![0; samples];
    Player::new(tone).fill(&mut sound);
    sound.into()
}

fn spoken([german, english]: Spoken, language: Language) -> Arc<[i16]> {
    decoded(match language {
        Language::German => german,
        Language::English => english,
    })
}

fn decoded(voice: &[u8]) -> Arc<[i16]> {
    voice.iter().map(|byte| Law::A.decode(*byte)).collect()
}

/// A string that is plucked: it swells at once, fades away, and has an octave above it.
fn note((place, hertz): (usize, f32)) -> i16 {
    let place = f32::from(u16::try_from(place).unwrap_or(u16::MAX));
    let second = place / 8_000.0;
    let fading = (-3.0 * second).exp() * (place / 80.0).min(1.0);
    let turns = (second * hertz).fract();
    rounded(LEVEL * fading * ((turns * TAU).sin() + 0.25 * (turns * 2.0 * TAU).sin()))
}

/// Half as many samples, without what they could not tell from a lower tone.
fn every_second(samples: &[i16]) -> Arc<[i16]> {
    let weights = weights();
    let whole: Vec<i16> =
        repeat_n(0, REACH).chain(samples.iter().copied()).chain(repeat_n(0, REACH)).collect();
    let made_of = |around: &[i16]| {
        rounded(around.iter().zip(weights).map(|(sample, weight)| f32::from(*sample) * weight).sum())
    };
    whole.windows(weights.len()).step_by(2).map(made_of).collect()
}

/// A low pass at a quarter of the rate: the sinc under a Hann window.
fn weights() -> [f32; 2 * REACH + 1] {
    std::array::from_fn(|place| {
        let away = f32::from(u8::try_from(place.abs_diff(REACH)).unwrap_or(u8::MAX));
        let sinc = if place == REACH { 0.5 } else { (away * PI / 2.0).sin() / (away * PI) };
        sinc * (0.5 + 0.5 * (away * PI / 16.0).cos())
    })
}

#[expect(clippy::cast_possible_truncation, reason = "a float cast ends at the limits of the integer")]
fn rounded(value: f32) -> i16 {
    value.round() as i16
}

#[cfg(test)]
mod tests {
    use super::*;
    use hound::WavWriter;
    use std::io::Cursor;

    fn spec(sample_rate: u32) -> WavSpec {
        WavSpec { channels: 1, sample_rate, bits_per_sample: 16, sample_format: SampleFormat::Int }
    }

    fn sine(hertz: f32, rate: u16, samples: u16) -> Vec<i16> {
        let rate = f32::from(rate);
        (0..samples).map(|place| rounded(8_000.0 * (TAU * hertz * f32::from(place) / rate).sin())).collect()
    }

    fn wave(spec: WavSpec, samples: &[i16]) -> Vec<u8> {
        let mut file = Cursor::new(Vec::new());
        let mut writer = WavWriter::new(&mut file, spec).unwrap();
        samples.iter().for_each(|sample| writer.write_sample(*sample).unwrap());
        writer.finalize().unwrap();
        file.into_inner()
    }

    #[test]
    fn a_file_of_either_rate_is_the_same_sound() {
        let narrow = sine(1_000.0, 8_000, 800);
        assert_eq!(read(&wave(spec(8_000), &narrow)).unwrap()[..], narrow);
        let halved = read(&wave(spec(16_000), &sine(1_000.0, 16_000, 1_600))).unwrap();
        assert_eq!(halved.len(), 800);
        let inner = narrow.iter().zip(&*halved).skip(20).take(760);
        assert!(inner.clone().all(|(a, b)| (a - b).abs() < 80), "{:?}", inner.collect::<Vec<_>>());
    }

    #[test]
    fn what_is_too_high_for_a_telephone_does_not_come_back_low() {
        let halved = read(&wave(spec(16_000), &sine(6_000.0, 16_000, 1_600))).unwrap();
        assert!(halved[20..780].iter().all(|sample| sample.abs() < 80), "no 2000 Hz: {halved:?}");
    }

    #[test]
    fn other_files_are_refused_with_the_reason() {
        let whole = wave(spec(8_000), &[1; 100]);
        for (file, why) in [
            (b"RIFF".to_vec(), ClipRefused::NotWave),
            (whole[..whole.len() - 2].to_vec(), ClipRefused::NotWave),
            (wave(spec(44_100), &[1; 100]), ClipRefused::Kind),
            (wave(WavSpec { channels: 2, ..spec(8_000) }, &[1; 100]), ClipRefused::Kind),
            (wave(spec(8_000), &[]), ClipRefused::Empty),
            (wave(spec(8_000), &vec![1; LONGEST_CLIP + 1]), ClipRefused::TooLong),
        ] {
            assert_eq!(read(&file), Err(why));
        }
    }

    #[test]
    fn the_melody_is_quiet_and_never_breaks_off() {
        let melody = melody();
        assert_eq!(melody.len(), 8 * 8_000);
        assert!(melody.iter().all(|sample| sample.abs() < 5_000));
        let silent = |part: &[i16]| part.iter().all(|sample| sample.abs() < 100);
        assert!(!melody.chunks(800).any(silent));
    }

    #[test]
    fn what_is_said_to_who_calls_for_help_is_short_loud_enough_and_ends_in_a_pause() {
        let said = no_help();
        assert!((6 * 8_000..13 * 8_000).contains(&said.len()), "{} samples", said.len());
        let loud = |part: &[i16]| part.iter().any(|sample| sample.abs() > 4_000);
        let spoken = said.chunks(4_000).filter(|part| loud(part)).count();
        assert!(spoken * 4 > said.len() / 4_000 * 3, "{spoken} half seconds of voice");
        assert!(said.iter().all(|sample| sample.abs() < 20_000), "nothing is cut off");
        assert!(!loud(&said[said.len() - 3_000..]));
    }

    #[test]
    fn what_a_mailbox_says_is_short_and_loud_enough() {
        let loud = |part: &[i16]| part.iter().any(|sample| sample.abs() > 4_000);
        for language in [Language::German, Language::English] {
            for said in [nobody_there(language), nothing_new(language), something_new(language)] {
                assert!((8_000..10 * 8_000).contains(&said.len()), "{} samples", said.len());
                let spoken = said.chunks(4_000).filter(|part| loud(part)).count();
                assert!(spoken * 4 > said.len() / 4_000 * 3, "{spoken} half seconds of voice");
            }
        }
    }

    #[test]
    fn the_tone_lasts_half_a_second_and_the_end_has_two() {
        let turns = |part: &[i16]| part.windows(2).filter(|pair| pair[0] < 0 && pair[1] >= 0).count();
        assert!((499..=501).contains(&turns(&beep())), "1000 Hz: {}", turns(&beep()));
        let closing = closing();
        let loud: Vec<bool> =
            closing.chunks(1_600).map(|part| part.iter().any(|sample| sample.abs() > 4_000)).collect();
        assert_eq!(loud, [true, false, true]);
    }
}
