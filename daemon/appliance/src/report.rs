//! What the page shows of the box: one file, readable for everybody on it, written whole at every change.

use std::fs;

use appliance::About;
use serde::{Deserialize, Serialize};

use crate::mend::Damage;
use crate::place::{Place, keep, seconds};

/// So many lines are kept, the newest first.
const KEPT: usize = 20;
/// A report longer than this was not written here; in bytes.
const LONGEST: u64 = 64 * 1024;

/// The file, `report.json`.
#[derive(Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub(crate) struct Report {
    /// The version that runs.
    pub running: String,
    /// The version that is being written.
    pub installing: Option<Installing>,
    /// What it must be for.
    pub board: String,
    /// `amd64`, `arm64`.
    pub arch: String,
    /// What became of the data partition when it was last found damaged.
    pub damage: Option<Damage>,
    /// Why the last new version was given up.
    pub failed: Option<String>,
    /// What became of updates, the newest first.
    pub told: Vec<Told>,
}

/// A version on its way to the disk.
#[derive(Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Installing {
    pub version: String,
    /// Of a hundred.
    pub percent: u64,
}

/// What was said, and when in seconds since 1970.
#[derive(Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Told {
    pub at: u64,
    pub said: String,
}

impl Report {
    /// The box has just started.
    pub(crate) fn begins(&mut self, about: About, failed: Option<String>) {
        self.running = about.version.to_string();
        (self.board, self.arch) = (about.board, about.arch);
        self.installing = None;
        self.failed = failed;
    }

    pub(crate) fn tell(&mut self, said: &str) {
        self.told.insert(0, Told { at: seconds(), said: said.to_owned() });
        self.told.truncate(KEPT);
    }
}

/// What the report says; nothing where it says nothing.
pub(crate) fn read(place: &Place) -> Report {
    let path = place.memory().join("report.json");
    let known =
        fs::metadata(&path).is_ok_and(|about| about.len() <= LONGEST).then(|| fs::read(&path).ok()).flatten();
    known.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
}

/// Changes the report. A disk that takes nothing shows nothing; nobody waits for it.
pub(crate) fn report(place: &Place, change: impl FnOnce(&mut Report)) {
    let path = place.memory().join("report.json");
    let mut report = read(place);
    change(&mut report);
    if let Ok(text) = serde_json::to_vec(&report) {
        let _ = keep(&path, &text);
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{KEPT, Report, report};
    use crate::bench::Bench;

    fn shown(bench: &Bench) -> Report {
        serde_json::from_slice(&fs::read(bench.place().memory().join("report.json")).unwrap()).unwrap()
    }

    #[test]
    fn the_newest_stands_first_and_the_list_has_an_end() {
        let bench = Bench::new("1.0.0");
        for number in 0..=KEPT {
            report(bench.place(), |report| report.tell(&number.to_string()));
        }
        let told = shown(&bench).told;
        assert_eq!((told.len(), told[0].said.as_str()), (KEPT, "20"));
    }

    #[test]
    fn a_start_ends_what_was_under_way_and_garbage_is_begun_anew() {
        let bench = Bench::new("1.0.0");
        fs::write(bench.place().memory().join("report.json"), "{garbage").unwrap();
        report(bench.place(), |report| report.begins(bench.place().about(), Some("1.1.0 failed".into())));
        let begun = shown(&bench);
        assert_eq!((begun.running.as_str(), begun.failed.as_deref()), ("1.0.0", Some("1.1.0 failed")));
        assert!(begun.installing.is_none());
    }
}
