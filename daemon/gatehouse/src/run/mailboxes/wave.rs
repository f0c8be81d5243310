//! WAV files of ours: where the samples begin, and how many there are, also when whoever wrote the file fell before the end.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

use web::Sound;

/// The head lies within the first so many bytes.
const HEAD: usize = 512;
/// Samples a second.
pub(super) const RATE: u32 = 8_000;

/// An open recording or greeting.
#[derive(Debug)]
pub(super) struct Wave {
    file: File,
    begins: u64,
    /// Moments of which each channel has a sample.
    pub moments: u32,
    channels: u16,
    /// Size of the whole file, bytes.
    pub bytes: u64,
}

impl Wave {
    /// Reads the head; `None`: it is no file of ours.
    pub(super) fn open(file: File) -> io::Result<Option<Self>> {
        let bytes = file.metadata()?.len();
        let mut head = [0; HEAD];
        let read = file.read_at(&mut head, 0)?;
        let head = head.get(..read).unwrap_or_default();
        let Some((begins, told, channels)) = layout(head) else { return Ok(None) };
        // What was written before a power cut may be less than what the head says.
        let data = bytes.saturating_sub(begins).min(u64::from(told));
        let moments = u32::try_from(data / (2 * u64::from(channels))).unwrap_or(u32::MAX);
        Ok(Some(Self { file, begins, moments, channels, bytes }))
    }

    /// In whole seconds.
    pub(super) const fn seconds(&self) -> u32 {
        self.moments / RATE
    }

    pub(super) fn sound(self) -> Sound {
        Sound::new(self.file, self.begins, self.moments, self.channels)
    }
}

/// Where the samples begin, how many bytes of them the head tells of, and the channels, for PCM of 16 bits and 8000 samples a second.
fn layout(head: &[u8]) -> Option<(u64, u32, u16)> {
    let number = |at: usize| Some(u32::from_le_bytes(*head.get(at..)?.first_chunk()?));
    let short = |at: usize| Some(u16::from_le_bytes(*head.get(at..)?.first_chunk()?));
    if head.get(..4)? != b"RIFF" || head.get(8..12)? != b"WAVE" {
        return None;
    }
    let (mut at, mut channels) = (12_usize, None);
    loop {
        let (name, size) = (head.get(at..at.checked_add(4)?)?, number(at + 4)?);
        let body = at + 8;
        match name {
            b"fmt " => {
                let fits = number(body + 4)? == RATE && short(body + 14)? == 16;
                channels = Some(short(body + 2)?).filter(|channels| fits && matches!(channels, 1 | 2));
            }
            b"data" => return Some((u64::try_from(body).ok()?, size, channels?)),
            _ => {}
        }
        // Parts begin at even places.
        let size = usize::try_from(size).ok()?;
        at = body.checked_add(size)?.checked_add(size % 2)?;
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use media::recording::{Recording, Sides};
    use proptest::prelude::{any, proptest};

    use super::{Wave, layout};

    fn recording(moments: i16) -> Vec<u8> {
        let mut file = std::io::Cursor::new(Vec::new());
        let mut recording = Recording::begin(&mut file, Sides::Both).unwrap();
        (0..moments).for_each(|_| recording.write(&[[1; 160], [2; 160]]).unwrap());
        recording.end().unwrap();
        file.into_inner()
    }

    fn opened(bytes: &[u8]) -> Option<Wave> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        Wave::open(file).unwrap()
    }

    #[test]
    fn what_the_recorder_writes_is_read_also_when_it_was_cut_off() {
        let whole = recording(150);
        let wave = opened(&whole).unwrap();
        assert_eq!((wave.moments, wave.channels, wave.seconds()), (24_000, 2, 3));
        let cut = opened(&whole[..whole.len() - 8_001]).unwrap();
        assert_eq!((cut.moments, cut.seconds()), (21_999, 2));
        assert_eq!(opened(&recording(0)).unwrap().moments, 0);
        for bad in [&b""[..], b"RIFF", b"RIFF\0\0\0\0WAVEfmt \xff\xff\xff\xff", &whole[..30], &whole[4..]] {
            assert!(opened(bad).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn a_greeting_is_read_as_it_is_written() {
        let wave = opened(&[web::wave_head(4), vec![0; 8]].concat()).unwrap();
        assert_eq!((wave.moments, wave.channels, wave.begins), (4, 1, 44));
    }

    proptest! {
        #[test]
        fn no_head_leads_astray(noise in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = layout(&noise);
            let _ = layout(&[&b"RIFF\0\0\0\0WAVE"[..], &noise].concat());
        }
    }
}
