//! How values stand in the tables, both ways.

use std::time::{Duration, SystemTime};

use account::{Binding, Secret};
use mirror::{Body, Document, Key, Source};
use rusqlite::{Connection, Row};
use serde::Serialize;

use crate::seal::{Place, Seal};
use crate::{Loaded, Session, StoreFault};

/// A row that cannot be understood is left where it is and counted; it never stops the others.
type Read<T> = rusqlite::Result<Option<T>>;

/// Reads everything that is needed at start.
pub(crate) fn load(db: &Connection, seal: &Seal, now: SystemTime) -> rusqlite::Result<Loaded> {
    let mut loaded = Loaded::default();
    // A full disk must not keep the box from starting: what cannot be removed is passed over.
    let _ = db.execute("DELETE FROM binding WHERE expires <= ?1", [to_millis(now)]);
    let mut unreadable = 0;
    let sql = format!("SELECT body, expires FROM binding WHERE expires > {}", to_millis(now));
    loaded.bindings = all(db, &sql, &mut unreadable, |row| binding(row, now))?;
    let sql = "SELECT kind, id, owner, source, seen, body, sealed FROM document";
    loaded.documents = all(db, sql, &mut unreadable, |row| document(row, seal))?;
    let sql = "SELECT meta FROM mirror";
    loaded.mirror_meta = all(db, sql, &mut unreadable, |row| from_json(&row.get::<_, String>(0)?))?.pop();
    let sql = "SELECT body FROM cloud_write ORDER BY id";
    loaded.journal = all(db, sql, &mut unreadable, |row| from_json(&row.get::<_, String>(0)?))?;
    let sql = "SELECT key, value FROM setting";
    let settings = all(db, sql, &mut unreadable, |row| Ok(Some((row.get(0)?, row.get(1)?))))?;
    loaded.settings = settings.into_iter().collect();
    let sql = "SELECT key, sealed FROM secret_setting";
    let secrets = all(db, sql, &mut unreadable, |row| sealed_row(row, seal, secret_place))?;
    loaded.secret_settings = secrets.into_iter().collect();
    loaded.calls =
        all(db, "SELECT name, sealed FROM call", &mut unreadable, |row| sealed_row(row, seal, call_place))?;
    let sql = "SELECT body FROM message";
    loaded.messages = all(db, sql, &mut unreadable, |row| from_json(&row.get::<_, String>(0)?))?;
    loaded.sessions = all(db, "SELECT key, opened, seen, holder FROM session", &mut unreadable, session)?;
    loaded.unreadable = unreadable;
    Ok(loaded)
}

fn all<T>(
    db: &Connection,
    sql: &str,
    unreadable: &mut usize,
    mut read: impl FnMut(&Row<'_>) -> Read<T>,
) -> rusqlite::Result<Vec<T>> {
    let mut statement = db.prepare(sql)?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        match read(row)? {
            Some(value) => found.push(value),
            None => *unreadable += 1,
        }
    }
    Ok(found)
}

/// A phone that came back lately has what it was granted; nobody wrote down when that was. The cap also covers a clock that went back.
fn binding(row: &Row<'_>, now: SystemTime) -> Read<Binding> {
    let Some(mut binding) = from_json::<Binding>(&row.get::<_, String>(0)?)? else { return Ok(None) };
    let left = from_millis(row.get(1)?).duration_since(now).unwrap_or_default();
    binding.remaining = binding.remaining.min(left);
    Ok(Some(binding))
}

fn document(row: &Row<'_>, seal: &Seal) -> Read<Document> {
    let kind: String = row.get(0)?;
    let source: String = row.get(3)?;
    let text: String = row.get(5)?;
    let is_json = serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok();
    let body = is_json.then(|| Body::from_text(&text));
    let (Ok(kind), Some(source), Some(body)) = (kind.parse(), named_source(&source), body) else {
        return Ok(None);
    };
    let key = Key { kind, id: row.get(1)? };
    let sealed: Option<Vec<u8>> = row.get(6)?;
    let secret = match sealed {
        None => None,
        Some(sealed) => match open(seal, document_place(&key), &sealed) {
            Some(secret) => Some(secret),
            None => return Ok(None),
        },
    };
    Ok(Some(Document { key, owner: row.get(2)?, body, secret, source, seen: from_millis(row.get(4)?) }))
}

fn sealed_row(row: &Row<'_>, seal: &Seal, place: fn(&str) -> Place<'_>) -> Read<(String, Secret)> {
    let key: String = row.get(0)?;
    let sealed: Vec<u8> = row.get(1)?;
    Ok(open(seal, place(&key), &sealed).map(|secret| (key, secret)))
}

pub(crate) fn session(row: &Row<'_>) -> Read<Session> {
    let (opened, seen) = (from_millis(row.get(1)?), from_millis(row.get(2)?));
    let key = row.get(0)?;
    Ok(from_json(&row.get::<_, String>(3)?)?.map(|holder| Session { key, opened, seen, holder }))
}

/// Opens a sealed text; `None` when it was tampered with.
pub(crate) fn open(seal: &Seal, place: Place<'_>, sealed: &[u8]) -> Option<Secret> {
    let clear = seal.open(place, sealed).ok()?;
    std::str::from_utf8(&clear).ok().map(|text| Secret::new(text.to_owned()))
}

pub(crate) fn document_place(key: &Key) -> Place<'_> {
    Place { table: "document", row: [key.kind.name(), &key.id] }
}

pub(crate) fn secret_place(key: &str) -> Place<'_> {
    Place { table: "secret_setting", row: [key, ""] }
}

pub(crate) fn call_place(name: &str) -> Place<'_> {
    Place { table: "call", row: [name, ""] }
}

pub(crate) fn source_name(source: Source) -> &'static str {
    match source {
        Source::V2 => "v2",
        Source::V3 => "v3",
    }
}

fn named_source(name: &str) -> Option<Source> {
    [Source::V2, Source::V3].into_iter().find(|source| source_name(*source) == name)
}

pub(crate) fn json(value: &impl Serialize) -> Result<String, StoreFault> {
    serde_json::to_string(value).map_err(|_| StoreFault::Ours(0))
}

pub(crate) fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> Read<T> {
    Ok(serde_json::from_str(text).ok())
}

/// Times before 1970 count as 1970.
pub(crate) fn to_millis(time: SystemTime) -> i64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

pub(crate) fn from_millis(millis: i64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(millis).unwrap_or_default())
}
