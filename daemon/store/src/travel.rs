//! The database on its way to another box: a sound copy of the running one, and what it must be to serve elsewhere.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::{Duration, SystemTime};

use rusqlite::Connection;

use crate::apply::commit;
use crate::database::{DATABASE, check, connect, connect_to_read};
use crate::migrate::{STEPS, migrate, version};
use crate::open::unlock;
use crate::queue::Queued;
use crate::{Batch, OpenFailed, StoreFault, Ticket};

/// A copy whose check takes longer is taken as sound.
const CHECK: Duration = Duration::from_secs(60);

/// Copies the database of `dir` as it is at one moment to the file `to`, and checks the copy. The store works on meanwhile. Calls
/// that are up and signed-in browsers stay behind: they belong to this box. So do messages: their recordings do not travel.
///
/// # Errors
/// What the disk or the database says; what is at `to` then is of no use.
pub fn copy_to(dir: &Path, to: &Path) -> Result<(), StoreFault> {
    let disk = |error: std::io::Error| StoreFault::Disk(error.raw_os_error().unwrap_or_default());
    // An empty file of ours is what SQLite copies into, so that nobody else may read it.
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(to).map_err(disk)?;
    let db = connect_to_read(&dir.join(DATABASE))?;
    db.execute("VACUUM INTO ?1", [to.to_string_lossy()])?;
    let copy = Connection::open(to)?;
    copy.execute_batch(
        "PRAGMA journal_mode = OFF; PRAGMA secure_delete = ON; DELETE FROM call; DELETE FROM session; DELETE FROM message;",
    )?;
    check(&copy, CHECK)
}

/// Makes the database in `dir`, with its key beside it, one that this version can start with, and writes a batch into it.
///
/// # Errors
/// [`OpenFailed`]: it is damaged, written by a newer version, or its key does not fit.
pub fn adopt(dir: &Path, batch: impl Into<Batch>) -> Result<(), OpenFailed> {
    let path = dir.join(DATABASE);
    let failed = |fault: StoreFault| OpenFailed::Database { path: path.clone(), fault };
    let sql = |error: rusqlite::Error| failed(error.into());
    let mut db = connect(&path).map_err(sql)?;
    check(&db, CHECK).map_err(failed)?;
    match version(&db).map_err(sql)? {
        0 => return Err(failed(StoreFault::Damaged)),
        found if found > STEPS.len() => {
            return Err(OpenFailed::Newer { path, found, known: STEPS.len() });
        }
        _ => migrate(&mut db, STEPS).map_err(sql)?,
    }
    let seal = unlock(&db, dir)?;
    let batch =
        Queued { ticket: Ticket(1), handed_over: SystemTime::now(), writes: batch.into().0, waiter: None };
    commit(&mut db, &seal, &[batch]).map_err(failed)?;
    // Everything in one file: what is moved into place is moved file by file.
    db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE);").map_err(sql)
}
