//! The last good copy: made beside the running database, checked, and only then put in the place of the one before.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::{Connection, InterruptHandle};

use crate::StoreFault;
use crate::database::{DATABASE, GOOD_COPY, check, connect_to_read};

/// At most this much is lost when the database breaks.
const EVERY: Duration = Duration::from_secs(3600);
/// A new box gets its account right after its first start; without a copy of that no start could do without the database.
const SOON: Duration = Duration::from_secs(60);
/// A copy whose check takes longer is taken as sound.
const CHECK: Duration = Duration::from_secs(60);

/// Makes a copy of what `db` sees now. Writers are not held up meanwhile.
pub(crate) fn make(db: &Connection, dir: &Path) -> Result<(), StoreFault> {
    let draft = dir.join("gatehouse.db.good.new");
    let disk = |error: std::io::Error| StoreFault::Disk(error.raw_os_error().unwrap_or_default());
    // An empty file of ours is what SQLite copies into, so that nobody else may read it.
    let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft);
    let file = file.map_err(disk)?;
    db.execute("VACUUM INTO ?1", [draft.to_string_lossy()])?;
    check(&connect_to_read(&draft)?, CHECK)?;
    file.sync_all().map_err(disk)?;
    std::fs::rename(&draft, dir.join(GOOD_COPY)).map_err(disk)?;
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(disk)
}

/// What the copying thread is told.
pub(crate) enum Ask {
    /// To copy what stands in the database now, and to let go of this when that is done.
    Anew(mpsc::SyncSender<()>),
    /// To end.
    End,
}

/// Returns once no copy holds anything that does not stand in the database any more.
pub(crate) fn anew(copier: &mpsc::Sender<Ask>) {
    let (done, wait) = mpsc::sync_channel(0);
    if copier.send(Ask::Anew(done)).is_ok() {
        // Nothing is ever sent: the thread lets go when it has copied, or when it ends.
        let _ = wait.recv();
    }
}

/// The thread that makes a copy at once, a minute later, when asked, and every hour in which something changed.
pub(crate) struct Copier {
    asks: mpsc::Sender<Ask>,
    interrupt: InterruptHandle,
    thread: JoinHandle<()>,
}

impl Copier {
    pub(crate) fn start(dir: PathBuf) -> Result<Self, StoreFault> {
        let db = connect_to_read(&dir.join(DATABASE))?;
        let interrupt = db.get_interrupt_handle();
        let (asks, asked) = mpsc::channel();
        let work = std::thread::Builder::new().name("good-copy".into());
        let thread = work.spawn(move || copy_every_hour(&db, &dir, &asked));
        let thread = thread.map_err(|error| StoreFault::Disk(error.raw_os_error().unwrap_or_default()))?;
        Ok(Self { asks, interrupt, thread })
    }

    /// Where the thread is told something.
    pub(crate) fn asks(&self) -> mpsc::Sender<Ask> {
        self.asks.clone()
    }

    /// Ends it, in the middle of a copy if need be.
    pub(crate) fn end(self) {
        let _ = self.asks.send(Ask::End);
        self.interrupt.interrupt();
        let _ = self.thread.join();
    }
}

fn copy_every_hour(db: &Connection, dir: &Path, asked: &mpsc::Receiver<Ask>) {
    let (mut copied, mut waiting, mut patience) = (None, None, SOON);
    loop {
        let version = data_version(db);
        if version.is_none() || version != copied {
            // A copy that fails leaves the one before in place; the writer meets the same disk and says so.
            copied = make(db, dir).ok().and(version);
            if copied.is_none() && waiting.is_some() {
                // The one before holds what is to be gone; none at all is better.
                let _ = std::fs::remove_file(dir.join(GOOD_COPY));
            }
        }
        drop(waiting.take());
        match asked.recv_timeout(patience) {
            Ok(Ask::Anew(done)) => (copied, waiting) = (None, Some(done)),
            Ok(Ask::End) | Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => patience = EVERY,
        }
    }
}

/// Changes whenever another connection commits.
fn data_version(db: &Connection) -> Option<i64> {
    db.query_row("PRAGMA data_version", [], |row| row.get(0)).ok()
}
