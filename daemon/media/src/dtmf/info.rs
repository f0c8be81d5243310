//! Keys in SIP INFO: `application/dtmf-relay` (Cisco's, which every phone knows) and `application/dtmf`.

use super::{Digit, Press};
use std::time::Duration;

/// What phones say when they do not say how long.
pub(super) const USUAL: Duration = Duration::from_millis(160);
/// Longer is no key but a mistake; the event's clock ends there too.
const LONGEST: Duration = Duration::from_secs(8);
/// Bytes of a body that is considered.
const MOST: usize = 128;

impl Press {
    /// Content type of [`Press::info_body`].
    pub const INFO_TYPE: &'static str = "application/dtmf-relay";

    /// Reads the body of an INFO: `Signal=5` and `Duration=160` on lines of their own, or only the key.
    #[must_use]
    pub fn of_info(body: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(body.get(..body.len().min(MOST))?).ok()?;
        let value = |name: &str| {
            text.lines()
                .filter_map(|line| line.split_once('='))
                .find(|(key, _)| key.trim().eq_ignore_ascii_case(name))
        };
        let signal = value("Signal").map_or(text, |(_, signal)| signal).trim();
        let mut names = signal.chars();
        let digit = match (names.next(), names.next(), names.next()) {
            (Some(name), None, None) => Digit::named(name)?,
            // Some say the number of the event instead: 10 is the star (RFC 4733 3.2).
            (Some('1'), Some(number @ '0'..='5'), None) => {
                Digit(10 + u8::try_from(number.to_digit(10)?).ok()?)
            }
            _ => return None,
        };
        let millis = value("Duration").and_then(|(_, millis)| millis.trim().parse().ok());
        Some(Self { digit, duration: millis.map_or(USUAL, Duration::from_millis).min(LONGEST) })
    }

    /// The body of an INFO that says this.
    #[must_use]
    pub fn info_body(self) -> String {
        format!("Signal={}\r\nDuration={}\r\n", self.digit.name(), self.duration.as_millis())
    }
}
