//! What who is put on hold hears, read once at the start.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use media::clip::{self, ClipRefused};
use media::playback::{LONGEST_CLIP, Repeat, Sound};
use tracing::warn;

use crate::config::HoldMusic;

/// Bytes of a file that are read at most: the longest clip at 16000 samples a second, and its header.
const MOST: u64 = LONGEST_CLIP as u64 * 4 + 65_536;

/// Why a file is not played.
#[derive(Debug, thiserror::Error)]
enum Unplayable {
    #[error("{0}")]
    Unreadable(#[from] std::io::Error),
    #[error(transparent)]
    Refused(#[from] ClipRefused),
}

/// The sound, if there shall be one; a file without a folder lies in `data`. One that is of no use is told of, and the box's own melody played.
pub(super) fn sound(wanted: &HoldMusic, data: &Path) -> Option<Sound> {
    let samples = match wanted {
        HoldMusic::Off => return None,
        HoldMusic::Melody => clip::melody(),
        HoldMusic::File(path) => read(&data.join(path)).unwrap_or_else(|why| {
            warn!(file = %path.display(), %why, "media.hold_music cannot be played; the box's own melody is");
            clip::melody()
        }),
    };
    Some(Sound::Clip { samples, repeat: Repeat::Forever })
}

fn read(path: &Path) -> Result<std::sync::Arc<[i16]>, Unplayable> {
    let mut file = Vec::new();
    File::open(path)?.take(MOST).read_to_end(&mut file)?;
    Ok(clip::read(&file)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_be_played_does_not_leave_who_waits_in_silence() {
        let data = Path::new("/nowhere");
        let own = sound(&HoldMusic::Melody, data);
        assert!(own.is_some());
        assert_eq!(sound(&HoldMusic::File("music.wav".into()), data), own);
        assert_eq!(sound(&HoldMusic::Off, data), None);
    }
}
