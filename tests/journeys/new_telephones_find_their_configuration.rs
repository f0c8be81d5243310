//! A telephone out of its box asks everybody in its network where its configuration lies, and the box, which has no account yet, knows.

use std::net::{Ipv4Addr, SocketAddr};

use tests::{Gatehouse, Lan, Place, Sipp, until};

/// Everybody who speaks SIP.
const EVERYBODY: Ipv4Addr = Ipv4Addr::new(224, 0, 1, 75);
const FILE: &str = "[provisioning]\nurl = \"https://10.77.0.9/{vendor}/{mac}.xml\"\n";

/// What a telephone at this place is told by whom it asks.
fn told(desk: &(Place, Ipv4Addr), asked: Ipv4Addr) -> Vec<String> {
    let asking = Sipp::new("asks_for_its_configuration.xml").to(SocketAddr::from((asked, 5060)));
    let mut asking = asking.at(desk.0.clone(), &desk.1.to_string()).start();
    until("an end of the question", || asking.has_ended().then_some(()));
    let (said, (outcome, errors)) = (asking.said(), asking.ends());
    assert_eq!((outcome.passed, outcome.failed), (1, 0), "{errors}");
    said
}

/// Whether the box listens to what everybody is asked (`/proc/net/igmp`, the address as the kernel writes it).
fn listens(place: &Place) -> bool {
    let groups = place.command("cat").arg("/proc/net/igmp").output().unwrap().stdout;
    String::from_utf8(groups).unwrap().contains("4B0100E0")
}

fn reload(house: &mut Gatehouse, from: &str, to: &str) {
    let text = house.config().replace(from, to);
    *house.config() = text;
    // Writes the file.
    let _ = house.command(&["version"]);
    house.running().signal("HUP");
}

fn story(listen: &str) {
    let mut lan = Lan::new();
    let (place, address) = lan.host("box", 2);
    let desk = lan.host("desk", 3);
    let mut house = Gatehouse::at(place.clone(), address);
    house.configured_with(FILE);
    let config = house.config().replace("udp:10.77.0.2:5060", listen);
    *house.config() = config;
    house.power_on();
    until("an ear for everybody", || listens(&place).then_some(()));
    let first = ["https://10.77.0.9/snom/000413aabbcc.xml"];
    assert_eq!(told(&desk, EVERYBODY), first);
    assert_eq!(told(&desk, address), first, "and in person");

    reload(&mut house, "https://10.77.0.9/{vendor}/{mac}.xml", "tftp://10.77.0.8/{model}.htm");
    until("the new address", || (told(&desk, EVERYBODY) == ["tftp://10.77.0.8/snom300.htm"]).then_some(()));

    reload(&mut house, "tftp://10.77.0.8/{model}.htm", "");
    until("nobody to listen", || (!listens(&place)).then_some(()));
    let mut asking = Sipp::new("asks_for_its_configuration.xml").to(SocketAddr::from((address, 5060)));
    asking = asking.at(desk.0.clone(), &desk.1.to_string());
    let (outcome, errors) = asking.start().ends();
    assert!(outcome.failed == 1 && errors.contains("401"), "it has to prove who it is: {errors}");
}

#[test]
fn where_the_box_listens_at_one_address() {
    story("udp:10.77.0.2:5060");
}

#[test]
fn where_the_box_listens_at_every_address() {
    story("udp:0.0.0.0:5060");
}
