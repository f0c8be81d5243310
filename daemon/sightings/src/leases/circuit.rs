//! Option 82 as a sign: the relay's remote id names the switch, the circuit id the port (RFC 3046 3.1 and 3.2).

use std::fmt::Write as _;

use emergency::{Key, Mac, Mark};

/// Sub-options of option 82.
const CIRCUIT: u8 = 1;
const REMOTE: u8 = 2;
/// What many switches write before a hardware address: type 0, length 6.
const TYPED_MAC: [u8; 2] = [0, 6];

/// The port that the two ids name, when both are there and can be bound.
pub(super) fn port(remote: &[u8], circuit: &[u8]) -> Option<Mark> {
    let sign = format!("{}|{}", id(remote), id(circuit));
    match Key::read("port", &sign).ok()? {
        Key::Mark(mark) => Some(mark),
        Key::Device(_) | Key::Subnet(_) => None,
    }
}

/// The same from the whole option.
pub(crate) fn option(mut rest: &[u8]) -> Option<Mark> {
    let (mut remote, mut circuit) = (None, None);
    while let [code, length, after @ ..] = rest {
        let (value, after) = after.split_at_checked(usize::from(*length))?;
        match *code {
            CIRCUIT => circuit = Some(value),
            REMOTE => remote = Some(value),
            _ => {}
        }
        rest = after;
    }
    port(remote?, circuit?)
}

/// Words stay words; a hardware address is written as one; all else is written in hexadecimal digits.
fn id(bytes: &[u8]) -> String {
    let words = std::str::from_utf8(bytes).ok().filter(|text| {
        !text.is_empty() && text.chars().all(|sign| (sign.is_ascii_graphic() && sign != '|') || sign == ' ')
    });
    if let Some(words) = words {
        return words.to_owned();
    }
    let plain = bytes.strip_prefix(&TYPED_MAC).filter(|rest| rest.len() == 6).unwrap_or(bytes);
    match <[u8; 6]>::try_from(plain) {
        Ok(six) => Mac::new(six).to_string(),
        Err(_) => bytes.iter().fold(String::new(), |mut text, byte| {
            // A string takes everything.
            let _ = write!(text, "{byte:02x}");
            text
        }),
    }
}

/// Hexadecimal digits, with or without `0x` and colons.
pub(super) fn hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim().trim_start_matches("0x").trim_start_matches("0X");
    let digits: Vec<u8> = digits.chars().filter(|sign| *sign != ':').map(nibble).collect::<Option<_>>()?;
    let fine = !digits.is_empty() && digits.len().is_multiple_of(2) && digits.len() <= 512;
    fine.then(|| digits.as_chunks().0.iter().map(|[high, low]| high << 4 | low).collect())
}

fn nibble(sign: char) -> Option<u8> {
    u8::try_from(sign.to_digit(16)?).ok()
}
