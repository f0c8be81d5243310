//! A phone says where it stands when it registers or publishes (RFC 6442, RFC 7315): rung 3 and 4 of where phones stand.

use emergency::{Key, Seen};

use super::{MINUTE, Office, SECOND};

const HOUR: &str = "Expires: 3600\r\n";
const PLACE: &str = "country DE, A3 Musterstadt, FLR 2";

/// A document that says this place, and for how long it may be kept.
fn document(until: &str) -> String {
    format!(
        "<presence entity=\"pres:mara@desk\"><device id=\"d\"><geopriv><location-info><civicAddress>\
         <country>DE</country><A3>Musterstadt</A3><FLR>2</FLR></civicAddress></location-info><usage-rules>{until}\
         </usage-rules></geopriv></device></presence>"
    )
}

/// The signs that Mara's telephone states and that are still believed, each with how long.
fn stated(office: &Office) -> Vec<(String, u64)> {
    let picture = office.board.picture();
    let Some((_, reach)) = picture.registered.iter().find(|(device, _)| device.as_str() == "e0") else {
        return vec![];
    };
    let fresh = reach.stated.iter().filter(|one| one.until > office.now);
    let written = |seen: &Seen| match seen {
        Seen::Mark(mark) => Key::Mark(mark.clone()).written().1,
        Seen::Address(_) => unreachable!("no phone states an address"),
    };
    fresh.map(|one| (written(&one.what), (one.until - office.now).as_secs())).collect()
}

fn registers(office: &mut Office, lines: &str, body: &str) -> u16 {
    let mut line = office.line("mara", "sip:sipgate.de");
    line.far = format!("<sip:{}@sipgate.de>", office.phone("mara").login);
    office.asks_proven(&mut line, "REGISTER", lines, body).status()
}

fn only(sign: &str, seconds: u64) -> Vec<(String, u64)> {
    vec![(sign.to_owned(), seconds)]
}

#[test]
fn a4_a_wireless_phone_names_its_access_point_and_comes_back_within_five_minutes() {
    let mut office = Office::empty();
    let at = |mac: &str| format!("{HOUR}P-Access-Network-Info: IEEE-802.11n;i-wlan-node-id={mac}\r\n");
    assert_eq!(registers(&mut office, &at("0c383e11223f"), ""), 200);
    assert_eq!(stated(&office), only("0c383e112230", 300), "any of its virtual networks");
    office.passes(4 * MINUTE);
    assert_eq!(registers(&mut office, &at("\"0C:38:3E:55:66:70\""), ""), 200);
    assert_eq!(stated(&office), only("0c383e556670", 300), "it has walked on");
    office.passes(5 * MINUTE);
    assert!(stated(&office).is_empty() && office.board.picture().registered.is_empty());
    registers(&mut office, &at("here"), "");
    assert!(stated(&office).is_empty(), "no hardware address");
}

#[test]
fn a4_a_place_in_a_registration_is_believed_as_long_as_both_last() {
    let mut office = Office::empty();
    let alone = format!("{HOUR}Geolocation: <cid:a@desk>\r\nContent-Type: application/pidf+xml\r\n");
    assert_eq!(registers(&mut office, &alone, &document("")), 200);
    assert_eq!(stated(&office), only(PLACE, 3600));
    office.passes(MINUTE);
    registers(&mut office, HOUR, "");
    assert_eq!(stated(&office), only(PLACE, 3540), "silence takes nothing back");
    let among = format!("{HOUR}Content-Type: multipart/mixed;boundary=b\r\n");
    let parts = format!("--b\r\nContent-Type: application/pidf+xml\r\n\r\n{}\r\n--b--\r\n", document(""));
    assert_eq!(registers(&mut office, &among, &parts), 200);
    assert_eq!(stated(&office), only(PLACE, 3600));
    let over = document("<retention-expiry>1969-12-31T00:00:00Z</retention-expiry>");
    let mut office = Office::empty();
    assert_eq!(registers(&mut office, &alone, &over), 200);
    assert!(stated(&office).is_empty(), "too old when it came");
}

#[test]
fn a4_a_reference_is_a_sign_as_it_is_and_nonsense_is_none() {
    let mut office = Office::empty();
    let by_reference = format!("{HOUR}Geolocation: <https://lis.example/7>\r\n");
    registers(&mut office, &by_reference, "");
    assert_eq!(stated(&office), only("https://lis.example/7", 3600), "nobody asks there");
    let mut office = Office::empty();
    let lines = format!("{HOUR}Content-Type: application/pidf+xml\r\n");
    for nonsense in
        ["<presence>".to_owned(), "x".repeat(17_000), document("").replace("Musterstadt", &"x".repeat(600))]
    {
        assert_eq!(registers(&mut office, &lines, &nonsense), 200, "it may telephone all the same");
        assert!(stated(&office).is_empty());
    }
}

#[test]
fn a4_a_published_place_counts_too_and_only_of_a_proven_phone() {
    let mut office = Office::open();
    let mut line = office.line("mara", "sip:101@sipgate.de");
    let lines = "Event: presence\r\nContent-Type: application/pidf+xml\r\nExpires: 600\r\n";
    office.passes(SECOND);
    assert_eq!(office.asks_proven(&mut line, "PUBLISH", lines, &document("")).status(), 200);
    assert_eq!(stated(&office), only(PLACE, 600));
    let mut office = Office::open();
    let mut line = office.line("mara", "sip:101@sipgate.de");
    office.phone_mut("mara").challenge = None;
    office.asks(&mut line, "PUBLISH", lines, &document(""));
    assert_eq!(office.hears("mara").status(), 401);
    assert!(stated(&office).is_empty());
}
