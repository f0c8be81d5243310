//! A provider that understands is sent the caller's place as a document, and another reader of SIP finds nothing wrong with it.

use serde_json::{Value, json};
use tests::{Capture, Gatehouse, Place, PracticeCloud, phone::Setup, tone::TONES, until};

use super::places_follow_the_phone::change;

/// Coordinates of the site as they are entered, and as they stand in the document (RFC 5491 5.2.3).
const ENTERED: &str = "52.52, 13.405, 25";
const SENT: &str = "52.520000 13.405000";

/// V1 to V8, E8: PIDF-LO by value over TCP, judged by tshark.
#[test]
fn v08_the_place_in_the_invite_is_found_whole_by_another_reader() {
    let cloud = PracticeCloud::office();
    cloud.habit("transport", &json!("tcp"));
    let mut house = Gatehouse::new();
    house.mirrors(&cloud.api);
    house.trusts(&cloud, "");
    house.configured_with("[emergency]\nplace_to = [\"sipgate.de\"]\n");
    house.power_on();
    house.knows_the_account();
    until("every line up", || house.has_lines_up(8).then_some(()));
    every_site_is_in(&house, "Musterstadt");
    let mut anna = Setup::new("anna", house.sip()).login(cloud.phone("102")).voice(TONES[0]).start();
    anna.registered();
    let ports = ports_of_the_box(&cloud);
    let any: Vec<_> = ports.iter().map(|port| format!("tcp port {port}")).collect();
    let wire = Capture::start(&Place::Here, "lo", &any.join(" or "));
    anna.dial("112");
    anna.talks();
    anna.hangs_up();
    anna.call_ends();
    wire.has("</presence>");
    let wire = wire.stop().with_sip_at(&ports);
    wire.is_well_formed();
    let invites = wire.fields(
        "sip.Method == \"INVITE\" && xml",
        &["sip.r-uri", "mime_multipart.header.content-type", "xml.tag", "xml.cdata"],
    );
    let all = wire.fields("tcp", &["frame.number", "tcp.srcport", "tcp.dstport", "tcp.len", "_ws.col.Info"]);
    let invite = invites
        .first()
        .unwrap_or_else(|| panic!("no INVITE with a document that tshark takes apart: {all:?}"));
    assert!(invite[0].contains("112"), "{invite:?}");
    assert!(
        invite[1].contains("application/sdp") && invite[1].contains("application/pidf+xml"),
        "{invite:?}"
    );
    for tag in ["gs:Circle", "ca:civicAddress", "gp:location-info", "dm:timestamp"] {
        assert!(invite[2].contains(tag), "{tag} in {invite:?}");
    }
    for text in [SENT, "Beispielufer", "10115", "Geländer & Söhne"] {
        assert!(invite[3].replace("&amp;", "&").contains(text), "{text} in {invite:?}");
    }
}

/// The control centre of Düsseldorf would read Berlin from the number.
#[test]
fn v09_a_number_of_another_area_than_the_town_of_its_address_is_named() {
    let house = Gatehouse::beside(&PracticeCloud::office());
    let foreign = || house.tells("locations")["foreign_numbers"].as_array().expect("numbers").clone();
    every_site_is_in(&house, "Berlin");
    assert_eq!(foreign(), [] as [Value; 0]);
    every_site_is_in(&house, "Düsseldorf");
    let named = foreign();
    let berlin = |one: &Value| one["number"].as_str().is_some_and(|number| number.starts_with("+4930"));
    assert!(
        !named.is_empty() && named.iter().all(|one| berlin(one) && one["town"] == "Düsseldorf"),
        "{named:?}"
    );
}

/// The box's end of the connection that all its lines share.
fn ports_of_the_box(cloud: &PracticeCloud) -> Vec<u16> {
    let bindings = cloud.bindings();
    let all = bindings.as_object().into_iter().flat_map(|all| all.values());
    let sources = all.flat_map(|of_one| of_one.as_array().cloned().unwrap_or_default());
    let port = |one: Value| one["source"].as_str()?.rsplit(':').next()?.parse().ok();
    let mut ports: Vec<u16> = sources.filter_map(port).collect();
    ports.sort_unstable();
    ports.dedup();
    ports
}

/// Enters a whole postal address, with coordinates, for every site that the account has made.
fn every_site_is_in(house: &Gatehouse, town: &str) {
    let civic = json!({ "country": "DE", "town": town, "street": "Beispielufer", "house_number": "12",
        "house_suffix": "a", "postcode": "10115", "name": "Geländer & Söhne", "floor": "2" });
    let sites: Vec<Value> = house.tells("locations")["places"].as_array().expect("places").clone();
    for site in sites {
        let place = json!({ "id": site["id"], "kind": site["kind"], "name": site["name"], "address": site["address"],
            "civic": civic, "coordinates": ENTERED });
        change(house, &json!({ "act": "place", "place": place }));
    }
}
