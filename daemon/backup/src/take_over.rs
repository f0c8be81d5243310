//! A restored state takes the place of the old one, before anything else is read.
//!
//! ```text
//!   ready ──> what travels is removed from data ──> moving ──> each file and folder into data ──> nothing
//! ```
//!
//! Wherever the power fails, the next start goes on from there: nothing of the new state is in place as long as the folder is
//! called `ready`, nothing of the old one once it is called `moving`.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use crate::travel::{HALF, READY, RESTORE, stays};

/// Emptied of the old state already.
const MOVING: &str = "moving";

/// Puts a state in place that [`crate::Staged::settle`] made count; says whether there was one. Nobody else may use `data`: while
/// another gatehouse works there nothing is done.
///
/// # Errors
/// The disk; called again, this goes on where it stopped.
pub fn take_over(data: &Path) -> io::Result<bool> {
    let restore = data.join(RESTORE);
    if !restore.exists() {
        return Ok(false);
    }
    let lock =
        OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(data.join("lock"));
    let lock = lock?;
    if lock.try_lock().is_err() {
        return Ok(false);
    }
    let (half, ready, moving) = (restore.join(HALF), restore.join(READY), restore.join(MOVING));
    if half.exists() {
        fs::remove_dir_all(half)?;
    }
    // One that is moving came first: what is ready after it is newer.
    let goes_on = moving.exists();
    if goes_on {
        put_in_place(data, &moving)?;
    }
    if !ready.exists() {
        return Ok(goes_on);
    }
    forget_old(data)?;
    fs::rename(&ready, &moving)?;
    on_disk(&restore)?;
    put_in_place(data, &moving)?;
    Ok(true)
}

fn forget_old(data: &Path) -> io::Result<()> {
    for entry in fs::read_dir(data)? {
        let entry = entry?;
        if entry.file_name().to_str().is_some_and(stays) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        } else {
            fs::remove_file(entry.path())?;
        }
    }
    on_disk(data)
}

fn put_in_place(data: &Path, moving: &Path) -> io::Result<()> {
    for entry in fs::read_dir(moving)? {
        let entry = entry?;
        fs::rename(entry.path(), data.join(entry.file_name()))?;
    }
    on_disk(data)?;
    fs::remove_dir(moving)
}

fn on_disk(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
