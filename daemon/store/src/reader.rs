//! What is read while the daemon runs, through a connection of its own that never waits for writers.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use account::{CallRecord, Secret};
use mirror::{Body, Event};
use rusqlite::{Connection, OptionalExtension, params};

use crate::database::connect_to_read;
use crate::seal::Seal;
use crate::{Session, StoreFault, rows};

/// Call records on one page, at most.
pub const PAGE: u32 = 500;

/// Reads what is on disk. Every question may wait for the disk: ask from a thread that may.
#[derive(Debug)]
pub struct Reader {
    db: Mutex<Connection>,
    seal: Seal,
}

/// Call records, the newest first.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct CallPage {
    /// The records.
    pub records: Vec<CallRecord>,
    /// The number that the store gave each of them, in the same order; for [`Reader::call_record`].
    pub numbers: Vec<i64>,
    /// Where the next older page begins; `None` when this was the last.
    pub older: Option<i64>,
}

/// Who did what, the newest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeedPage {
    /// What the page wrote down; JSON.
    pub deeds: Vec<serde_json::Value>,
    /// Where the next older page begins; `None` when this was the last.
    pub older: Option<u64>,
}

/// How much is stored.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counts {
    /// Bindings, those just expired included.
    pub bindings: u64,
    /// Mirrored objects.
    pub documents: u64,
    /// Call records.
    pub call_records: u64,
    /// What happened in the cloud.
    pub cloud_events: u64,
    /// Size of the database, in bytes.
    pub bytes: u64,
}

impl Reader {
    pub(crate) fn open(path: &Path, seal: Seal) -> Result<Self, StoreFault> {
        Ok(Self { db: Mutex::new(connect_to_read(path)?), seal })
    }

    /// Reads this from now on.
    pub(crate) fn turn_to(&self, path: &Path) -> Result<(), StoreFault> {
        *self.db() = connect_to_read(path)?;
        Ok(())
    }

    /// The newest records, or those older than [`CallPage::older`] of the page before; at most [`PAGE`] of them.
    ///
    /// # Errors
    /// The disk could not be read.
    pub fn call_records(&self, before: Option<i64>, limit: u32) -> Result<CallPage, StoreFault> {
        let db = self.db();
        let sql = "SELECT seq, body FROM call_record WHERE seq < ?1 ORDER BY seq DESC LIMIT ?2";
        let mut statement = db.prepare_cached(sql)?;
        let limit = limit.clamp(1, PAGE);
        let mut found = statement.query(params![before.unwrap_or(i64::MAX), limit])?;
        let mut page = CallPage::default();
        let mut seen = 0;
        while let Some(row) = found.next()? {
            seen += 1;
            let number = row.get(0)?;
            page.older = (seen == limit).then_some(number);
            if let Some(record) = rows::from_json(&row.get::<_, String>(1)?)? {
                page.records.push(record);
                page.numbers.push(number);
            }
        }
        Ok(page)
    }

    /// The record with this one of [`CallPage::numbers`], while it is kept.
    ///
    /// # Errors
    /// The disk could not be read.
    pub fn call_record(&self, number: i64) -> Result<Option<CallRecord>, StoreFault> {
        let db = self.db();
        let mut statement = db.prepare_cached("SELECT body FROM call_record WHERE seq = ?1")?;
        let body: Option<String> = statement.query_row([number], |row| row.get(0)).optional()?;
        body.map_or(Ok(None), |body| Ok(rows::from_json(&body)?))
    }

    /// What happened in the cloud before a moment, the newest first; at most [`PAGE`].
    ///
    /// # Errors
    /// The disk could not be read.
    pub fn cloud_events(&self, before: Option<SystemTime>, limit: u32) -> Result<Vec<Event>, StoreFault> {
        let db = self.db();
        let sql = "SELECT id, at, body FROM cloud_event WHERE at < ?1 ORDER BY at DESC, id LIMIT ?2";
        let mut statement = db.prepare_cached(sql)?;
        let before = before.map_or(i64::MAX, rows::to_millis);
        let events = statement.query_map(params![before, limit.clamp(1, PAGE)], |row| {
            let (at, body): (i64, String) = (row.get(1)?, row.get(2)?);
            Ok(Event { id: row.get(0)?, at: rows::from_millis(at), body: Body::from_text(&body) })
        })?;
        Ok(events.collect::<Result<_, _>>()?)
    }

    /// A plain setting.
    ///
    /// # Errors
    /// The disk could not be read.
    pub fn setting(&self, key: &str) -> Result<Option<String>, StoreFault> {
        let db = self.db();
        let mut statement = db.prepare_cached("SELECT value FROM setting WHERE key = ?1")?;
        Ok(statement.query_row([key], |row| row.get(0)).optional()?)
    }

    /// A secret setting; `None` also when the stored text was tampered with.
    ///
    /// # Errors
    /// The disk could not be read.
    pub fn secret_setting(&self, key: &str) -> Result<Option<Secret>, StoreFault> {
        let db = self.db();
        let mut statement = db.prepare_cached("SELECT sealed FROM secret_setting WHERE key = ?1")?;
        let sealed: Option<Vec<u8>> = statement.query_row([key], |row| row.get(0)).optional()?;
        Ok(sealed.and_then(|sealed| rows::open(&self.seal, rows::secret_place(key), &sealed)))
    }

    /// The session with this key.
    ///
    /// # Errors
    /// The disk could not be read.
    pub fn session(&self, key: &[u8; 32]) -> Result<Option<Session>, StoreFault> {
        let db = self.db();
        let sql = "SELECT key, opened, seen, holder FROM session WHERE key = ?1";
        let mut statement = db.prepare_cached(sql)?;
        Ok(statement.query_row([key], rows::session).optional()?.flatten())
    }

    /// Every session; one that cannot be read is left out and opens nothing either.
    ///
    /// # Errors
    /// The disk could not be read.
    pub fn sessions(&self) -> Result<Vec<Session>, StoreFault> {
        let db = self.db();
        let mut statement = db.prepare_cached("SELECT key, opened, seen, holder FROM session")?;
        let found: Result<Vec<_>, _> = statement.query_map([], rows::session)?.collect();
        Ok(found?.into_iter().flatten().collect())
    }

    /// The secret settings whose names begin like this, by name; those that were tampered with are left out.
    ///
    /// # Errors
    /// The disk could not be read.
    pub fn secret_settings(&self, begins: &str) -> Result<Vec<(String, Secret)>, StoreFault> {
        let db = self.db();
        let sql = "SELECT key, sealed FROM secret_setting WHERE substr(key, 1, length(?1)) = ?1 ORDER BY key";
        let mut statement = db.prepare_cached(sql)?;
        let found: Result<Vec<(String, Vec<u8>)>, _> =
            statement.query_map([begins], |row| Ok((row.get(0)?, row.get(1)?)))?.collect();
        let open = |(key, sealed): (String, Vec<u8>)| {
            rows::open(&self.seal, rows::secret_place(&key), &sealed).map(|secret| (key, secret))
        };
        Ok(found?.into_iter().filter_map(open).collect())
    }

    /// Who did what, the newest first, or what is older than [`DeedPage::older`] of the page before; at most [`PAGE`].
    ///
    /// # Errors
    /// The disk could not be read.
    pub fn deeds(&self, before: Option<u64>, limit: u32) -> Result<DeedPage, StoreFault> {
        let db = self.db();
        let sql = "SELECT seq, body FROM deed WHERE seq < ?1 ORDER BY seq DESC LIMIT ?2";
        let mut statement = db.prepare_cached(sql)?;
        let before = before.map_or(i64::MAX, |before| i64::try_from(before).unwrap_or(i64::MAX));
        let limit = limit.clamp(1, PAGE);
        let mut found = statement.query(params![before, limit])?;
        let mut page = DeedPage::default();
        let mut seen = 0;
        while let Some(row) = found.next()? {
            seen += 1;
            page.older = (seen == limit).then_some(row.get::<_, i64>(0)?.unsigned_abs());
            page.deeds.extend(rows::from_json(&row.get::<_, String>(1)?)?);
        }
        Ok(page)
    }

    /// How much is stored.
    ///
    /// # Errors
    /// The disk could not be read.
    pub fn counts(&self) -> Result<Counts, StoreFault> {
        let db = self.db();
        let number = |sql| db.query_row(sql, [], |row| row.get(0)).map(|n: i64| n.unsigned_abs());
        Ok(Counts {
            bindings: number("SELECT count(*) FROM binding")?,
            documents: number("SELECT count(*) FROM document")?,
            call_records: number("SELECT count(*) FROM call_record")?,
            cloud_events: number("SELECT count(*) FROM cloud_event")?,
            bytes: number("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")?,
        })
    }

    fn db(&self) -> MutexGuard<'_, Connection> {
        self.db.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
