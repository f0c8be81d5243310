//! The check of the bill: the box's records beside the cloud's, every difference with its reason.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use account::Snapshot;
use billing::Call;
use billing::check::{Alone, Difference, Known, Tolerance};
use serde_json::{Value, json};
use web::CheckOf;

use super::Mirroring;
use super::ledger::{Calls, call, calls_since, millis};

/// Differences of one check that are listed; the others are counted.
const LISTED: usize = 200;

impl Mirroring {
    /// Both sides over some days: how many differences of each kind, and one by one those of the kind that is asked for,
    /// else those that nobody can explain.
    pub(super) async fn bill_check(&self, asked: CheckOf) -> Result<Value, String> {
        let books = self.books();
        let span = books.span(asked.from.as_deref(), asked.to.as_deref())?;
        let (house, now) = (self.snapshot(), SystemTime::now());
        self.stored(move |reader| {
            let (calls, whole) = calls_since(reader, &house, span.start, span.end)?;
            let wanted = |name: &str, open| asked.what.as_ref().map_or(open, |what| what == name);
            let (counts, rows) = tally(&calls, &house, now, wanted);
            Ok(json!({
                "schema": "bill-check/1", "since": millis(span.start), "until": millis(span.end), "counts": counts,
                "rows": rows, "whole": whole,
            }))
        })
        .await
    }
}

/// How the calls of both sides stand to each other, with those one by one that somebody should look at.
pub(super) fn checked(calls: &Calls, house: &Snapshot, now: SystemTime) -> Value {
    let (counts, open) = tally(calls, house, now, |_, open| open);
    json!({"counts": counts, "open": open})
}

/// Each difference is counted under its name; `wanted` says which are listed.
fn tally(
    calls: &Calls,
    house: &Snapshot,
    now: SystemTime,
    wanted: impl Fn(&str, bool) -> bool,
) -> (BTreeMap<String, u32>, Vec<Value>) {
    let at_the_box = house.devices.values().filter_map(|device| device.owner.clone()).collect();
    let known = Known { away: Vec::new(), at_the_box };
    let differences = billing::check::check(&calls.house, &calls.cloud, &Tolerance::default(), &known, now);
    let (mut counts, mut listed) = (BTreeMap::<String, u32>::new(), Vec::new());
    for difference in &differences {
        let (name, open) = named(difference);
        if listed.len() < LISTED && wanted(&name, open) {
            listed.push(shown(&name, difference, calls));
        }
        *counts.entry(name).or_default() += 1;
    }
    (counts, listed)
}

/// The word for a difference, and whether somebody should look at it.
fn named(difference: &Difference) -> (String, bool) {
    let alone = |side: &str, why: &Alone| {
        let why = match why {
            Alone::Inside => "inside",
            Alone::NotAnswered => "not_answered",
            Alone::NotYetListed => "not_yet_listed",
            Alone::BeyondHistory => "beyond_history",
            Alone::Forwarded(_) => "forwarded",
            Alone::Leg(_) => "leg",
            Alone::BoxAway => "box_away",
            Alone::Elsewhere => "elsewhere",
            Alone::Unexplained => "unexplained",
        };
        (format!("only_{side}_{why}"), why == "unexplained")
    };
    match difference {
        Difference::Same(_) => ("same".to_owned(), false),
        Difference::Clock(_) => ("clock".to_owned(), false),
        Difference::Hours(_) => ("hours".to_owned(), true),
        Difference::Longer(..) => ("longer".to_owned(), true),
        Difference::Shorter(..) => ("shorter".to_owned(), true),
        Difference::OnlyHouse(_, why) => alone("house", why),
        Difference::OnlyCloud(_, why) => alone("cloud", why),
    }
}

fn shown(name: &str, difference: &Difference, calls: &Calls) -> Value {
    let (one, other, apart) = match difference {
        Difference::Same(pair) | Difference::Clock(pair) | Difference::Hours(pair) => {
            (Some(pair.one), Some(pair.other), Duration::ZERO)
        }
        Difference::Longer(pair, by) | Difference::Shorter(pair, by) => {
            (Some(pair.one), Some(pair.other), *by)
        }
        Difference::OnlyHouse(at, _) => (Some(*at), None, Duration::ZERO),
        Difference::OnlyCloud(at, _) => (None, Some(*at), Duration::ZERO),
    };
    let of = |list: &[Call], at: Option<usize>| at.and_then(|at| list.get(at)).map(call);
    json!({"what": name, "house": of(&calls.house, one), "cloud": of(&calls.cloud, other), "seconds": apart.as_secs()})
}
