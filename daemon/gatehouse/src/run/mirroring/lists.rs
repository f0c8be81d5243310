//! Itemised calls and reachability over box and cloud, to look at and as files.

use std::io::Cursor;
use std::ops::Range;
use std::sync::Arc;
use std::time::SystemTime;

use account::Snapshot;
use billing::check::Tolerance;
use billing::itemised::{Filter, List};
use billing::rates::{Price, Table};
use billing::statistics::{self, DAYS, Figures, Statistics, Subject};
use billing::{Calendar, Call, Kind, Privacy, history};
use serde_json::{Value, json};
use sheet::{Cell, Dialect, workbook};
use store::{Reader, StoreFault};
use web::{FileAsk, Form, Items};

use super::Mirroring;
use super::ledger::{call, calls_since, table};

/// Events of one list that are shown; a file has all of them.
const SHOWN: usize = 1_000;

/// What a list is read with; all of it can go to a thread that waits for the disk.
pub(super) struct Books {
    house: Arc<Snapshot>,
    calendar: Calendar,
    privacy: Privacy,
    now: SystemTime,
}

impl Mirroring {
    pub(super) fn books(&self) -> Books {
        let privacy = self.money.privacy();
        Books { house: self.snapshot(), calendar: self.calendar(), privacy, now: SystemTime::now() }
    }

    /// Single events, the newest first, each with its price.
    pub(super) async fn items(&self, asked: Items) -> Result<Value, String> {
        let books = self.books();
        let filter = books.filter(&asked)?;
        self.stored(move |reader| {
            let (calls, rates, whole) = books.read(reader, &filter)?;
            let shown: Vec<Value> =
                calls.iter().filter_map(|call| books.item(call, &rates)).take(SHOWN).collect();
            Ok(json!({"schema": "items/1", "privacy": books.privacy.name(), "count": calls.len(), "items": shown,
                      "whole": whole}))
        })
        .await
    }

    /// Everybody's figures over the last days, for at most sixty.
    pub(super) async fn statistics(&self, days: u16) -> Result<Value, String> {
        let books = self.books();
        let days = days.clamp(1, u16::try_from(DAYS).unwrap_or(u16::MAX));
        self.stored(move |reader| {
            let counted = books.count(reader)?;
            let first = books.calendar.days_before(books.now, days - 1);
            let all = counted.all_since(first);
            let rows: Vec<Value> = all.iter().map(|(subject, figures)| shown(subject, figures)).collect();
            Ok(json!({"schema": "statistics/1", "since": first.to_string(), "days": days, "rows": rows,
                      "left_out": counted.left_out}))
        })
        .await
    }

    pub(super) async fn file(&self, asked: FileAsk) -> Result<Vec<u8>, String> {
        match asked {
            FileAsk::Items(asked, form) => self.item_file(asked, form).await,
            FileAsk::Statistics(form) => self.statistics_file(form).await,
            FileAsk::People => self.people_file(),
        }
    }

    async fn item_file(&self, asked: Items, form: Form) -> Result<Vec<u8>, String> {
        let books = self.books();
        let filter = books.filter(&asked)?;
        self.read_off(move |reader| {
            let (calls, rates, _) = books.read(reader, &filter)?;
            let Books { privacy, calendar, now, .. } = &books;
            let list = List { filter: &filter, privacy: *privacy, rates: &rates, calendar };
            Ok(written(form, *now, &billing::itemised::HEADING, "Einzelverbindungen", list.rows(&calls)))
        })
        .await?
    }

    async fn statistics_file(&self, form: Form) -> Result<Vec<u8>, String> {
        let books = self.books();
        self.read_off(move |reader| {
            let counted = books.count(reader)?;
            Ok(written(form, books.now, &statistics::HEADING, "Statistik", counted.rows()))
        })
        .await?
    }
}

impl Books {
    /// What is asked for, in types; this month where no day is named.
    fn filter(&self, asked: &Items) -> Result<Filter, String> {
        let id = |text: &str| format!("there is no {text:?}");
        Ok(Filter {
            within: Some(self.span(asked.from.as_deref(), asked.to.as_deref())?),
            kind: asked.kind.as_deref().map(kind).transpose()?,
            user: asked.user.as_deref().map(|text| text.parse().map_err(|_| id(text))).transpose()?,
            group: asked.group.as_deref().map(|text| text.parse().map_err(|_| id(text))).transpose()?,
        })
    }

    /// From the first of two days to the end of the last; this month up to now where they are not named.
    pub(super) fn span(&self, from: Option<&str>, to: Option<&str>) -> Result<Range<SystemTime>, String> {
        let day = |name: &str| {
            self.calendar.day_named(name).ok_or_else(|| format!("write days as 2026-11-20, not {name:?}"))
        };
        let from = from.map(day).transpose()?.map(|day| day.start);
        let to = to.map(day).transpose()?.map(|day| day.end);
        Ok(from.unwrap_or_else(|| self.calendar.month_began(self.now))..to.unwrap_or(self.now))
    }

    /// Events that fit, the newest first; whether that is all there is.
    fn read(&self, reader: &Reader, filter: &Filter) -> Result<(Vec<Call>, Table, bool), StoreFault> {
        let everything = SystemTime::UNIX_EPOCH..self.now;
        let Range { start, end } = filter.within.clone().unwrap_or(everything);
        let (calls, whole) = calls_since(reader, &self.house, start, end)?;
        let merged = history::merged(&calls.house, &calls.cloud, &Tolerance::default());
        let fits = merged.into_iter().map(|entry| entry.call).filter(|call| filter.wants(call)).collect();
        Ok((fits, table(reader)?, whole))
    }

    fn item(&self, seen: &Call, rates: &Table) -> Option<Value> {
        // The price goes by the whole number, before privacy takes its end away.
        let price = rates.price(seen, &self.calendar);
        let mut item = call(&self.privacy.apply(seen)?);
        let amount = match price {
            Price::Known(amount, _) => Value::from(amount.to_string()),
            Price::Free => Value::from(billing::Amount::ZERO.to_string()),
            Price::NoRate => Value::Null,
        };
        item.as_object_mut()?.insert("amount".to_owned(), amount);
        Some(item)
    }

    fn count(&self, reader: &Reader) -> Result<Statistics, StoreFault> {
        let days = u16::try_from(DAYS).unwrap_or(u16::MAX);
        let first = self.calendar.days_before(self.now, days - 1).to_string();
        let from = self.calendar.day_named(&first).map_or(self.now, |day| day.start);
        let (calls, _) = calls_since(reader, &self.house, from, self.now)?;
        let mut counted = Statistics::default();
        for entry in history::merged(&calls.house, &calls.cloud, &Tolerance::default()) {
            if entry.call.started >= from {
                counted.count(&entry.call, &self.calendar);
            }
        }
        Ok(counted)
    }
}

fn kind(name: &str) -> Result<Kind, String> {
    match name {
        "call" => Ok(Kind::Call),
        "fax" => Ok(Kind::Fax),
        "message" => Ok(Kind::Message),
        "voicemail" => Ok(Kind::Voicemail),
        _ => Err("a kind is call, fax, message or voicemail".to_owned()),
    }
}

fn shown(subject: &Subject, figures: &Figures) -> Value {
    let (group, user) = match subject {
        Subject::Group(group) => (Some(group), None),
        Subject::User(user) => (None, Some(user)),
        Subject::Member(group, user) => (Some(group), Some(user)),
    };
    json!({
        "group": group, "user": user, "offered": figures.offered, "answered": figures.answered,
        "reachable_permille": figures.reachability(), "mean_wait_ms": figures.mean_wait().map(millis),
        "longest_wait_ms": figures.longest_wait, "mean_talk_ms": figures.mean_talk().map(millis),
    })
}

fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Rows as a file.
fn written(
    form: Form,
    now: SystemTime,
    heading: &[&str],
    name: &str,
    rows: impl Iterator<Item = Vec<Cell>>,
) -> Result<Vec<u8>, String> {
    let dialect = match form {
        Form::Excel => Dialect::Excel,
        Form::Plain => Dialect::Rfc4180,
        Form::Workbook => {
            let made = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
            let made = i64::try_from(made).unwrap_or_default();
            return workbook(name, made, heading, rows).map_err(|failed| failed.to_string());
        }
    };
    let mut file = Cursor::new(Vec::new());
    let heading = heading.iter().map(|cell| Cell::from(*cell)).collect();
    let rows = std::iter::once(heading).chain(rows);
    sheet::csv(&mut file, dialect, rows).map_err(|fault| fault.to_string())?;
    Ok(file.into_inner())
}
