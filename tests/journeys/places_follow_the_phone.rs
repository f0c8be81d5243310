//! Somebody carries a telephone to another desk: the line that would call for help from there is another at once.

use std::fs;

use serde_json::{Value, json};
use tests::{Gatehouse, PracticeCloud, Sipp, Switch, switch, until};

/// The telephone of extension 103, which the account puts at the head office.
const PHONE: [u8; 6] = [0x0c, 0x38, 0x3e, 0x11, 0x22, 0x33];
const DEVICE: &str = "e3";
/// The sites of the practice account, in the order of its addresses.
pub(super) const HEAD_OFFICE: u32 = 1;
pub(super) const WORKSHOP: u32 = 2;

#[test]
fn a_phone_moved_to_another_port_takes_another_line_within_one_poll_v2c() {
    a_phone_moves_between_ports(|folder| {
        let file = folder.join("community");
        fs::write(&file, format!("{}\n", switch::COMMUNITY)).unwrap();
        format!("community_file = \"{}\"\n", file.display())
    });
}

#[test]
fn a_phone_moved_to_another_port_takes_another_line_within_one_poll_v3() {
    a_phone_moves_between_ports(|folder| {
        let (auth, privacy) = (folder.join("auth"), folder.join("privacy"));
        let (user, signature, secret) = switch::USER;
        fs::write(&auth, format!("{signature}\n")).unwrap();
        fs::write(&privacy, format!("{secret}\n")).unwrap();
        format!(
            "user = \"{user}\"\nauth = \"sha256\"\nauth_file = \"{}\"\nprivacy = \"aes128\"\nprivacy_file = \"{}\"\n",
            auth.display(),
            privacy.display()
        )
    });
}

fn a_phone_moves_between_ports(access: impl Fn(&std::path::Path) -> String) {
    let (cloud, switch) = (PracticeCloud::office(), Switch::new());
    let mut house = Gatehouse::new();
    house.mirrors(&cloud.api);
    let leases = house.folder().join("leases");
    let mac = PHONE.map(|byte| format!("{byte:02x}")).join(":");
    fs::write(&leases, format!("0 {mac} 127.0.0.1 phone *\n")).unwrap();
    let access = access(house.folder());
    house.configured_with(&format!(
        "[emergency]\nlook_every = 5\nleases = [\"dnsmasq:{}\"]\n\
         [[emergency.switch]]\naddress = \"{}\"\nname = \"keller\"\n{access}",
        leases.display(),
        switch.address()
    ));
    switch.plugged(&[(PHONE, 1)]);
    house.power_on();
    house.knows_the_account();
    for (port, place) in [("Gi1/0/1", HEAD_OFFICE), ("Gi1/0/2", WORKSHOP)] {
        bind(&house, "port", &format!("keller|{port}"), place);
    }
    Sipp::new("register.xml").to(house.sip()).row(cloud.phone("103")).passes();
    stands(&house, "port", HEAD_OFFICE);
    switch.plugged(&[(PHONE, 2)]);
    let phone = stands(&house, "port", WORKSHOP);
    assert_eq!(phone["line_says"], "right", "the line carries the address of the workshop: {phone}");
    assert_ne!(
        phone["line"].as_str(),
        Some(&*cloud.phone("103").user),
        "its own line is that of the head office"
    );
    let moved = house.tells("locations")["moved"].clone();
    assert_eq!((&moved[0]["device"], &moved[0]["place"]), (&json!(DEVICE), &json!(WORKSHOP)), "{moved}");
    change(&house, &json!({ "act": "confirm", "device": DEVICE, "place": WORKSHOP }));
    assert_eq!(house.tells("locations")["moved"], json!([]), "somebody confirmed it");
}

#[test]
fn a_phone_in_another_subnet_takes_another_line_with_its_registration() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    bind(&house, "subnet", "127.0.0.0/24", HEAD_OFFICE);
    bind(&house, "subnet", "127.9.0.0/16", WORKSHOP);
    let register = |address| {
        let place = tests::Place::Here;
        Sipp::new("register.xml").at(place, address).to(house.sip()).row(cloud.phone("103")).passes();
    };
    register("127.0.0.1");
    stands(&house, "network", HEAD_OFFICE);
    register("127.9.0.1");
    let phone = stands(&house, "network", WORKSHOP);
    assert_eq!(phone["line_says"], "right", "{phone}");
}

/// Waits until the phone stands there, for this reason.
pub(super) fn stands(house: &Gatehouse, rule: &str, place: u32) -> Value {
    device_stands(house, DEVICE, rule, place)
}

/// The same of any device.
pub(super) fn device_stands(house: &Gatehouse, device: &str, rule: &str, place: u32) -> Value {
    until(&format!("{device} at place {place} by its {rule}"), || {
        let phones = house.tells("locations")["phones"].as_array()?.clone();
        phones
            .into_iter()
            .find(|phone| phone["device"] == device && phone["rule"] == rule && phone["place"] == place)
    })
}

pub(super) fn bind(house: &Gatehouse, kind: &str, key: &str, place: u32) {
    change(house, &json!({ "act": "bind", "kind": kind, "key": key, "place": place }));
}

/// Changes what the box knows of places; somebody else may be faster.
pub(super) fn change(house: &Gatehouse, change: &Value) {
    until(&format!("{change}"), || {
        let revision = house.tells("locations")["revision"].clone();
        let answer = house.orders("/api/v1/locations/changes", &revision, change);
        answer["schema"].as_str().filter(|schema| *schema == "locations/1").map(drop)
    });
}
