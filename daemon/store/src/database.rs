//! The database files and how a connection to them is set up.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use rusqlite::{Connection, FileControl, OpenFlags};

use crate::StoreFault;

/// The database inside the data directory; SQLite adds `-wal` and `-shm`.
pub(crate) const DATABASE: &str = "gatehouse.db";
/// The last copy known to be sound.
pub(crate) const GOOD_COPY: &str = "gatehouse.db.good";

/// Another process (`gatehouse reset-admin`) may hold the lock this long before we call it a fault.
const PATIENCE: Duration = Duration::from_secs(2);

/// Opens the writing connection, and creates the file when there is none.
pub(crate) fn connect(path: &Path) -> rusqlite::Result<Connection> {
    // Made here rather than by SQLite, so that nobody but us may read it; the log inherits this.
    let _ = OpenOptions::new().append(true).create(true).mode(0o600).open(path);
    let db = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    db.busy_timeout(PATIENCE)?;
    db.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY;
         PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;",
    )?;
    db.set_prepared_statement_cache_capacity(32);
    keep_files(&db)?;
    Ok(db)
}

/// Opens a connection that cannot change anything.
pub(crate) fn connect_to_read(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags)?;
    db.busy_timeout(PATIENCE)?;
    keep_files(&db)?;
    Ok(db)
}

/// The log and its index stay when the last connection closes: on a full disk they could not be made anew, and then the box
/// could not even read who its phones are.
fn keep_files(db: &Connection) -> rusqlite::Result<()> {
    db.file_control(None::<&str>, FileControl::PersistWal(&mut 1))
}

/// Looks through the file for damage, for no longer than `limit`: what takes longer counts as sound.
pub(crate) fn check(db: &Connection, limit: Duration) -> Result<(), StoreFault> {
    let stop = db.get_interrupt_handle();
    let (done, wait) = mpsc::channel::<()>();
    let watch = std::thread::spawn(move || {
        if wait.recv_timeout(limit) == Err(RecvTimeoutError::Timeout) {
            stop.interrupt();
        }
    });
    let verdict = db.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0));
    drop(done);
    let _ = watch.join();
    match verdict {
        Ok(word) if word == "ok" => Ok(()),
        Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::OperationInterrupted) => Ok(()),
        Ok(_) => Err(StoreFault::Damaged),
        Err(error) => Err(error.into()),
    }
}

/// The database and the files SQLite keeps beside it.
pub(crate) fn file_set(database: &Path) -> [PathBuf; 3] {
    ["", "-wal", "-shm"].map(|suffix| {
        let mut name = database.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    })
}
