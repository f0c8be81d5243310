//! CSV, RFC 4180 and whatever else programs call by that name.

use std::io::Read;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use crate::text::Text;
use crate::{Limits, SheetRefused};

pub(crate) struct Comma<R> {
    text: Text<R>,
    reader: Reader,
    delimiter: u8,
    /// Text that was decoded and not yet cut into rows.
    ahead: Vec<u8>,
    used: usize,
    row: Vec<u8>,
    ends: Vec<usize>,
}

/// Signs that part columns, in the order in which a draw is decided.
const DELIMITERS: [u8; 4] = [b';', b',', b'\t', b'|'];

impl<R: Read> Comma<R> {
    pub(crate) fn new(mut text: Text<R>, limits: &Limits) -> Result<Self, SheetRefused> {
        let ahead = text.next(1)?.to_vec();
        if ahead.is_empty() {
            return Err(SheetRefused::Empty);
        }
        let (delimiter, used) = told(&ahead).unwrap_or_else(|| (guessed(&ahead), 0));
        let reader = ReaderBuilder::new().delimiter(delimiter).build();
        let (row, ends) = (vec![0; limits.row], vec![0; limits.columns]);
        Ok(Self { text, reader, delimiter, ahead, used, row, ends })
    }

    pub(crate) const fn delimiter(&self) -> char {
        self.delimiter as char
    }

    pub(crate) fn encoding(&self) -> &'static str {
        self.text.encoding()
    }

    /// The cells of the next row; `None` at the end.
    pub(crate) fn next(&mut self, number: u32) -> Result<Option<Vec<String>>, SheetRefused> {
        let (mut length, mut count) = (0, 0);
        loop {
            if self.used >= self.ahead.len() {
                self.ahead.clear();
                self.ahead.extend_from_slice(self.text.next(number)?);
                self.used = 0;
            }
            let input = self.ahead.get(self.used..).unwrap_or_default();
            let row = self.row.get_mut(length..).unwrap_or_default();
            let ends = self.ends.get_mut(count..).unwrap_or_default();
            let (result, read, written, ended) = self.reader.read_record(input, row, ends);
            self.used += read;
            length += written;
            count += ended;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => return Err(SheetRefused::RowTooLong(number)),
                ReadRecordResult::OutputEndsFull => return Err(SheetRefused::TooManyColumns(number)),
                ReadRecordResult::Record => return Ok(Some(self.cells(count))),
                ReadRecordResult::End => return Ok(None),
            }
        }
    }

    fn cells(&self, count: usize) -> Vec<String> {
        let mut from = 0;
        let ends = self.ends.iter().take(count);
        let cells = ends.map(|end| {
            let cell = self.row.get(from..*end).unwrap_or_default();
            from = *end;
            String::from_utf8_lossy(cell).into_owned()
        });
        cells.collect()
    }
}

/// Excel's own first line, `sep=;`: the sign and where the table begins.
fn told(text: &[u8]) -> Option<(u8, usize)> {
    let rest = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let skipped = text.len() - rest.len();
    let [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', sign, end @ ..] = rest else { return None };
    let line = match end {
        [b'\r', b'\n', ..] => 2,
        [b'\n' | b'\r', ..] => 1,
        _ => return None,
    };
    Some((*sign, skipped + 5 + line))
}

/// The sign that stands most often in the first line, outside quotation marks.
fn guessed(text: &[u8]) -> u8 {
    let mut counts = [0_usize; DELIMITERS.len()];
    let mut quoted = false;
    for byte in text {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            _ if quoted => {}
            _ => {
                let found = counts.iter_mut().zip(DELIMITERS).find(|(_, sign)| sign == byte);
                found.into_iter().for_each(|(count, _)| *count += 1);
            }
        }
    }
    let most = counts.iter().max().copied().unwrap_or_default();
    let chosen = counts.iter().zip(DELIMITERS).find(|(count, _)| **count == most && most > 0);
    chosen.map_or(b',', |(_, sign)| sign)
}
