//! The hour at which nobody telephones, where the office is.

use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, ToSpan as _, Zoned};

/// The office's zone, as long as the account does not name one.
pub(super) const ZONE: &str = "Europe/Berlin";
/// From this hour on nobody telephones, until the next.
const HOUR: i8 = 3;

/// The office's zone.
pub(super) fn zone() -> TimeZone {
    TimeZoneDatabase::bundled().get(ZONE).unwrap_or(TimeZone::UTC)
}

/// Whether it is night now.
pub(super) fn is_night(now: Timestamp) -> bool {
    now.to_zoned(zone()).hour() == HOUR
}

/// When the night begins in which it is or that comes next, in seconds since 1970; `None` at the end of all time.
pub(super) fn next_night(now: Timestamp) -> Option<i64> {
    let here: Zoned = now.to_zoned(zone());
    let begins = here.with().hour(HOUR).minute(0).second(0).subsec_nanosecond(0).build().ok()?;
    let next = if here.hour() > HOUR { begins.checked_add(1.day()).ok()? } else { begins };
    Some(next.timestamp().as_second())
}

#[cfg(test)]
mod tests {
    use super::{is_night, next_night};

    /// Summer ends in the night of 25 October 2026.
    #[test]
    fn the_night_begins_at_three_where_the_office_is() {
        for (now, night) in [
            ("2026-11-22T12:00:00Z", "2026-11-23T02:00:00Z"),
            ("2026-11-22T23:30:00Z", "2026-11-23T02:00:00Z"),
            ("2026-11-23T02:20:00Z", "2026-11-23T02:00:00Z"),
            ("2026-11-23T03:00:00Z", "2026-11-24T02:00:00Z"),
            ("2026-10-24T12:00:00Z", "2026-10-25T02:00:00Z"),
            ("2026-10-24T00:30:00Z", "2026-10-24T01:00:00Z"),
        ] {
            let seconds = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_second();
            assert_eq!(next_night(now.parse().unwrap()), Some(seconds(night)), "{now}");
        }
    }

    #[test]
    fn the_night_is_the_hour_in_which_it_begins() {
        for (now, night) in [
            ("2026-11-22T01:59:59Z", false),
            ("2026-11-22T02:00:00Z", true),
            ("2026-11-22T02:59:59Z", true),
            ("2026-11-22T03:00:00Z", false),
            ("2026-07-22T01:30:00Z", true),
        ] {
            assert_eq!(is_night(now.parse().unwrap()), night, "{now}");
        }
    }
}
