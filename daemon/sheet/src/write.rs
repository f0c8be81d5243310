//! CSV for those who will open it.

use std::io::{self, Write};

/// Who is going to read the file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Dialect {
    /// A German Excel by double click: byte order mark, semicolon, decimal comma.
    Excel,
    /// A program: comma, decimal point, UTF-8 without mark (RFC 4180).
    Rfc4180,
}

/// One cell to be written.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Cell {
    /// Words; never taken for a formula by whoever opens the file.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// `units` with so many of its digits behind the comma: 12345 and 4 are 1.2345.
    Decimal {
        /// The amount in its smallest part.
        units: i64,
        /// Digits behind the comma, at most 18.
        places: u32,
    },
    /// Nothing.
    Empty,
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

/// Writes a table, one row after the other, lines ended by CR LF.
///
/// # Errors
/// When `out` takes no more.
pub fn csv(
    out: &mut impl Write,
    dialect: Dialect,
    rows: impl IntoIterator<Item = Vec<Cell>>,
) -> io::Result<()> {
    if dialect == Dialect::Excel {
        out.write_all(b"\xef\xbb\xbf")?;
    }
    let (delimiter, comma) = match dialect {
        Dialect::Excel => (';', ','),
        Dialect::Rfc4180 => (',', '.'),
    };
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| quoted(&plain(cell, comma), delimiter)).collect();
        out.write_all(cells.join(delimiter.encode_utf8(&mut [0; 4])).as_bytes())?;
        out.write_all(b"\r\n")?;
    }
    Ok(())
}

fn plain(cell: &Cell, comma: char) -> String {
    match cell {
        Cell::Text(text) => harmless(text),
        Cell::Whole(number) => number.to_string(),
        Cell::Decimal { units, places } => decimal(*units, *places, comma),
        Cell::Empty => String::new(),
    }
}

/// An apostrophe before what a spreadsheet would run: `=`, `+`, `-`, `@`, tab and return in front (OWASP, CSV injection).
/// A telephone number with its plus is no formula, also with its last digits crossed out.
pub(crate) fn harmless(text: &str) -> String {
    let number = |rest: &str| {
        let rest = rest.trim_end_matches('x');
        !rest.is_empty() && rest.chars().all(|c| c.is_ascii_digit() || c == ' ')
    };
    match text.strip_prefix('+') {
        Some(rest) if number(rest) => text.to_owned(),
        _ if text.starts_with(['=', '+', '-', '@', '\t', '\r']) => format!("'{text}"),
        _ => text.to_owned(),
    }
}

fn decimal(units: i64, places: u32, comma: char) -> String {
    let power = 10_u64.pow(places.min(18));
    let sign = if units < 0 { "-" } else { "" };
    let (whole, part) = (units.unsigned_abs() / power, units.unsigned_abs() % power);
    if places == 0 {
        return format!("{sign}{whole}");
    }
    let width = places.min(18) as usize;
    format!("{sign}{whole}{comma}{part:0width$}")
}

fn quoted(text: &str, delimiter: char) -> String {
    if text.contains([delimiter, '"', '\n', '\r']) || text != text.trim() {
        return format!("\"{}\"", text.replace('"', "\"\""));
    }
    text.to_owned()
}
