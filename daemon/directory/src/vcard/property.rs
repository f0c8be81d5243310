//! One property: name, parameters, value.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

use super::line::{Line, is_quoted_printable};

pub(super) struct Property {
    /// In capitals, without group.
    pub(super) name: String,
    parameters: Vec<(String, String)>,
    value: String,
    pub(super) cut: bool,
}

/// Values that may be as long as they like: nobody reads them here.
const LONG: [&str; 5] = ["PHOTO", "LOGO", "SOUND", "KEY", "IMPP"];

impl Property {
    pub(super) fn read(line: &Line) -> Option<Self> {
        let colon = colon(&line.bytes)?;
        let (head, value) = line.bytes.split_at_checked(colon)?;
        let head = String::from_utf8_lossy(head);
        let mut words = head.split(';');
        let name = words.next()?.rsplit('.').next()?.trim().to_uppercase();
        let parameters: Vec<(String, String)> = words.map(parameter).collect();
        let cut = line.cut && !LONG.contains(&name.as_str());
        let value = value.get(1..).unwrap_or_default();
        let raw = if is_quoted_printable(&line.bytes) { quoted_printable(value) } else { value.to_vec() };
        let value = decoded(&raw, &parameters);
        Some(Self { name, parameters, value, cut })
    }

    /// The whole value, escapes resolved.
    pub(super) fn text(&self) -> String {
        unescaped(&self.value).trim().to_owned()
    }

    /// The value cut at semicolons, escapes resolved.
    pub(super) fn parts(&self) -> Vec<String> {
        let mut parts = vec![String::new()];
        let mut letters = self.value.chars();
        while let Some(c) = letters.next() {
            let Some(part) = parts.last_mut() else { break };
            match c {
                ';' => parts.push(String::new()),
                '\\' => {
                    part.push('\\');
                    part.extend(letters.next());
                }
                other => part.push(other),
            }
        }
        parts.iter().map(|part| unescaped(part).trim().to_owned()).collect()
    }

    /// Everything that says what it is for: `TYPE=work,voice`, and in 2.1 the bare word.
    pub(super) fn types(&self) -> String {
        let types = self.parameters.iter().filter(|(name, _)| name == "TYPE" || name.is_empty());
        types.map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(",")
    }
}

/// The colon that ends the parameters; one within quotation marks does not.
fn colon(line: &[u8]) -> Option<usize> {
    let mut quoted = false;
    line.iter().position(|byte| {
        quoted ^= *byte == b'"';
        *byte == b':' && !quoted
    })
}

fn parameter(word: &str) -> (String, String) {
    match word.split_once('=') {
        Some((name, value)) => (name.trim().to_uppercase(), value.trim_matches('"').to_owned()),
        None => (String::new(), word.to_owned()),
    }
}

/// RFC 2045 6.7; what is no escape stays as it stands.
fn quoted_printable(value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some((byte, after)) = rest.split_first() {
        let hex = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
        rest = match (byte, after) {
            (b'=', [high, low, after @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    out.push(high << 4 | low);
                    after
                }
                _ => {
                    out.push(b'=');
                    rest.get(1..).unwrap_or_default()
                }
            },
            _ => {
                out.push(*byte);
                after
            }
        };
    }
    out
}

/// In the charset the property names (2.1), else UTF-8, else what a German Windows writes.
fn decoded(raw: &[u8], parameters: &[(String, String)]) -> String {
    let named = parameters.iter().find(|(name, _)| name == "CHARSET");
    let named = named.and_then(|(_, charset)| Encoding::for_label(charset.as_bytes()));
    let plain = if std::str::from_utf8(raw).is_ok() { UTF_8 } else { WINDOWS_1252 };
    let encoding = named.unwrap_or(plain);
    encoding.decode(raw).0.trim_start_matches('\u{feff}').to_owned()
}

/// RFC 6350 3.4.
fn unescaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut letters = value.chars();
    while let Some(c) = letters.next() {
        match c {
            '\\' => match letters.next() {
                Some('n' | 'N') => out.push('\n'),
                Some(other) => out.push(other),
                None => out.push('\\'),
            },
            other => out.push(other),
        }
    }
    out
}
