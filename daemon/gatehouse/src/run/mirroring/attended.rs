//! When this box looked after the account, so that nobody asks it about other times.

use std::time::{Duration, SystemTime};

use billing::{Attendance, Privacy};
use store::Loaded;
use tokio::time::Instant;

use super::Mirroring;

const KEY: &str = "billing.attendance";
/// After a power cut the box seems to have been away for up to this much longer than it was.
const SAVE_EVERY: Duration = Duration::from_secs(120);

/// The runs of the box, and when they were saved.
pub(super) struct Attended {
    runs: Attendance,
    /// This run is among them.
    attends: bool,
    saved: Option<Instant>,
}

impl Attended {
    /// As the last run left it.
    pub(super) fn woken(loaded: &Loaded) -> Self {
        let runs = loaded.settings.get(KEY).and_then(|text| text.parse().ok()).unwrap_or_default();
        Self { runs, attends: false, saved: None }
    }

    pub(super) const fn runs(&self) -> &Attendance {
        &self.runs
    }

    /// When it is to be noted again.
    pub(super) fn next(&self) -> Option<Instant> {
        self.saved.map(|saved| saved + SAVE_EVERY)
    }

    /// Notes whether the box attends; returns what is to be saved by now.
    fn note(&mut self, attends: bool, now: SystemTime) -> Option<String> {
        let turned = std::mem::replace(&mut self.attends, attends) != attends;
        match (attends, turned) {
            (true, true) => self.runs.begins(now),
            (true, false) => self.runs.goes_on(now),
            // Of another account, or of calls that were not kept, nothing is known later.
            (false, _) => self.runs = Attendance::default(),
        }
        let due = attends && self.saved.is_none_or(|saved| saved.elapsed() >= SAVE_EVERY);
        (turned || due).then(|| {
            self.saved = attends.then(Instant::now);
            self.runs.to_string()
        })
    }
}

impl Mirroring {
    /// Notes that the box looks after the account, if there is one and calls may be kept at all.
    pub(super) async fn attend(&mut self) {
        let attends = !self.documents.is_empty() && self.money.privacy() != Privacy::Nothing;
        if let Some(runs) = self.money.attended.note(attends, SystemTime::now()) {
            // A disk that takes nothing is said elsewhere; the next time everything is written again.
            let _ = self.keep_billing(vec![(KEY, runs)]).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(second)
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_saved_now_and_then_and_what_belongs_to_another_account_is_forgotten() {
        let mut attended = Attended::woken(&Loaded::default());
        assert_eq!((attended.note(false, at(10)), attended.next()), (None, None), "no account");
        assert_eq!(attended.note(true, at(20)).as_deref(), Some("20-20 "));
        assert_eq!(attended.note(true, at(30)), None);
        tokio::time::advance(SAVE_EVERY).await;
        assert_eq!(attended.note(true, at(140)).as_deref(), Some("20-140 "));

        let settings = [(KEY.to_owned(), "20-140 ".to_owned())].into();
        let mut next_run = Attended::woken(&Loaded { settings, ..Loaded::default() });
        assert_eq!(next_run.note(true, at(200)).as_deref(), Some("20-140 200-200 "));
        assert_eq!(next_run.runs().away(), [at(140)..at(200)]);
        assert_eq!(next_run.note(false, at(210)).as_deref(), Some(""));
        assert_eq!(next_run.runs().since(), None);
    }
}
