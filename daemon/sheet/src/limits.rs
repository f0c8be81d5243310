//! How much is taken from one file.

/// Bounds on one file. With the defaults a file costs at most 100 KiB when it is text; a workbook costs at most its own
/// 8 MiB, about three times the 32 MiB it may unpack to, and nothing that it merely claims.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    /// Longest text file, bytes. 10,000 contacts in Outlook's ninety columns are 5 MB.
    pub text: u64,
    /// Longest workbook as it is sent, bytes.
    pub workbook: u64,
    /// Most that the parts of a workbook unpack to, bytes.
    pub unpacked: u64,
    /// Most parts in a workbook; Excel writes a dozen.
    pub parts: usize,
    /// Most rows, the heading among them.
    pub rows: u32,
    /// Most columns; Outlook has ninety, Google a hundred.
    pub columns: usize,
    /// Longest row, bytes.
    pub row: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            text: 64 << 20,
            workbook: 8 << 20,
            unpacked: 32 << 20,
            parts: 500,
            rows: 100_001,
            columns: 512,
            row: 64 << 10,
        }
    }
}
