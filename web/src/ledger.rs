//! Money, itemised calls and reachability: what an admin may ask of the box's own books, and the files they leave in.

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use serde::Deserialize;
use serde_json::Value;

use crate::charter::{Doors, May};
use crate::commands::{MirrorAsk, done, refusal, shown};
use crate::routes::App;

/// Which events are listed; everything of this month by default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Items {
    /// First day, `2026-11-01`.
    pub from: Option<String>,
    /// Last day.
    pub to: Option<String>,
    /// `call`, `fax`, `message` or `voicemail`.
    pub kind: Option<String>,
    /// Somebody's, `w3`.
    pub user: Option<String>,
    /// Through a group or channel.
    pub group: Option<String>,
}

/// Which days the bill is checked for, and what is listed; this month and what nobody can explain by default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct CheckOf {
    /// First day, `2026-11-01`.
    pub from: Option<String>,
    /// Last day.
    pub to: Option<String>,
    /// Differences of this kind, `longer`.
    pub what: Option<String>,
}

/// What may be asked of the books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LedgerAsk {
    /// Credit, what this month costs so far, and the check of the bill.
    Billing,
    /// A sheet of rates, as it was chosen.
    Rates(Vec<u8>),
    /// The rates that count.
    RateTable,
    /// The box's records beside the cloud's.
    Check(CheckOf),
    /// Single events with their price.
    Items(Items),
    /// How well groups, channels and people are reached, over this many days.
    Statistics(u16),
    /// How much is kept of a call, and when little credit is told.
    Settings,
    /// Other settings.
    Set(Value),
}

/// A file for another program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileAsk {
    /// Single events with their price.
    Items(Items, Form),
    /// Reachability by day.
    Statistics(Form),
    /// The people who are to be taken on, as the cloud's own import wants them.
    People,
}

/// What reads the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// CSV that a German Excel opens by a double click: semicolons, decimal commas, a mark for UTF-8.
    Excel,
    /// CSV by RFC 4180.
    Plain,
    /// A workbook.
    Workbook,
}

/// `/api/v1/billing/...` and `/api/v1/statistics...`.
pub(crate) fn doors() -> Doors {
    let shown = |ask: fn() -> LedgerAsk| move |State(app): State<App>| ledger(app, ask());
    let items_as = |form| move |app, query| item_file(app, query, form);
    let statistics_as = |form| move |app| statistics_file(app, form);
    let set = |State(app): State<App>, Json(wanted): Json<Value>| done(app, of(LedgerAsk::Set(wanted)));
    let deed = ["Kosten und Aufbewahrung eingestellt", "Set billing and what is kept"];
    Doors::default()
        .see("/api/v1/billing", May::See, shown(|| LedgerAsk::Billing))
        .see("/api/v1/billing/rates", May::See, shown(|| LedgerAsk::RateTable))
        .see("/api/v1/billing/check", May::See, check)
        .see("/api/v1/billing/settings", May::See, shown(|| LedgerAsk::Settings))
        .act("/api/v1/billing/settings", May::Set, deed, set)
        .see("/api/v1/billing/items", May::See, items)
        .see("/api/v1/billing/items.csv", May::See, items_as(Form::Plain))
        .see("/api/v1/billing/items-excel.csv", May::See, items_as(Form::Excel))
        .see("/api/v1/billing/items.xlsx", May::See, items_as(Form::Workbook))
        .see("/api/v1/statistics", May::See, statistics)
        .see("/api/v1/statistics.csv", May::See, statistics_as(Form::Plain))
        .see("/api/v1/statistics-excel.csv", May::See, statistics_as(Form::Excel))
        .see("/api/v1/statistics.xlsx", May::See, statistics_as(Form::Workbook))
}

const fn of(ask: LedgerAsk) -> MirrorAsk {
    MirrorAsk::Ledger(ask)
}

async fn ledger(app: App, ask: LedgerAsk) -> Response {
    shown(app, of(ask)).await
}

async fn check(State(app): State<App>, Query(asked): Query<CheckOf>) -> Response {
    ledger(app, LedgerAsk::Check(asked)).await
}

async fn items(State(app): State<App>, Query(items): Query<Items>) -> Response {
    ledger(app, LedgerAsk::Items(items)).await
}

#[derive(Deserialize)]
struct Days {
    #[serde(default = "sixty")]
    days: u16,
}

const fn sixty() -> u16 {
    60
}

async fn statistics(State(app): State<App>, Query(Days { days }): Query<Days>) -> Response {
    ledger(app, LedgerAsk::Statistics(days)).await
}

async fn item_file(State(app): State<App>, Query(items): Query<Items>, form: Form) -> Response {
    file(app, FileAsk::Items(items, form), "calls", form).await
}

async fn statistics_file(State(app): State<App>, form: Form) -> Response {
    file(app, FileAsk::Statistics(form), "statistics", form).await
}

/// A file to keep.
pub(crate) async fn file(app: App, ask: FileAsk, name: &str, form: Form) -> Response {
    let (kind, ending) = match form {
        Form::Excel | Form::Plain => ("text/csv; charset=utf-8", "csv"),
        Form::Workbook => ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    };
    match app.commands.file(ask).await {
        Ok(bytes) => {
            let keep = format!("attachment; filename=\"{name}.{ending}\"");
            ([(CONTENT_TYPE, kind.to_owned()), (CONTENT_DISPOSITION, keep)], bytes).into_response()
        }
        Err(reason) => refusal(StatusCode::CONFLICT, reason),
    }
}
