//! Tables as office programs exchange them: CSV of every dialect and XLSX, in and out.
//!
//! ```text
//!   upload ──bytes──> Sheet ──rows of text──> directory, billing
//!   directory, billing ──rows of cells──> csv / workbook ──bytes──> download
//! ```
//!
//! In go bytes from anybody; out come rows of plain text with the row's number, or a refusal that says whose fault it is.
//! It refuses to know what a column means. Memory is bounded by [`Limits`], whatever is sent.

mod comma;
mod excel;
mod limits;
mod refused;
mod sheet;
mod text;
mod workbook;
mod write;

pub use limits::Limits;
pub use refused::{Fault, SheetRefused};
pub use sheet::{Form, Row, Sheet};
pub use workbook::{WorkbookFailed, workbook};
pub use write::{Cell, Dialect, csv};

#[cfg(test)]
mod tests;
