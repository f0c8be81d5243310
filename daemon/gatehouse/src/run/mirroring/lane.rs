//! What is due to be asked, in two lanes, so that what people watch never waits for what takes minutes.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use mirror::{Beat, Kind, Outcome};
use tokio::time::Instant;

/// After the first failure; doubled each time, up to the pace of the kind.
const RETRY_AFTER: Duration = Duration::from_secs(10);

/// Without these no phone can call: they come before everything else.
const FIRST: &[Kind] = &[
    Kind::Identity,
    Kind::Account,
    Kind::User,
    Kind::Group,
    Kind::Phoneline,
    Kind::Device,
    Kind::Number,
    Kind::Address,
];

/// Kinds that are asked for together.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(super) enum Lane {
    /// What people watch.
    Watched,
    /// All the rest.
    Rest,
}

/// When each kind was last asked for, and how often in a row that failed.
#[derive(Debug, Default)]
pub(super) struct Lanes {
    asked: BTreeMap<Kind, (Instant, u32)>,
    under_way: BTreeMap<Lane, BTreeSet<Kind>>,
}

impl Lanes {
    pub(super) const ALL: [Lane; 2] = [Lane::Rest, Lane::Watched];

    /// The kinds this lane is to ask for now; they are under way from then on. Before the first copy both lanes wait
    /// for what phones need.
    pub(super) fn start(&mut self, lane: Lane, now: Instant) -> BTreeSet<Kind> {
        if self.under_way.contains_key(&lane) {
            return BTreeSet::new();
        }
        let new = FIRST.iter().any(|kind| !self.asked.contains_key(kind));
        let mine = |kind: &&Kind| if new { FIRST.contains(kind) } else { lane_of(**kind) == lane };
        let kinds: BTreeSet<Kind> =
            Kind::ALL.iter().filter(mine).filter(|kind| self.due(**kind) <= Some(now)).copied().collect();
        if kinds.is_empty() || (new && !self.under_way.is_empty()) {
            return BTreeSet::new();
        }
        self.under_way.insert(lane, kinds.clone());
        kinds
    }

    /// Kinds whose questions have ended, each well or not.
    pub(super) fn ended(&mut self, lane: Lane, now: Instant, end: impl Fn(Kind) -> Option<Outcome>) {
        for kind in self.under_way.remove(&lane).unwrap_or_default() {
            let failures = self.asked.get(&kind).map_or(0, |(_, failures)| *failures);
            let failed = !matches!(end(kind), Some(Outcome::Complete | Outcome::Absent));
            self.asked.insert(kind, (now, if failed { failures + 1 } else { 0 }));
        }
    }

    /// When the next question is due, as far as no lane is busy with it.
    pub(super) fn next(&self, now: Instant) -> Instant {
        let busy = |kind: &&Kind| self.under_way.contains_key(&lane_of(**kind));
        let due = Kind::ALL.iter().filter(|kind| !busy(kind)).map(|kind| self.due(*kind).unwrap_or(now));
        due.min().unwrap_or(now + RETRY_AFTER)
    }

    pub(super) fn is_idle(&self) -> bool {
        self.under_way.is_empty()
    }

    /// Everything is due now.
    pub(super) fn hurry(&mut self) {
        self.asked.clear();
    }

    fn due(&self, kind: Kind) -> Option<Instant> {
        let (at, failures) = self.asked.get(&kind)?;
        let every = kind.beat().every();
        let pause = match failures {
            0 => every,
            n => RETRY_AFTER.saturating_mul(1 << (n - 1).min(10)).min(every.max(5 * RETRY_AFTER)),
        };
        Some(*at + pause)
    }
}

fn lane_of(kind: Kind) -> Lane {
    if kind.beat() == Beat::Watched { Lane::Watched } else { Lane::Rest }
}

#[cfg(test)]
mod tests;
