//! Finds the lines of a message without understanding them.
//!
//! Strict where two readers could disagree about where something ends (line ends, Content-Length,
//! the first line), tolerant everywhere else: a value may hold any byte, also such that are not UTF-8.

use memchr::{memchr, memchr_iter, memchr2};

use crate::name::Name;
use crate::scan::{is_space, is_token, trim};

/// Largest message in bytes. UDP carries no more (65,507), and offsets fit 16 bits.
pub const MAX_MESSAGE: usize = 65_535;
/// Longest header, name and value, in bytes. Digest and Identity headers stay below 4 KiB.
pub const MAX_HEADER: usize = 8 * 1024;
/// Most header lines in a message. Long route lists stay below 100.
pub const MAX_HEADERS: usize = 256;
/// Header places that there is room for at once; an INVITE of a desk phone has 15 to 30.
const USUAL: usize = 40;

/// Why bytes are not a message. [`ParseError::status`] says what the sender is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum ParseError {
    /// Nothing but line ends: a sign of life, not a fault.
    #[error("only line ends")]
    KeepAlive,
    /// More than [`MAX_MESSAGE`] bytes.
    #[error("message too large")]
    TooLarge,
    /// A line of more than [`MAX_HEADER`] bytes.
    #[error("header too long")]
    HeaderTooLong,
    /// More than [`MAX_HEADERS`] lines.
    #[error("too many headers")]
    TooManyHeaders,
    /// The first line is neither a request's nor an answer's.
    #[error("first line malformed")]
    StartLine,
    /// A line without a name and a colon.
    #[error("header line malformed")]
    HeaderLine,
    /// A carriage return or a line feed that stands alone.
    #[error("line end malformed")]
    LineEnd,
    /// The empty line behind the headers is missing.
    #[error("headers end early")]
    Unfinished,
    /// Content-Length is no number, or was given twice.
    #[error("Content-Length malformed")]
    ContentLength,
    /// The body is shorter than its Content-Length.
    #[error("body ends early")]
    BodyMissing,
    /// A message on a stream without Content-Length, so that nobody knows where it ends (RFC 3261 20.14).
    #[error("Content-Length missing")]
    LengthMissing,
}

impl ParseError {
    /// The status that tells the sender, if a request can be told at all.
    #[must_use]
    pub const fn status(self) -> Option<u16> {
        match self {
            Self::KeepAlive => None,
            Self::TooLarge | Self::HeaderTooLong | Self::TooManyHeaders => Some(513),
            Self::LengthMissing => Some(411),
            Self::StartLine
            | Self::HeaderLine
            | Self::LineEnd
            | Self::Unfinished
            | Self::ContentLength
            | Self::BodyMissing => Some(400),
        }
    }
}

/// A place in a message, first byte and the one behind the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Span {
    start: u16,
    end: u16,
}

impl Span {
    /// Both offsets are at most [`MAX_MESSAGE`]; greater ones are cut to it.
    pub(crate) fn new(start: usize, end: usize) -> Self {
        let fit = |offset: usize| u16::try_from(offset).unwrap_or(u16::MAX);
        Self { start: fit(start), end: fit(end) }
    }

    pub(crate) fn of(self, bytes: &[u8]) -> &[u8] {
        bytes.get(usize::from(self.start)..usize::from(self.end)).unwrap_or_default()
    }
}

/// Where a header line is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) name: Name,
    pub(crate) written: Span,
    pub(crate) value: Span,
}

/// Where the parts of the first line are.
#[derive(Debug, Clone, Copy)]
pub(crate) enum StartLine {
    Request { method: Span, uri: Span, version: Span },
    Response { version: Span, status: u16, reason: Span },
}

/// Everything before the body.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) start: StartLine,
    pub(crate) entries: Vec<Entry>,
    /// First byte of the body.
    pub(crate) end: usize,
    pub(crate) content_length: Option<usize>,
}

/// Reads first line and headers up to and with the empty line.
pub(crate) fn head(bytes: &[u8]) -> Result<Head, ParseError> {
    let mut at = skip_line_ends(bytes);
    if at == bytes.len() {
        return Err(ParseError::KeepAlive);
    }
    let first = line_end(bytes, at)?;
    let start = start_line(bytes, at, first).ok_or(ParseError::StartLine)?;
    at = first + 2;
    let mut entries = Vec::with_capacity(USUAL);
    let mut content_length = None;
    while !bytes.get(at..).unwrap_or_default().starts_with(b"\r\n") {
        let end = header_end(bytes, at)?;
        let entry = header(bytes, at, end).ok_or(ParseError::HeaderLine)?;
        if entry.name == Name::ContentLength {
            let length = number(entry.value.of(bytes)).ok_or(ParseError::ContentLength)?;
            if content_length.replace(length).is_some() {
                return Err(ParseError::ContentLength);
            }
        }
        push(&mut entries, entry)?;
        at = end + 2;
    }
    Ok(Head { start, entries, end: at + 2, content_length })
}

/// Reads what can be read of a request that [`head`] refused; broken lines are left out.
pub(crate) fn salvage(bytes: &[u8]) -> Option<Head> {
    let mut at = skip_line_ends(bytes);
    let first = line_end(bytes, at).ok()?;
    let start = start_line(bytes, at, first).or_else(|| broken_request_line(bytes, at, first))?;
    if matches!(start, StartLine::Response { .. }) {
        return None;
    }
    at = first + 2;
    let mut entries = Vec::with_capacity(USUAL);
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty() && !rest.starts_with(b"\r\n")) {
        match header_end(bytes, at) {
            Ok(end) => {
                if let Some(entry) = header(bytes, at, end)
                    && push(&mut entries, entry).is_err()
                {
                    break;
                }
                at = end + 2;
            }
            Err(_) => match behind_folds(rest) {
                Some(length) => at += length,
                None => break,
            },
        }
    }
    Some(Head { start, entries, end: at.min(bytes.len()), content_length: None })
}

/// How long the broken line at the start of `rest` is with all lines folded into it, so that none of them is looked at again.
fn behind_folds(rest: &[u8]) -> Option<usize> {
    memchr_iter(b'\n', rest)
        .map(|place| place + 1)
        .find(|next| !matches!(rest.get(*next), Some(b' ' | b'\t')))
}

pub(crate) fn skip_line_ends(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count()
}

/// The place of the CRLF that ends the line at `at`.
fn line_end(bytes: &[u8], at: usize) -> Result<usize, ParseError> {
    let rest = bytes.get(at..).unwrap_or_default();
    let Some(length) = memchr2(b'\r', b'\n', rest) else {
        return Err(if rest.len() > MAX_HEADER { ParseError::HeaderTooLong } else { ParseError::Unfinished });
    };
    match rest.get(length..length + 2) {
        Some(b"\r\n") if length > MAX_HEADER => Err(ParseError::HeaderTooLong),
        Some(b"\r\n") => Ok(at + length),
        None if rest.get(length) == Some(&b'\r') => Err(ParseError::Unfinished),
        _ => Err(ParseError::LineEnd),
    }
}

/// As [`line_end`], with the folded lines that belong to a header (RFC 3261 7.3.1).
fn header_end(bytes: &[u8], at: usize) -> Result<usize, ParseError> {
    let mut end = line_end(bytes, at)?;
    while matches!(bytes.get(end + 2), Some(b' ' | b'\t')) {
        end = line_end(bytes, end + 2)?;
        if end - at > MAX_HEADER {
            return Err(ParseError::HeaderTooLong);
        }
    }
    Ok(end)
}

/// `Method SP URI SP SIP/x.y` or `SIP/x.y SP Status SP Reason`, exactly one space each (RFC 3261 7.1, 7.2).
fn start_line(bytes: &[u8], at: usize, end: usize) -> Option<StartLine> {
    let line = bytes.get(at..end)?;
    let first = memchr(b' ', line)?;
    let (word, rest) = (line.get(..first)?, line.get(first + 1..)?);
    let rest_at = at + first + 1;
    if is_version(word) {
        return answer_line(rest, rest_at, end, Span::new(at, at + first));
    }
    let second = memchr(b' ', rest)?;
    let version = rest.get(second + 1..)?;
    let whole = is_token(word) && second > 0 && is_version(version);
    whole.then(|| StartLine::Request {
        method: Span::new(at, at + first),
        uri: Span::new(rest_at, rest_at + second),
        version: Span::new(rest_at + second + 1, end),
    })
}

fn answer_line(rest: &[u8], at: usize, end: usize, version: Span) -> Option<StartLine> {
    let (digits, reason) = rest.split_at_checked(3)?;
    let status = u16::try_from(number(digits)?).ok().filter(|status| (100..700).contains(status))?;
    let separated = reason.is_empty() || reason.first() == Some(&b' ');
    let reason_at = (at + 4).min(end);
    separated.then_some(StartLine::Response { version, status, reason: Span::new(reason_at, end) })
}

/// A first line that is meant to be a request's although it is not: its first word and its last.
fn broken_request_line(bytes: &[u8], at: usize, end: usize) -> Option<StartLine> {
    let line = bytes.get(at..end)?;
    let mut words = line.split(|&byte| is_space(byte)).filter(|word| !word.is_empty());
    let (method, version) = (words.next()?, words.next_back()?);
    let meant = is_token(method) && version.get(..4)?.eq_ignore_ascii_case(b"SIP/");
    meant.then(|| StartLine::Request {
        method: Span::new(at, at + method.len()),
        uri: Span::new(at + method.len(), at + method.len()),
        version: Span::default(),
    })
}

/// `SIP/` and two numbers; which version it is decides whoever answers (505).
fn is_version(word: &[u8]) -> bool {
    let Some((b"SIP/" | b"sip/" | b"Sip/", numbers)) = word.split_at_checked(4) else {
        return false;
    };
    let mut parts = numbers.split(|&byte| byte == b'.');
    let digits = |part: Option<&[u8]>| {
        part.is_some_and(|part| !part.is_empty() && part.iter().all(u8::is_ascii_digit))
    };
    digits(parts.next()) && digits(parts.next()) && parts.next().is_none()
}

/// `name HCOLON value`, where white space before the colon is legal (RFC 3261 25.1).
fn header(bytes: &[u8], at: usize, end: usize) -> Option<Entry> {
    let line = bytes.get(at..end)?;
    let colon = line.iter().position(|&byte| byte == b':')?;
    let before = line.get(..colon)?;
    let name_length = before.iter().rposition(|&byte| !is_space(byte))? + 1;
    let written = before.get(..name_length)?;
    let name = Name::of(written);
    // A name that is known is a token.
    if name == Name::Other && !is_token(written) {
        return None;
    }
    let value = line.get(colon + 1..)?;
    let lead = value.iter().position(|&byte| !is_space(byte)).unwrap_or(value.len());
    let length = trim(value).len();
    let value_at = at + colon + 1 + lead;
    Some(Entry {
        name,
        written: Span::new(at, at + name_length),
        value: Span::new(value_at, value_at + length),
    })
}

/// A plain decimal number: digits only, no sign; `None` when it does not fit.
pub(crate) fn number(digits: &[u8]) -> Option<usize> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_usize, |sum, byte| {
        let digit = byte.is_ascii_digit().then(|| usize::from(byte - b'0'))?;
        sum.checked_mul(10)?.checked_add(digit)
    })
}

fn push(entries: &mut Vec<Entry>, entry: Entry) -> Result<(), ParseError> {
    if entries.len() >= MAX_HEADERS {
        return Err(ParseError::TooManyHeaders);
    }
    entries.push(entry);
    Ok(())
}
