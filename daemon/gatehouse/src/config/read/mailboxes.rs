//! `[voicemail]`: whether mailboxes of the house answer, and how.

use std::ops::RangeInclusive;
use std::time::Duration;

use media::clip::Language;
use toml::de::DeValue;

use super::{Page, Part};
use crate::config::Mailboxes;

/// Seconds of the longest message.
const LENGTHS: RangeInclusive<u64> = 30..=600;
/// The same where nothing is said.
const USUAL: u64 = 180;

impl<'t> Page<'t> {
    pub(super) fn mailboxes(&mut self, part: Part<'t>) -> Mailboxes {
        let languages = [("de", Language::German), ("en", Language::English)];
        Mailboxes {
            enabled: self.wanted(part, "enabled"),
            longest: self.longest_message(part),
            language: self.choice(part, "language", Language::German, &languages),
        }
    }

    /// Yes, unless it says no.
    fn wanted(&mut self, part: Part<'t>, key: &str) -> bool {
        match part.value(key).map(toml::Spanned::get_ref) {
            None | Some(DeValue::Boolean(true)) => true,
            Some(_) => self.flag(part, key),
        }
    }

    fn longest_message(&mut self, part: Part<'t>) -> Duration {
        let said = part.value("longest_message");
        let seconds = said.and_then(|value| value.get_ref().as_integer()?.as_str().parse::<u64>().ok());
        if said.is_some() && !seconds.is_some_and(|seconds| LENGTHS.contains(&seconds)) {
            let reason = format!("seconds, {} to {}, are wanted here", LENGTHS.start(), LENGTHS.end());
            self.problem_at(part, "longest_message", reason);
        }
        Duration::from_secs(seconds.unwrap_or(USUAL))
    }
}
