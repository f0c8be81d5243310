//! Recordings on their way to the disk, written by a thread of their own: the media thread never waits for it.
//!
//! ```text
//!   media thread ── Piece, 20 ms each ──> 1,024 places ──> thread ──> NAME.wav
//! ```
//!
//! When there is no place left, because the disk is slow, a moment is left out and counted.

use media::recording::{Moment, Recording, RecordingName, Sides};
use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter};
use std::os::unix::fs::OpenOptionsExt;
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

/// What is said is nobody else's business on this box.
const FOR_US: u32 = 0o600;

/// What happens to a recording.
#[expect(
    clippy::large_enum_variant,
    reason = "a box for each moment would be memory taken on the media thread"
)]
pub(crate) enum Piece {
    Begin { recording: u32, name: RecordingName, sides: Sides, state: Arc<State> },
    Moment { recording: u32, moment: Moment },
    End { recording: u32, fate: Fate },
}

/// What becomes of a file that has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Kept,
    Removed,
}

/// What the thread says of a recording.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// The disk refused it.
    broken: AtomicBool,
    /// Its file is closed, or gone.
    closed: AtomicBool,
}

impl State {
    pub(crate) fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Relaxed)
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    fn breaks(&self) {
        self.broken.store(true, Ordering::Relaxed);
    }
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

/// A file that is being written.
struct Open {
    recording: Recording<BufWriter<File>>,
    path: PathBuf,
}

/// Those that have begun; nothing for one that the disk refused.
type Files = HashMap<u32, (Option<Open>, Arc<State>)>;

fn write(folder: &Path, waiting: &Receiver<Piece>) {
    let mut files = Files::new();
    loop {
        match waiting.try_recv() {
            Ok(piece) => take(folder, &mut files, piece),
            Err(TryRecvError::Empty) => std::thread::sleep(PAUSE),
            Err(TryRecvError::Disconnected) => break,
        }
    }
    for open in files.into_values().filter_map(|(open, _)| open) {
        // Nobody is left to be told.
        let _ = open.recording.end();
    }
}

fn take(folder: &Path, files: &mut Files, piece: Piece) {
    match piece {
        Piece::Begin { recording, name, sides, state } => {
            let path = folder.join(name.file());
            let begun = begin(&path, sides).map(|recording| Open { recording, path });
            if begun.is_none() {
                state.breaks();
            }
            files.insert(recording, (begun, state));
        }
        Piece::Moment { recording, moment } => {
            let Some((file, state)) = files.get_mut(&recording) else { return };
            let failed = file.as_mut().is_some_and(|open| open.recording.write(&moment).is_err());
            if failed {
                *file = None;
                state.breaks();
            }
        }
        Piece::End { recording, fate } => {
            let Some((file, state)) = files.remove(&recording) else { return };
            if file.is_some_and(|open| !end(open, fate)) {
                state.breaks();
            }
            state.closed.store(true, Ordering::Release);
        }
    }
}

/// Says whether the disk did what it was told.
fn end(Open { recording, path }: Open, fate: Fate) -> bool {
    match fate {
        Fate::Kept => recording.end().is_ok(),
        Fate::Removed => {
            drop(recording);
            std::fs::remove_file(path).is_ok()
        }
    }
}

/// Never over one that is there.
fn begin(path: &Path, sides: Sides) -> Option<Recording<BufWriter<File>>> {
    let file = OpenOptions::new().write(true).create_new(true).mode(FOR_US).open(path).ok()?;
    Recording::begin(BufWriter::new(file), sides).ok()
}
