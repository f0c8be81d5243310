//! Many people at once: the table that is looked over, and what waits here for those who were handed to the cloud.
//!
//! ```text
//!   file, directory ──> Review (wrong cells) ── all right ──> HandOff ──> file for the cloud's own import
//!                                                               └── somebody appears in the account ──> changes for the cloud
//! ```
//!
//! All of it stands sealed on the disk until it is forgotten: a restart goes on where it stopped.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::sync::Arc;

use account::{Secret, Snapshot};
use bytes::Bytes;
use directory::roster::{self, Assignment, CellFault, Column, HandOff, Known, Review, ReviewCell, ReviewRow};
use mirror::Kind;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sheet::{Limits, Sheet};
use store::{Loaded, Write};
use tracing::{info, warn};
use web::{Correction, PeopleAsk};

use super::Mirroring;

/// Where all of it stands in the store.
pub(super) const LIST: &str = "people.list";

/// The table and those who wait.
#[derive(Default)]
pub(super) struct People {
    review: Option<Review>,
    handed: Option<HandOff>,
}

/// The same on disk: faults are found anew, since the account may have changed.
#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
struct Kept {
    rows: Vec<(u32, [String; 6])>,
    handed: Option<HandOff>,
}

impl People {
    /// As the last run left it.
    pub(super) fn woken(loaded: &Loaded) -> Self {
        let kept = loaded.secret_settings.get(LIST);
        let kept: Kept = kept.and_then(|text| serde_json::from_str(text.expose()).ok()).unwrap_or_default();
        let cells = |texts: [String; 6]| texts.map(|text| ReviewCell { text, fault: None });
        let rows = kept.rows.into_iter().map(|(number, texts)| ReviewRow { number, cells: cells(texts) });
        let rows: Vec<ReviewRow> = rows.collect();
        Self { review: (!rows.is_empty()).then_some(Review { rows }), handed: kept.handed }
    }

    fn kept(&self) -> Kept {
        let rows = self.review.iter().flat_map(|review| &review.rows);
        let rows = rows.map(|row| (row.number, Column::ALL.map(|column| row.text(column).to_owned())));
        Kept { rows: rows.collect(), handed: self.handed.clone() }
    }

    fn shown(&self) -> Value {
        let cell = |row: &ReviewRow, column: Column| {
            let cell = row.cells.get(column as usize);
            let fault = cell.and_then(|cell| cell.fault);
            json!({"column": name(column), "text": row.text(column), "fault": fault.map(|fault| fault.to_string()),
                   "why": fault.map(CellFault::name), "other_row": fault.and_then(CellFault::other_row)})
        };
        let row = |row: &ReviewRow| {
            let cells: Vec<Value> = Column::ALL.iter().map(|column| cell(row, *column)).collect();
            json!({"number": row.number, "cells": cells})
        };
        let rows: Vec<Value> = self.review.iter().flat_map(|review| &review.rows).map(row).collect();
        let green = self.review.as_ref().is_some_and(Review::is_green);
        let waiting = self.handed.iter().flat_map(|handed| &handed.people);
        json!({"schema": "people/1", "rows": rows, "green": green, "waiting": waiting.collect::<Vec<_>>()})
    }
}

impl Mirroring {
    pub(super) async fn ask_people(&mut self, ask: PeopleAsk) -> Result<Value, String> {
        match ask {
            PeopleAsk::Show => self.check_people(),
            PeopleAsk::Upload(list) => {
                let rows = tokio::task::spawn_blocking(move || read(&list)).await;
                self.look_over(rows.map_err(|fault| fault.to_string())??).await?;
            }
            PeopleAsk::Correct(corrections) => {
                let cell = |it: &'_ Correction| Some((it.row, column(&it.column)?));
                let cells: Option<Vec<_>> = corrections.iter().map(cell).collect();
                let cells = cells.ok_or("there is no such column")?;
                let texts = corrections.iter().map(|it| it.text.as_str());
                let cells = cells.into_iter().zip(texts).map(|((row, column), text)| (row, column, text));
                let review = self.people.review.take().ok_or("there is no table")?;
                self.people.review = Some(review.corrected(cells, &self.known()));
                self.keep_people().await?;
            }
            PeopleAsk::HandOff => self.hand_off().await?,
            PeopleAsk::Forget => {
                self.people = People::default();
                self.keep_people().await?;
            }
            PeopleAsk::Fetch(_) => return Err("a directory is asked before the mirror is".to_owned()),
        }
        Ok(self.people.shown())
    }

    /// Pages of a directory, as they were answered, become the table.
    pub(super) async fn take_staff(&mut self, is_google: bool, pages: Vec<Bytes>) -> Result<Value, String> {
        let here = self.dialling();
        let mut rows = Vec::new();
        for page in pages {
            let page = if is_google { roster::google(&page, &here) } else { roster::graph(&page, &here) };
            rows.extend(page.map_err(|fault| fault.to_string())?.people);
        }
        for (row, number) in rows.iter_mut().zip(1..) {
            row.number = number;
        }
        self.look_over(rows).await?;
        Ok(self.people.shown())
    }

    async fn look_over(&mut self, rows: Vec<ReviewRow>) -> Result<(), String> {
        if rows.is_empty() {
            return Err("nobody stands in this list".to_owned());
        }
        self.people.review = Some(Review::new(rows, &self.known()));
        self.keep_people().await
    }

    /// The account may have changed since the table was looked over.
    fn check_people(&mut self) {
        if let Some(review) = self.people.review.take() {
            let cell = |cell: ReviewCell| ReviewCell { fault: None, ..cell };
            let row = |row: ReviewRow| ReviewRow { cells: row.cells.map(cell), ..row };
            let rows = review.rows.into_iter().map(row).collect();
            self.people.review = Some(Review::new(rows, &self.known()));
        }
    }

    async fn hand_off(&mut self) -> Result<(), String> {
        self.check_people();
        let review = self.people.review.as_ref().ok_or("there is no table")?;
        let mut handed = HandOff::new(review).map_err(|not| format!("{not}; nothing was handed over"))?;
        if let Some(before) = &self.people.handed {
            handed = handed.resumed(before);
        }
        self.people.handed = Some(handed);
        self.people.review = None;
        self.keep_people().await
    }

    pub(super) fn people_file(&self) -> Result<Vec<u8>, String> {
        let handed = self.people.handed.as_ref().ok_or("nobody was handed over")?;
        let mut file = Vec::new();
        handed.cloud(&mut file).map_err(|fault| fault.to_string())?;
        Ok(file)
    }

    /// Whoever the cloud has made by now gets what waits here for them: an extension and a location by a change for the
    /// cloud, the phone by its hardware address.
    pub(super) async fn welcome_the_arrived(&mut self) {
        let Some(handed) = &self.people.handed else { return };
        let emails: Vec<String> = self.emails().into_iter().map(|(email, _)| email).collect();
        let arrived: Vec<Assignment> = handed.arrived(&emails).cloned().collect();
        if arrived.is_empty() {
            return;
        }
        for person in &arrived {
            let carried_out = self.give(person).await;
            if let Err(why) = carried_out {
                warn!(%why, "what waited for a new person could not be given to them");
                continue;
            }
            if let Some(handed) = &mut self.people.handed {
                handed.done(&person.email);
            }
        }
        info!(arrived = arrived.len(), "people who were handed over have arrived");
        if let Err(fault) = self.keep_people().await {
            warn!(%fault, "who has arrived could not be kept");
        }
    }

    async fn give(&mut self, person: &Assignment) -> Result<(), String> {
        let emails = self.emails();
        let found = emails.iter().find(|(email, _)| email.eq_ignore_ascii_case(&person.email));
        let Some((_, user)) = found else { return Ok(()) };
        if let Some(extension) = &person.extension {
            self.once(json!({"act": "extension_new", "user": user, "extension": extension})).await?;
        }
        let places = places(&self.snapshot());
        let address = person.location.as_ref().and_then(|name| places.get(name).copied().flatten());
        if let Some(address) = address {
            self.once(json!({"act": "user_address", "user": user, "address": address})).await?;
        }
        Ok(())
    }

    /// A change that may have been journalled before a power cut took the note of it.
    async fn once(&mut self, change: Value) -> Result<(), String> {
        if self.journal.has(&change) {
            return Ok(());
        }
        self.change(change).await.map(drop)
    }

    fn emails(&self) -> Vec<(String, String)> {
        let users = self.documents.of(Kind::User);
        let email = |user: &mirror::Document| user.body.read().get("email")?.as_str().map(str::to_lowercase);
        users.filter_map(|user| Some((email(user)?, user.key.id.clone()))).collect()
    }

    fn known(&self) -> Known {
        let house = self.snapshot();
        let mut extensions: Vec<account::Extension> =
            house.users.values().flat_map(|user| user.extensions.iter().cloned()).collect();
        extensions.extend(house.numbers.iter().filter_map(|number| number.digits.parse().ok()));
        Known {
            emails: self.emails().into_iter().map(|(email, _)| email).collect(),
            extensions,
            locations: places(&house).into_iter().filter_map(|(name, id)| id.map(|_| name)).collect(),
        }
    }

    async fn keep_people(&self) -> Result<(), String> {
        let kept = serde_json::to_string(&self.people.kept()).map_err(|fault| fault.to_string())?;
        let (store, value) = (Arc::clone(&self.store), Secret::new(kept));
        let write = Write::SecretSetting { key: LIST.to_owned(), value };
        let saved = tokio::task::spawn_blocking(move || store.write(write)).await;
        saved.map_err(|fault| fault.to_string())?.map_err(|fault| fault.to_string())
    }
}

/// What people may call the account's locations: the whole address, its beginning, or any part of it (`Hauptsitz`) that no
/// other location has; with the id, or none where it is ambiguous.
fn places(house: &Snapshot) -> BTreeMap<String, Option<u32>> {
    let mut places = BTreeMap::new();
    for address in house.addresses.values() {
        let id = address.id.as_str().parse::<u32>().ok();
        let ends = address.line.match_indices(", ").map(|(end, _)| end).chain([address.line.len()]);
        let beginnings = ends.filter_map(|end| address.line.get(..end));
        let names: BTreeSet<&str> = beginnings.chain(address.line.split(", ")).collect();
        for name in names {
            let other = places.contains_key(name);
            places.insert(name.to_owned(), id.filter(|_| !other));
        }
    }
    places
}

fn column(named: &str) -> Option<Column> {
    Column::ALL.into_iter().find(|column| name(*column) == named)
}

const fn name(column: Column) -> &'static str {
    match column {
        Column::Given => "given",
        Column::Family => "family",
        Column::Email => "email",
        Column::Extension => "extension",
        Column::Location => "location",
        Column::Device => "device",
    }
}

fn read(list: &[u8]) -> Result<Vec<ReviewRow>, String> {
    let sheet = Sheet::open(Cursor::new(list), Limits::default());
    let rows =
        sheet.and_then(|mut sheet| roster::people(&mut sheet)).map_err(|refused| refused.to_string())?;
    rows.ok_or_else(|| "the headings must name given name, family name and e-mail address".to_owned())
}
