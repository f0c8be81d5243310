//! Moments on the wire: RFC 3339, UTC, whole seconds.

use std::time::SystemTime;

use serde::Serializer;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// `2026-11-21T21:47:08Z`.
pub(crate) fn rfc3339(at: SystemTime) -> String {
    let at = OffsetDateTime::from(at);
    at.replace_nanosecond(0).unwrap_or(at).format(&Rfc3339).unwrap_or_default()
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
