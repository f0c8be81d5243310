//! Calls of box and cloud side by side: one history, what this month costs, and whether both say the same.

use std::collections::HashSet;
use std::io::Cursor;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use account::{LegVoice, PhoneVoice, Side, Snapshot};
use billing::check::Tolerance;
use billing::rates::{Rate, Table};
use billing::{Call, credit, estimate, history, witnessed};
use serde_json::{Value, json};
use sheet::{Cell, Dialect, Limits, Sheet};
use store::{Reader, StoreFault, Write};

use super::Mirroring;

/// Entries in one answer, at most.
const PAGE: usize = 500;
/// Calls of one side looked through for one answer, at most; a large office makes fewer in a month.
const MOST: usize = 50_000;
/// Records of one call lie closer together than this.
const APART: Duration = Duration::from_secs(10 * 60);
/// Where the rate table stands in the store, as CSV.
const RATES: &str = "billing.rates";
/// Longest rate table, bytes.
const LONGEST_TABLE: usize = 1 << 20;

impl Mirroring {
    /// Box and cloud in one list, each call once, the newest first; before a moment in milliseconds since 1970.
    pub(super) async fn merged_history(&self, before: Option<u64>) -> Result<Value, String> {
        let house = self.snapshot();
        self.stored(move |reader| {
            let end = before.map_or_else(
                || SystemTime::now() + Duration::from_secs(24 * 60 * 60),
                |millis| SystemTime::UNIX_EPOCH + Duration::from_millis(millis),
            );
            let (calls, whole) = calls(reader, &house, end, PAGE)?;
            let mut entries = history::merged(&calls.house, &calls.cloud, &Tolerance::default());
            entries.retain(|entry| entry.call.started < end && entry.call.started >= calls.from);
            let more = !whole || entries.len() > PAGE;
            entries.truncate(PAGE);
            let older = entries.last().filter(|_| more).map(|entry| millis(entry.call.started));
            let entries: Vec<Value> = entries.iter().map(line).collect();
            Ok(json!({"schema": "history/1", "entries": entries, "older": older}))
        })
        .await
    }

    /// Credit, the month so far, and how the box's records and the cloud's stand to each other.
    pub(super) async fn billing(&self) -> Result<Value, String> {
        let (house, now) = (self.snapshot(), SystemTime::now());
        let said = self.meta.freshness.get(&mirror::Kind::Balance).and_then(|fresh| fresh.at);
        let credit =
            house.balance.as_ref().zip(said).map(|(balance, said)| credit::Credit::new(balance, said));
        let credit = credit.map(|credit| {
            json!({"amount": credit.amount.to_string(), "currency": credit.currency,
                   "age_seconds": credit.age(now).as_secs()})
        });
        let calendar = self.calendar();
        let began = calendar.month_began(now);
        let checking = self.checking(began..now);
        self.stored(move |reader| {
            let table = table(reader)?;
            let (calls, whole) = checking.calls(reader, &house)?;
            let month = estimate::month_to_date(&calls.house, &table, &calendar, now);
            let estimate = json!({
                "since": millis(began), "amount": month.amount.to_string(), "calls": month.calls,
                "seconds": month.seconds, "flat": month.flat, "without_rate": month.without_rate,
            });
            let check = checking.shown(&calls);
            Ok(json!({"schema": "billing/1", "credit": credit, "estimate": estimate, "check": check, "whole": whole}))
        })
        .await
    }

    /// Takes a rate table in place of the one before. Nothing is kept when a row is wrong.
    pub(super) async fn keep_rates(&self, file: Vec<u8>) -> Result<Value, String> {
        let wrong = |fault: &dyn std::fmt::Display| fault.to_string();
        if file.len() > LONGEST_TABLE {
            return Err("a rate table has at most a mebibyte".to_owned());
        }
        let read = read_rates(&file).map_err(|fault| wrong(&fault))?;
        let read = read.ok_or("the headings must name at least a prefix and a price per minute")?;
        if let Some(problem) = read.problems.first() {
            return Err(format!("row {}: {}; nothing was taken over", problem.row, problem.trouble));
        }
        let text = as_text(&file).map_err(|fault| wrong(&fault))?;
        let store = Arc::clone(&self.store);
        let write = Write::Setting { key: RATES.to_owned(), value: text };
        let saved = tokio::task::spawn_blocking(move || store.write(write)).await;
        saved.map_err(|fault| wrong(&fault))?.map_err(|fault| wrong(&fault))?;
        Ok(json!({"schema": "rates/1", "rates": read.rates.len()}))
    }

    /// The rate table that counts, as it was brought.
    pub(super) async fn rate_table(&self) -> Result<Value, String> {
        self.stored(|reader| {
            let rates: Vec<Value> = rates(reader)?.iter().map(rate).collect();
            Ok(json!({"schema": "rate-table/1", "rates": rates}))
        })
        .await
    }

    pub(super) async fn stored(
        &self,
        read: impl FnOnce(&Reader) -> Result<Value, StoreFault> + Send + 'static,
    ) -> Result<Value, String> {
        self.read_off(read).await
    }

    /// Reads where waiting for the disk is allowed.
    pub(super) async fn read_off<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Reader) -> Result<T, StoreFault> + Send + 'static,
    ) -> Result<T, String> {
        let reader = self.store.reader();
        let read = tokio::task::spawn_blocking(move || read(&reader)).await;
        read.map_err(|fault| fault.to_string())?.map_err(|fault| fault.to_string())
    }
}

/// Calls of both sides from a moment on.
pub(super) struct Calls {
    pub(super) house: Vec<Call>,
    pub(super) cloud: Vec<Call>,
    from: SystemTime,
}

/// The newest calls before `end` of which either side has at most `most`, and whether that is all there is. A margin
/// around them is read too, so that no call loses its partner at an edge.
fn calls(
    reader: &Reader,
    house: &Snapshot,
    end: SystemTime,
    most: usize,
) -> Result<(Calls, bool), StoreFault> {
    let until = end + APART;
    let (cloud, full) = events(reader, house, until, most + 1, SystemTime::UNIX_EPOCH)?;
    let own = records(reader, until, most + 1, SystemTime::UNIX_EPOCH)?;
    let edge = |calls: &[Call], full: bool| calls.last().filter(|_| full).map(|call| call.started + APART);
    let from = [edge(&cloud, full), edge(&own, own.len() > most)].into_iter().flatten().max();
    let calls = Calls { house: own, cloud, from: from.unwrap_or(SystemTime::UNIX_EPOCH) };
    Ok((calls, from.is_none()))
}

/// Calls of a span, and whether that is all there is.
pub(super) fn calls_since(
    reader: &Reader,
    house: &Snapshot,
    from: SystemTime,
    now: SystemTime,
) -> Result<(Calls, bool), StoreFault> {
    let (cloud, full) = events(reader, house, now + APART, MOST, from)?;
    let own = records(reader, now + APART, MOST, from)?;
    let whole = !full && own.len() < MOST;
    Ok((Calls { house: own, cloud, from }, whole))
}

/// The cloud's calls, the newest first, and whether there may be more.
fn events(
    reader: &Reader,
    house: &Snapshot,
    until: SystemTime,
    most: usize,
    from: SystemTime,
) -> Result<(Vec<Call>, bool), StoreFault> {
    // What the history tells, and what channels tell.
    let mut told = [Vec::new(), Vec::new()];
    let (mut before, mut seen) = (until, HashSet::new());
    while told.iter().map(Vec::len).sum::<usize>() < most {
        let mut page = reader.cloud_events(Some(before), store::PAGE)?;
        let Some(last) = page.last().map(|event| event.at) else { break };
        // Entries of one and the same moment may lie on both sides of a page's end.
        before = last + Duration::from_millis(1);
        page.retain(|event| seen.insert(event.id.clone()));
        if page.is_empty() {
            break;
        }
        for event in page.iter().filter(|event| event.at >= from) {
            let body = event.body.read();
            let [history, channels] = &mut told;
            let teller = if body.get("call").is_some() { channels } else { history };
            teller.extend(witnessed::of_cloud(&event.id, event.at, &body, house));
        }
        if last < from {
            break;
        }
    }
    let full = told.iter().map(Vec::len).sum::<usize>() >= most;
    let [history, channels] = told;
    Ok((history::told_once(history, channels), full))
}

fn records(
    reader: &Reader,
    until: SystemTime,
    most: usize,
    from: SystemTime,
) -> Result<Vec<Call>, StoreFault> {
    let mut calls: Vec<Call> = Vec::new();
    let mut before = None;
    while calls.len() < most {
        let page = reader.call_records(before, store::PAGE)?;
        let span = from..until;
        calls.extend(page.records.iter().filter(|it| span.contains(&it.started)).map(witnessed::of_house));
        before = page.older;
        if before.is_none() || page.records.iter().all(|record| record.started < from) {
            break;
        }
    }
    calls.sort_by_key(|call| std::cmp::Reverse(call.started));
    calls.truncate(most);
    Ok(calls)
}

fn line(entry: &history::Entry) -> Value {
    json!({"house": entry.house, "cloud": entry.cloud, "call": call(&entry.call)})
}

pub(super) fn call(call: &Call) -> Value {
    let [caller, callee] = call.sides.map_or([None; 2], |sides| sides.map(Some));
    json!({
        "kind": word(&call.kind), "direction": word(&call.direction), "outcome": word(&call.outcome),
        "remote": call.remote, "user": call.user, "group": call.group, "started": millis(call.started),
        "waited": call.waited.as_secs(), "talked": call.talked.as_secs(),
        "voice": call.voice.as_deref().map(|voice| json!({"caller": leg(caller, &voice.caller), "callee": leg(callee, &voice.callee)})),
    })
}

/// What one side sent, as it arrived at the box.
fn leg(side: Option<Side>, leg: &LegVoice) -> Value {
    let micros = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
    json!({
        "side": side, "packets": leg.packets, "lost": leg.lost, "bursts": leg.gaps, "reordered": leg.reordered,
        "duplicates": leg.duplicates, "sent": leg.sent, "jitter_us": micros(leg.jitter),
        "round_trip_us": leg.round_trip.map(micros), "mos": leg.mos.map(|mos| f64::from(mos) / 100.0),
        "unheard": leg.unheard, "phone": leg.phone.as_ref().map(phone),
    })
}

/// What its phone says of the voice that it was sent.
fn phone(phone: &PhoneVoice) -> Value {
    let whole = |hundredths: Option<u16>| hundredths.map(|number| f64::from(number) / 100.0);
    json!({
        "lost_percent": whole(phone.lost), "discarded_percent": whole(phone.discarded),
        "burst_density_percent": whole(phone.burst_density), "burst_ms": phone.burst,
        "gap_density_percent": whole(phone.gap_density), "round_trip_ms": phone.round_trip,
        "end_system_delay_ms": phone.end_system_delay, "jitter_ms": phone.jitter,
        "jitter_buffer_ms": phone.jitter_buffer, "mos_listening": whole(phone.mos_listening),
        "mos_conversation": whole(phone.mos_conversation),
    })
}

pub(super) fn table(reader: &Reader) -> Result<Table, StoreFault> {
    Ok(Table::new(rates(reader)?))
}

fn rates(reader: &Reader) -> Result<Vec<Rate>, StoreFault> {
    let text = reader.setting(RATES)?.unwrap_or_default();
    let read = read_rates(text.as_bytes()).ok().flatten();
    Ok(read.map(|read| read.rates).unwrap_or_default())
}

fn rate(rate: &Rate) -> Value {
    json!({
        "prefix": rate.prefix, "name": rate.name, "set_up_millionths": rate.set_up.as_millionths(),
        "minute_millionths": rate.minute.as_millionths(), "first": rate.first, "then": rate.then, "flat": rate.flat,
        "from": rate.from.map(|day| day.to_string()), "until": rate.until.map(|day| day.to_string()),
    })
}

fn read_rates(file: &[u8]) -> Result<Option<billing::rates::Imported>, sheet::SheetRefused> {
    billing::rates::import(&mut Sheet::open(Cursor::new(file), Limits::default())?)
}

/// Any sheet as the CSV that is kept.
fn as_text(file: &[u8]) -> Result<String, sheet::SheetRefused> {
    let mut sheet = Sheet::open(Cursor::new(file), Limits::default())?;
    let mut rows = Vec::new();
    while let Some(row) = sheet.next_row()? {
        rows.push(row.cells.into_iter().map(Cell::from).collect());
    }
    let mut text = Vec::new();
    // Memory takes everything.
    let _ = sheet::csv(&mut text, Dialect::Rfc4180, rows);
    Ok(String::from_utf8_lossy(&text).into_owned())
}

pub(super) fn millis(at: SystemTime) -> u64 {
    let since = at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// The name of a variant in small letters.
fn word(variant: &impl std::fmt::Debug) -> String {
    format!("{variant:?}").to_lowercase()
}
