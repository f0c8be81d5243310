//! The itemised list (German: "Einzelverbindungsnachweis"), filtered and as a file.

use std::io::{self, Write};
use std::ops::Range;
use std::time::SystemTime;

use account::{EndpointId, UserId};
use sheet::{Cell, Dialect, WorkbookFailed, csv, workbook};

use crate::rates::{Price, Table};
use crate::{Calendar, Call, Direction, Kind, Outcome, Privacy, money};

/// What to list. Everything by default.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Filter {
    /// Began within.
    pub within: Option<Range<SystemTime>>,
    /// Of this kind only.
    pub kind: Option<Kind>,
    /// This person's only.
    pub user: Option<UserId>,
    /// Through this group or channel only.
    pub group: Option<EndpointId>,
}

impl Filter {
    /// Whether a call is wanted.
    #[must_use]
    pub fn wants(&self, call: &Call) -> bool {
        self.within.as_ref().is_none_or(|within| within.contains(&call.started))
            && self.kind.is_none_or(|kind| call.kind == kind)
            && (self.user.is_none() || self.user == call.user)
            && (self.group.is_none() || self.group == call.group)
    }
}

/// What a list is made with.
#[derive(Clone, Copy, Debug)]
pub struct List<'a> {
    /// Which calls.
    pub filter: &'a Filter,
    /// How much of a number may be shown.
    pub privacy: Privacy,
    /// What calls cost.
    pub rates: &'a Table,
    /// Whose days.
    pub calendar: &'a Calendar,
}

/// Headings, in German, as the files are.
pub const HEADING: [&str; 9] =
    ["Beginn", "Art", "Richtung", "Rufnummer", "Benutzer", "Gruppe", "Dauer (s)", "Ergebnis", "Betrag"];

impl List<'_> {
    /// One row for each call that is wanted and may be shown.
    pub fn rows<'c>(&self, calls: impl IntoIterator<Item = &'c Call>) -> impl Iterator<Item = Vec<Cell>> {
        // The price goes by the whole number, before privacy takes its end away.
        let wanted = calls.into_iter().filter(|call| self.filter.wants(call));
        let shown = wanted
            .filter_map(|call| Some((self.privacy.apply(call)?, self.rates.price(call, self.calendar))));
        shown.map(|(call, price)| self.row(&call, &price))
    }

    fn row(&self, call: &Call, price: &Price<'_>) -> Vec<Cell> {
        let amount = match price {
            Price::Known(amount, _) => Cell::Decimal { units: amount.as_millionths(), places: money::PLACES },
            Price::Free => Cell::Decimal { units: 0, places: money::PLACES },
            Price::NoRate => Cell::Empty,
        };
        let seconds = i64::try_from(call.talked.as_secs()).unwrap_or(i64::MAX);
        vec![
            self.calendar.written(call.started).into(),
            kind(call.kind).into(),
            direction(call.direction).into(),
            call.remote.as_str().into(),
            call.user.as_ref().map_or(Cell::Empty, |user| user.as_str().into()),
            call.group.as_ref().map_or(Cell::Empty, |group| group.as_str().into()),
            Cell::Whole(seconds),
            outcome(call.outcome).into(),
            amount,
        ]
    }

    /// Writes the list as CSV.
    ///
    /// # Errors
    /// When `out` takes no more.
    pub fn csv<'c>(
        &self,
        out: &mut impl Write,
        dialect: Dialect,
        calls: impl IntoIterator<Item = &'c Call>,
    ) -> io::Result<()> {
        let heading = HEADING.map(Cell::from).to_vec();
        csv(out, dialect, std::iter::once(heading).chain(self.rows(calls)))
    }

    /// The list as a workbook; `made` in seconds since 1970.
    ///
    /// # Errors
    /// When it has more rows than Excel.
    pub fn workbook<'c>(
        &self,
        made: i64,
        calls: impl IntoIterator<Item = &'c Call>,
    ) -> Result<Vec<u8>, WorkbookFailed> {
        workbook("Einzelverbindungen", made, &HEADING, self.rows(calls))
    }
}

const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Call => "Anruf",
        Kind::Fax => "Fax",
        Kind::Message => "SMS",
        Kind::Voicemail => "Voicemail",
    }
}

const fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::In => "eingehend",
        Direction::Out => "ausgehend",
        Direction::Inside => "intern",
    }
}

const fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Answered => "angenommen",
        Outcome::Missed => "verpasst",
        Outcome::Busy => "besetzt",
        Outcome::Failed => "fehlgeschlagen",
    }
}
