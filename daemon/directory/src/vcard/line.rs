//! Lines of a vCard as they were before folding (RFC 6350 3.2; versit 2.1 2.1.3).

use std::io::Read;

use sheet::SheetRefused;

/// Longest line kept, bytes; what follows (a picture) is read and dropped.
const LONGEST: usize = 16 << 10;
const WINDOW: usize = 16 << 10;

/// One logical line.
#[derive(Debug, Default)]
pub(super) struct Line {
    pub(super) bytes: Vec<u8>,
    /// It was longer than what is kept.
    pub(super) cut: bool,
}

pub(super) struct Lines<R> {
    source: R,
    window: Vec<u8>,
    used: usize,
    taken: u64,
    limit: u64,
    /// The line after the one that was given last, known to begin a new one.
    ahead: Option<Line>,
}

impl<R: Read> Lines<R> {
    pub(super) const fn new(source: R, limit: u64) -> Self {
        Self { source, window: Vec::new(), used: 0, taken: 0, limit, ahead: None }
    }

    /// The next line with everything that was folded onto it.
    pub(super) fn next(&mut self, row: u32) -> Result<Option<Line>, SheetRefused> {
        let first = match self.ahead.take() {
            Some(line) => Some(line),
            None => self.physical(row)?,
        };
        let Some(mut line) = first else { return Ok(None) };
        loop {
            let soft = is_quoted_printable(&line.bytes) && line.bytes.last() == Some(&b'=');
            let Some(next) = self.physical(row)? else { return Ok(Some(line)) };
            let rest = match next.bytes.split_first() {
                _ if soft => {
                    line.bytes.pop();
                    next.bytes.as_slice()
                }
                Some((b' ' | b'\t', rest)) => rest,
                _ => {
                    self.ahead = Some(next);
                    return Ok(Some(line));
                }
            };
            line.cut |= next.cut;
            append(&mut line, rest);
        }
    }

    /// One line as it stands in the file, without its end.
    fn physical(&mut self, row: u32) -> Result<Option<Line>, SheetRefused> {
        let mut line = Line::default();
        let mut any = false;
        loop {
            if self.used >= self.window.len() && !self.refill(row)? {
                return Ok(any.then_some(line));
            }
            any = true;
            let rest = self.window.get(self.used..).unwrap_or_default();
            let end = rest.iter().position(|byte| *byte == b'\n');
            let piece = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
            append(&mut line, piece);
            self.used += piece.len() + usize::from(end.is_some());
            if end.is_some() {
                line.bytes.pop_if(|byte| *byte == b'\r');
                return Ok(Some(line));
            }
        }
    }

    fn refill(&mut self, row: u32) -> Result<bool, SheetRefused> {
        self.window.clear();
        self.used = 0;
        (&mut self.source).take(WINDOW as u64).read_to_end(&mut self.window)?;
        self.taken = self.taken.saturating_add(self.window.len() as u64);
        if self.taken > self.limit {
            return Err(SheetRefused::TooLong(self.limit));
        }
        if self.window.contains(&0) {
            return Err(SheetRefused::Nul(row.max(1)));
        }
        Ok(!self.window.is_empty())
    }
}

fn append(line: &mut Line, piece: &[u8]) {
    let room = LONGEST.saturating_sub(line.bytes.len());
    line.cut |= piece.len() > room;
    line.bytes.extend(piece.iter().take(room));
}

/// Whether the parameters, before the colon, say quoted-printable.
pub(super) fn is_quoted_printable(line: &[u8]) -> bool {
    let head = line.split(|byte| *byte == b':').next().unwrap_or_default();
    let word = b"QUOTED-PRINTABLE";
    head.windows(word.len()).any(|part| part.eq_ignore_ascii_case(word))
}
