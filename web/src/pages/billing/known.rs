//! What the box's own books say, in types.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::commands::MirrorAsk;
use crate::ledger::LedgerAsk;
use crate::routes::App;

/// Credit, the month so far, and the check of the bill.
#[derive(Deserialize)]
pub(super) struct Billing {
    pub(super) estimate: Estimate,
    pub(super) check: Counted,
}

#[derive(Deserialize)]
pub(super) struct Estimate {
    pub(super) since: u64,
    pub(super) amount: String,
    pub(super) calls: u64,
    pub(super) seconds: u64,
    pub(super) without_rate: u64,
}

#[derive(Deserialize)]
pub(super) struct Counted {
    pub(super) counts: BTreeMap<String, u32>,
}

/// How much is kept of a call, and when little credit is told.
#[derive(Deserialize)]
pub(super) struct Settings {
    pub(super) privacy: String,
    pub(super) thresholds: Vec<String>,
}

/// Single events, the newest first.
#[derive(Deserialize)]
pub(super) struct Items {
    pub(super) privacy: String,
    pub(super) count: usize,
    pub(super) items: Vec<Item>,
    pub(super) whole: bool,
}

/// One event; the price is known for an item of the list, where there is a rate.
#[derive(Deserialize)]
pub(in crate::pages) struct Item {
    pub(in crate::pages) kind: String,
    pub(in crate::pages) direction: String,
    pub(in crate::pages) outcome: String,
    pub(in crate::pages) remote: String,
    pub(in crate::pages) user: Option<String>,
    pub(in crate::pages) group: Option<String>,
    pub(in crate::pages) started: u64,
    pub(in crate::pages) talked: u64,
    #[serde(default)]
    pub(in crate::pages) amount: Option<String>,
}

/// The box's records beside the cloud's.
#[derive(Deserialize)]
pub(super) struct Check {
    pub(super) counts: BTreeMap<String, u32>,
    pub(super) rows: Vec<Difference>,
    pub(super) whole: bool,
}

#[derive(Deserialize)]
pub(super) struct Difference {
    pub(super) what: String,
    pub(super) house: Option<Item>,
    pub(super) cloud: Option<Item>,
    pub(super) seconds: u64,
}

#[derive(Deserialize)]
pub(super) struct Rates {
    pub(super) rates: Vec<Rate>,
}

/// Prices in millionths of the account's currency.
#[derive(Deserialize)]
pub(super) struct Rate {
    pub(super) prefix: String,
    pub(super) name: String,
    pub(super) set_up_millionths: i64,
    pub(super) minute_millionths: i64,
    pub(super) first: u32,
    pub(super) then: u32,
    pub(super) flat: bool,
    pub(super) from: Option<String>,
    pub(super) until: Option<String>,
}

/// Asks the books; a sentence says why not.
pub(super) async fn ask<T: DeserializeOwned>(app: &App, ask: LedgerAsk) -> Result<T, String> {
    let told = app.commands.mirror(MirrorAsk::Ledger(ask)).await?;
    serde_json::from_value(told).map_err(|fault| fault.to_string())
}

/// A moment in milliseconds since 1970.
pub(in crate::pages) fn moment(millis: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(millis)).unwrap_or(SystemTime::UNIX_EPOCH)
}
