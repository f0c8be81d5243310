//! The caller's place as a document in the INVITE (PIDF-LO: RFC 4119, RFC 5139, RFC 5491), in the form German
//! addresses take. All but number and time is written beforehand, never during a call, and only when the address is complete.

use std::{
    fmt::Write as _,
    time::{Duration, SystemTime},
};

use account::DeviceId;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::{
    bindings::Mac,
    place::{Civic, Coordinates},
    resolve::Rule,
};

/// What the phone is called in the document.
#[derive(Clone, Copy, Debug)]
pub enum Named<'a> {
    /// By its hardware address.
    Mac(Mac),
    /// By its name in the account, where nobody has seen its hardware address.
    Device(&'a DeviceId),
}

/// The place of one phone, all but the number shown and the time.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Document {
    /// Shape and address.
    place: Box<str>,
    /// Its short name and its URN (RFC 4479 3.3).
    device: [Box<str>; 2],
    method: &'static str,
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

impl Document {
    /// Checks the address and writes what can be written before anybody calls.
    ///
    /// # Errors
    /// [`AddressRefused`] names what is wrong with the address.
    pub fn prepare(
        civic: &Civic,
        coordinates: Option<Coordinates>,
        device: Named<'_>,
        rule: Rule,
    ) -> Result<Self, AddressRefused> {
        check(civic)?;
        let mut place = coordinates.map(shape).unwrap_or_default();
        place += "<ca:civicAddress xml:lang=\"de\">";
        for (name, text) in elements(civic) {
            if let Some(text) = text {
                // Writing to a String cannot fail.
                let _ = write!(place, "<ca:{name}>{}</ca:{name}>", escaped(text));
            }
        }
        place += "</ca:civicAddress>";
        Ok(Self { place: place.into(), device: device.written(), method: method(rule) })
    }

    /// The document of a call: who is shown, at which provider, and when it is.
    ///
    /// # Errors
    /// [`AddressRefused::Time`]
    pub fn at(&self, who: &str, domain: &str, now: SystemTime) -> Result<String, AddressRefused> {
        let (stamp, until) = (rfc3339(now)?, rfc3339(now.checked_add(KEEP).ok_or(AddressRefused::Time)?)?);
        let (who, domain) = (escaped(who), escaped(domain));
        let Self { place, device: [name, urn], method } = self;
        Ok(format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n\
             <presence xmlns=\"urn:ietf:params:xml:ns:pidf\" xmlns:dm=\"urn:ietf:params:xml:ns:pidf:data-model\" \
             xmlns:gp=\"urn:ietf:params:xml:ns:pidf:geopriv10\" \
             xmlns:gbp=\"urn:ietf:params:xml:ns:pidf:geopriv10:basicPolicy\" \
             xmlns:ca=\"urn:ietf:params:xml:ns:pidf:geopriv10:civicAddr\" xmlns:gml=\"http://www.opengis.net/gml\" \
             xmlns:gs=\"http://www.opengis.net/pidflo/1.0\" entity=\"pres:{who}@{domain}\">\
             <dm:device id=\"dev-{name}\"><gp:geopriv><gp:location-info>{place}</gp:location-info>\
             <gp:usage-rules><gbp:retransmission-allowed>true</gbp:retransmission-allowed>\
             <gbp:retention-expiry>{until}</gbp:retention-expiry></gp:usage-rules>\
             <gp:method>{method}</gp:method></gp:geopriv>\
             <dm:deviceID>{urn}</dm:deviceID><dm:timestamp>{stamp}</dm:timestamp></dm:device></presence>\r\n"
        ))
    }
}

/// A point, or a circle with its radius in metres (RFC 5491 5.2.1 and 5.2.3); before the address, as it is read first.
fn shape(coordinates: Coordinates) -> String {
    let (pos, flat) = (coordinates.position(), "srsName=\"urn:ogc:def:crs:EPSG::4326\"");
    match coordinates.radius() {
        None => format!("<gml:Point {flat}><gml:pos>{pos}</gml:pos></gml:Point>"),
        Some(radius) => format!(
            "<gs:Circle {flat}><gml:pos>{pos}</gml:pos>\
             <gs:radius uom=\"urn:ogc:def:uom:EPSG::9001\">{radius}</gs:radius></gs:Circle>"
        ),
    }
}

impl Named<'_> {
    fn written(self) -> [Box<str>; 2] {
        match self {
            Self::Mac(mac) => [mac.to_string().into(), format!("mac:{mac}").into()],
            Self::Device(device) => {
                [escaped(device.as_str()).into(), format!("urn:uuid:{}", uuid(device.as_str())).into()]
            }
        }
    }
}

/// The same name for the same phone, always (RFC 9562 5.8: version 8, made as its maker sees fit; here FNV-1a).
fn uuid(name: &str) -> String {
    let hash = name.bytes().fold(FNV_OFFSET, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(FNV_PRIME));
    let marked = (hash & !(0xf << 76) & !(0b11 << 62)) | (8 << 76) | (0b10 << 62);
    let hex = format!("{marked:032x}");
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}

/// Where FNV-1a of 128 bits begins, and what it multiplies by.
const FNV_OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
const FNV_PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;

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
