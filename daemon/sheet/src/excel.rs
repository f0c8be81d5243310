//! XLSX: the first sheet of a workbook as rows of text (ECMA-376, read by calamine).

use std::io::{self, Cursor, Read};

use calamine::{DataRef, Reader as _, Xlsx};
use zip::ZipArchive;

use crate::text::fill;
use crate::{Limits, SheetRefused};

/// How every workbook begins.
pub(crate) const SIGN: &[u8] = b"PK\x03\x04";

/// Reads a whole workbook. It is unpacked once into nothing to learn its true size before anything is built from it.
pub(crate) fn rows(
    mut source: impl Read,
    mut first: Vec<u8>,
    limits: &Limits,
) -> Result<Vec<Vec<String>>, SheetRefused> {
    let most = usize::try_from(limits.workbook).unwrap_or(usize::MAX);
    fill(&mut source, &mut first, most.saturating_add(1))?;
    if first.len() > most {
        return Err(SheetRefused::TooLong(limits.workbook));
    }
    weigh(&first, limits)?;
    let mut book = Xlsx::new(Cursor::new(first)).map_err(|_| SheetRefused::Workbook)?;
    let name = book.sheet_names().first().cloned().ok_or(SheetRefused::Empty)?;
    let mut cells = book.worksheet_cells_reader(&name).map_err(|_| SheetRefused::Workbook)?;
    let mut table = Table { rows: Vec::new(), bytes: 0, limits };
    while let Some(cell) = cells.next_cell().map_err(|_| SheetRefused::Workbook)? {
        let text = text(cell.get_value());
        if !text.is_empty() {
            let (row, column) = cell.get_position();
            table.put(row, column, text)?;
        }
    }
    Ok(table.rows)
}

fn weigh(bytes: &[u8], limits: &Limits) -> Result<(), SheetRefused> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| SheetRefused::Workbook)?;
    if archive.len() > limits.parts {
        return Err(SheetRefused::Workbook);
    }
    let mut left = limits.unpacked;
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(|_| SheetRefused::Workbook)?;
        let mut part = part.take(left.saturating_add(1));
        let size = io::copy(&mut part, &mut io::sink()).map_err(|_| SheetRefused::Workbook)?;
        left = left.checked_sub(size).ok_or(SheetRefused::Bomb(limits.unpacked))?;
    }
    Ok(())
}

/// Rows as they come. A cell at the far end of a sheet costs its row, not the empty sheet before it.
struct Table<'a> {
    rows: Vec<Vec<String>>,
    bytes: u64,
    limits: &'a Limits,
}

impl Table<'_> {
    fn put(&mut self, row: u32, column: u32, text: String) -> Result<(), SheetRefused> {
        let [row_at, column_at] = [row, column].map(|at| usize::try_from(at).unwrap_or(usize::MAX));
        let number = row.saturating_add(1);
        if number > self.limits.rows {
            return Err(SheetRefused::TooManyRows(self.limits.rows));
        }
        if column_at >= self.limits.columns {
            return Err(SheetRefused::TooManyColumns(number));
        }
        if text.len() > self.limits.row {
            return Err(SheetRefused::RowTooLong(number));
        }
        self.bytes = self.bytes.saturating_add(text.len() as u64 + size_of::<String>() as u64);
        if self.bytes > self.limits.unpacked {
            return Err(SheetRefused::Bomb(self.limits.unpacked));
        }
        if self.rows.len() <= row_at {
            self.rows.resize_with(row_at + 1, Vec::new);
        }
        let Some(cells) = self.rows.get_mut(row_at) else { return Ok(()) };
        if cells.len() <= column_at {
            cells.resize_with(column_at + 1, String::new);
        }
        if let Some(cell) = cells.get_mut(column_at) {
            *cell = text;
        }
        Ok(())
    }
}

fn text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Int(number) => number.to_string(),
        // Whole numbers are shown whole, as a telephone number kept as a number must be.
        DataRef::Float(number) => format!("{number}"),
        DataRef::Bool(truth) => if *truth { "TRUE" } else { "FALSE" }.to_owned(),
        DataRef::DateTime(moment) => {
            let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
            match (hour, minute, second) {
                (0, 0, 0) => format!("{year:04}-{month:02}-{day:02}"),
                _ => format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"),
            }
        }
        DataRef::Error(error) => error.to_string(),
    }
}
