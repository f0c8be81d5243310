//! XLSX for those who will open it.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, XlsxError};

use crate::Cell;

/// Why a workbook was not written.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum WorkbookFailed {
    /// A sheet of Excel has no more than 1,048,576 rows and 16,384 columns, a cell no more than 32,767 letters.
    #[error("the table is too large for Excel")]
    TooLarge,
}

/// A workbook with one sheet: `heading` in bold and held at the top, the rows below it. `made` in seconds since 1970.
///
/// # Errors
/// When the table is larger than a sheet can be.
pub fn workbook(
    name: &str,
    made: i64,
    heading: &[&str],
    rows: impl IntoIterator<Item = Vec<Cell>>,
) -> Result<Vec<u8>, WorkbookFailed> {
    write(name, made, heading, rows).map_err(|_| WorkbookFailed::TooLarge)
}

fn write(
    name: &str,
    made: i64,
    heading: &[&str],
    rows: impl IntoIterator<Item = Vec<Cell>>,
) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let made = ExcelDateTime::from_timestamp(made)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&made));
    let sheet = book.add_worksheet();
    sheet.set_name(name)?;
    sheet.set_freeze_panes(1, 0)?;
    let bold = Format::new().set_bold();
    for (column, text) in (0..).zip(heading) {
        sheet.write_string_with_format(0, column, *text, &bold)?;
    }
    for (row, cells) in (1..).zip(rows) {
        for (column, cell) in (0..).zip(&cells) {
            put(sheet, row, column, cell)?;
        }
    }
    book.save_to_buffer()
}

/// Text stays text in a workbook whatever it begins with: only formula cells are run, and none is written.
fn put(sheet: &mut rust_xlsxwriter::Worksheet, row: u32, column: u16, cell: &Cell) -> Result<(), XlsxError> {
    match cell {
        Cell::Text(text) => sheet.write_string(row, column, text)?,
        Cell::Whole(number) => sheet.write_number(row, column, float(*number))?,
        Cell::Decimal { units, places } => {
            let shown = format!("0.{}", "0".repeat((*places).min(18) as usize));
            let format = Format::new().set_num_format(shown);
            let power = float(10_i64.pow((*places).min(18)));
            sheet.write_number_with_format(row, column, float(*units) / power, &format)?
        }
        Cell::Empty => return Ok(()),
    };
    Ok(())
}

/// Excel knows no other numbers; amounts below 2^53 ten-thousandths are exact enough to be shown rightly.
#[expect(clippy::cast_precision_loss, reason = "Excel keeps every number as a float")]
const fn float(number: i64) -> f64 {
    number as f64
}
