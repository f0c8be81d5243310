//! What somebody must mend before anybody calls for help.

use std::collections::BTreeSet;

use emergency::appointment::Stage;
use serde_json::Value;
use web::view::{Fault, Sentence, Severity};

use super::{From, Notices, ODDITIES_SHOWN};

impl Notices {
    /// A real call for testing is asked for or armed, and until when; or neither.
    pub(crate) fn test_call(&self, stage: Option<(&Stage, String)>) {
        let Some((stage, until)) = stage else { return self.clear(From::TestCall) };
        let (severity, what) = match stage {
            Stage::Asked { by, .. } => (
                Severity::Warning,
                Sentence::new(
                    format!(
                        "{by} beantragt einen echten Probeanruf bei 110 oder 112; eine zweite Person muss bis {until} bestätigen."
                    ),
                    format!(
                        "{by} asks for a real test call to 110 or 112; a second person has to confirm by {until}."
                    ),
                ),
            ),
            Stage::Armed { by, confirmed, .. } => (
                Severity::Fault,
                Sentence::new(
                    format!(
                        "SCHARF bis {until}: Der nächste Anruf bei 110 oder 112 geht wirklich hinaus ({by}, bestätigt von {confirmed})."
                    ),
                    format!(
                        "ARMED until {until}: the next call to 110 or 112 leaves for real ({by}, confirmed by {confirmed})."
                    ),
                ),
            ),
        };
        let fix = Sentence::new(
            "Missbrauch von Notrufen ist strafbar (§ 145 StGB). `gatehouse test-call disarm` entschärft.",
            "Misuse of emergency calls is a crime (StGB § 145). `gatehouse test-call disarm` takes it back.",
        );
        self.put(From::TestCall, severity, Fault::Box, what, fix);
    }

    /// How many phones have no line that says where they stand, and which lines that would say so do not work.
    pub(crate) fn self_check(&self, wrong: usize, down: &BTreeSet<String>) {
        if wrong == 0 && down.is_empty() {
            return self.clear(From::SelfCheck);
        }
        let (what, fix) = Self::self_check_words(wrong, down);
        self.put(From::SelfCheck, Severity::Fault, Fault::Box, what, fix);
    }

    /// What is wrong then, and what to do.
    pub(crate) fn self_check_words(wrong: usize, down: &BTreeSet<String>) -> (Sentence, Sentence) {
        let some: Vec<&str> = down.iter().take(ODDITIES_SHOWN).map(String::as_str).collect();
        let (lines, some) = (down.len(), some.join(", "));
        let what = Sentence::new(
            format!(
                "Notrufe kämen nicht alle über die richtige Leitung: {wrong} Telefone haben keine, die ihre Adresse nennt; \
                 {lines} solcher Leitungen gehen nicht ({some})."
            ),
            format!(
                "Not all calls for help would leave over the right line: {wrong} phones have none that says their address; \
                 {lines} such lines do not work ({some})."
            ),
        );
        let fix = Sentence::new(
            "`gatehouse locations` zeigt jedes Telefon mit seiner Leitung, `gatehouse lines`, woran es liegt.",
            "`gatehouse locations` shows each phone with its line, `gatehouse lines` says why one does not work.",
        );
        (what, fix)
    }

    /// What the last test of calls for help found, if somebody should look: its record.
    pub(crate) fn self_test(&self, record: Option<&Value>) {
        let Some(record) = record.filter(|record| record["verdict"] != "passed") else {
            return self.clear(From::SelfTest);
        };
        let count = |of: &str| {
            let all = record[of].as_array().into_iter().flatten();
            all.filter(|one| one["verdict"] != "passed").count()
        };
        let (phones, checks) = (count("phones"), count("checks"));
        let day: String = record["began"].as_str().unwrap_or_default().chars().take(10).collect();
        let what = Sentence::new(
            format!(
                "Die Prüfung der Notrufe vom {day} hat etwas gefunden: {phones} Telefone, {checks} Punkte im Ganzen."
            ),
            format!(
                "The test of calls for help of {day} found something: {phones} phones, {checks} points in all."
            ),
        );
        let fix = Sentence::new(
            "Standorte, Prüfung zeigt es; danach dort `Jetzt prüfen`, oder `gatehouse self-test`.",
            "Locations, Self-test shows it; mend it and press `Test now`, or run `gatehouse self-test`.",
        );
        self.put(From::SelfTest, Severity::Warning, Fault::Box, what, fix);
    }
}
