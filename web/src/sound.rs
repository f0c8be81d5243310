//! Sounds as browsers fetch them: one channel, in parts (RFC 9110 14), read from the disk as far as somebody takes them.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

use axum::body::Body;
use axum::http::header::{
    ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_NONE_MATCH,
    IF_RANGE, RANGE,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream::unfold;

/// Bytes handed to the network at once.
const PIECE: u64 = 32 * 1024;
/// Length of the head of a WAV file, bytes.
const HEAD: u64 = 44;
/// Bytes of a sample.
const SAMPLE: u64 = 2;
/// Samples a second.
const RATE: u32 = 8_000;

/// An open WAV file of 16 bits and 8000 samples a second, of which the first channel is heard.
#[derive(Debug, Clone)]
pub struct Sound {
    file: Arc<File>,
    /// Where its samples begin, in bytes.
    begins: u64,
    /// Moments of which each channel has a sample.
    moments: u32,
    channels: u16,
}

/// The head of a WAV file with one channel of so many samples.
#[must_use]
pub fn wave_head(samples: u32) -> Vec<u8> {
    let data = samples.saturating_mul(2);
    let words = |text: &[u8; 4], number: u32| [*text, number.to_le_bytes()].concat();
    // PCM, one channel.
    let kind = [1_u16, 1].map(u16::to_le_bytes).concat();
    let rates = [RATE, 2 * RATE].map(u32::to_le_bytes).concat();
    // Bytes and bits of a sample.
    let sizes = [2_u16, 16].map(u16::to_le_bytes).concat();
    let riff = words(b"RIFF", data.saturating_add(36));
    [riff, b"WAVE".to_vec(), words(b"fmt ", 16), kind, rates, sizes, words(b"data", data)].concat()
}

impl Sound {
    /// `file` has `moments` samples of each of `channels`, one after the other, from the byte `begins` on.
    #[must_use]
    pub fn new(file: File, begins: u64, moments: u32, channels: u16) -> Self {
        Self { file: Arc::new(file), begins, moments, channels: channels.max(1) }
    }

    /// As it is sent, bytes.
    fn length(&self) -> u64 {
        HEAD + u64::from(self.moments) * SAMPLE
    }

    /// What is sent from one byte on, at most `most` bytes; may wait for the disk.
    fn piece(&self, from: u64, most: u64) -> io::Result<Vec<u8>> {
        let most_bytes = usize::try_from(most).unwrap_or(usize::MAX);
        let Some(at) = from.checked_sub(HEAD) else {
            let skipped = usize::try_from(from).unwrap_or(usize::MAX);
            return Ok(wave_head(self.moments).into_iter().skip(skipped).take(most_bytes).collect());
        };
        let (first, odd) = (at / SAMPLE, at % SAMPLE);
        let moments = (most + odd).div_ceil(SAMPLE).min(u64::from(self.moments).saturating_sub(first));
        let width = u64::from(self.channels) * SAMPLE;
        let (bytes, moment) = (usize::try_from(moments * width), usize::try_from(width));
        let (Ok(bytes), Ok(moment)) = (bytes, moment) else { return Err(io::ErrorKind::InvalidInput.into()) };
        let mut read = vec![0; bytes];
        self.file.read_exact_at(&mut read, self.begins + first * width)?;
        let heard = read.chunks_exact(moment).flat_map(|moment| moment.iter().take(2).copied());
        Ok(heard.skip(usize::from(odd == 1)).take(most_bytes).collect())
    }

    /// The sound, or the part of it that was asked for. `tag` names what is in it; `name` is what it is called when it is kept.
    pub(crate) fn answer(self, tag: &str, name: &str, asked: &HeaderMap) -> Response {
        let length = self.length();
        let tag = format!("\"{tag}\"");
        let names = |condition| asked.get(condition).is_some_and(|said: &HeaderValue| *said == *tag.as_str());
        if names(IF_NONE_MATCH) {
            return (StatusCode::NOT_MODIFIED, [(ETAG, tag)]).into_response();
        }
        let range = asked.get(RANGE).filter(|_| !asked.contains_key(IF_RANGE) || names(IF_RANGE));
        let range = range.and_then(|range| range.to_str().ok());
        let (status, first, end) = match range.map_or(Wanted::All, |range| wanted(range, length)) {
            Wanted::All => (StatusCode::OK, 0, length),
            Wanted::Part { first, end } => (StatusCode::PARTIAL_CONTENT, first, end),
            Wanted::Nothing => {
                let there = format!("bytes */{length}");
                return (StatusCode::RANGE_NOT_SATISFIABLE, [(CONTENT_RANGE, there)]).into_response();
            }
        };
        let headers = [
            (CONTENT_TYPE, "audio/wav".to_owned()),
            (CONTENT_DISPOSITION, format!("inline; filename=\"{name}.wav\"")),
            (ACCEPT_RANGES, "bytes".to_owned()),
            (CONTENT_LENGTH, (end - first).to_string()),
            (ETAG, tag),
        ];
        let part = (status == StatusCode::PARTIAL_CONTENT)
            .then(|| [(CONTENT_RANGE, format!("bytes {first}-{}/{length}", end - 1))]);
        (status, headers, part.map_or_else(HeaderMap::new, made), self.body(first, end)).into_response()
    }

    /// Read piece by piece off the threads that serve others. A disk that refuses ends the answer short, which the browser notices.
    fn body(self, first: u64, end: u64) -> Body {
        Body::from_stream(unfold(first, move |from| {
            let sound = self.clone();
            async move {
                let most = end.checked_sub(from).filter(|left| *left > 0)?.min(PIECE);
                let read = tokio::task::spawn_blocking(move || sound.piece(from, most)).await;
                let piece = read.unwrap_or_else(|_| Err(io::ErrorKind::Interrupted.into()));
                let piece = piece.and_then(|piece| match piece.is_empty() {
                    true => Err(io::ErrorKind::UnexpectedEof.into()),
                    false => Ok(Bytes::from(piece)),
                });
                let next =
                    piece.as_ref().map_or(end, |piece| from + u64::try_from(piece.len()).unwrap_or(most));
                Some((piece, next))
            }
        }))
    }
}

fn made(parts: [(axum::http::HeaderName, String); 1]) -> HeaderMap {
    parts.into_iter().filter_map(|(name, value)| Some((name, HeaderValue::from_str(&value).ok()?))).collect()
}

/// What of something was asked for.
#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    All,
    /// From the byte `first` to the byte before `end`.
    Part {
        first: u64,
        end: u64,
    },
    /// Nothing that is there.
    Nothing,
}

/// Reads `Range` (RFC 9110 14.2) for something of `length` bytes. One part at a time is answered; whatever else is asked for, or
/// cannot be read, gets all of it, as section 14.2 allows.
fn wanted(range: &str, length: u64) -> Wanted {
    let Some((unit, set)) = range.split_once('=') else { return Wanted::All };
    let Some((first, last)) = set.trim().split_once('-') else { return Wanted::All };
    let number = |text: &str| -> Option<u64> {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        // More digits than fit are more than there is.
        digits.then(|| text.parse().unwrap_or(u64::MAX))
    };
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return Wanted::All;
    }
    let (first, end) = match (first, last) {
        ("", last) => match number(last) {
            Some(count) => (length.saturating_sub(count), length),
            None => return Wanted::All,
        },
        (first, "") => match number(first) {
            Some(first) => (first, length),
            None => return Wanted::All,
        },
        (first, last) => match (number(first), number(last)) {
            (Some(first), Some(last)) if first <= last => (first, last.saturating_add(1).min(length)),
            _ => return Wanted::All,
        },
    };
    if first < end { Wanted::Part { first, end } } else { Wanted::Nothing }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use proptest::prelude::{any, prop_assert, proptest};

    use super::{HEAD, Sound, Wanted, wanted, wave_head};

    /// Two channels: 0, 1, 2, ... on the left, and something else on the right.
    fn sound(moments: u32) -> Sound {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&[0xEE; 7]).unwrap();
        for moment in 0..moments {
            let left = u16::try_from(moment).unwrap().to_le_bytes();
            file.write_all(&[left[0], left[1], 0xFF, 0xFF]).unwrap();
        }
        Sound::new(file, 7, moments, 2)
    }

    #[test]
    fn only_the_first_channel_is_heard_wherever_one_begins() {
        let sound = sound(700);
        let whole = sound.piece(0, 44).unwrap().into_iter().chain(sound.piece(44, 4000).unwrap());
        let whole: Vec<u8> = whole.collect();
        let heard: Vec<u8> = (0..700_u16).flat_map(u16::to_le_bytes).collect();
        assert_eq!(whole, [wave_head(700), heard].concat());
        for (from, most) in [(0, 1), (43, 9), (44, 2), (45, 3), (46, 1), (1442, 99), (1443, 1)] {
            let piece = sound.piece(from, most).unwrap();
            assert!(!piece.is_empty() && piece.len() <= usize::try_from(most).unwrap(), "{from} {most}");
            let at = usize::try_from(from).unwrap();
            assert_eq!(piece, whole[at..at + piece.len()], "{from} {most}");
        }
        assert!(sound.piece(HEAD + 1400, 5).unwrap().is_empty());
    }

    #[test]
    fn a_part_is_what_the_standard_says() {
        let part = |first, end| Wanted::Part { first, end };
        for (range, of_100) in [
            ("bytes=0-", part(0, 100)),
            ("bytes=0-0", part(0, 1)),
            ("Bytes=10-19", part(10, 20)),
            ("bytes=90-1000", part(90, 100)),
            ("bytes=-10", part(90, 100)),
            ("bytes=-1000", part(0, 100)),
            ("bytes=99-99999999999999999999999999", part(99, 100)),
            ("bytes=100-", Wanted::Nothing),
            ("bytes=99999999999999999999999999-", Wanted::Nothing),
            ("bytes=-0", Wanted::Nothing),
            ("bytes=20-10", Wanted::All),
            ("bytes=0-1,5-6", Wanted::All),
            ("bytes=--1", Wanted::All),
            ("bytes=+1-2", Wanted::All),
            ("bytes=-", Wanted::All),
            ("bytes", Wanted::All),
            ("lines=0-1", Wanted::All),
            ("", Wanted::All),
        ] {
            assert_eq!(wanted(range, 100), of_100, "{range}");
        }
        assert_eq!(wanted("bytes=0-", 0), Wanted::Nothing);
    }

    proptest! {
        #[test]
        fn no_part_leads_beyond_what_is_there(range in "(bytes)?=?[0-9,+ -]{0,40}", length in any::<u64>()) {
            if let Wanted::Part { first, end } = wanted(&range, length) {
                prop_assert!(first < end && end <= length);
            }
        }
    }
}
