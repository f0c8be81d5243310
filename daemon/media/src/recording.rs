//! What is said at a leg, as a WAV file of 16 bits and 8000 samples a second: the peer on the left and what it hears on the right, or the
//! peer alone.

use crate::playback::{STEP, Samples};
use crate::tone::RATE;
use hound::{SampleFormat, WavSpec, WavWriter};
use std::io::{Seek, Write};
use std::time::Duration;

/// What was said in 20 ms: by the peer, and to it.
pub type Moment = [Samples; 2];

/// Recordings at once; each costs about as much as half a call.
pub const AT_ONCE: usize = 32;
/// A peer who has not been heard for this long has nothing more to say.
pub const QUIET: Duration = Duration::from_secs(8);

/// Loudest mean of what is no voice but the hiss of a line: -50 dBm0 or so.
const HISS: u32 = 64;
/// Longest recording, in moments: six hours, far less than a WAV file can hold.
const LONGEST: u32 = 6 * 3_600 * 50;
/// Moments after which the file's own length is brought up to date: a second. What was written before can be played whatever happens.
const KEPT: u32 = 50;
/// Longest name of a recording.
const LONGEST_NAME: usize = 64;

/// Whose voice is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sides {
    /// The peer's on the left, and what it hears on the right.
    Both,
    /// The peer's alone.
    Peer,
}

/// Notices when somebody has nothing more to say.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lull(Duration);

impl Lull {
    /// Hears the next 20 ms. Says whether it has just been quiet for [`QUIET`].
    pub fn hear(&mut self, samples: &Samples) -> bool {
        let before = self.0;
        self.0 = if is_voice(samples) { Duration::ZERO } else { before.saturating_add(STEP) };
        before < QUIET && self.0 >= QUIET
    }
}

/// Whether somebody speaks, or something sounds.
fn is_voice(samples: &Samples) -> bool {
    let sum: u32 = samples.iter().map(|sample| u32::from(sample.unsigned_abs())).sum();
    sum > HISS * 160
}

/// How a recording is called: a file's name without a way out of its folder.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecordingName(Box<str>);

impl RecordingName {
    /// Letters, digits, `-` and `_` of ASCII, at least one and at most 64.
    #[must_use]
    pub fn new(name: &str) -> Option<Self> {
        let sound = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let fits = !name.is_empty() && name.len() <= LONGEST_NAME && name.bytes().all(sound);
        fits.then(|| Self(name.into()))
    }

    /// With what tells its kind.
    #[must_use]
    pub fn file(&self) -> String {
        format!("{}.wav", self.0)
    }
}

/// Why a recording does not go on.
#[derive(Debug, thiserror::Error)]
pub enum RecordingFailed {
    /// The disk refuses, or is full.
    #[error("the disk refuses the recording")]
    Disk(#[from] hound::Error),
    /// It has lasted six hours.
    #[error("the recording is longer than six hours")]
    TooLong,
}

/// A file being written.
pub struct Recording<W: Write + Seek> {
    wave: WavWriter<W>,
    sides: Sides,
    moments: u32,
}

impl<W: Write + Seek> Recording<W> {
    /// Begins an empty one.
    ///
    /// # Errors
    /// [`RecordingFailed::Disk`].
    pub fn begin(sink: W, sides: Sides) -> Result<Self, RecordingFailed> {
        let channels = if sides == Sides::Both { 2 } else { 1 };
        let spec =
            WavSpec { channels, sample_rate: RATE, bits_per_sample: 16, sample_format: SampleFormat::Int };
        Ok(Self { wave: WavWriter::new(sink, spec)?, sides, moments: 0 })
    }

    /// Adds 20 ms.
    ///
    /// # Errors
    /// [`RecordingFailed`]; what was written before stays.
    pub fn write(&mut self, [left, right]: &Moment) -> Result<(), RecordingFailed> {
        if self.moments >= LONGEST {
            return Err(RecordingFailed::TooLong);
        }
        let both = self.sides == Sides::Both;
        let mut samples = self.wave.get_i16_writer(if both { 2 * 160 } else { 160 });
        for (left, right) in left.iter().zip(right) {
            samples.write_sample(*left);
            if both {
                samples.write_sample(*right);
            }
        }
        samples.flush()?;
        self.moments += 1;
        if self.moments.is_multiple_of(KEPT) {
            self.wave.flush()?;
        }
        Ok(())
    }

    /// Ends it.
    ///
    /// # Errors
    /// [`RecordingFailed::Disk`].
    pub fn end(self) -> Result<(), RecordingFailed> {
        Ok(self.wave.finalize()?)
    }
}

impl<W: Write + Seek> std::fmt::Debug for Recording<W> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Recording").field("moments", &self.moments).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hound::WavReader;
    use std::io::Cursor;

    #[test]
    fn both_sides_stand_beside_each_other_also_while_it_goes_on() {
        let mut file = Cursor::new(Vec::new());
        let mut recording = Recording::begin(&mut file, Sides::Both).unwrap();
        for number in 0..60 {
            recording.write(&[[number; 160], [-number; 160]]).unwrap();
        }
        recording.end().unwrap();
        let mut wave = WavReader::new(Cursor::new(file.get_ref())).unwrap();
        assert_eq!((wave.spec().channels, wave.spec().sample_rate, wave.duration()), (2, 8_000, 60 * 160));
        let samples: Vec<i16> = wave.samples().map(Result::unwrap).collect();
        assert_eq!((samples[320], samples[321], samples[320 * 59 + 1]), (1, -1, -59));
    }

    #[test]
    fn who_speaks_alone_is_written_alone() {
        let mut file = Cursor::new(Vec::new());
        let mut recording = Recording::begin(&mut file, Sides::Peer).unwrap();
        recording.write(&[[7; 160], [9; 160]]).unwrap();
        recording.end().unwrap();
        let mut wave = WavReader::new(Cursor::new(file.get_ref())).unwrap();
        assert_eq!((wave.spec().channels, wave.duration()), (1, 160));
        assert!(wave.samples::<i16>().all(|sample| sample.unwrap() == 7));
    }

    #[test]
    fn a_hiss_is_no_voice_and_a_whisper_is() {
        assert!(!is_voice(&[0; 160]) && !is_voice(&[-8; 160]) && !is_voice(&[60; 160]));
        assert!(is_voice(&[-200; 160]) && is_voice(&[i16::MIN; 160]));
    }

    #[test]
    fn a_lull_is_told_once_each_time() {
        let mut lull = Lull::default();
        let mut told = |quiet: usize| (0..quiet).filter(|_| lull.hear(&[0; 160])).count();
        assert_eq!((told(399), told(1), told(1_000)), (0, 1, 0));
        assert!(!lull.hear(&[900; 160]));
        assert_eq!((0..399).filter(|_| lull.hear(&[0; 160])).count(), 0, "anew since then");
        assert!(lull.hear(&[0; 160]));
    }

    #[test]
    fn names_lead_nowhere_else() {
        assert_eq!(RecordingName::new("2026-11-22_17").unwrap().file(), "2026-11-22_17.wav");
        for name in ["", "..", "a/b", "a b", "ä", "a.wav", &"a".repeat(65)] {
            assert_eq!(RecordingName::new(name), None, "{name}");
        }
    }
}
