//! A description cut into its lines.

use memchr::{memchr, memchr3};

/// Lines of a description, in order, empty ones skipped.
#[derive(Clone, Debug)]
pub(super) struct Lines<'a> {
    rest: &'a [u8],
    number: usize,
}

/// One line: its letter and what follows the equals sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// Counted from one, empty lines included.
    pub(super) number: usize,
    /// `v`, `o`, `m`, `a`, ... or zero when the line is not of that form.
    pub(super) letter: u8,
    /// The text, without the line's end.
    pub(super) value: &'a [u8],
}

impl<'a> Lines<'a> {
    pub(super) fn of(text: &'a [u8]) -> Self {
        Self { rest: text, number: 0 }
    }

    fn cut(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        self.number += 1;
        let end = memchr(b'\n', self.rest).unwrap_or(self.rest.len());
        let (line, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest.get(1..).unwrap_or_default();
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        let mut text = self.cut()?;
        while text.is_empty() {
            text = self.cut()?;
        }
        let (letter, value) = match text {
            [letter, b'=', value @ ..] if letter.is_ascii_alphabetic() && is_one_line(value) => {
                (*letter, value)
            }
            _ => (0, text),
        };
        Some(Line { number: self.number, letter, value })
    }
}

impl<'a> Line<'a> {
    /// Name and value of an attribute line.
    pub(super) fn attribute(&self) -> Option<(&'a [u8], &'a [u8])> {
        if self.letter != b'a' {
            return None;
        }
        let end = memchr(b':', self.value).unwrap_or(self.value.len());
        Some((self.value.get(..end)?, self.value.get(end + 1..).unwrap_or_default()))
    }
}

/// Whether no other reader could take a byte of it for the end of the line or of the text.
fn is_one_line(value: &[u8]) -> bool {
    memchr3(b'\r', 0x0b, 0x0c, value).is_none() && memchr(0, value).is_none()
}

/// Words between blanks, as text; bytes that are not text end the words.
pub(super) fn words(value: &[u8]) -> impl Iterator<Item = &str> {
    value
        .split(|byte| matches!(byte, b' ' | b'\t'))
        .filter(|word| !word.is_empty())
        .map_while(|word| std::str::from_utf8(word).ok())
}
