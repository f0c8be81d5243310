//! Somebody rehearses a call for help at his desk: his phone shows what would have become of it and nothing leaves the house, or a
//! number of the house's own is called in place of 112.

use std::net::SocketAddr;

use serde_json::Value;
use tests::{Gatehouse, PracticeCloud, Wire, phone::Setup, until};

use super::places_follow_the_phone::bind;

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

/// Two desks at two sites, then one of them carried to the other's: a number of the house's own is called over the line of the place.
#[test]
fn t2_the_own_number_is_called_over_the_line_of_the_place_where_the_desk_stands() {
    let cloud = PracticeCloud::office();
    let mut house = Gatehouse::new();
    house.mirrors(&cloud.api);
    let lines = "[emergency]\ndry_run = \"*99*2\"\ndry_run_to = \"+49305550910\"\nalarm = [\"101\"]\n";
    house.configured_with(lines);
    house.power_on();
    house.knows_the_account();
    until("every line up", || house.has_lines_up(8).then_some(()));
    let headquarters = address_of(&cloud, "e2");
    let seen = tries(&cloud, &house, "102");
    assert_eq!((seen["device"].as_str(), seen["presented"].as_str()), (Some("e2"), Some("+49305550102")));
    let seen = tries(&cloud, &house, "104");
    assert_eq!((seen["device"].as_str(), seen["presented"].as_str()), (Some("e4"), Some("+49305550104")));
    assert_ne!(address_of(&cloud, "e4"), headquarters, "two sites");
    let places = house.tells("locations")["places"].clone();
    let place = places.as_array().unwrap().iter().find(|place| place["address"] == *headquarters);
    let place = place.and_then(|place| place["id"].as_u64()?.try_into().ok()).expect("the site");
    bind(&house, "device", "e4", place);
    let seen = tries(&cloud, &house, "104");
    assert_eq!(address_of(&cloud, seen["device"].as_str().unwrap()), headquarters, "{seen}");
    assert_ne!(seen["presented"], "+49305550104", "the number of that line");
    assert!(cloud.events().iter().all(|event| event["event"] != "emergency"), "nobody is alarmed");
    assert!(!house.tells("status")["notices"].to_string().contains("Emergency call 112"), "nor in the house");
}

/// What the cloud saw of a dry run from this extension's phone.
fn tries(cloud: &PracticeCloud, house: &Gatehouse, extension: &str) -> Value {
    let mut desk = Setup::new(extension, house.sip()).login(cloud.phone(extension)).start();
    desk.registered();
    let device = cloud.phone(extension).user.trim_start_matches("7654321").to_owned();
    until("a line that says the address of the desk", || {
        let phones = house.tells("locations")["phones"].as_array()?.clone();
        phones.iter().any(|phone| phone["device"] == *device && phone["line_says"] == "right").then_some(())
    });
    desk.dial("*99*2");
    desk.talks();
    let call = cloud.events().into_iter().rfind(|event| event["event"] == "callStarted").expect("a call");
    assert_eq!(call["number"], "+49305550910", "{call}");
    desk.hangs_up();
    desk.call_ends();
    call
}

/// The emergency address of a device of the account.
fn address_of(cloud: &PracticeCloud, device: &str) -> String {
    let path = format!("/account/devices/{device}/emergencyAddressId");
    cloud.told("GET", &path, &Value::Null).trim().trim_matches('"').to_owned()
}
