//! A file somebody chose, row by row.

use std::io::Read;

use crate::comma::Comma;
use crate::text::{Text, fill};
use crate::{Limits, SheetRefused, excel};

/// What a file turned out to be, for the admin to see.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Form {
    /// Text with columns parted by a sign.
    Csv {
        /// `;`, `,`, tab or `|`.
        delimiter: char,
        /// By its name in the WHATWG Encoding Standard, `UTF-8`, `windows-1252`; `ASCII` while nothing else was needed.
        encoding: &'static str,
    },
    /// A workbook; its first sheet is read.
    Xlsx,
}

/// One row.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Row {
    /// Which one, the first is 1; blank lines of a CSV are not counted.
    pub number: u32,
    /// Its cells, spaces around them removed.
    pub cells: Vec<String>,
}

/// A table being read. Ask [`Sheet::next_row`] until it answers `None` or refuses.
pub struct Sheet<R> {
    source: Source<R>,
    limits: Limits,
    row: u32,
}

enum Source<R> {
    Comma(Box<Comma<R>>),
    Book(std::vec::IntoIter<Vec<String>>),
}

impl<R: Read> Sheet<R> {
    /// Looks at the first bytes and decides what the file is.
    ///
    /// # Errors
    /// When it is empty, something else altogether, or a workbook beyond the limits.
    pub fn open(mut source: R, limits: Limits) -> Result<Self, SheetRefused> {
        let mut first = Vec::new();
        fill(&mut source, &mut first, 4 << 10)?;
        let source = if first.starts_with(excel::SIGN) {
            Source::Book(excel::rows(source, first, &limits)?.into_iter())
        } else {
            Source::Comma(Box::new(Comma::new(Text::new(source, first, &limits)?, &limits)?))
        };
        Ok(Self { source, limits, row: 0 })
    }

    /// What the file turned out to be.
    #[must_use]
    pub fn form(&self) -> Form {
        match &self.source {
            Source::Comma(comma) => Form::Csv { delimiter: comma.delimiter(), encoding: comma.encoding() },
            Source::Book(_) => Form::Xlsx,
        }
    }

    /// The next row that has something in it.
    ///
    /// # Errors
    /// When the file goes beyond the limits, holds NUL bytes or breaks off.
    pub fn next_row(&mut self) -> Result<Option<Row>, SheetRefused> {
        loop {
            let number = self.row.saturating_add(1);
            let cells = match &mut self.source {
                Source::Comma(comma) => comma.next(number)?,
                Source::Book(rows) => rows.next(),
            };
            let Some(cells) = cells else { return Ok(None) };
            if number > self.limits.rows {
                return Err(SheetRefused::TooManyRows(self.limits.rows));
            }
            self.row = number;
            let cells: Vec<String> = cells.iter().map(|cell| cell.trim().to_owned()).collect();
            if cells.iter().any(|cell| !cell.is_empty()) {
                return Ok(Some(Row { number, cells }));
            }
        }
    }
}

impl<R> std::fmt::Debug for Sheet<R> {
    /// The row it stands at; cells hold names and numbers of people.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sheet").field("row", &self.row).finish_non_exhaustive()
    }
}
