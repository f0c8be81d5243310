//! Busy, unknown, not there, not answering: each has its own answer, so that the caller's display is right.

use tests::{Gatehouse, Login, PracticeCloud, Sipp, Wire};

#[test]
fn an_unknown_extension_is_not_found_and_a_phone_that_is_off_is_unavailable() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::without_mailboxes_beside(&cloud);
    let anna = cloud.phone("102");
    for (extension, status) in [("199", 404), ("103", 480)] {
        let mut wire = Wire::udp(house.sip());
        let draft = wire.draft("INVITE", &anna.user, &format!("sip:{extension}@{}", house.sip()));
        let answer = wire.ask_as(anna, &mut draft.offering(wire.here()));
        assert_eq!(answer.status(), Some(status), "{extension}: {}", answer.0);
    }
}

#[test]
fn a_phone_that_is_busy_says_so() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::without_mailboxes_beside(&cloud);
    let busy = at_desk(&house, cloud.phone("103"), "busy.xml");
    Sipp::new("call_busy.xml").to(house.sip()).calling("103").row(cloud.phone("102")).passes();
    busy.passes();
}

#[test]
fn a_caller_who_gives_up_stops_the_ringing() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    let ringing = at_desk(&house, cloud.phone("103"), "ring.xml");
    Sipp::new("call_cancel.xml").to(house.sip()).calling("103").row(cloud.phone("102")).pausing(500).passes();
    ringing.passes();
    tests::until("the call to be forgotten", || (house.calls() == 0).then_some(()));
}

#[test]
fn a_call_that_runs_in_circles_is_stopped() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    let anna = cloud.phone("102");
    let mut wire = Wire::udp(house.sip());
    let mut draft = wire.draft("INVITE", &anna.user, &format!("sip:103@{}", house.sip()));
    draft.hops = 0;
    let answer = wire.ask_as(anna, &mut draft);
    assert_eq!(answer.status(), Some(483), "{}", answer.0);
}

fn at_desk(house: &Gatehouse, login: &Login, scenario: &'static str) -> tests::sipp::Running {
    let desk = Sipp::new(scenario);
    Sipp::new("register.xml").from_port(desk.port()).to(house.sip()).row(login).passes();
    desk.start()
}
