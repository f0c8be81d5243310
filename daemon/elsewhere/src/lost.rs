//! Asking a mapping server which control centre is competent for a place (LoST, RFC 5222).

use std::time::SystemTime;

use emergency::Civic;
use sip::package::xml::Element;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::ask::AskFailed;

/// The control centre that is competent for a place.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Competent {
    /// What it is called.
    pub name: Option<String>,
    /// Where calls go, best first: `sip:psap@example.fr`.
    pub reached: Vec<String>,
    /// The number people dial for it there.
    pub number: Option<String>,
    /// Until when this may be believed.
    pub expires: Expires,
}

/// Until when an answer may be believed (RFC 5222 5.2).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Expires {
    /// Until then.
    At(SystemTime),
    /// For this once.
    AtOnce,
    /// Until somebody says otherwise.
    Never,
}

/// Addresses of one control centre that are kept.
const MOST_ADDRESSES: usize = 8;
/// Longest of all that is kept, characters.
const LONGEST: usize = 256;
/// Ways to call that a telephone has.
const SCHEMES: [&str; 3] = ["sip:", "sips:", "tel:"];

/// The question's media type (RFC 5222 17.2).
pub(crate) const KIND: &str = "application/lost+xml;charset=utf-8";

/// The question (RFC 5222 8.2), for every sort of help (RFC 5031 4.2).
pub(crate) fn question(place: &Civic) -> Vec<u8> {
    let parts = [
        ("country", &place.country),
        ("A1", &place.state),
        ("A2", &place.district),
        ("A3", &place.town),
        ("A4", &place.quarter),
        ("RD", &place.street),
        ("HNO", &place.house_number),
        ("HNS", &place.house_suffix),
        ("PC", &place.postcode),
    ];
    let address =
        Element::new("civicAddress").with("xmlns", "urn:ietf:params:xml:ns:pidf:geopriv10:civicAddr");
    let address = parts.into_iter().fold(address, |address, (name, text)| match text {
        Some(text) => address.child(Element::new(name).text(&**text)),
        None => address,
    });
    let location = Element::new("location").with("id", "here").with("profile", "civic").child(address);
    let request = Element::new("findService").with("xmlns", "urn:ietf:params:xml:ns:lost1");
    let request = request.with("recursive", "true").with("serviceBoundary", "reference").child(location);
    request.child(Element::new("service").text("urn:service:sos")).document()
}

/// Reads an answer: a mapping, an error (RFC 5222 13.1), or a redirection (13.3), which is not followed.
///
/// # Errors
/// [`AskFailed::Refused`] with the name of the server's error, or that nothing could be read.
pub fn competent(answer: &[u8]) -> Result<Competent, AskFailed> {
    let root = Element::read(answer).map_err(|_| AskFailed::Odd)?;
    match &*root.name {
        "findServiceResponse" => {}
        "errors" => {
            return Err(AskFailed::refused(root.children.first().map_or("unknown", |error| &*error.name)));
        }
        "redirect" => return Err(AskFailed::refused("redirect")),
        _ => return Err(AskFailed::Odd),
    }
    let mapping = root.find("mapping").ok_or(AskFailed::Odd)?;
    let fine = |text: &str| text.chars().count() <= LONGEST && !text.chars().any(char::is_control);
    let text = |name: &str| mapping.text_of(name).filter(|text| !text.is_empty() && fine(text));
    let uris = mapping.all("uri").map(|one| one.text.trim());
    let calls = |uri: &&str| fine(uri) && SCHEMES.iter().any(|scheme| uri.starts_with(scheme));
    let reached = uris.filter(calls).take(MOST_ADDRESSES).map(str::to_owned).collect();
    let dials = |number: &&str| number.bytes().all(|byte| byte.is_ascii_digit() || b"*#".contains(&byte));
    Ok(Competent {
        name: text("displayName").map(str::to_owned),
        reached,
        number: text("serviceNumber").filter(dials).map(str::to_owned),
        expires: expires(mapping.attribute("expires").ok_or(AskFailed::Odd)?)?,
    })
}

fn expires(word: &str) -> Result<Expires, AskFailed> {
    match word {
        "NO-CACHE" => Ok(Expires::AtOnce),
        "NO-EXPIRATION" => Ok(Expires::Never),
        moment => match OffsetDateTime::parse(moment, &Rfc3339) {
            Ok(moment) => Ok(Expires::At(moment.into())),
            Err(_) => Err(AskFailed::Odd),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use emergency::Civic;
    use sip::package::xml::Element;

    use super::{AskFailed, Competent, Expires, competent, question};

    /// After RFC 5222 8.2, figure 6.
    const ANSWER: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
    <findServiceResponse xmlns="urn:ietf:params:xml:ns:lost1">
     <mapping expires="1970-01-02T00:00:00Z" lastUpdated="2006-11-01T01:00:00Z" source="authoritative.example" sourceId="7e3f40b098c711dbb6060800200c9a66">
      <displayName xml:lang="fr">Centre 15-18-112 Strasbourg</displayName>
      <service>urn:service:sos</service>
      <serviceBoundaryReference source="authoritative.example" key="7214148E0433AFE2FA2D48003D31172E"/>
      <uri>sip:sos@example.fr</uri><uri>javascript:alert(1)</uri><uri>xmpp:sos@example.fr</uri>
      <serviceNumber>112</serviceNumber>
     </mapping><path><via source="resolver.example"/></path><locationUsed id="here"/>
    </findServiceResponse>"#;

    #[test]
    fn the_control_centre_is_read_and_only_addresses_that_can_be_called() {
        let wanted = Competent {
            name: Some("Centre 15-18-112 Strasbourg".to_owned()),
            reached: vec!["sip:sos@example.fr".to_owned()],
            number: Some("112".to_owned()),
            expires: Expires::At(SystemTime::UNIX_EPOCH + Duration::from_secs(86_400)),
        };
        assert_eq!(competent(ANSWER.as_bytes()), Ok(wanted));
        let until = |word: &str| {
            let answer = ANSWER.replace("1970-01-02T00:00:00Z", word);
            competent(answer.as_bytes()).map(|found| found.expires)
        };
        assert_eq!(until("NO-CACHE"), Ok(Expires::AtOnce));
        assert_eq!(until("NO-EXPIRATION"), Ok(Expires::Never));
        assert_eq!(until("soon"), Err(AskFailed::Odd));
    }

    #[test]
    fn an_error_is_told_by_its_name_and_nobody_is_sent_elsewhere() {
        let error = r#"<errors xmlns="urn:ietf:params:xml:ns:lost1" source="r.example"><notFound message="no" xml:lang="en"/></errors>"#;
        assert_eq!(competent(error.as_bytes()), Err(AskFailed::Refused("notFound".to_owned())));
        let redirect =
            r#"<redirect xmlns="urn:ietf:params:xml:ns:lost1" target="evil.example" source="r.example"/>"#;
        assert_eq!(competent(redirect.as_bytes()), Err(AskFailed::Refused("redirect".to_owned())));
        assert_eq!(competent(b"<findServiceResponse/>"), Err(AskFailed::Odd));
    }

    #[test]
    fn a_place_is_asked_for_whatever_stands_in_it() {
        let place = Civic {
            country: Some("FR".into()),
            town: Some("Strasbourg".into()),
            street: Some("</RD><service>x".into()),
            ..Civic::default()
        };
        let asked = Element::read(&question(&place)).unwrap();
        let address = asked.find("location").and_then(|location| location.find("civicAddress")).unwrap();
        assert_eq!(address.text_of("A3"), Some("Strasbourg"));
        assert_eq!(address.text_of("RD"), Some("</RD><service>x"));
        assert_eq!(asked.text_of("service"), Some("urn:service:sos"));
    }
}
