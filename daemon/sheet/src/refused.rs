//! Why a file was not read to its end.

use std::io;

/// Who can mend it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fault {
    /// Whoever made the file: choose another one or save it differently.
    File,
    /// The way the file came: send it again.
    Upload,
}

/// Why a file was refused. What was read before stays read; nothing after it was looked at.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SheetRefused {
    /// Nothing stands in it.
    #[error("the file is empty")]
    Empty,
    /// Longer than the limit, in bytes.
    #[error("the file is longer than {0} bytes")]
    TooLong(u64),
    /// More rows than the limit.
    #[error("the file has more than {0} rows")]
    TooManyRows(u32),
    /// More columns than the limit, in this row.
    #[error("row {0} has too many columns")]
    TooManyColumns(u32),
    /// A row longer than the limit; most often a quotation mark that is never closed.
    #[error("row {0} is too long: is a quotation mark not closed?")]
    RowTooLong(u32),
    /// A NUL byte, which no text holds; near this row.
    #[error("there are NUL bytes near row {0}: this is no text file")]
    Nul(u32),
    /// A PDF, an old Excel file, a picture: something else by its first bytes.
    #[error("neither CSV nor XLSX; save it as one of these")]
    OtherFormat,
    /// A workbook that unpacks to more than the limit, in bytes.
    #[error("the workbook unpacks to more than {0} bytes")]
    Bomb(u64),
    /// A workbook that cannot be read as one, or that needs a password.
    #[error("the workbook is damaged or protected by a password")]
    Workbook,
    /// The bytes stopped coming.
    #[error("the upload broke off: {0}")]
    Upload(io::ErrorKind),
}

impl SheetRefused {
    /// Who can mend it.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::Upload(_) => Fault::Upload,
            Self::Empty
            | Self::TooLong(_)
            | Self::TooManyRows(_)
            | Self::TooManyColumns(_)
            | Self::RowTooLong(_)
            | Self::Nul(_)
            | Self::OtherFormat
            | Self::Bomb(_)
            | Self::Workbook => Fault::File,
        }
    }
}

impl From<io::Error> for SheetRefused {
    fn from(why: io::Error) -> Self {
        Self::Upload(why.kind())
    }
}
