//! Moments on the wire: RFC 3339, UTC, whole seconds.

use std::time::SystemTime;

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde::Serializer;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::words::Lang;

/// `2026-11-21T21:47:08Z`.
pub(crate) fn rfc3339(at: SystemTime) -> String {
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

    use super::local;
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
}
