//! Somebody rehearses a call for help at his desk: his phone shows what would have become of it, and nothing leaves the house.

use std::net::SocketAddr;

use tests::{Gatehouse, PracticeCloud, Wire, until};

#[test]
fn t1_a_phone_shows_what_would_have_become_of_a_call_for_help() {
    let cloud = PracticeCloud::office();
    let mut house = Gatehouse::new();
    house.mirrors(&cloud.api);
    house.configured_with("[emergency]\nrehearsal = \"*99*1\"\nalarm = [\"101\"]\n");
    house.power_on();
    house.knows_the_account();
    until("every line up", || house.has_lines_up(8).then_some(()));
    let login = cloud.phone("102");
    let mut desk = Wire::udp(house.sip());
    assert_eq!(desk.register(login, 600).status(), Some(200));
    let call = desk.draft("INVITE", &login.user, &format!("sip:*99*1@{}", house.sip()));
    let mut call = call.offering(SocketAddr::from(([127, 0, 0, 1], 9)));
    let over = desk.ask_as(login, &mut call);
    assert_eq!(over.status(), Some(480), "{}", over.0);
    let shown = desk.receive_where("the text", |said| said.method() == Some("MESSAGE"));
    let line = format!("Leitung {} nennt diese Adresse, Rückruf +49305550102.", login.user);
    assert!(shown.body().starts_with("PROBE 112: ") && shown.body().ends_with(&line), "{}", shown.body());
    assert!(cloud.events().iter().all(|event| event["event"] != "emergency"), "nobody is alarmed");
}
