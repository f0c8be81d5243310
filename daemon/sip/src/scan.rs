//! The small words of the grammar: white space, tokens, quoted strings, lists, parameters.

use std::borrow::Cow;

/// White space, also the line ends inside a folded value.
pub(crate) const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// RFC 3261 25.1 `token`.
pub(crate) fn is_token(bytes: &[u8]) -> bool {
    !bytes.is_empty() && bytes.iter().all(|&byte| is_token_byte(byte))
}

#[inline]
pub(crate) fn is_token_byte(byte: u8) -> bool {
    TOKEN.has(byte)
}

static TOKEN: Letters = Letters::and(b"-.!%*_+`'~");

/// Letters, digits and a few marks, asked for one byte after the other of everything that arrives.
pub(crate) struct Letters([bool; 256]);

impl Letters {
    #[expect(
        clippy::indexing_slicing,
        reason = "evaluated by the compiler, which would refuse a wrong index"
    )]
    pub(crate) const fn and(marks: &[u8]) -> Self {
        let (mut set, mut byte) = ([false; 256], 0_u8);
        while byte < 128 {
            set[byte as usize] = byte.is_ascii_alphanumeric();
            byte += 1;
        }
        let mut at = 0;
        while at < marks.len() {
            set[marks[at] as usize] = true;
            at += 1;
        }
        Self(set)
    }

    #[inline]
    pub(crate) fn has(&self, byte: u8) -> bool {
        self.0.get(usize::from(byte)).is_some_and(|found| *found)
    }
}

/// The bytes without white space around them.
pub(crate) fn trim(bytes: &[u8]) -> &[u8] {
    let mut bytes = bytes;
    while let [first, rest @ ..] = bytes
        && is_space(*first)
    {
        bytes = rest;
    }
    while let [rest @ .., last] = bytes
        && is_space(*last)
    {
        bytes = rest;
    }
    bytes
}

/// Splits at the first `separator`, both sides trimmed.
pub(crate) fn split_once(bytes: &[u8], separator: u8) -> Option<(&[u8], &[u8])> {
    let place = memchr::memchr(separator, bytes)?;
    Some((trim(bytes.get(..place)?), trim(bytes.get(place + 1..)?)))
}

/// Length of the quoted string at the start of `bytes`, both quotes included (RFC 3261 25.1
/// `quoted-string`); `None` when it does not start with a quote or never ends.
pub(crate) fn quoted_length(bytes: &[u8]) -> Option<usize> {
    let mut at = 1;
    bytes.strip_prefix(b"\"")?;
    loop {
        let step = memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        at += step + 1;
        if bytes.get(at - 1) == Some(&b'"') {
            return Some(at);
        }
        at += 1;
    }
}

/// The text of a quoted string without its quotes and escapes; anything else as it is.
#[must_use]
pub fn unquoted(value: &[u8]) -> Cow<'_, [u8]> {
    let Some(inner) = value.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")) else {
        return Cow::Borrowed(value);
    };
    if !inner.contains(&b'\\') {
        return Cow::Borrowed(inner);
    }
    let mut text = Vec::with_capacity(inner.len());
    let mut bytes = inner.iter();
    while let Some(&byte) = bytes.next() {
        let plain = if byte == b'\\' { bytes.next().copied() } else { Some(byte) };
        text.extend(plain);
    }
    Cow::Owned(text)
}

/// The value on one line: a folded line end becomes spaces (RFC 3261 7.3.1).
#[must_use]
pub fn unfolded(value: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr2(b'\r', b'\n', value).is_none() {
        return Cow::Borrowed(value);
    }
    Cow::Owned(value.iter().map(|&byte| if is_space(byte) { b' ' } else { byte }).collect())
}

/// The elements of a comma-separated value; commas in quotes and in angle brackets do not separate.
pub(crate) const fn elements(value: &[u8]) -> Elements<'_> {
    Elements { rest: Some(value) }
}

/// See [`elements`]. Yields empty elements too; whoever reads them decides.
#[derive(Debug, Clone)]
pub(crate) struct Elements<'a> {
    rest: Option<&'a [u8]>,
}

impl<'a> Iterator for Elements<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let rest = self.rest.take()?;
        let end = end_of_part(rest, b',');
        self.rest = rest.get(end + 1..);
        rest.get(..end).map(trim)
    }
}

/// Where the part at the start of `bytes` ends: at the first `separator` that is neither in quotes
/// nor in angle brackets, or at the end.
pub(crate) fn end_of_part(bytes: &[u8], separator: u8) -> usize {
    let mut at = 0;
    while let Some(rest) = bytes.get(at..)
        && let Some(step) = memchr::memchr3(separator, b'"', b'<', rest)
    {
        let found = rest.get(step..).unwrap_or_default();
        at += step
            + match found.first() {
                Some(b'"') => quoted_length(found).unwrap_or(found.len()),
                Some(b'<') => memchr::memchr(b'>', found).unwrap_or(found.len()),
                _ => return at + step,
            };
    }
    bytes.len()
}

/// `;name=value` parameters behind an address, a Via or a URI, in the order they stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Params<'a>(&'a [u8]);

/// One parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Param<'a> {
    /// Its name as written; names are compared without case.
    pub name: &'a [u8],
    /// Its value as written, with quotes if it has any; `None` for a bare word.
    pub value: Option<&'a [u8]>,
}

impl<'a> Params<'a> {
    /// Takes text that is empty or starts with a semicolon; `None` for anything else.
    #[must_use]
    pub fn parse(bytes: &'a [u8]) -> Option<Self> {
        match trim(bytes) {
            [] => Some(Self(b"")),
            [b';', rest @ ..] => Some(Self(rest)),
            _ => None,
        }
    }

    /// Every parameter, also those with an empty name that a careless sender left between two semicolons.
    pub fn iter(self) -> impl Iterator<Item = Param<'a>> {
        let mut rest = (!self.0.is_empty()).then_some(self.0);
        std::iter::from_fn(move || {
            let bytes = rest.take()?;
            let end = end_of_part(bytes, b';');
            rest = bytes.get(end + 1..);
            bytes.get(..end).map(Param::read)
        })
    }

    /// The parameter of this name.
    #[must_use]
    pub fn find(self, name: &[u8]) -> Option<Param<'a>> {
        self.iter().find(|param| param.name.eq_ignore_ascii_case(name))
    }

    /// The value of the parameter of this name; `None` also for a bare word.
    #[must_use]
    pub fn value(self, name: &[u8]) -> Option<&'a [u8]> {
        self.find(name)?.value
    }

    /// True when the parameter is there, with or without a value.
    #[must_use]
    pub fn has(self, name: &[u8]) -> bool {
        self.find(name).is_some()
    }

    /// The parameters as they stand, without the first semicolon.
    #[must_use]
    pub const fn raw(self) -> &'a [u8] {
        self.0
    }

    /// True when every parameter has a name of token characters and closed quotes.
    pub(crate) fn well_formed(self) -> bool {
        self.iter().all(|param| {
            let value_fits = param.value.is_none_or(|value| {
                !value.is_empty()
                    && (value.first() != Some(&b'"') || quoted_length(value) == Some(value.len()))
            });
            !param.name.is_empty() && param.name.iter().all(|&byte| is_param_byte(byte)) && value_fits
        })
    }
}

/// Tokens, and what URI parameters allow besides (RFC 3261 25.1 `param-unreserved`).
fn is_param_byte(byte: u8) -> bool {
    is_token_byte(byte) || matches!(byte, b'[' | b']' | b'/' | b':' | b'&' | b'$' | b'(' | b')')
}

impl<'a> Param<'a> {
    fn read(part: &'a [u8]) -> Self {
        match split_once(part, b'=') {
            Some((name, value)) => Self { name, value: Some(value) },
            None => Self { name: trim(part), value: None },
        }
    }
}

#[cfg(test)]
mod tests;
