//! Contacts as vCard.

use std::io::{self, Write};

use crate::{Contact, ContactNumber, PhoneKind};

/// Which standard the reader knows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Version {
    /// RFC 2426; what telephones and older programs read.
    V3,
    /// RFC 6350; what the cloud reads.
    V4,
}

/// Longest line, bytes (RFC 6350 3.2).
const FOLD: usize = 75;

/// Writes one card for each contact.
///
/// # Errors
/// When `out` takes no more.
pub fn write<'a>(
    out: &mut impl Write,
    version: Version,
    contacts: impl IntoIterator<Item = &'a Contact>,
) -> io::Result<()> {
    for contact in contacts {
        for line in card(contact, version) {
            fold(out, &line)?;
        }
    }
    Ok(())
}

fn card(contact: &Contact, version: Version) -> Vec<String> {
    let number = match version {
        Version::V3 => "3.0",
        Version::V4 => "4.0",
    };
    let mut lines = vec!["BEGIN:VCARD".to_owned(), format!("VERSION:{number}")];
    let shown = contact.shown();
    lines.push(format!("FN:{}", escaped(&shown)));
    lines.push(format!("N:{};{};;;", escaped(&contact.family), escaped(&contact.given)));
    let mut put = |name: &str, value: &str| {
        if !value.is_empty() {
            lines.push(format!("{name}:{}", escaped(value)));
        }
    };
    put("ORG", &contact.company);
    contact.emails.iter().for_each(|email| put("EMAIL", email));
    put("NOTE", &contact.note);
    lines.extend(contact.numbers.iter().map(|number| tel(number, version)));
    let place = &contact.place;
    let parts = [&place.street, &place.city, &place.postcode, &place.country].map(|part| escaped(part));
    if let [street, city, postcode, country] = &parts
        && parts.iter().any(|part| !part.is_empty())
    {
        lines.push(format!("ADR:;;{street};{city};;{postcode};{country}"));
    }
    lines.push("END:VCARD".to_owned());
    lines
}

fn tel(number: &ContactNumber, version: Version) -> String {
    let kind = match number.kind {
        PhoneKind::Work => "work,voice",
        PhoneKind::Home => "home,voice",
        PhoneKind::Mobile => "cell",
        PhoneKind::Fax => "fax",
        PhoneKind::Other => "voice",
    };
    match version {
        Version::V3 => format!("TEL;TYPE={}:{}", kind.to_uppercase(), number.number),
        Version::V4 => format!("TEL;VALUE=uri;TYPE=\"{kind}\":tel:{}", number.number),
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// Never within a letter.
fn fold(out: &mut impl Write, line: &str) -> io::Result<()> {
    let mut rest = line;
    let mut room = FOLD;
    while rest.len() > room {
        let (now, later) = rest.split_at(rest.floor_char_boundary(room));
        write!(out, "{now}\r\n ")?;
        rest = later;
        room = FOLD - 1;
    }
    write!(out, "{rest}\r\n")
}
