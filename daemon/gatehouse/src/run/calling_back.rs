//! Whoever called for help and may still be called back is known to the next run of the box, whatever ended this one: it stands in
//! a file of its own, which is read before everything else.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use account::{DeviceId, E164, LineId};
use emergency::{Opened, Shown};
use serde::{Deserialize, Serialize};
use switchboard::Picture;
use tokio::sync::watch;

use super::locations::replace;

/// The file in the data directory.
const FILE: &str = "called-for-help.json";
/// A file larger than this is none of ours.
const LARGEST: u64 = 1 << 20;
/// No time to be called back is longer (`emergency::Window`).
const LONGEST: Duration = Duration::from_secs(1440 * 60);

/// As it is written down; moments are seconds since 1970.
#[derive(Deserialize, Serialize)]
struct Kept {
    device: DeviceId,
    line: Option<LineId>,
    number: Option<E164>,
    since: u64,
    until: u64,
}

/// What the last run wrote down and is not over yet; a file that is not there or cannot be read says nothing.
pub(super) fn read(data: &Path) -> Vec<Opened> {
    let path = data.join(FILE);
    let small = std::fs::metadata(&path).is_ok_and(|about| about.len() <= LARGEST);
    let text = if small { std::fs::read(&path).ok() } else { None };
    let kept: Vec<Kept> = text.and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default();
    let (now, wall) = (Instant::now(), seconds());
    kept.into_iter().filter_map(|one| one.opened(now, wall)).collect()
}

/// Keeps the file as long as anybody shows pictures.
pub(super) async fn keep(mut pictures: watch::Receiver<Arc<Picture>>, data: PathBuf) {
    let mut told = pictures.borrow_and_update().called_for_help.clone();
    while pictures.changed().await.is_ok() {
        let called = pictures.borrow_and_update().called_for_help.clone();
        if called != told {
            let (now, wall, path) = (Instant::now(), seconds(), data.join(FILE));
            let kept: Vec<Kept> = called.iter().map(|one| Kept::of(one, now, wall)).collect();
            let text = serde_json::to_vec(&kept).unwrap_or_default();
            // A disk that takes nothing is said elsewhere; this run knows it all the same.
            let _ = tokio::task::spawn_blocking(move || replace(&path, &text)).await;
            told = called;
        }
    }
}

impl Kept {
    fn of(one: &Opened, now: Instant, wall: u64) -> Self {
        let ago = now.saturating_duration_since(one.since).as_secs();
        let left = one.until.saturating_duration_since(now).as_secs();
        let Shown { line, number } = one.shown.clone();
        let (since, until) = (wall.saturating_sub(ago), wall.saturating_add(left));
        Self { device: one.device.clone(), line, number, since, until }
    }

    /// A clock that was set meanwhile makes no time longer than one can be.
    fn opened(self, now: Instant, wall: u64) -> Option<Opened> {
        let left = Duration::from_secs(self.until.checked_sub(wall)?).min(LONGEST);
        let ago = Duration::from_secs(wall.saturating_sub(self.since)).min(LONGEST);
        let shown = Shown { line: self.line, number: self.number };
        // A box that has been up for less cannot say longer ago than that.
        let since = now.checked_sub(ago).unwrap_or(now);
        (!left.is_zero()).then(|| Opened { device: self.device, shown, since, until: now + left })
    }
}

/// The wall clock, in seconds since 1970.
pub(super) fn seconds() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use emergency::{Opened, Shown};

    use super::{FILE, Kept, read};

    #[test]
    fn e13_the_next_run_knows_for_how_long_who_may_be_called_back() {
        let now = Instant::now() + Duration::from_secs(86_400);
        let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
        let shown = Shown { line: None, number: "+4930555010".parse().ok() };
        let device = "e2".parse().unwrap();
        let one = Opened { device, shown, since: now - minutes(10), until: now + minutes(170) };
        let text = serde_json::to_string(&Kept::of(&one, now, 1_000_000)).unwrap();
        let later =
            |seconds: u64| serde_json::from_str::<Kept>(&text).unwrap().opened(now, 1_000_000 + seconds);
        assert_eq!(later(0).as_ref(), Some(&one));
        let after = later(60).unwrap();
        assert_eq!((after.since, after.until), (one.since - minutes(1), one.until - minutes(1)));
        assert_eq!(later(171 * 60), None, "it is over");
        let before = serde_json::from_str::<Kept>(&text).unwrap().opened(now, 5).unwrap();
        assert_eq!(before.until, now + minutes(1440), "a clock that was set does not open it for ever");
    }

    #[test]
    fn e13_what_is_no_such_file_says_nothing() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(read(dir.path()), []);
        std::fs::write(dir.path().join(FILE), b"[{\"device\":").unwrap();
        assert_eq!(read(dir.path()), []);
    }
}
