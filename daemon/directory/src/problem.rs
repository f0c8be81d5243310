//! What is wrong with a cell, and who mends it how.

use account::DiallingRefused;

/// What is wrong. Every one is in the file, so whoever made the file can mend it.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Trouble {
    /// Not a telephone number; the cell is left out.
    #[error("{0}; write it as +49 30 123456")]
    Number(DiallingRefused),
    /// A cell that a spreadsheet would run; the whole row is left out.
    #[error("this is a formula; paste the table as values")]
    Formula,
    /// Letters were lost when the file was saved; save it as UTF-8.
    #[error("letters were lost when this file was saved; save it as UTF-8")]
    LostLetter,
    /// Longer than the limit, cut.
    #[error("the text is too long and was cut")]
    TooLong,
    /// No e-mail address; the cell is left out.
    #[error("this is no e-mail address")]
    Email,
    /// Neither name nor company; the row is left out.
    #[error("neither a name nor a company stands in this row")]
    NoName,
    /// No number that can be called; the row is left out.
    #[error("no number that can be called stands in this row")]
    NoNumber,
}

impl Trouble {
    /// Its name for programs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Number(_) => "number",
            Self::Formula => "formula",
            Self::LostLetter => "lost_letter",
            Self::TooLong => "too_long",
            Self::Email => "email",
            Self::NoName => "no_name",
            Self::NoNumber => "no_number",
        }
    }

    /// Whether the whole row is left out, rather than the cell.
    #[must_use]
    pub const fn loses_row(&self) -> bool {
        match self {
            Self::Formula | Self::NoName | Self::NoNumber => true,
            Self::Number(_) | Self::LostLetter | Self::TooLong | Self::Email => false,
        }
    }
}

/// One of them, and where.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Problem {
    /// The row of the sheet, or which card of a vCard file; the first is 1.
    pub row: u32,
    /// The column, the first is 0; absent when it concerns the whole row.
    pub column: Option<usize>,
    /// What is wrong.
    pub trouble: Trouble,
}

/// Problems kept one by one; more than that are counted.
pub(crate) const MOST: usize = 1000;

/// Whether a spreadsheet would run this cell (OWASP, CSV injection): `=...` always, and `+`, `-`, `@` before anything that
/// calls. A telephone number, a dash and a nickname are none.
pub(crate) fn is_formula(cell: &str) -> bool {
    let calls =
        |rest: &str| rest.contains(['(', '!', '|']) && rest.contains(|c: char| c.is_ascii_alphabetic());
    let cell = cell.trim_start_matches(['\t', '\r', '\'']);
    match cell.strip_prefix(['+', '-', '@']) {
        Some(rest) => calls(rest),
        None => cell.starts_with('=') && cell.len() > 1,
    }
}
