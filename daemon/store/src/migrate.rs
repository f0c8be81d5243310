//! From the version of the file to the version of this program, one step and one transaction at a time.

use rusqlite::Connection;

/// Every step since the beginning; the number of steps taken is the version, kept in `user_version`.
pub(crate) const STEPS: &[&str] = &[
    include_str!("../migrations/0001_first.sql"),
    include_str!("../migrations/0002_cloud.sql"),
    include_str!("../migrations/0003_access.sql"),
    include_str!("../migrations/0004_calls.sql"),
    include_str!("../migrations/0005_messages.sql"),
];

/// The version of a database; 0 when it is new.
pub(crate) fn version(db: &Connection) -> rusqlite::Result<usize> {
    let version: u32 = db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    Ok(version.try_into().unwrap_or(usize::MAX))
}

/// Takes the missing steps. A step that fails leaves the database at the version before it.
pub(crate) fn migrate(db: &mut Connection, steps: &[&str]) -> rusqlite::Result<()> {
    let from = version(db)?;
    for (number, step) in steps.iter().enumerate().skip(from) {
        let transaction = db.transaction()?;
        transaction.execute_batch(step)?;
        let reached = u32::try_from(number + 1).unwrap_or(u32::MAX);
        transaction.pragma_update(None, "user_version", reached)?;
        transaction.commit()?;
    }
    Ok(())
}
