//! Recordings on their way to the disk, written by a thread of their own: the media thread never waits for it.
//!
//! ```text
//!   media thread ── Piece, 20 ms each ──> 1,024 places ──> thread ──> NAME.wav
//! ```
//!
//! When there is no place left, because the disk is slow, a moment is left out and counted.

use media::recording::{Moment, Recording, RecordingName};
use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// Moments that wait: 20 seconds of one recording, two of ten.
const WAITING: usize = 1_024;
/// Between two looks at what waits. Were the thread to sleep until something comes, the media thread would have to wake it.
const PAUSE: Duration = Duration::from_millis(100);

/// What happens to a recording.
#[expect(
    clippy::large_enum_variant,
    reason = "a box for each moment would be memory taken on the media thread"
)]
pub(crate) enum Piece {
    Begin { recording: u32, name: RecordingName, broken: Arc<AtomicBool> },
    Moment { recording: u32, moment: Moment },
    End { recording: u32 },
}

/// The thread, if recordings are wanted. Dropping it ends all of them and waits for the disk.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    pieces: Option<SyncSender<Piece>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(crate) fn start(folder: Option<&Path>) -> io::Result<Self> {
        let Some(folder) = folder.map(Path::to_owned) else { return Ok(Self::default()) };
        let (pieces, waiting) = sync_channel(WAITING);
        let thread =
            std::thread::Builder::new().name("recordings".into()).spawn(move || write(&folder, &waiting))?;
        Ok(Self { pieces: Some(pieces), thread: Some(thread) })
    }

    /// Says whether there was a place for it.
    pub(crate) fn put(&self, piece: Piece) -> bool {
        self.pieces.as_ref().is_some_and(|pieces| pieces.try_send(piece).is_ok())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.pieces = None;
        if let Some(thread) = self.thread.take() {
            // One that panicked has told so itself.
            let _ = thread.join();
        }
    }
}

type Files = HashMap<u32, (Recording<BufWriter<File>>, Arc<AtomicBool>)>;

fn write(folder: &Path, waiting: &Receiver<Piece>) {
    let mut files = Files::new();
    loop {
        match waiting.try_recv() {
            Ok(piece) => take(folder, &mut files, piece),
            Err(TryRecvError::Empty) => std::thread::sleep(PAUSE),
            Err(TryRecvError::Disconnected) => break,
        }
    }
    for (recording, _) in files.into_values() {
        // Nobody is left to be told.
        let _ = recording.end();
    }
}

fn take(folder: &Path, files: &mut Files, piece: Piece) {
    match piece {
        Piece::Begin { recording, name, broken } => match begin(folder.join(name.file())) {
            Some(file) => drop(files.insert(recording, (file, broken))),
            None => broken.store(true, Ordering::Relaxed),
        },
        Piece::Moment { recording, moment } => {
            let failed = files.get_mut(&recording).is_some_and(|(file, _)| file.write(&moment).is_err());
            if let Some((_, broken)) = failed.then(|| files.remove(&recording)).flatten() {
                broken.store(true, Ordering::Relaxed);
            }
        }
        Piece::End { recording } => {
            if let Some((file, broken)) = files.remove(&recording)
                && file.end().is_err()
            {
                broken.store(true, Ordering::Relaxed);
            }
        }
    }
}

/// Never over one that is there.
fn begin(path: PathBuf) -> Option<Recording<BufWriter<File>>> {
    let file = OpenOptions::new().write(true).create_new(true).open(path).ok()?;
    Recording::begin(BufWriter::new(file)).ok()
}
