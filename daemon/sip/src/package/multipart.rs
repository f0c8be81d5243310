//! Several bodies in one (RFC 2046 5.1).

use super::DocumentRefused;
use crate::scan::{Params, trim, unquoted};

/// More parts than anybody sends.
const MOST_PARTS: usize = 256;
/// Longest boundary (RFC 2046 5.1.1).
const LONGEST_BOUNDARY: usize = 70;

/// One body among several.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Part<'a> {
    /// Its name, by which others refer to it, without brackets; empty for none.
    pub id: String,
    /// Its kind.
    pub kind: &'a str,
    /// What is to be done with it, and whether it may be left alone (RFC 3261 20.11); empty where that is not said.
    pub disposition: &'a str,
    /// The body.
    pub body: &'a [u8],
}

/// Puts parts together. `boundary` must be a word that nobody can guess, or a part could contain it.
#[must_use]
pub fn write(boundary: &str, parts: &[Part<'_>]) -> Vec<u8> {
    let room =
        parts.iter().map(|part| part.body.len() + part.kind.len() + part.id.len() + 128).sum::<usize>();
    let mut out = Vec::with_capacity(room + boundary.len());
    for part in parts {
        out.extend_from_slice(format!("--{boundary}\r\nContent-Transfer-Encoding: binary\r\n").as_bytes());
        if !part.id.is_empty() {
            out.extend_from_slice(format!("Content-ID: <{}>\r\n", part.id).as_bytes());
        }
        if !part.disposition.is_empty() {
            out.extend_from_slice(format!("Content-Disposition: {}\r\n", part.disposition).as_bytes());
        }
        out.extend_from_slice(format!("Content-Type: {}\r\n\r\n", part.kind).as_bytes());
        out.extend_from_slice(part.body);
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    out
}

/// Takes a body apart whose Content-Type is `kind`.
///
/// # Errors
/// [`DocumentRefused`]
pub fn parse<'a>(kind: &'a [u8], body: &'a [u8]) -> Result<Vec<Part<'a>>, DocumentRefused> {
    let boundary = boundary(kind).ok_or(DocumentRefused::Value("boundary"))?;
    let finder = memchr::memmem::Finder::new(&boundary);
    let mut marks =
        finder.find_iter(body).filter(|at| begins_line(body, *at)).map(|at| (at, at + boundary.len()));
    let (_, mut start) = marks.next().ok_or(DocumentRefused::Malformed)?;
    let mut parts = Vec::new();
    for (end, next) in marks {
        parts.push(Part::read(body.get(start..end).unwrap_or_default())?);
        if parts.len() > MOST_PARTS {
            return Err(DocumentRefused::TooLarge);
        }
        start = next;
        if body.get(start..).is_some_and(|rest| rest.starts_with(b"--")) {
            return Ok(parts);
        }
    }
    Err(DocumentRefused::Malformed)
}

/// The delimiter that a Content-Type names, with its two dashes.
fn boundary(kind: &[u8]) -> Option<Vec<u8>> {
    let semicolon = memchr::memchr(b';', kind)?;
    let params = Params::parse(kind.get(semicolon..)?)?;
    let word = unquoted(params.value(b"boundary")?);
    let fits = !word.is_empty() && word.len() <= LONGEST_BOUNDARY;
    fits.then(|| [b"--", &word[..]].concat())
}

fn begins_line(body: &[u8], at: usize) -> bool {
    at == 0 || body.get(at - 1) == Some(&b'\n')
}

impl<'a> Part<'a> {
    fn read(piece: &'a [u8]) -> Result<Self, DocumentRefused> {
        let piece = piece.strip_prefix(b"\r\n").ok_or(DocumentRefused::Malformed)?;
        let piece = piece.strip_suffix(b"\r\n").ok_or(DocumentRefused::Malformed)?;
        let (head, body) = match memchr::memmem::find(piece, b"\r\n\r\n") {
            Some(end) => piece.split_at(end),
            None => return Err(DocumentRefused::Malformed),
        };
        let body = body.get(4..).unwrap_or_default();
        let mut part = Part { id: String::new(), kind: "text/plain", disposition: "", body };
        for line in head.split(|byte| *byte == b'\n') {
            let line = str::from_utf8(trim(line)).map_err(|_| DocumentRefused::Malformed)?;
            let Some((name, value)) = line.split_once(':') else { continue };
            if name.trim().eq_ignore_ascii_case("Content-Type") {
                part.kind = value.trim();
            } else if name.trim().eq_ignore_ascii_case("Content-ID") {
                value.trim().trim_matches(['<', '>']).clone_into(&mut part.id);
            } else if name.trim().eq_ignore_ascii_case("Content-Disposition") {
                part.disposition = value.trim();
            }
        }
        Ok(part)
    }
}
