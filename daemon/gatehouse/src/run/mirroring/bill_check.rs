//! The check of the bill: the box's records beside the cloud's, every difference with its reason.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::{Duration, SystemTime};

use account::{DeviceKind, Snapshot};
use billing::Call;
use billing::check::{Alone, Difference, Known, Tolerance};
use serde_json::{Value, json};
use store::{Reader, StoreFault};
use web::CheckOf;

use super::Mirroring;
use super::ledger::{Calls, call, calls_since, millis};

/// Differences of one check that are listed; the others are counted.
const LISTED: usize = 200;
/// A record this far outside of the days that are checked may be of a call within: two hours of a wrong time zone, and what
/// clocks may differ.
const EDGE: Duration = Duration::from_secs(130 * 60);

/// What the check leans on besides the calls.
pub(super) struct Checking {
    span: Range<SystemTime>,
    known: Known,
    now: SystemTime,
}

impl Mirroring {
    /// Both sides over some days: how many differences of each kind, and one by one those of the kind that is asked for,
    /// else those that nobody can explain.
    pub(super) async fn bill_check(&self, asked: CheckOf) -> Result<Value, String> {
        let books = self.books();
        let span = books.span(asked.from.as_deref(), asked.to.as_deref())?;
        let checking = self.checking(span.clone());
        let house = self.snapshot();
        self.stored(move |reader| {
            let (calls, whole) = checking.calls(reader, &house)?;
            let wanted = |name: &str, open| asked.what.as_ref().map_or(open, |what| what == name);
            let (counts, rows) = checking.tally(&calls, wanted);
            Ok(json!({
                "schema": "bill-check/1", "since": millis(span.start), "until": millis(span.end), "counts": counts,
                "rows": rows, "whole": whole,
            }))
        })
        .await
    }

    /// What a check of these days leans on. Mobile phones and apps are the cloud's alone.
    pub(super) fn checking(&self, span: Range<SystemTime>) -> Checking {
        let (house, now) = (self.snapshot(), SystemTime::now());
        let phones = house.devices.values().filter(|device| device.kind == DeviceKind::Register);
        let at_the_box = phones.filter_map(|device| device.owner.clone()).collect();
        let runs = self.money.attended.runs();
        let known = Known { since: Some(runs.since().unwrap_or(now)), away: runs.away(), at_the_box };
        Checking { span, known, now }
    }
}

impl Checking {
    /// The calls of the days and a little around them; whether that is all there is.
    pub(super) fn calls(&self, reader: &Reader, house: &Snapshot) -> Result<(Calls, bool), StoreFault> {
        let from = self.span.start.checked_sub(EDGE).unwrap_or(SystemTime::UNIX_EPOCH);
        let until = self.span.end.checked_add(EDGE).unwrap_or(self.span.end);
        calls_since(reader, house, from, until)
    }

    /// How the calls of both sides stand to each other, with those one by one that somebody should look at.
    pub(super) fn shown(&self, calls: &Calls) -> Value {
        let (counts, open) = self.tally(calls, |_, open| open);
        json!({"counts": counts, "open": open})
    }

    /// Each difference is counted under its name; `wanted` says which are listed.
    fn tally(
        &self,
        calls: &Calls,
        wanted: impl Fn(&str, bool) -> bool,
    ) -> (BTreeMap<String, u32>, Vec<Value>) {
        let Calls { house, cloud, .. } = calls;
        let differences = billing::check::check(house, cloud, &Tolerance::default(), &self.known, self.now);
        let (mut counts, mut listed) = (BTreeMap::<String, u32>::new(), Vec::new());
        for difference in differences.iter().filter(|difference| self.is_within(difference, calls)) {
            let (name, open) = named(difference);
            if listed.len() < LISTED && wanted(&name, open) {
                listed.push(shown(&name, difference, calls));
            }
            *counts.entry(name).or_default() += 1;
        }
        (counts, listed)
    }

    /// Whether either side of it lies in the days that are checked.
    fn is_within(&self, difference: &Difference, calls: &Calls) -> bool {
        let (one, other, _) = places(difference);
        let house = one.and_then(|at| calls.house.get(at));
        let cloud = other.and_then(|at| calls.cloud.get(at));
        house.into_iter().chain(cloud).any(|call| self.span.contains(&call.started))
    }
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
            Alone::NoCall => "no_call",
            Alone::BeforeTheBox => "before_the_box",
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

/// Where its records stand in the box's list and in the cloud's, and by how much they differ.
const fn places(difference: &Difference) -> (Option<usize>, Option<usize>, Duration) {
    match difference {
        Difference::Same(pair) | Difference::Clock(pair) | Difference::Hours(pair) => {
            (Some(pair.one), Some(pair.other), Duration::ZERO)
        }
        Difference::Longer(pair, by) | Difference::Shorter(pair, by) => {
            (Some(pair.one), Some(pair.other), *by)
        }
        Difference::OnlyHouse(at, _) => (Some(*at), None, Duration::ZERO),
        Difference::OnlyCloud(at, _) => (None, Some(*at), Duration::ZERO),
    }
}

fn shown(name: &str, difference: &Difference, calls: &Calls) -> Value {
    let (one, other, apart) = places(difference);
    let of = |list: &[Call], at: Option<usize>| at.and_then(|at| list.get(at)).map(call);
    json!({"what": name, "house": of(&calls.house, one), "cloud": of(&calls.cloud, other), "seconds": apart.as_secs()})
}
