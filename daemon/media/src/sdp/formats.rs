//! A description with other payload types in its voice, all other lines as they came.

use super::line::{Line, words};
use super::{LONGEST, Session};

/// The voice at this place carries `numbers` alone, in this order; lines about other numbers go, and so do attributes that
/// `keeps` does not want. What is in `last` stands at its end.
pub(super) fn write(
    session: &Session,
    voice: usize,
    numbers: &[u8],
    keeps: impl Fn(&[u8]) -> bool,
    last: Option<&[u8]>,
) -> Vec<u8> {
    let mut out = Vec::with_capacity(LONGEST.min(session.text.len() + 16));
    let mut passed = None;
    let close = |out: &mut Vec<u8>, passed| {
        last.into_iter().filter(|_| passed == Some(voice)).for_each(|last| put(out, b'a', last));
    };
    for line in session.lines() {
        if line.letter == b'm' {
            close(&mut out, passed);
            passed = Some(passed.map_or(0, |media| media + 1));
        }
        if passed != Some(voice) {
            put(&mut out, line.letter, line.value);
        } else if line.letter == b'm' {
            put(&mut out, b'm', media(line, numbers).as_bytes());
        } else if belongs(line, numbers, &keeps) {
            put(&mut out, line.letter, line.value);
        }
    }
    close(&mut out, passed);
    out
}

fn media(line: Line<'_>, numbers: &[u8]) -> String {
    let front = words(line.value).take(3).collect::<Vec<_>>().join(" ");
    numbers.iter().fold(front, |text, number| format!("{text} {number}"))
}

fn belongs(line: Line<'_>, numbers: &[u8], keeps: impl Fn(&[u8]) -> bool) -> bool {
    let Some((name, value)) = line.attribute() else { return true };
    match name {
        b"rtpmap" | b"fmtp" | b"rtcp-fb" => {
            let number = words(value).next().and_then(|word| word.parse::<u8>().ok());
            number.is_none_or(|number| numbers.contains(&number))
        }
        _ => keeps(name),
    }
}

fn put(out: &mut Vec<u8>, letter: u8, value: &[u8]) {
    out.extend_from_slice(&[letter, b'=']);
    out.extend_from_slice(value);
    out.extend_from_slice(b"\r\n");
}
