//! How well groups, channels and people can be reached, over the last sixty days.
//!
//! Calls are counted one by one into days and forgotten; memory depends on how many groups and people there are, never on
//! how many calls.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use account::{EndpointId, UserId};
use sheet::Cell;

use crate::calendar::Date;
use crate::{Calendar, Call, Direction, Kind, Outcome};

/// Whom a figure is about.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Subject {
    /// A group or channel.
    Group(EndpointId),
    /// A person, over all their calls.
    User(UserId),
    /// What a person took of a group's calls.
    Member(EndpointId, UserId),
}

/// Upper bounds of the waiting times counted, seconds; longer ones are counted last.
pub const WAITS: [u64; 8] = [5, 10, 20, 30, 60, 120, 300, 600];

/// Sums of incoming calls. Two of them can be added.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Figures {
    /// Calls that came in.
    pub offered: u64,
    /// Of these, answered.
    pub answered: u64,
    /// Waiting of all callers together, milliseconds.
    pub waited: u64,
    /// The longest anybody waited, milliseconds.
    pub longest_wait: u64,
    /// Talking of all together, milliseconds.
    pub talked: u64,
    /// Callers by how long they waited, bounds in [`WAITS`].
    pub waits: [u64; 9],
}

impl Figures {
    /// Answered calls in a thousand; `None` when none came in.
    #[must_use]
    pub const fn reachability(&self) -> Option<u64> {
        self.answered.saturating_mul(1000).checked_div(self.offered)
    }

    /// How long a caller waited on average.
    #[must_use]
    pub fn mean_wait(&self) -> Option<Duration> {
        self.waited.checked_div(self.offered).map(Duration::from_millis)
    }

    /// How long an answered call lasted on average.
    #[must_use]
    pub fn mean_talk(&self) -> Option<Duration> {
        self.talked.checked_div(self.answered).map(Duration::from_millis)
    }

    fn count(&mut self, call: &Call) {
        let wait = milliseconds(call.waited);
        self.offered += 1;
        self.answered += u64::from(call.outcome == Outcome::Answered);
        self.waited = self.waited.saturating_add(wait);
        self.longest_wait = self.longest_wait.max(wait);
        self.talked = self.talked.saturating_add(milliseconds(call.talked));
        let place = WAITS.iter().position(|bound| wait <= bound * 1000).unwrap_or(WAITS.len());
        self.waits.get_mut(place).into_iter().for_each(|count| *count += 1);
    }

    /// Both together.
    #[must_use]
    pub fn plus(mut self, other: &Self) -> Self {
        self.offered += other.offered;
        self.answered += other.answered;
        self.waited = self.waited.saturating_add(other.waited);
        self.longest_wait = self.longest_wait.max(other.longest_wait);
        self.talked = self.talked.saturating_add(other.talked);
        self.waits.iter_mut().zip(other.waits).for_each(|(count, more)| *count += more);
        self
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Days kept.
pub const DAYS: usize = 60;
/// Most subjects counted on one day; further ones are counted as missing.
const MOST: usize = 5000;

/// Figures by day and subject.
#[derive(Clone, Debug, Default)]
pub struct Statistics {
    /// The newest last.
    days: VecDeque<(Date, BTreeMap<Subject, Figures>)>,
    /// Calls that could not be counted because of too many subjects, or came for days no longer kept.
    pub left_out: u64,
}

impl Statistics {
    /// Counts a call that is over; calls out of the house are no matter of reachability.
    pub fn count(&mut self, call: &Call, calendar: &Calendar) {
        if call.kind != Kind::Call || call.direction == Direction::Out {
            return;
        }
        let Some(day) = self.day(calendar.day(call.started)) else {
            self.left_out += 1;
            return;
        };
        let mut left_out = false;
        for subject in subjects(call) {
            if day.len() >= MOST && !day.contains_key(&subject) {
                left_out = true;
                continue;
            }
            day.entry(subject).or_default().count(call);
        }
        self.left_out += u64::from(left_out);
    }

    /// The counts of a day, made room for; `None` for a day that is too old.
    fn day(&mut self, date: Date) -> Option<&mut BTreeMap<Subject, Figures>> {
        let place = self.days.partition_point(|(day, _)| *day < date);
        if self.days.get(place).is_none_or(|(day, _)| *day != date) {
            if place == 0 && self.days.len() >= DAYS {
                return None;
            }
            self.days.insert(place, (date, BTreeMap::new()));
        }
        let place = if self.days.len() > DAYS {
            self.days.pop_front();
            place.checked_sub(1)?
        } else {
            place
        };
        self.days.get_mut(place).map(|(_, counts)| counts)
    }

    /// The figures of one subject over the days from `first` on.
    #[must_use]
    pub fn since(&self, first: Date, subject: &Subject) -> Figures {
        let days = self.days.iter().filter(|(day, _)| *day >= first);
        days.filter_map(|(_, counts)| counts.get(subject)).fold(Figures::default(), Figures::plus)
    }

    /// Everybody's figures over the days from `first` on.
    #[must_use]
    pub fn all_since(&self, first: Date) -> BTreeMap<Subject, Figures> {
        let mut all: BTreeMap<Subject, Figures> = BTreeMap::new();
        for (_, counts) in self.days.iter().filter(|(day, _)| *day >= first) {
            for (subject, figures) in counts {
                let sum = all.entry(subject.clone()).or_default();
                *sum = sum.plus(figures);
            }
        }
        all
    }

    /// One row for each day and subject, oldest first, under [`HEADING`].
    pub fn rows(&self) -> impl Iterator<Item = Vec<Cell>> {
        self.days
            .iter()
            .flat_map(|(day, counts)| counts.iter().map(|(subject, figures)| row(*day, subject, figures)))
    }
}

/// Headings of the statistics as a table.
pub const HEADING: [&str; 9] = [
    "Tag",
    "Gruppe",
    "Benutzer",
    "Anrufe",
    "Angenommen",
    "Erreichbarkeit (%)",
    "Wartezeit im Mittel (s)",
    "Längste Wartezeit (s)",
    "Gesprächsdauer im Mittel (s)",
];

fn row(day: Date, subject: &Subject, figures: &Figures) -> Vec<Cell> {
    let (group, user) = match subject {
        Subject::Group(group) => (Some(group.as_str()), None),
        Subject::User(user) => (None, Some(user.as_str())),
        Subject::Member(group, user) => (Some(group.as_str()), Some(user.as_str())),
    };
    let text = |text: Option<&str>| text.map_or(Cell::Empty, Cell::from);
    let whole = |number: u64| Cell::Whole(i64::try_from(number).unwrap_or(i64::MAX));
    let part = |number: Option<u64>, places| {
        let units = number.map(|number| i64::try_from(number).unwrap_or(i64::MAX));
        units.map_or(Cell::Empty, |units| Cell::Decimal { units, places })
    };
    vec![
        day.to_string().into(),
        text(group),
        text(user),
        whole(figures.offered),
        whole(figures.answered),
        part(figures.reachability(), 1),
        part(figures.mean_wait().map(milliseconds), 3),
        part(Some(figures.longest_wait), 3),
        part(figures.mean_talk().map(milliseconds), 3),
    ]
}

fn subjects(call: &Call) -> impl Iterator<Item = Subject> {
    let group = call.group.clone().map(Subject::Group);
    let user = call.user.clone().map(Subject::User);
    let member = call.group.clone().zip(call.user.clone()).map(|(group, user)| Subject::Member(group, user));
    [group, user, member].into_iter().flatten()
}
