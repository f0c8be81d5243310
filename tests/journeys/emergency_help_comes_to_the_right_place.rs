//! Somebody dials 112 at a desk: the control centre answers, and it knows the address at which that desk stands.

use serde_json::Value;
use tests::{Gatehouse, PracticeCloud, phone::Setup, tone::TONES, until};

#[test]
fn the_control_centre_hears_the_caller_and_knows_the_address_of_the_desk() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    lines_are_up(&house);
    let mut anna = Setup::new("anna", house.sip()).login(cloud.phone("102")).voice(TONES[0]).start();
    anna.registered();
    let device = cloud.phone("102").user.trim_start_matches(|c: char| c.is_ascii_digit()).to_owned();
    until("the line of the desk's own address", || {
        let phones = house.tells("locations")["phones"].as_array()?.clone();
        phones.iter().any(|phone| phone["device"] == *device && phone["line_says"] == "right").then_some(())
    });
    anna.dial("112");
    anna.talks();
    let heard = emergency(&cloud);
    assert_eq!(
        (heard["number"].as_str(), heard["device"].as_str()),
        (Some("112"), Some(&*device)),
        "{heard}"
    );
    let path = format!("/account/devices/{device}/emergencyAddressId");
    let address: Value = serde_json::from_str(&cloud.told("GET", &path, &Value::Null)).unwrap();
    assert_eq!(heard["address"], address, "help goes where the desk stands");
    anna.hangs_up();
    anna.call_ends();
}

/// The box is known at its provider under the name of every phone.
fn lines_are_up(house: &Gatehouse) {
    until("lines that are up", || {
        let told = house.tells("lines");
        let lines = told["lines"].as_array()?;
        (!lines.is_empty() && lines.iter().all(|line| line["state"] == "up")).then_some(())
    });
}

fn emergency(cloud: &PracticeCloud) -> Value {
    until("the emergency call at the control centre", || {
        let events: Value = serde_json::from_str(&cloud.told("GET", "/sip/events", &Value::Null)).ok()?;
        events.as_array()?.iter().find(|event| event["event"] == "emergency").cloned()
    })
}
