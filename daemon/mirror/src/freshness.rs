//! How current each part of the mirror is, for the page and the command line.

use std::collections::BTreeMap;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::{Failure, Fetched, Kind, Outcome};

/// How current one kind is. Times are seconds since 1970 in JSON.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Deserialize, Serialize)]
pub struct Freshness {
    /// When the cloud last told all of them.
    #[serde(with = "seconds")]
    pub at: Option<SystemTime>,
    /// How the last sync went for them.
    #[serde(flatten)]
    pub state: State,
}

/// How the last sync went for one kind.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// Everything the cloud has is here.
    Complete,
    /// The account, its product or the token's rights do not have it.
    Absent {
        /// Since when.
        #[serde(with = "seconds")]
        since: Option<SystemTime>,
    },
    /// The last question went wrong; what was known is still here.
    Failed {
        /// Since when.
        #[serde(with = "seconds")]
        since: Option<SystemTime>,
        /// What went wrong.
        why: Failure,
    },
}

/// Brings the freshness of every kind that was asked for up to date.
#[must_use]
pub fn freshness(before: &BTreeMap<Kind, Freshness>, fetched: &Fetched) -> BTreeMap<Kind, Freshness> {
    let mut all = before.clone();
    for (kind, outcome) in outcomes(fetched) {
        let was = before.get(&kind);
        let (at, state) = match outcome {
            Outcome::Complete => (Some(fetched.at), State::Complete),
            Outcome::Absent => (was.and_then(|was| was.at), absent(was, fetched.at)),
            Outcome::Failed(why) => (was.and_then(|was| was.at), failed(was, fetched.at, why)),
        };
        all.insert(kind, Freshness { at, state });
    }
    all
}

/// One outcome for each kind: a single failure spoils it, a single complete answer shows that the kind exists.
fn outcomes(fetched: &Fetched) -> BTreeMap<Kind, Outcome> {
    let mut all = BTreeMap::new();
    for (scope, outcome) in &fetched.scopes {
        let worst = all.entry(scope.kind).or_insert(*outcome);
        match (*worst, outcome) {
            (Outcome::Failed(_), _) => {}
            (_, Outcome::Failed(_)) | (Outcome::Absent, Outcome::Complete) => *worst = *outcome,
            (Outcome::Complete | Outcome::Absent, _) => {}
        }
    }
    all
}

fn absent(was: Option<&Freshness>, now: SystemTime) -> State {
    match was.map(|was| was.state) {
        Some(State::Absent { since }) => State::Absent { since },
        Some(State::Complete | State::Failed { .. }) | None => State::Absent { since: Some(now) },
    }
}

fn failed(was: Option<&Freshness>, now: SystemTime, why: Failure) -> State {
    match was.map(|was| was.state) {
        Some(State::Failed { since, .. }) => State::Failed { since, why },
        Some(State::Complete | State::Absent { .. }) | None => State::Failed { since: Some(now), why },
    }
}

/// Whole seconds since 1970, as every tool reads them.
mod seconds {
    use std::time::{Duration, SystemTime};

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(moment: &Option<SystemTime>, to: S) -> Result<S::Ok, S::Error> {
        let seconds = moment.and_then(|m| m.duration_since(SystemTime::UNIX_EPOCH).ok()).map(|d| d.as_secs());
        seconds.serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<SystemTime>, D::Error> {
        let seconds = Option::<u64>::deserialize(from)?;
        Ok(seconds.and_then(|s| SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(s))))
    }
}

#[cfg(test)]
mod tests;
