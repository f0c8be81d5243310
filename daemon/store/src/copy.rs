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

/// The thread that makes a copy at once and then every hour in which something changed.
pub(crate) struct Copier {
    stop: mpsc::Sender<()>,
    interrupt: InterruptHandle,
    thread: JoinHandle<()>,
}

impl Copier {
    pub(crate) fn start(dir: PathBuf) -> Result<Self, StoreFault> {
        let db = connect_to_read(&dir.join(DATABASE))?;
        let interrupt = db.get_interrupt_handle();
        let (stop, stopped) = mpsc::channel();
        let work = std::thread::Builder::new().name("good-copy".into());
        let thread = work.spawn(move || copy_every_hour(&db, &dir, &stopped));
        let thread = thread.map_err(|error| StoreFault::Disk(error.raw_os_error().unwrap_or_default()))?;
        Ok(Self { stop, interrupt, thread })
    }

    /// Ends it, in the middle of a copy if need be.
    pub(crate) fn end(self) {
        drop(self.stop);
        self.interrupt.interrupt();
        let _ = self.thread.join();
    }
}

fn copy_every_hour(db: &Connection, dir: &Path, stopped: &mpsc::Receiver<()>) {
    let mut copied = None;
    loop {
        let version = data_version(db);
        if version.is_none() || version != copied {
            // A copy that fails leaves the one before in place; the writer meets the same disk and says so.
            copied = make(db, dir).ok().and(version);
        }
        if stopped.recv_timeout(EVERY) != Err(RecvTimeoutError::Timeout) {
            return;
        }
    }
}

/// Changes whenever another connection commits.
fn data_version(db: &Connection) -> Option<i64> {
    db.query_row("PRAGMA data_version", [], |row| row.get(0)).ok()
}
