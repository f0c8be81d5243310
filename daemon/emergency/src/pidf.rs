//! The caller's place as a document in the INVITE (PIDF-LO: RFC 4119, RFC 5139, RFC 5491), in the form German
//! addresses take. It is written beforehand, never during a call, and only when the address is complete.

use std::{
    fmt::Write as _,
    time::{Duration, SystemTime},
};

use account::E164;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::{bindings::Mac, place::Civic, resolve::Rule};

/// What stands around the address.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The number shown.
    pub number: &'a E164,
    /// The domain of the box.
    pub domain: &'a str,
    /// The phone's hardware address.
    pub device: Mac,
    /// Which rule placed it.
    pub rule: Rule,
    /// When it was placed.
    pub at: SystemTime,
}

/// Why an address cannot be sent. Each names the field.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
pub enum AddressRefused {
    /// It must be there; the house number may be replaced by a hint how to get there.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// Five digits.
    #[error("a German postcode has five digits")]
    Postcode,
    /// Two capital letters.
    #[error("{0} is written with two capital letters")]
    Capitals(&'static str),
    /// More than 128 characters, none, or control characters.
    #[error("{0} is empty, too long, or holds control characters")]
    Text(&'static str),
    /// The time lies outside the calendar.
    #[error("the time lies outside the calendar")]
    Time,
}

/// Longest field.
const LONGEST: usize = 128;
/// How long a receiver may keep the place.
const KEEP: Duration = Duration::from_secs(24 * 3600);

/// An element's name with what it says.
type Element<'c> = (&'static str, Option<&'c str>);

/// Checks the address and writes the document.
///
/// # Errors
/// [`AddressRefused`] names what is wrong with the address.
pub fn write(civic: &Civic, facts: &Facts<'_>) -> Result<String, AddressRefused> {
    check(civic)?;
    let stamp = rfc3339(facts.at)?;
    let until = rfc3339(facts.at.checked_add(KEEP).ok_or(AddressRefused::Time)?)?;
    let mut address = String::new();
    for (name, text) in elements(civic) {
        if let Some(text) = text {
            let _ = write!(address, "<ca:{name}>{}</ca:{name}>", escaped(text));
        }
    }
    let (number, domain, mac) = (facts.number, escaped(facts.domain), facts.device);
    let method = method(facts.rule);
    Ok(format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n\
         <presence xmlns=\"urn:ietf:params:xml:ns:pidf\" xmlns:dm=\"urn:ietf:params:xml:ns:pidf:data-model\" \
         xmlns:gp=\"urn:ietf:params:xml:ns:pidf:geopriv10\" \
         xmlns:gbp=\"urn:ietf:params:xml:ns:pidf:geopriv10:basicPolicy\" \
         xmlns:ca=\"urn:ietf:params:xml:ns:pidf:geopriv10:civicAddr\" entity=\"pres:{number}@{domain}\">\
         <dm:device id=\"dev-{mac}\"><gp:geopriv><gp:location-info>\
         <ca:civicAddress xml:lang=\"de\">{address}</ca:civicAddress></gp:location-info>\
         <gp:usage-rules><gbp:retransmission-allowed>true</gbp:retransmission-allowed>\
         <gbp:retention-expiry>{until}</gbp:retention-expiry></gp:usage-rules>\
         <gp:method>{method}</gp:method></gp:geopriv>\
         <dm:deviceID>mac:{mac}</dm:deviceID><dm:timestamp>{stamp}</dm:timestamp></dm:device></presence>\r\n"
    ))
}

/// Whether the address is complete and well written.
///
/// # Errors
/// [`AddressRefused`] names the first field that is not.
pub fn check(civic: &Civic) -> Result<(), AddressRefused> {
    for (name, text) in elements(civic) {
        let fine = |text: &str| {
            (1..=LONGEST).contains(&text.chars().count())
                && !text.chars().any(|sign| sign.is_control() || is_not_xml(sign))
        };
        if !text.is_none_or(fine) {
            return Err(AddressRefused::Text(name));
        }
        let needed =
            matches!(name, "country" | "A3" | "RD" | "PC") || (name == "HNO" && civic.hint.is_none());
        if needed && text.is_none() {
            return Err(AddressRefused::Missing(name));
        }
        let two = |text: &str| text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase());
        if matches!(name, "country" | "A1") && !text.is_none_or(two) {
            return Err(AddressRefused::Capitals(name));
        }
    }
    let german = civic.country.as_deref() == Some("DE");
    let five = |code: &str| code.len() == 5 && code.bytes().all(|b| b.is_ascii_digit());
    let postcode = !german || civic.postcode.as_deref().is_some_and(five);
    if postcode { Ok(()) } else { Err(AddressRefused::Postcode) }
}

/// In the order of RFC 5139 4.
fn elements(civic: &Civic) -> [Element<'_>; 14] {
    [
        ("country", civic.country.as_deref()),
        ("A1", civic.state.as_deref()),
        ("A2", civic.district.as_deref()),
        ("A3", civic.town.as_deref()),
        ("A4", civic.quarter.as_deref()),
        ("RD", civic.street.as_deref()),
        ("HNO", civic.house_number.as_deref()),
        ("HNS", civic.house_suffix.as_deref()),
        ("LOC", civic.hint.as_deref()),
        ("FLR", civic.floor.as_deref()),
        ("NAM", civic.name.as_deref()),
        ("PC", civic.postcode.as_deref()),
        ("BLD", civic.building.as_deref()),
        ("ROOM", civic.room.as_deref()),
    ]
}

/// How the place was found, in the words registered for it (RFC 4119 6.1).
const fn method(rule: Rule) -> &'static str {
    match rule {
        Rule::Port | Rule::Network => "Wiremap",
        Rule::Radio => "802.11",
        Rule::Pinned | Rule::Stated | Rule::User | Rule::Account | Rule::Default => "Manual",
    }
}

fn rfc3339(at: SystemTime) -> Result<String, AddressRefused> {
    let since = at.duration_since(SystemTime::UNIX_EPOCH).map_err(|_| AddressRefused::Time)?;
    let seconds = i64::try_from(since.as_secs()).map_err(|_| AddressRefused::Time)?;
    let moment = OffsetDateTime::from_unix_timestamp(seconds).map_err(|_| AddressRefused::Time)?;
    moment.format(&Rfc3339).map_err(|_| AddressRefused::Time)
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;")
}

/// The two signs that no XML document may hold and that are no control characters (XML 1.0 2.2).
const fn is_not_xml(sign: char) -> bool {
    matches!(sign, '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests;
