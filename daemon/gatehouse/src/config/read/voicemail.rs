//! The section `[voicemail]`: how long messages are kept, and how much of the disk they may take.

use std::time::Duration;

use super::{Page, Part};
use crate::config::Voicemail;

const DAY: u64 = 24 * 3600;
/// Ten years.
const LONGEST: u64 = 3650;
/// Fewer megabytes hold no message worth the name.
const LEAST: u64 = 10;
/// As many megabytes as no box of ours has.
const MOST: u64 = 1_000_000;

impl<'t> Page<'t> {
    pub(super) fn voicemail(&mut self, part: Part<'t>) -> Voicemail {
        let days = self.bounded(part, "keep_days", 90, 0..=LONGEST);
        let megabytes = self.bounded(part, "most_mb", 500, LEAST..=MOST);
        let keep = (days > 0).then(|| Duration::from_secs(days * DAY));
        Voicemail { keep, budget: megabytes * 1_000_000 }
    }

    fn bounded(&mut self, part: Part<'t>, key: &str, usual: u64, fit: std::ops::RangeInclusive<u64>) -> u64 {
        let Some(value) = part.value(key) else { return usual };
        let number = value.get_ref().as_integer().and_then(|number| number.as_str().parse().ok());
        number.filter(|number| fit.contains(number)).unwrap_or_else(|| {
            let reason = format!("a number from {} to {} is wanted here", fit.start(), fit.end());
            self.problem_at(part, key, reason);
            usual
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::parse;

    #[test]
    fn messages_are_kept_for_ninety_days_unless_that_is_said_otherwise() {
        let voicemail = |text: &str| parse("a.toml", text).unwrap().voicemail;
        let usual = voicemail("");
        assert_eq!((usual.keep, usual.budget), (Some(Duration::from_secs(90 * 86_400)), 500_000_000));
        assert_eq!(voicemail("[voicemail]\nkeep_days = 0\n").keep, None);
        assert_eq!(voicemail("[voicemail]\nmost_mb = 10\n").budget, 10_000_000);
        for (text, key) in [
            ("keep_days = -1", "voicemail.keep_days"),
            ("keep_days = \"90\"", "voicemail.keep_days"),
            ("keep_days = 3651", "voicemail.keep_days"),
            ("most_mb = 9", "voicemail.most_mb"),
        ] {
            let refused = parse("a.toml", &format!("[voicemail]\n{text}\n")).unwrap_err().to_string();
            assert!(refused.contains(key) && refused.contains("is wanted here"), "{text}: {refused}");
        }
    }
}
