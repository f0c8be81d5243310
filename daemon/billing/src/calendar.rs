//! Days and months as the office counts them.

use std::time::SystemTime;

use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Span, Timestamp, Zoned};

pub use jiff::civil::Date;

/// The office's time zone, daylight saving included (IANA tz database, built in).
#[derive(Clone, Debug)]
pub struct Calendar(TimeZone);

impl Calendar {
    /// By its IANA name, `Europe/Berlin`.
    #[must_use]
    pub fn new(name: &str) -> Option<Self> {
        TimeZoneDatabase::bundled().get(name).ok().map(Self)
    }

    /// The world's.
    #[must_use]
    pub const fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    fn zoned(&self, at: SystemTime) -> Zoned {
        Timestamp::try_from(at).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(self.0.clone())
    }

    /// The day it is there.
    #[must_use]
    pub fn day(&self, at: SystemTime) -> Date {
        self.zoned(at).date()
    }

    /// When the month that `at` lies in began there.
    #[must_use]
    pub fn month_began(&self, at: SystemTime) -> SystemTime {
        let first = self.zoned(at).first_of_month().and_then(|day| day.start_of_day());
        first.map_or(at, |first| first.timestamp().into())
    }

    /// When a day written `2026-11-20` began there, and when the next one did.
    #[must_use]
    pub fn day_named(&self, name: &str) -> Option<std::ops::Range<SystemTime>> {
        let day: Date = name.parse().ok()?;
        let began = |day: Date| Some(day.to_zoned(self.0.clone()).ok()?.timestamp().into());
        Some(began(day)?..began(day.tomorrow().ok()?)?)
    }

    /// The day so many days before the one it is there.
    #[must_use]
    pub fn days_before(&self, at: SystemTime, days: u16) -> Date {
        let today = self.day(at);
        today.checked_sub(Span::new().days(i64::from(days))).unwrap_or(today)
    }

    /// `2026-11-20 09:15:30`, as clocks there showed it.
    #[must_use]
    pub fn written(&self, at: SystemTime) -> String {
        self.zoned(at).strftime("%Y-%m-%d %H:%M:%S").to_string()
    }
}
