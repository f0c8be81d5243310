//! The line is cut, the data centre is gone, there is no way out and no DNS: two desks notice nothing.

use std::net::Ipv4Addr;

use tests::{
    Gatehouse, Lan, PracticeCloud,
    phone::Setup,
    program::{in_tree, run},
    tone::TONES,
};

#[test]
fn nobody_in_the_office_notices() {
    let mut lan = Lan::new();
    let (place, address) = lan.host("box", 1);
    // On the box's own loopback: a cloud without TLS is taken from nowhere else.
    let office = in_tree("tests/practice/accounts/office.json");
    let mut cloud = PracticeCloud::start(&place, Ipv4Addr::LOCALHOST, &office);
    let mut routes = place.command("ip");
    routes.args(["route", "show", "default"]);
    let mut house = Gatehouse::at(place, address);
    house.mirrors(&cloud.api);
    house.power_on();
    house.knows_the_account();

    cloud.dies();
    assert_eq!(run(routes), "", "no way out");
    let mut desk = |name, last, extension, voice| {
        let (place, address) = lan.host(name, last);
        Setup::new(name, house.sip()).login(cloud.phone(extension)).at(place, address).voice(voice).start()
    };
    let mut anna = desk("anna", 11, "102", TONES[0]);
    let mut ben = desk("ben", 12, "103", TONES[2]);
    anna.registered();
    ben.registered();
    call(&mut anna, &mut ben);

    // A power cut on top: the box has only its own memory now.
    house.power_cut();
    house.power_on();
    call(&mut anna, &mut ben);
}

fn call(anna: &mut tests::Phone, ben: &mut tests::Phone) {
    anna.dial("103");
    ben.rings();
    ben.answers();
    anna.talks();
    ben.talks();
    anna.hears(TONES[2], 2.0);
    ben.hears(TONES[0], 2.0);
    ben.hangs_up();
    anna.call_ends();
    ben.call_ends();
}
