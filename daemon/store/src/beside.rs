//! Writing beside a running daemon, for commands such as `gatehouse reset-admin`.

use std::cmp::Ordering;
use std::path::Path;
use std::time::SystemTime;

use crate::apply::commit;
use crate::database::{DATABASE, GOOD_COPY, connect};
use crate::migrate::{STEPS, version};
use crate::open::unlock;
use crate::queue::Queued;
use crate::{Batch, OpenFailed, StoreFault, Ticket};

/// Removes the last good copy, which still knows what was just forgotten; the next one is made within the hour.
///
/// # Errors
/// The file cannot be removed.
pub fn forget_copy(dir: &Path) -> std::io::Result<()> {
    match std::fs::remove_file(dir.join(GOOD_COPY)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Writes one batch into a data directory, whether or not a daemon works there, and returns once it is on disk.
///
/// The daemon sees the change with its next question to the [`crate::Reader`]; what it has loaded already it keeps, so this is for
/// settings and sessions.
///
/// # Errors
/// [`OpenFailed`] as for [`crate::Store::open`]; nothing is repaired, created or migrated here.
pub fn write_beside(dir: &Path, batch: impl Into<Batch>) -> Result<(), OpenFailed> {
    let path = dir.join(DATABASE);
    if !path.exists() {
        let cause = std::io::ErrorKind::NotFound.into();
        return Err(OpenFailed::Directory { path, cause });
    }
    let failed = |fault: StoreFault| OpenFailed::Database { path: path.clone(), fault };
    let mut db = connect(&path).map_err(|error| failed(error.into()))?;
    let found = version(&db).map_err(|error| failed(error.into()))?;
    match found.cmp(&STEPS.len()) {
        Ordering::Less => return Err(OpenFailed::Older { path }),
        Ordering::Greater => return Err(OpenFailed::Newer { path, found, known: STEPS.len() }),
        Ordering::Equal => {}
    }
    let seal = unlock(&db, dir)?;
    let batch =
        Queued { ticket: Ticket(1), handed_over: SystemTime::now(), writes: batch.into().0, waiter: None };
    commit(&mut db, &seal, &[batch]).map_err(failed)
}
