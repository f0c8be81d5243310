//! What the account, its product and the token's rights allow to be read: found out by asking, never by version.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use crate::{Fetched, Kind, Source};

/// What was absent is asked for again after this long: somebody may have booked it or widened the token.
const AGAIN: Duration = Duration::from_secs(24 * 60 * 60);

/// Which paths answered 403 or 404, since when, and when that was last tried.
#[derive(Clone, Debug, Default, Eq, PartialEq, Deserialize, Serialize)]
#[serde(from = "Vec<Absence>", into = "Vec<Absence>")]
pub struct Absences(BTreeMap<(Kind, Source), Absence>);

/// A path the account does not have.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Deserialize, Serialize)]
pub struct Absence {
    /// What it would tell about.
    pub kind: Kind,
    /// In which interface.
    pub source: Source,
    /// Since when it is known to be absent.
    pub since: SystemTime,
    /// When it was last asked for.
    pub tried: SystemTime,
}

impl Absences {
    /// Learns from a round of questions.
    pub fn learn(&mut self, fetched: &Fetched) {
        for ((kind, source), there) in &fetched.there {
            let key = (*kind, *source);
            if *there {
                self.0.remove(&key);
                continue;
            }
            let new = Absence { kind: *kind, source: *source, since: fetched.at, tried: fetched.at };
            self.0.entry(key).or_insert(new).tried = fetched.at;
        }
    }

    /// Whether a path need not be asked today. A clock that was set back asks again.
    #[must_use]
    pub fn spares(&self, kind: Kind, source: Source, now: SystemTime) -> bool {
        let absence = self.0.get(&(kind, source));
        absence.is_some_and(|absence| now.duration_since(absence.tried).is_ok_and(|age| age < AGAIN))
    }

    /// All of them, by kind.
    pub fn iter(&self) -> impl Iterator<Item = &Absence> {
        self.0.values()
    }

    /// Forgets all: another token may have other rights.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

impl From<Vec<Absence>> for Absences {
    fn from(all: Vec<Absence>) -> Self {
        Self(all.into_iter().map(|absence| ((absence.kind, absence.source), absence)).collect())
    }
}

impl From<Absences> for Vec<Absence> {
    fn from(all: Absences) -> Self {
        all.0.into_values().collect()
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::Absences;
    use crate::{Fetched, Kind, Source};

    fn at(hours: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(hours * 60 * 60)
    }

    fn answered(hours: u64, there: bool) -> Fetched {
        let mut fetched = Fetched::new(at(hours));
        fetched.there.insert((Kind::Channel, Source::V2), there);
        fetched
    }

    #[test]
    fn what_is_absent_is_asked_for_once_a_day_until_it_is_there() {
        let mut known = Absences::default();
        known.learn(&answered(100, false));
        assert!(known.spares(Kind::Channel, Source::V2, at(123)));
        assert!(!known.spares(Kind::Channel, Source::V3, at(123)));
        assert!(!known.spares(Kind::Channel, Source::V2, at(124)));
        known.learn(&answered(124, false));
        assert!(known.spares(Kind::Channel, Source::V2, at(147)));
        assert_eq!(known.iter().next().unwrap().since, at(100));
        assert!(!known.spares(Kind::Channel, Source::V2, at(99)), "the clock was set back");
        known.learn(&answered(148, true));
        assert_eq!(known.iter().count(), 0);
    }

    #[test]
    fn it_survives_a_restart() {
        let mut known = Absences::default();
        known.learn(&answered(1, false));
        let kept = serde_json::to_string(&known).unwrap();
        assert_eq!(serde_json::from_str::<Absences>(&kept).unwrap(), known);
    }
}
