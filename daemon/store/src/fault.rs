//! What can be wrong with the disk, told apart by what a person must do about it.

use rusqlite::ErrorCode;

/// Why something could not be written or read just now.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum StoreFault {
    /// The box's disk has no room left.
    #[error("the disk is full; free some space in the data directory")]
    DiskFull,
    /// The file system or the files refuse writing.
    #[error("the data directory cannot be written; check its owner and that it is not mounted read-only")]
    ReadOnly,
    /// The disk itself reports errors.
    #[error("the disk reports an error (SQLite {0}); check the medium")]
    Disk(i32),
    /// The database was damaged while in use.
    #[error("the database is damaged; restart gatehouse, which then restores the last good copy")]
    Damaged,
    /// Another program keeps the database locked.
    #[error("another program keeps the database locked; stop it")]
    Locked,
    /// A row does not fit the tables, or cannot be sealed: a mistake of ours.
    #[error("the database refuses this (SQLite {0}); please report it")]
    Ours(i32),
    /// The thread that writes has ended.
    #[error("the store is closed")]
    Closed,
}

impl StoreFault {
    /// True when the same write may succeed later, after somebody helped the disk.
    #[must_use]
    pub fn may_pass(self) -> bool {
        !matches!(self, Self::Ours(_) | Self::Closed)
    }

    /// True when a fresh connection has to be made before the next attempt.
    pub(crate) fn taints_connection(self) -> bool {
        matches!(self, Self::Disk(_) | Self::Damaged | Self::ReadOnly)
    }
}

impl From<rusqlite::Error> for StoreFault {
    fn from(error: rusqlite::Error) -> Self {
        Self::from(&error)
    }
}

impl From<&rusqlite::Error> for StoreFault {
    fn from(error: &rusqlite::Error) -> Self {
        let Some(failure) = error.sqlite_error() else { return Self::Ours(0) };
        let is = |codes: &[ErrorCode]| codes.contains(&failure.code);
        if is(&[ErrorCode::DiskFull]) {
            Self::DiskFull
        } else if is(&[ErrorCode::DatabaseCorrupt, ErrorCode::NotADatabase]) {
            Self::Damaged
        } else if is(&[ErrorCode::DatabaseBusy, ErrorCode::DatabaseLocked]) {
            Self::Locked
        } else if is(&[ErrorCode::ReadOnly, ErrorCode::PermissionDenied]) {
            Self::ReadOnly
        } else if is(&[ErrorCode::SystemIoFailure, ErrorCode::CannotOpen, ErrorCode::OutOfMemory]) {
            Self::Disk(failure.extended_code)
        } else {
            Self::Ours(failure.extended_code)
        }
    }
}
