//! Moments on the wire: RFC 3339, UTC, whole seconds.

use std::time::SystemTime;

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde::Serializer;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::words::Lang;

/// `2026-11-21T21:47:08Z`.
pub fn rfc3339(at: SystemTime) -> String {
    let at = OffsetDateTime::from(at);
    at.replace_nanosecond(0).unwrap_or(at).format(&Rfc3339).unwrap_or_default()
}

/// As clocks in the office showed it: the hour alone for today, with the day before that.
pub(crate) fn local(t: Lang, zone: &str, at: SystemTime, now: SystemTime) -> String {
    let known = TimeZoneDatabase::bundled().get(zone).ok();
    let suffix = if known.is_some() { "" } else { " UTC" };
    let zone = known.unwrap_or(TimeZone::UTC);
    let zoned = |at| Timestamp::try_from(at).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(zone.clone());
    let (at, now) = (zoned(at), zoned(now));
    let form = match t {
        _ if at.date() == now.date() => "%H:%M",
        Lang::De if at.year() == now.year() => "%d.%m. %H:%M",
        Lang::En if at.year() == now.year() => "%d/%m %H:%M",
        Lang::De => "%d.%m.%Y %H:%M",
        Lang::En => "%d/%m/%Y %H:%M",
    };
    format!("{}{suffix}", at.strftime(form))
}

/// The day a moment lies in, `2027-01-15`, as a form of ours takes it.
pub(crate) fn day(zone: &str, at: SystemTime) -> String {
    let at = Timestamp::try_from(at).unwrap_or(Timestamp::UNIX_EPOCH);
    at.to_zoned(known(zone)).date().to_string()
}

/// The end of a day as a form of ours sent it; `None` when it is none.
pub(crate) fn end_of(zone: &str, day: &str) -> Option<SystemTime> {
    let day: jiff::civil::Date = day.trim().parse().ok()?;
    let end = day.at(23, 59, 59, 0).to_zoned(known(zone)).ok()?;
    (day.year() < 3000).then(|| end.timestamp().into())
}

/// A moment as the daemon writes it down, RFC 3339; `None` when it is none.
pub(crate) fn read(text: &str) -> Option<SystemTime> {
    text.parse::<Timestamp>().ok().map(SystemTime::from)
}

fn known(zone: &str) -> TimeZone {
    TimeZoneDatabase::bundled().get(zone).unwrap_or(TimeZone::UTC)
}

/// For `#[serde(serialize_with = "when::serialize")]`.
pub(crate) fn serialize<S: Serializer>(at: &SystemTime, out: S) -> Result<S::Ok, S::Error> {
    out.serialize_str(&rfc3339(*at))
}

/// The same for a moment that may never have come; `null` then.
pub(crate) fn serialize_option<S: Serializer>(at: &Option<SystemTime>, out: S) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => serialize(at, out),
        None => out.serialize_none(),
    }
}

/// Whole seconds from `since` to `now`; zero when the clock was set back in between.
pub(crate) fn seconds(since: SystemTime, now: SystemTime) -> u64 {
    now.duration_since(since).unwrap_or_default().as_secs()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::{day, end_of, local};
    use crate::words::Lang;

    #[test]
    fn an_hour_is_the_office_s_and_names_its_zone_when_that_is_unknown() {
        let at = |seconds: u64| SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000 + seconds);
        let (now, day) = (at(0), 86_400);
        assert_eq!(local(Lang::De, "Europe/Berlin", now, now), "09:00");
        assert_eq!(local(Lang::De, "Europe/Berlin", now, at(day)), "15.01. 09:00");
        assert_eq!(local(Lang::En, "Europe/London", now, at(400 * day)), "15/01/2027 08:00");
        assert_eq!(local(Lang::De, "", now, now), "08:00 UTC");
    }

    #[test]
    fn a_day_ends_when_it_ends_in_the_office() {
        let end = end_of("Europe/Berlin", "2027-01-15").unwrap();
        assert_eq!(super::rfc3339(end), "2027-01-15T22:59:59Z");
        assert_eq!(day("Europe/Berlin", end), "2027-01-15");
        for nonsense in ["", "2027-02-30", "tomorrow", "9999-01-01"] {
            assert_eq!(end_of("Europe/Berlin", nonsense), None, "{nonsense}");
        }
    }
}
