//! Many people at once: a staff list becomes a table to look over; nothing leaves before every cell is right.
//!
//! The cloud creates people itself, from a file in its own format ([`HandOff::cloud`]). What only the box knows (extension,
//! location, phone) waits here until the person appears in the mirrored account ([`HandOff::arrived`]).

mod graph;
mod hand_off;
mod read;
mod workspace;

use account::{Dialling, Extension};

pub use graph::{Page, graph};
pub use hand_off::{Assignment, HandOff, NotAList, NotReady};
pub use read::people;
pub use workspace::google;

use crate::draft::is_email;
use crate::problem::is_formula;

/// What a cell of the table holds.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Column {
    /// Given name; must be there.
    Given,
    /// Family name; must be there.
    Family,
    /// The address to log in with; must be there, once.
    Email,
    /// A short number of theirs.
    Extension,
    /// The location they work at, by its name.
    Location,
    /// The phone on their desk, by its hardware address.
    Device,
}

impl Column {
    /// All, in the order of the table.
    pub const ALL: [Self; 6] =
        [Self::Given, Self::Family, Self::Email, Self::Extension, Self::Location, Self::Device];
}

/// What is wrong with a cell.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CellFault {
    /// It must not be empty.
    #[error("this must be filled in")]
    Missing,
    /// No e-mail address.
    #[error("this is no e-mail address")]
    Email,
    /// Somebody else in the table has it.
    #[error("the same as in row {0}")]
    Twice(u32),
    /// Somebody in the account has it.
    #[error("somebody in the account has this already")]
    Taken,
    /// No extension: two to six digits.
    #[error("an extension has two to six digits")]
    Extension,
    /// An extension that the cloud forbids, because it begins like an emergency or service number.
    #[error("no extension may begin like this: it would hide an emergency or service number")]
    Forbidden,
    /// The account has no location of this name.
    #[error("the account has no location of this name")]
    Location,
    /// No hardware address: twelve hexadecimal digits.
    #[error("a phone's hardware address has twelve digits from 0 to F")]
    Device,
    /// A cell that a spreadsheet would run.
    #[error("this is a formula")]
    Formula,
    /// Longer than a hundred letters.
    #[error("this is too long")]
    TooLong,
}

impl CellFault {
    /// Its name for programs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Email => "email",
            Self::Twice(_) => "twice",
            Self::Taken => "taken",
            Self::Extension => "extension",
            Self::Forbidden => "forbidden",
            Self::Location => "location",
            Self::Device => "device",
            Self::Formula => "formula",
            Self::TooLong => "too_long",
        }
    }

    /// The row it concerns besides its own.
    #[must_use]
    pub const fn other_row(self) -> Option<u32> {
        if let Self::Twice(row) = self { Some(row) } else { None }
    }
}

/// A cell as given, and what is wrong with it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ReviewCell {
    /// As given, spaces around it removed.
    pub text: String,
    /// Absent when it is right.
    pub fault: Option<CellFault>,
}

/// One person.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ReviewRow {
    /// The row of the sheet, or the place in the list; the first is 1.
    pub number: u32,
    /// One for each of [`Column::ALL`].
    pub cells: [ReviewCell; 6],
}

impl ReviewRow {
    /// The text of a cell.
    #[must_use]
    pub fn text(&self, column: Column) -> &str {
        self.cells.get(column as usize).map_or("", |cell| cell.text.as_str())
    }

    fn mark(&mut self, column: Column, fault: CellFault) {
        if let Some(cell) = self.cells.get_mut(column as usize) {
            cell.fault.get_or_insert(fault);
        }
    }
}

/// What the account has already, to check against.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Addresses people log in with, in small letters.
    pub emails: Vec<String>,
    /// Extensions in use.
    pub extensions: Vec<Extension>,
    /// Names of locations.
    pub locations: Vec<String>,
}

/// The table to look over.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Review {
    /// Everybody, in the order given.
    pub rows: Vec<ReviewRow>,
}

/// Longest text of a cell, letters.
const LONGEST: usize = 100;

impl Review {
    /// Checks every cell against its kind, the rest of the table and the account.
    #[must_use]
    pub fn new(mut rows: Vec<ReviewRow>, known: &Known) -> Self {
        for row in &mut rows {
            check(row, known);
        }
        for column in [Column::Email, Column::Extension, Column::Device] {
            mark_twice(&mut rows, column);
        }
        Self { rows }
    }

    /// Replaces the text of some cells (row from 0, column, text) and checks the table again.
    #[must_use]
    pub fn corrected<'t>(
        mut self,
        cells: impl IntoIterator<Item = (usize, Column, &'t str)>,
        known: &Known,
    ) -> Self {
        for (row, column, text) in cells {
            if let Some(cell) = self.rows.get_mut(row).and_then(|row| row.cells.get_mut(column as usize)) {
                text.trim().clone_into(&mut cell.text);
            }
        }
        self.rows.iter_mut().flat_map(|row| &mut row.cells).for_each(|cell| cell.fault = None);
        Self::new(self.rows, known)
    }

    /// Whether nothing is wrong and there is somebody.
    #[must_use]
    pub fn is_green(&self) -> bool {
        !self.rows.is_empty() && self.rows.iter().flat_map(|row| &row.cells).all(|cell| cell.fault.is_none())
    }
}

fn check(row: &mut ReviewRow, known: &Known) {
    for column in Column::ALL {
        let text = row.text(column).to_owned();
        if let Some(fault) = fault(column, &text, known) {
            row.mark(column, fault);
        }
    }
}

fn fault(column: Column, text: &str, known: &Known) -> Option<CellFault> {
    if is_formula(text) {
        return Some(CellFault::Formula);
    }
    if text.chars().count() > LONGEST {
        return Some(CellFault::TooLong);
    }
    match column {
        Column::Given | Column::Family => text.is_empty().then_some(CellFault::Missing),
        Column::Email if text.is_empty() => Some(CellFault::Missing),
        Column::Email if !is_email(text) => Some(CellFault::Email),
        Column::Email => known.emails.contains(&text.to_lowercase()).then_some(CellFault::Taken),
        _ if text.is_empty() => None,
        Column::Extension => extension_fault(text, known),
        Column::Location => (!known.locations.iter().any(|name| name == text)).then_some(CellFault::Location),
        Column::Device => hardware_address(text).is_none().then_some(CellFault::Device),
    }
}

fn extension_fault(text: &str, known: &Known) -> Option<CellFault> {
    let Ok(extension) = text.parse::<Extension>() else { return Some(CellFault::Extension) };
    if is_forbidden(extension.as_str()) {
        return Some(CellFault::Forbidden);
    }
    known.extensions.contains(&extension).then_some(CellFault::Taken)
}

/// 110 to 119, N11, 999 and 9900 to 9999, also in front of more digits, as the cloud has it.
fn is_forbidden(digits: &str) -> bool {
    digits.starts_with("11") && digits.len() > 2
        || digits.starts_with("99") && digits.len() > 2
        || matches!(digits.as_bytes(), [b'2'..=b'9', b'1', b'1', ..])
}

/// Twelve hexadecimal digits in small letters, however they were grouped.
pub(crate) fn hardware_address(text: &str) -> Option<String> {
    let plain: String = text.chars().filter(|c| !matches!(c, ':' | '-' | '.' | ' ')).collect();
    let fine = plain.len() == 12 && plain.bytes().all(|byte| byte.is_ascii_hexdigit());
    fine.then(|| plain.to_lowercase())
}

fn mark_twice(rows: &mut [ReviewRow], column: Column) {
    let mut first = std::collections::HashMap::new();
    for row in rows {
        let text = row.text(column).to_lowercase();
        let text = if column == Column::Device { hardware_address(&text).unwrap_or(text) } else { text };
        if text.is_empty() {
            continue;
        }
        let before = *first.entry(text).or_insert(row.number);
        if before != row.number {
            row.mark(column, CellFault::Twice(before));
        }
    }
}

/// The extension that a telephone number in a company's directory ends with: the digits behind the last `-`, or behind the
/// company's own number.
fn extension_of(number: &str, here: &Dialling) -> String {
    let tail = number.rsplit_once('-').map(|(_, tail)| tail.trim()).unwrap_or_default();
    let is_line = here.read(number).is_ok() && tail.parse::<Extension>().is_ok() && tail != "0";
    if is_line && tail.len() <= 4 { tail.to_owned() } else { String::new() }
}

#[cfg(test)]
mod tests;
