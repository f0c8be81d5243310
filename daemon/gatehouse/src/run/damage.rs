//! What became of the disk on which everything lies: the programs around the daemon mend it before the daemon starts, and write it down.

use std::fs;
use std::path::Path;

use jiff::Timestamp;
use serde::Deserialize;

use super::night::zone;
use super::versions::{LONGEST_REPORT, report_beside};

/// How long it is told.
const TOLD: i64 = 30 * 86_400;

/// The data partition was found damaged.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(default)]
pub(crate) struct Damage {
    /// Seconds since 1970.
    pub at: i64,
    /// When it was last written before, in seconds since 1970; 0 when nobody can say.
    pub written: i64,
    /// It was made anew.
    pub anew: bool,
    /// It was mended, but nothing of ours is on it.
    pub empty: bool,
    /// Pieces nobody knows the place of.
    pub pieces: u64,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Report {
    damage: Option<Damage>,
}

/// The last damage, while it is news.
pub(super) fn read(data: &Path, now: Timestamp) -> Option<Damage> {
    let report = report_beside(data);
    fs::metadata(&report).ok().filter(|about| about.len() <= LONGEST_REPORT)?;
    let report: Report = serde_json::from_slice(&fs::read(report).ok()?).ok()?;
    report.damage.filter(|damage| damage.at.saturating_add(TOLD) > now.as_second())
}

/// A moment where the office is; nothing for one that never was.
pub(crate) fn moment(seconds: i64, form: &str) -> String {
    let at = Timestamp::from_second(seconds).ok().map(|at| at.to_zoned(zone()));
    at.map(|at| at.strftime(form).to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use jiff::Timestamp;
    use web::view::Severity;

    use super::super::notices::Notices;
    use super::{TOLD, read};

    const AT: i64 = 1_795_384_980;

    fn told(report: &str, later: i64) -> Option<(Severity, String, String)> {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("appliance")).unwrap();
        fs::write(folder.path().join("appliance/report.json"), report).unwrap();
        let now = Timestamp::from_second(AT + later).unwrap();
        let notices = Notices::default();
        notices.damaged(read(&folder.path().join("gatehouse"), now));
        let notice = notices.all().pop()?;
        Some((notice.severity, notice.what.de.into_owned(), notice.what.en.into_owned()))
    }

    #[test]
    fn what_is_lost_is_a_fault_with_the_time_since_when() {
        let report = format!(r#"{{"damage":{{"at":{AT},"written":{},"anew":true}}}}"#, AT - 3600);
        let (severity, de, en) = told(&report, 5).unwrap();
        assert_eq!(severity, Severity::Fault);
        assert!(
            de.contains("am 22.11.2026 um 23:03 nicht zu retten") && de.contains("am 22.11.2026 um 22:03"),
            "{de}"
        );
        assert!(
            en.contains("on 2026-11-22 at 23:03") && en.contains("are lost; it was last written on"),
            "{en}"
        );
    }

    #[test]
    fn what_was_mended_is_a_warning_and_ends_being_news() {
        let report = format!(r#"{{"damage":{{"at":{AT},"pieces":2,"later":1}}}}"#);
        let (severity, de, _) = told(&report, TOLD - 1).unwrap();
        assert!(severity == Severity::Warning && de.contains("Bruchstücke ohne Platz: 2"), "{de}");
        assert_eq!(told(&report, TOLD), None);
        for none in ["{}", "", r#"{"damage":null}"#, r#"{"damage":{"at":-9223372036854775808}}"#] {
            assert_eq!(told(none, 0), None, "{none}");
        }
    }
}
