//! Asking a location server where we stand (HELD, RFC 5985), by value and as a civic address.

use emergency::Civic;
use sip::package::geolocation::{Geolocation, Place};
use sip::package::xml::Element;

use crate::ask::AskFailed;

/// What the server says.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Where {
    /// The address, as far as it is told.
    pub civic: Civic,
    /// Where the same may be asked for later (RFC 6753); not followed.
    pub by_reference: Vec<String>,
}

/// References that are kept.
const MOST_REFERENCES: usize = 8;
/// Longest of them, characters.
const LONGEST: usize = 256;

/// The question's media type (RFC 5985 11.2).
pub(crate) const KIND: &str = "application/held+xml;charset=utf-8";

/// The question (RFC 5985 6.1, 6.2): within eight seconds, and whatever the server has.
pub(crate) fn question() -> Vec<u8> {
    let kinds = Element::new("locationType").with("exact", "false").text("civic locationURI");
    let request = Element::new("locationRequest").with("xmlns", "urn:ietf:params:xml:ns:geopriv:held");
    request.with("responseTime", "8000").child(kinds).document()
}

/// Reads an answer: a place, references to one, or an error with a code (RFC 5985 6.3 to 6.6).
///
/// # Errors
/// [`AskFailed::Refused`] with the server's own code, or that nothing could be read.
pub fn located(answer: &[u8]) -> Result<Where, AskFailed> {
    let root = Element::read(answer).map_err(|_| AskFailed::Odd)?;
    match &*root.name {
        "locationResponse" => {}
        "error" => return Err(AskFailed::refused(root.attribute("code").unwrap_or("unknown"))),
        _ => return Err(AskFailed::Odd),
    }
    let document = root.find("presence").map(Geolocation::of).transpose().map_err(|_| AskFailed::Odd)?;
    // Of several places the first is meant (RFC 5491 3.2).
    let first = document.as_ref().and_then(|document| document.places.first());
    let set = root.find("locationUriSet");
    let references = set.into_iter().flat_map(|set| set.all("locationURI")).map(|one| one.text.trim());
    let fine = |uri: &&str| uri.chars().count() <= LONGEST && !uri.chars().any(char::is_control);
    let by_reference = references.filter(fine).take(MOST_REFERENCES).map(str::to_owned).collect();
    Ok(Where { civic: first.map(civic).unwrap_or_default(), by_reference })
}

/// The parts that are kept of an address; their length has been looked at.
fn civic(place: &Place) -> Civic {
    let part = |name: &str| place.part(name).filter(|text| !text.is_empty()).map(Into::into);
    Civic {
        country: part("country"),
        state: part("A1"),
        district: part("A2"),
        town: part("A3"),
        quarter: part("A4"),
        street: part("RD"),
        house_number: part("HNO"),
        house_suffix: part("HNS"),
        postcode: part("PC"),
        name: part("NAM"),
        building: part("BLD"),
        floor: part("FLR"),
        room: part("ROOM"),
        hint: part("LOC"),
    }
}

#[cfg(test)]
mod tests {
    use super::{AskFailed, located};

    /// After RFC 5985 10.2 and 10.3.
    const ANSWER: &str = r#"<?xml version="1.0"?>
    <locationResponse xmlns="urn:ietf:params:xml:ns:geopriv:held">
     <locationUriSet expires="2026-12-01T13:00:00Z"><locationURI>https://ls.example.com:9768/357yc6s64ceyoiuy5ax3o</locationURI></locationUriSet>
     <presence xmlns="urn:ietf:params:xml:ns:pidf" entity="pres:3650n87934c@ls.example.com"><tuple id="b650sf789nd"><status>
      <geopriv xmlns="urn:ietf:params:xml:ns:pidf:geopriv10"><location-info>
       <ca:civicAddress xmlns:ca="urn:ietf:params:xml:ns:pidf:geopriv10:civicAddr" xml:lang="fr">
        <ca:country>FR</ca:country><ca:A3>Strasbourg</ca:A3><ca:RD>Quai de l&apos;Ill &amp; Cie</ca:RD><ca:HNO>4</ca:HNO><ca:PC>67000</ca:PC><ca:XYZ>x</ca:XYZ>
       </ca:civicAddress></location-info></geopriv></status></tuple></presence>
    </locationResponse>"#;

    #[test]
    fn an_address_and_a_reference_are_read() {
        let found = located(ANSWER.as_bytes()).unwrap();
        let civic = &found.civic;
        assert_eq!((civic.country.as_deref(), civic.town.as_deref()), (Some("FR"), Some("Strasbourg")));
        assert_eq!(
            (civic.street.as_deref(), civic.postcode.as_deref()),
            (Some("Quai de l'Ill & Cie"), Some("67000"))
        );
        assert_eq!(found.by_reference, ["https://ls.example.com:9768/357yc6s64ceyoiuy5ax3o"]);
    }

    /// RFC 5985 10.4.
    #[test]
    fn an_error_is_told_by_its_code() {
        let error = r#"<error xmlns="urn:ietf:params:xml:ns:geopriv:held" code="locationUnknown"><message xml:lang="en">no</message></error>"#;
        assert_eq!(located(error.as_bytes()), Err(AskFailed::Refused("locationUnknown".to_owned())));
        let bomb = "<!DOCTYPE x [<!ENTITY a \"b\">]><locationResponse>&a;</locationResponse>";
        let empty = "<locationResponse><presence/></locationResponse>";
        for odd in ["", "<", "<x/>", bomb, "<locationResponse>", empty] {
            assert_eq!(located(odd.as_bytes()), Err(AskFailed::Odd), "{odd}");
        }
        let deep = format!("<locationResponse>{}{}</locationResponse>", "<a>".repeat(99), "</a>".repeat(99));
        assert_eq!(located(deep.as_bytes()), Err(AskFailed::Odd));
    }

    proptest::proptest! {
        #[test]
        fn any_answer_is_read_or_refused(
            text in "(<|>|/|&|;|\"|=|[a-zA-Z ]|<locationResponse>|<presence>|<findServiceResponse>|<mapping>|</mapping>){0,60}"
        ) {
            let _ = located(text.as_bytes());
            let _ = crate::competent(text.as_bytes());
        }
    }
}
