//! Each change as the SQL that makes it.

use std::time::SystemTime;

use account::{Binding, CallRecord, CallVoice, DeviceId, KEPT_LONGER, PhoneVoice, VoiceMessage};
use mirror::{Document, Entry, Event, Key};
use rusqlite::{Connection, params};

use crate::queue::Queued;
use crate::rows::{self, to_millis};
use crate::seal::Seal;
use crate::{Session, StoreFault, Write};

/// Call records that are kept; older ones make room.
pub const RECORDS_KEPT: i64 = 100_000;

/// Deeds that are kept; older ones make room.
pub const DEEDS_KEPT: i64 = 20_000;

/// Settled changes that are kept for people to look at.
pub const JOURNAL_KEPT: i64 = 1_000;

/// Writes these batches and returns once they are on disk; on failure none of them is.
pub(crate) fn commit(db: &mut Connection, seal: &Seal, batches: &[Queued]) -> Result<(), StoreFault> {
    let transaction = db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    for batch in batches {
        let to = Target { db: &transaction, seal, handed_over: batch.handed_over };
        batch.writes.iter().try_for_each(|write| to.write(write))?;
    }
    let writes = || batches.iter().flat_map(|batch| &batch.writes);
    if writes().any(|write| matches!(write, Write::Record(_))) {
        forget_oldest(&transaction)?;
    }
    transaction.commit()?;
    if writes().any(Write::wipes) {
        // What was forgotten must not live on in free pages and in the log.
        db.execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE);")?;
    }
    Ok(())
}

fn forget_oldest(db: &Connection) -> Result<(), StoreFault> {
    let sql = "DELETE FROM call_record WHERE seq <= (SELECT max(seq) FROM call_record) - ?1";
    db.prepare_cached(sql)?.execute([RECORDS_KEPT])?;
    Ok(())
}

struct Target<'a> {
    db: &'a Connection,
    seal: &'a Seal,
    handed_over: SystemTime,
}

impl Target<'_> {
    fn write(&self, write: &Write) -> Result<(), StoreFault> {
        match write {
            Write::Bind(binding) => self.bind(binding),
            Write::Unbind { user, contact } => self
                .run("DELETE FROM binding WHERE user = ?1 AND contact = ?2", params![user.as_str(), contact]),
            Write::UnbindAll { user } => self.run("DELETE FROM binding WHERE user = ?1", [user.as_str()]),
            Write::KeepCall { name, call } => self.run(
                "REPLACE INTO call (name, sealed) VALUES (?1, ?2)",
                params![name, self.seal.close(rows::call_place(name), call.expose().as_bytes())?],
            ),
            Write::ForgetCall { name } => self.run("DELETE FROM call WHERE name = ?1", [name]),
            Write::Record(record) => self.record(record),
            Write::Judge { call, voice } => self.judge(call, voice),
            Write::Report { call, device, voice } => self.report(call, device, voice),
            Write::Shorten(records) => records.iter().try_for_each(|record| {
                let shorter = params![record.id, rows::json(record)?];
                self.run("UPDATE call_record SET body = ?2 WHERE id = ?1", shorter)
            }),
            Write::ForgetRecords => self.run("DELETE FROM call_record", []),
            Write::Message(message) => self.message(message),
            Write::ForgetMessages(ids) => {
                ids.iter().try_for_each(|id| self.run("DELETE FROM message WHERE id = ?1", [id]))
            }
            // Once everything is committed.
            Write::Wipe => Ok(()),
            Write::Mirror { put, gone, meta } => {
                put.iter().try_for_each(|document| self.put(document))?;
                gone.iter().try_for_each(|key| self.gone(key))?;
                self.run("REPLACE INTO mirror (id, meta) VALUES (1, ?1)", [meta.to_string()])
            }
            Write::Events { put, forget_before } => {
                put.iter().try_for_each(|event| self.event(event))?;
                let Some(before) = forget_before else { return Ok(()) };
                self.run("DELETE FROM cloud_event WHERE at < ?1", [to_millis(*before)])
            }
            Write::Journal(entry) => self.journal(entry),
            Write::Unlink => ["document", "mirror", "cloud_event", "cloud_write", "message"]
                .iter()
                .try_for_each(|table| self.run(&format!("DELETE FROM {table}"), [])),
            Write::Setting { key, value } => {
                self.run("REPLACE INTO setting (key, value) VALUES (?1, ?2)", [key, value])
            }
            Write::SecretSetting { key, value } => self.run(
                "REPLACE INTO secret_setting (key, sealed) VALUES (?1, ?2)",
                params![key, self.seal.close(rows::secret_place(key), value.expose().as_bytes())?],
            ),
            Write::Forget { key } => {
                self.run("DELETE FROM setting WHERE key = ?1", [key])?;
                self.run("DELETE FROM secret_setting WHERE key = ?1", [key])
            }
            Write::SetSession(session) => self.set_session(session),
            Write::EndSession { key } => self.run("DELETE FROM session WHERE key = ?1", [key]),
            Write::EndSessionsBefore(moment) => {
                self.run("DELETE FROM session WHERE opened < ?1", [to_millis(*moment)])
            }
            Write::Deed(deed) => {
                self.run("INSERT INTO deed (body) VALUES (?1)", [deed.to_string()])?;
                self.run("DELETE FROM deed WHERE seq <= (SELECT max(seq) FROM deed) - ?1", [DEEDS_KEPT])
            }
        }
    }

    fn bind(&self, binding: &Binding) -> Result<(), StoreFault> {
        let expires = to_millis(self.handed_over + binding.remaining + KEPT_LONGER);
        self.run(
            "REPLACE INTO binding (user, contact, expires, body) VALUES (?1, ?2, ?3, ?4)",
            params![binding.user.as_str(), binding.contact, expires, rows::json(binding)?],
        )
    }

    fn record(&self, record: &CallRecord) -> Result<(), StoreFault> {
        self.run(
            "REPLACE INTO call_record (id, body) VALUES (?1, ?2)",
            params![record.id, rows::json(record)?],
        )
    }

    fn judge(&self, call: &str, voice: &CallVoice) -> Result<(), StoreFault> {
        self.run(
            "UPDATE call_record SET body = json_set(body, '$.voice', json(?2)) WHERE id = ?1",
            params![call, rows::json(voice)?],
        )
    }

    fn report(&self, call: &str, device: &DeviceId, voice: &PhoneVoice) -> Result<(), StoreFault> {
        self.run(
            "UPDATE call_record SET body = json_set(body, CASE json_extract(body, '$.caller.device') WHEN ?2
                 THEN '$.voice.caller.phone' ELSE '$.voice.callee.phone' END, json(?3))
             WHERE id = ?1 AND ?2 IN (json_extract(body, '$.caller.device'), json_extract(body, '$.callee.device'))",
            params![call, device.as_str(), rows::json(voice)?],
        )
    }

    fn message(&self, message: &VoiceMessage) -> Result<(), StoreFault> {
        self.run("REPLACE INTO message (id, body) VALUES (?1, ?2)", params![message.id, rows::json(message)?])
    }

    fn put(&self, document: &Document) -> Result<(), StoreFault> {
        let Key { kind, id } = &document.key;
        let close = |secret: &account::Secret| {
            self.seal.close(rows::document_place(&document.key), secret.expose().as_bytes())
        };
        let sealed = document.secret.as_ref().map(close).transpose()?;
        self.run(
            "REPLACE INTO document (kind, id, owner, source, seen, body, sealed) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                kind.name(),
                id,
                document.owner,
                rows::source_name(document.source),
                to_millis(document.seen),
                document.body.as_str(),
                sealed
            ],
        )
    }

    fn event(&self, event: &Event) -> Result<(), StoreFault> {
        self.run(
            "REPLACE INTO cloud_event (id, at, body) VALUES (?1, ?2, ?3)",
            params![event.id, to_millis(event.at), event.body.as_str()],
        )
    }

    /// Of those settled only the newest stay.
    fn journal(&self, entry: &Entry) -> Result<(), StoreFault> {
        let id = i64::try_from(entry.id).unwrap_or(i64::MAX);
        self.run("REPLACE INTO cloud_write (id, body) VALUES (?1, ?2)", params![id, rows::json(entry)?])?;
        if !entry.is_settled() {
            return Ok(());
        }
        self.run(
            "DELETE FROM cloud_write WHERE id <= ?1 AND body ->> 'state' IN ('done', 'refused', 'cancelled')",
            [id - JOURNAL_KEPT],
        )
    }

    fn gone(&self, key: &Key) -> Result<(), StoreFault> {
        self.run("DELETE FROM document WHERE kind = ?1 AND id = ?2", params![key.kind.name(), key.id])
    }

    fn set_session(&self, session: &Session) -> Result<(), StoreFault> {
        self.run(
            "REPLACE INTO session (key, opened, seen, holder) VALUES (?1, ?2, ?3, ?4)",
            params![
                session.key,
                to_millis(session.opened),
                to_millis(session.seen),
                session.holder.to_string()
            ],
        )
    }

    fn run(&self, sql: &str, values: impl rusqlite::Params) -> Result<(), StoreFault> {
        self.db.prepare_cached(sql)?.execute(values)?;
        Ok(())
    }
}
