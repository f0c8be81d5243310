//! Somebody calls for help, or did so within half an hour: until that is over the box does not stop and takes over no other
//! configuration. A second signal stops it all the same; that is an admin who means it.
//!
//! Whoever restarts the whole box asks by a file in the data directory: it holds the second since 1970 until which the box stays.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use switchboard::Picture;
use tokio::sync::watch;
use tracing::warn;

use super::notify;

/// The file.
const FILE: &str = "stay";
/// How often the service manager is asked for more time, and the file looked after.
const ROUND: Duration = Duration::from_secs(5);
/// A call that lasts moves the end on; the file follows in such steps.
const STEP: Duration = Duration::from_secs(60);

/// Comes back once nobody needs the box to stay. `meant` says what waits.
pub(super) async fn nobody_calls_for_help(pictures: &watch::Receiver<Arc<Picture>>, waits: &str) {
    let mut said = false;
    while let Some(until) = stays_until(pictures) {
        if !std::mem::replace(&mut said, true) {
            let minutes = until.saturating_duration_since(Instant::now()).as_secs() / 60 + 1;
            warn!(
                "{waits} waits up to {minutes} minutes after a call for help; a second signal stops the box at once"
            );
        }
        notify::more_time(3 * ROUND);
        tokio::time::sleep(ROUND).await;
    }
}

/// Keeps the file as long as anybody shows pictures.
pub(super) async fn tell(mut pictures: watch::Receiver<Arc<Picture>>, data: PathBuf) {
    let path = data.join(FILE);
    let mut told = None;
    loop {
        let until = stays_until(&pictures);
        if moved(told, until) {
            told = until;
            let (path, until) =
                (path.clone(), until.map(|until| until.saturating_duration_since(Instant::now())));
            // A disk that takes nothing is said elsewhere; the box itself stays up without the file.
            let _ = tokio::task::spawn_blocking(move || write(&path, until)).await;
        }
        let look_again = tokio::time::sleep(STEP / 2);
        tokio::select! {
            changed = pictures.changed() => if changed.is_err() { return },
            () = look_again, if until.is_some() => {}
        }
    }
}

fn stays_until(pictures: &watch::Receiver<Arc<Picture>>) -> Option<Instant> {
    pictures.borrow().stays_until(Instant::now())
}

fn moved(told: Option<Instant>, until: Option<Instant>) -> bool {
    match (told, until) {
        (Some(told), Some(until)) => until.saturating_duration_since(told) >= STEP,
        (None, None) => false,
        (None, Some(_)) | (Some(_), None) => true,
    }
}

fn write(path: &Path, stays: Option<Duration>) -> std::io::Result<()> {
    let Some(stays) = stays else { return std::fs::remove_file(path) };
    let until = SystemTime::now() + stays;
    let seconds = until.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    std::fs::write(path, format!("{seconds}\n"))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{moved, write};

    #[test]
    fn e15_the_file_says_until_when_and_goes_when_it_is_over() {
        let path = std::env::temp_dir().join(format!("gatehouse-stay-{}", std::process::id()));
        write(&path, Some(Duration::from_secs(60))).unwrap();
        let said: u64 = std::fs::read_to_string(&path).unwrap().trim().parse().unwrap();
        let now = std::time::SystemTime::now().duration_since(std::time::SystemTime::UNIX_EPOCH).unwrap();
        assert!((now.as_secs()..=now.as_secs() + 60).contains(&said));
        write(&path, None).unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn the_file_is_not_written_at_every_turn() {
        let now = Instant::now();
        let later = |seconds| Some(now + Duration::from_secs(seconds));
        assert!(!moved(None, None) && !moved(later(0), later(5)));
        assert!(moved(later(0), later(60)) && moved(None, later(0)) && moved(later(0), None));
    }
}
