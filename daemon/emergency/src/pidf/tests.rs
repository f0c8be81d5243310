//! V1 to V4, V7, V12: what the document must be, judged by a checker of its own.

use std::time::{Duration, SystemTime};

use super::{AddressRefused, Document, Named};
use crate::{place::Civic, resolve::Rule};

/// RFC 5139 4: the elements in the only order they may have.
const ORDER: &str = "country A1 A2 A3 A4 A5 A6 PRM PRD RD STS POD POM RDSEC RDBR RDSUBBR HNO HNS LMK LOC FLR NAM PC \
                     BLD UNIT ROOM SEAT PLC PCN POBOX ADDCODE";

fn address() -> Civic {
    let some = |text: &str| Some(text.into());
    Civic {
        country: some("DE"),
        state: some("NW"),
        town: some("Musterstadt"),
        quarter: some("Hafen"),
        street: some("Beispielufer"),
        house_number: some("12"),
        house_suffix: some("a"),
        postcode: some("40221"),
        name: some("Muster & Söhne <GmbH>"),
        building: some("Haus \"B\""),
        floor: some("2"),
        room: some("2.17"),
        hint: some("Werkstor Ost"),
        district: None,
    }
}

fn document(civic: &Civic) -> Result<String, AddressRefused> {
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_290_300);
    let device = Named::Mac("0c:38:3e:11:22:33".parse().unwrap());
    Document::prepare(civic, Some("51.22172, 6.77616, 25".parse().unwrap()), device, Rule::Port)?.at(
        "+4921163550017",
        "box.example",
        at,
    )
}

/// The elements in the order they begin, each with its depth; panics unless each is closed by its own name.
fn elements(xml: &str) -> Vec<(String, usize)> {
    assert!(xml.len() <= 16 * 1024 && !xml.contains("<!"));
    let (mut open, mut all) = (vec![], vec![]);
    for tag in xml.split('<').skip(1).map(|rest| rest.split_once('>').unwrap().0) {
        if tag.starts_with('?') {
            continue;
        }
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name));
            continue;
        }
        let name = tag.split(' ').next().unwrap().to_owned();
        open.push(name.clone());
        all.push((name, open.len()));
    }
    assert!(open.is_empty());
    all
}

fn count(all: &[(String, usize)], name: &str) -> usize {
    all.iter().filter(|(one, _)| one == name).count()
}

#[test]
fn the_document_keeps_the_rules_of_the_standards() {
    let xml = document(&address()).unwrap();
    let all = elements(&xml);
    for once in
        ["gp:geopriv", "gp:location-info", "gp:usage-rules", "gp:method", "dm:deviceID", "dm:timestamp"]
    {
        assert_eq!(count(&all, once), 1, "{once}");
    }
    assert!(all.iter().all(|(_, depth)| *depth <= 12));
    let order: Vec<&str> = ORDER.split_whitespace().collect();
    let civic =
        all.iter().filter_map(|(name, _)| name.strip_prefix("ca:")).filter(|name| *name != "civicAddress");
    let places: Vec<usize> =
        civic.map(|name| order.iter().position(|known| *known == name).unwrap()).collect();
    assert!(places.len() == 13 && places.windows(2).all(|two| two[0] < two[1]), "{places:?}");
    assert!(xml.contains("entity=\"pres:+4921163550017@box.example\""));
    assert!(xml.contains("<dm:deviceID>mac:0c383e112233</dm:deviceID>"));
    assert!(xml.contains("Muster &amp; Söhne &lt;GmbH&gt;") && xml.contains("Haus &quot;B&quot;"));
    assert!(xml.contains("<dm:timestamp>2026-11-21T19:45:00Z</dm:timestamp>"));
    assert!(xml.contains("2026-11-22T19:45:00Z</gbp:retention-expiry>"));
}

#[test]
fn an_address_that_is_not_complete_is_refused_by_field() {
    type Break = fn(&mut Civic);
    let rows: [(Break, AddressRefused); 11] = [
        (|one| one.country = None, AddressRefused::Missing("country")),
        (|one| one.town = None, AddressRefused::Missing("A3")),
        (|one| one.street = None, AddressRefused::Missing("RD")),
        (|one| one.postcode = None, AddressRefused::Missing("PC")),
        (|one| (one.house_number, one.hint) = (None, None), AddressRefused::Missing("HNO")),
        (|one| one.country = Some("de".into()), AddressRefused::Capitals("country")),
        (|one| one.state = Some("NRW".into()), AddressRefused::Capitals("A1")),
        (|one| one.postcode = Some("4022".into()), AddressRefused::Postcode),
        (|one| one.room = Some("".into()), AddressRefused::Text("ROOM")),
        (|one| one.hint = Some("a\nb".into()), AddressRefused::Text("LOC")),
        (|one| one.name = Some("x".repeat(129).into()), AddressRefused::Text("NAM")),
    ];
    for (change, why) in rows {
        let mut civic = address();
        change(&mut civic);
        assert_eq!(document(&civic), Err(why));
    }
    let mut no_number = address();
    no_number.house_number = None;
    assert!(document(&no_number).is_ok(), "a hint stands in for the house number");
}

#[test]
fn a_phone_without_a_known_hardware_address_has_the_same_name_always() {
    let named = |device: &str| {
        let device = device.parse().unwrap();
        let document = Document::prepare(&address(), None, Named::Device(&device), Rule::User).unwrap();
        document.at("7654321e0", "box.example", SystemTime::UNIX_EPOCH).unwrap()
    };
    let urn = |xml: &str| xml.split_once("urn:uuid:").unwrap().1.split('<').next().unwrap().to_owned();
    let (one, other) = (urn(&named("e0")), urn(&named("e1")));
    assert_eq!(one, urn(&named("e0")));
    assert_ne!(one, other);
    assert!(
        one.len() == 36 && one.as_bytes()[14] == b'8' && matches!(one.as_bytes()[19], b'8'..=b'b'),
        "{one}"
    );
    assert!(named("e0").contains("<gp:method>Manual</gp:method>"));
}

/// V5, V6: latitude first, one shape beside one address in one place, the circle with its unit.
#[test]
fn v05_v06_the_circle_stands_before_the_address_of_the_same_place() {
    let xml = document(&address()).unwrap();
    let all = elements(&xml);
    let (circle, civic) = ("<gs:Circle srsName=\"urn:ogc:def:crs:EPSG::4326\">", "<ca:civicAddress");
    let inside = xml.split_once("<gp:location-info>").unwrap().1.split_once("</gp:location-info>").unwrap().0;
    assert!(
        inside.starts_with(circle) && inside.split_once("</gs:Circle>").unwrap().1.starts_with(civic),
        "{inside}"
    );
    assert!(inside.contains("<gml:pos>51.221720 6.776160</gml:pos>"), "{inside}");
    assert!(inside.contains("<gs:radius uom=\"urn:ogc:def:uom:EPSG::9001\">25</gs:radius>"), "{inside}");
    assert_eq!((count(&all, "gs:Circle"), count(&all, "ca:civicAddress"), count(&all, "gml:pos")), (1, 1, 1));
    let device = "e0".parse().unwrap();
    let point = Some("51.22172, 6.77616".parse().unwrap());
    let point = Document::prepare(&address(), point, Named::Device(&device), Rule::User).unwrap();
    let xml = point.at("x", "box.example", SystemTime::UNIX_EPOCH).unwrap();
    assert!(xml.contains("<gml:Point srsName=\"urn:ogc:def:crs:EPSG::4326\"><gml:pos>51.221720 6.776160</gml:pos></gml:Point>"), "{xml}");
}
