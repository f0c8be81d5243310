//! Registering as phones really do it: briefly, twice, from behind a router, and taking it back.

use tests::{Gatehouse, PracticeCloud, Sipp, Wire};

#[test]
fn a_phone_registers_refreshes_and_leaves() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    let login = cloud.phone("102");
    let steps = [("register.xml", 1), ("unregister.xml", 0), ("register.xml", 1), ("unregister_all.xml", 0)];
    let port = Sipp::new("register.xml").port();
    for (scenario, phones) in steps {
        Sipp::new(scenario).from_port(port).to(house.sip()).row(login).passes();
        house.has_registered(phones);
    }
}

#[test]
fn a_phone_that_asks_for_too_short_a_time_is_told_the_shortest() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    Sipp::new("register_briefly.xml").to(house.sip()).row(cloud.phone("102")).passes();
}

#[test]
fn a_second_phone_with_the_same_login_does_not_push_the_first_one_out() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    let login = cloud.phone("102");
    let [mut first, mut second] = [Wire::udp(house.sip()), Wire::udp(house.sip())];
    first.register(login, 600);
    let answer = second.register(login, 600);
    assert_eq!(answer.status(), Some(200));
    let contacts = answer.headers("Contact").join(",");
    for wire in [&first, &second] {
        assert!(
            contacts.contains(&wire.here().to_string()),
            "all bindings are told (RFC 3261 10.3): {contacts}"
        );
    }
}

#[test]
fn a_hundred_phones_over_tcp_are_all_accepted() {
    let cloud = PracticeCloud::generated(100);
    let house = Gatehouse::beside(&cloud);
    let mut storm = Sipp::new("register.xml").to(house.sip()).over_tcp().calls(100, 200);
    for login in &cloud.phones {
        storm = storm.row(login);
    }
    storm.passes();
    house.has_registered(100);
}
