//! A phone that speaks IPv6 only and one that speaks IPv4 only talk through the box.

use std::net::{Ipv4Addr, SocketAddr};

use tests::{Gatehouse, Lan, PracticeCloud, phone::Setup, program::in_tree, tone::TONES};

const ANNA: u32 = TONES[0];
const BEN: u32 = TONES[2];

#[test]
fn each_hears_the_other() {
    let mut lan = Lan::new();
    let (place, address) = lan.host("box", 1);
    let sixth = Lan::address6(&place, 1);
    let office = in_tree("tests/practice/accounts/office.json");
    let cloud = PracticeCloud::start(&place, Ipv4Addr::LOCALHOST, &office);
    let mut house = Gatehouse::at(place, address);
    house.mirrors(&cloud.api);
    let config = house.config();
    *config = config.replace("listen = [", &format!("listen = [\"udp:[{sixth}]:5060\", "));
    *config = config.replace(&format!("[media]\naddress = \"{address}\"\n"), "");
    house.power_on();
    house.knows_the_account();

    let (place, address) = lan.host6("anna", 11);
    let anna = Setup::new("anna", SocketAddr::from((sixth, 5060))).at(place, address);
    let mut anna = anna.login(cloud.phone("102")).voice(ANNA).start();
    let (place, address) = lan.host("ben", 12);
    let mut ben =
        Setup::new("ben", house.sip()).at(place, address).login(cloud.phone("103")).voice(BEN).start();
    anna.registered();
    ben.registered();

    for _ in 0..2 {
        anna.dial("103");
        ben.rings();
        ben.answers();
        anna.talks();
        ben.talks();
        anna.hears(BEN, 2.0);
        ben.hears(ANNA, 2.0);
        ben.hangs_up();
        anna.call_ends();
        ben.call_ends();
    }
    ben.dial("102");
    anna.rings();
    anna.answers();
    ben.talks();
    anna.talks();
    ben.hears(ANNA, 2.0);
    anna.hears(BEN, 2.0);
    anna.hangs_up();
    ben.call_ends();
}
