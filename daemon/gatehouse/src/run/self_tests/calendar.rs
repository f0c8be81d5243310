//! When a test is due: on the first of each month at nine, or as soon afterwards as the box runs.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// A month begins at this time of its first day: somebody is there who reads what was found.
const NINE: SignedDuration = SignedDuration::from_hours(9);
/// A clock that is set back by less has not gone through another month. One that was wrong by more counts no further.
const SET_BACK: SignedDuration = SignedDuration::from_hours(31 * 24);

/// Whether this month's test is still to be made, after those made at these moments.
pub(super) fn is_due(made: &[Timestamp], now: Timestamp, zone: &TimeZone) -> bool {
    let month = |at: Timestamp| {
        let begun = at.checked_sub(NINE).unwrap_or(at).to_zoned(zone.clone());
        (begun.year(), begun.month())
    };
    let ahead = |at: Timestamp| at > now && at.duration_since(now) < SET_BACK;
    !made.iter().any(|at| month(*at) == month(now) || ahead(*at))
}

#[cfg(test)]
mod t4_calendar {
    use super::*;
    use jiff::tz::TimeZoneDatabase;

    fn berlin() -> TimeZone {
        TimeZoneDatabase::bundled().get("Europe/Berlin").unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// A box that runs from then to then looks every five minutes; what it has made is added.
    fn runs(from: &str, until: &str, made: &mut Vec<Timestamp>) {
        let (mut now, until) = (at(from), at(until));
        while now < until {
            if is_due(made, now, &berlin()) {
                made.push(now);
            }
            now += SignedDuration::from_mins(5);
        }
    }

    fn said(made: &[Timestamp]) -> Vec<String> {
        made.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn t4_one_a_month_at_nine_of_the_first_in_summer_and_in_winter() {
        let mut made = vec![at("2026-01-15T12:00:00Z")];
        runs("2026-01-15T12:05:00Z", "2027-01-15T00:00:00Z", &mut made);
        assert_eq!(made.len(), 13);
        assert_eq!(
            said(&made[1..4]),
            ["2026-02-01T08:00:00Z", "2026-03-01T08:00:00Z", "2026-04-01T07:00:00Z"]
        );
        assert_eq!(said(&made[11..]), ["2026-12-01T08:00:00Z", "2027-01-01T08:00:00Z"]);
    }

    #[test]
    fn t4_a_restart_makes_none_again_and_a_missed_month_is_made_up_once() {
        let mut made = Vec::new();
        runs("2026-05-07T10:00:00Z", "2026-05-07T11:00:00Z", &mut made);
        runs("2026-05-07T11:30:00Z", "2026-05-31T20:00:00Z", &mut made);
        // Switched off over two first days of a month.
        runs("2026-07-14T06:00:00Z", "2026-07-14T18:00:00Z", &mut made);
        runs("2026-07-15T06:00:00Z", "2026-08-01T06:55:00Z", &mut made);
        assert_eq!(said(&made), ["2026-05-07T10:00:00Z", "2026-07-14T06:00:00Z"]);
    }

    #[test]
    fn t4_a_clock_that_is_set_back_makes_none_twice_and_one_that_was_far_off_stops_none() {
        let mut made = vec![at("2026-03-01T08:00:00Z")];
        runs("2026-02-27T00:00:00Z", "2026-03-20T00:00:00Z", &mut made);
        assert_eq!(made.len(), 1);
        // Without a battery the clock began in another year.
        let mut made = vec![at("2038-01-01T08:00:00Z")];
        runs("2026-03-05T00:00:00Z", "2026-04-02T00:00:00Z", &mut made);
        assert_eq!(said(&made[1..]), ["2026-03-05T00:00:00Z", "2026-04-01T07:00:00Z"]);
    }
}
