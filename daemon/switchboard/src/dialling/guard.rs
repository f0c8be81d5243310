//! The fraud guard: a stolen password calls dear numbers at night, until somebody looks at the bill. This looks at once.
//!
//! It counts what each person and the whole house begin within an hour, and stops what no office does. What it remembers is
//! gone with a restart, and so are exceptions: that is the safe side for the second, and no more than an hour for the first.

use std::collections::HashMap;
use std::time::{Duration, Instant, SystemTime};

use super::rights::Payer;
use super::{Distance, Outside, Sort};
use crate::wires::Clock;

/// What the guard stopped.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Held {
    /// One person made too many calls.
    Person,
    /// One person made too many calls to other countries.
    Abroad,
    /// One person made too many calls to dear numbers.
    Premium,
    /// The house made too many calls.
    House,
}

/// How many calls an hour are usual.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Limits {
    /// Of one person.
    pub person: u16,
    /// Of one person, to other countries.
    pub abroad: u16,
    /// Of one person, to dear numbers.
    pub premium: u16,
    /// Of everybody together.
    pub house: u16,
    /// When nobody works.
    pub night: Night,
    /// At night each limit is divided by this, but is at least one.
    pub night_divides_by: u16,
}

/// A part of the day; it may go over midnight.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Night {
    /// Minute of the day it begins at.
    pub from: u16,
    /// Minute of the day it ends before.
    pub until: u16,
    /// Whose day.
    pub zone: jiff::tz::TimeZone,
}

/// What was begun lately.
#[derive(Debug, Default)]
pub struct Guard {
    people: HashMap<Payer, Hour>,
    house: Hour,
    /// Whom the admin lets through until when; `None` is everybody.
    trusted: Vec<(Option<Payer>, Instant)>,
}

/// The last sixty minutes, by tens.
#[derive(Clone, Copy, Debug, Default)]
struct Hour {
    tens: [Tally; 6],
    /// Which ten minutes since 1970 were counted last.
    last: u64,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
struct Tally {
    all: u16,
    abroad: u16,
    premium: u16,
}

/// As long as one part of an hour counts.
const PART: Duration = Duration::from_secs(600);
/// People remembered at once; whoever made no call within the hour is forgotten first.
const MOST_PEOPLE: usize = 10_000;
/// Exceptions at once.
const MOST_TRUSTED: usize = 100;
/// An exception lasts a day at most.
pub const LONGEST_TRUST: Duration = Duration::from_secs(24 * 3600);

impl Default for Limits {
    /// Twice what a busy telesales desk begins in an hour; dear numbers are nobody's work.
    fn default() -> Self {
        let night = Night {
            from: 20 * 60,
            until: 6 * 60,
            zone: zone("Europe/Berlin").unwrap_or(jiff::tz::TimeZone::UTC),
        };
        Self { person: 120, abroad: 30, premium: 5, house: 1_000, night, night_divides_by: 4 }
    }
}

impl Night {
    /// `20:00-06:00` in the time zone of a place (IANA, `Europe/Berlin`); `None` when either is none.
    #[must_use]
    pub fn read(hours: &str, place: &str) -> Option<Self> {
        let (from, until) = hours.split_once('-')?;
        Some(Self { from: minute(from)?, until: minute(until)?, zone: zone(place)? })
    }

    /// Whether it is night at this moment.
    #[must_use]
    pub fn is_at(&self, wall: SystemTime) -> bool {
        let Ok(moment) = jiff::Timestamp::try_from(wall) else { return false };
        let time = moment.to_zoned(self.zone.clone()).time();
        let minute = u16::from(time.hour().unsigned_abs()) * 60 + u16::from(time.minute().unsigned_abs());
        if self.from <= self.until {
            (self.from..self.until).contains(&minute)
        } else {
            minute >= self.from || minute < self.until
        }
    }
}

impl Guard {
    /// Whether one more call is usual.
    ///
    /// # Errors
    /// [`Held`] names the limit that it would break.
    pub fn judge(&self, at: Clock, limits: &Limits, payer: &Payer, outside: &Outside) -> Result<(), Held> {
        let trusted = |(who, until): &(Option<Payer>, Instant)| {
            *until > at.steady && who.as_ref().is_none_or(|who| who == payer)
        };
        if self.trusted.iter().any(trusted) {
            return Ok(());
        }
        let night = limits.night.is_at(at.wall);
        let most = |day: u16| if night { (day / limits.night_divides_by.max(1)).max(1) } else { day };
        let part = part(at.wall);
        let (house, person) = (self.house.sum(part), self.people.get(payer).map(|hour| hour.sum(part)));
        let person = person.unwrap_or_default();
        let rows = [
            (is_premium(outside), person.premium, limits.premium, Held::Premium),
            (outside.distance == Distance::Abroad, person.abroad, limits.abroad, Held::Abroad),
            (*payer != Payer::House, person.all, limits.person, Held::Person),
            (true, house.all, limits.house, Held::House),
        ];
        let broken = rows.into_iter().find(|(applies, used, day, _)| *applies && *used >= most(*day));
        broken.map_or(Ok(()), |(.., held)| Err(held))
    }

    /// A call was begun. The doctor on call is not counted: no rule stands against it.
    pub fn count(&mut self, at: Clock, payer: &Payer, outside: &Outside) {
        if outside.sort == Sort::Doctor {
            return;
        }
        let part = part(at.wall);
        let call = Tally {
            all: 1,
            abroad: u16::from(outside.distance == Distance::Abroad),
            premium: u16::from(is_premium(outside)),
        };
        self.house.add(part, call);
        if self.people.len() >= MOST_PEOPLE && !self.people.contains_key(payer) {
            self.people.retain(|_, hour| hour.sum(part) != Tally::default());
            if self.people.len() >= MOST_PEOPLE {
                return;
            }
        }
        self.people.entry(payer.clone()).or_default().add(part, call);
    }

    /// The admin lets somebody, or everybody, through until then.
    pub fn trust(&mut self, now: Instant, whom: Option<Payer>, until: Instant) {
        let until = until.min(now + LONGEST_TRUST);
        self.trusted.retain(|(who, end)| *end > now && *who != whom);
        if self.trusted.len() < MOST_TRUSTED {
            self.trusted.push((whom, until));
        }
    }

    /// People it knows something of.
    #[must_use]
    pub fn remembered(&self) -> usize {
        self.people.len()
    }
}

impl Hour {
    fn add(&mut self, part: u64, call: Tally) {
        // A clock that was set back leaves what is counted where it is.
        let part = part.max(self.last);
        for gone in (self.last + 1..=part).rev().take(self.tens.len()) {
            if let Some(tally) = self.tens.get_mut(place(gone)) {
                *tally = Tally::default();
            }
        }
        self.last = part;
        if let Some(tally) = self.tens.get_mut(place(part)) {
            *tally = tally.plus(call);
        }
    }

    fn sum(&self, part: u64) -> Tally {
        let old = part.saturating_sub(self.last);
        let recent = (0..6u64.saturating_sub(old)).filter_map(|back| self.last.checked_sub(back));
        recent
            .filter_map(|part| self.tens.get(place(part)))
            .fold(Tally::default(), |sum, tally| sum.plus(*tally))
    }
}

impl Tally {
    fn plus(self, other: Self) -> Self {
        Self {
            all: self.all.saturating_add(other.all),
            abroad: self.abroad.saturating_add(other.abroad),
            premium: self.premium.saturating_add(other.premium),
        }
    }
}

fn zone(place: &str) -> Option<jiff::tz::TimeZone> {
    jiff::tz::TimeZone::get(place).ok()
}

/// `06:30` as minutes since midnight.
fn minute(time: &str) -> Option<u16> {
    let (hour, minute) = time.trim().split_once(':')?;
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    (hour < 24 && minute < 60).then_some(hour * 60 + minute)
}

/// Which ten minutes since 1970; the steady clock has no zero.
fn part(wall: SystemTime) -> u64 {
    wall.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs() / PART.as_secs()
}

fn place(part: u64) -> usize {
    usize::try_from(part % 6).unwrap_or_default()
}

fn is_premium(outside: &Outside) -> bool {
    matches!(outside.sort, Sort::Premium | Sort::Mass | Sort::Directory | Sort::Machine | Sort::Service)
}

#[cfg(test)]
mod tests;
