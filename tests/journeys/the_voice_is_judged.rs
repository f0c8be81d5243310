//! How the voice of a call came through stands in the history, and who is not heard is named while they talk.

use std::fs;

use serde_json::Value;
use tests::{Browser, Gatehouse, Phone, PracticeCloud, Sipp, phone::Setup, program::in_tree, tone::TONES};

use crate::asking::ask;

const PASSWORD: &str = "Pruefung-2026";

fn desk(house: &Gatehouse, cloud: &PracticeCloud, extension: &str, voice: u32) -> Phone {
    let mut phone = Setup::new(extension, house.sip()).login(cloud.phone(extension)).voice(voice).start();
    phone.registered();
    phone
}

/// What the history tells programs of the voice of the last call.
fn judged(house: &Gatehouse) -> Value {
    tests::until("the voice to be judged", || {
        let history = ask(house, "GET", "/api/v1/history", b"");
        Some(history["entries"][0]["call"]["voice"].clone()).filter(Value::is_object)
    })
}

#[test]
fn two_who_hear_each_other_well_stand_so_in_the_history() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    let (mut anna, mut ben) = (desk(&house, &cloud, "102", TONES[0]), desk(&house, &cloud, "103", TONES[2]));
    anna.dial("103");
    ben.rings();
    ben.answers();
    anna.talks();
    anna.hears(TONES[2], 2.0);
    ben.hears(TONES[0], 2.0);
    anna.hangs_up();
    ben.call_ends();
    let voice = judged(&house);
    for side in [&voice["caller"], &voice["callee"]] {
        assert!(side["packets"].as_u64() >= Some(75) && side["sent"].as_u64() >= Some(75), "{side}");
        assert_eq!((side["lost"].as_u64(), &side["unheard"]), (Some(0), &Value::Null), "{side}");
        assert!(side["mos"].as_f64() >= Some(4.0), "{side}");
    }
}

#[test]
fn who_is_not_heard_is_named_with_the_reason() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    // It answers and never sends a packet of voice.
    let silent = Sipp::new("answer.xml");
    Sipp::new("register.xml").from_port(silent.port()).to(house.sip()).row(cloud.phone("103")).passes();
    let _silent = silent.start();
    let mut anna = desk(&house, &cloud, "102", TONES[0]);
    let browser = signed_in(&house);
    anna.dial("103");
    anna.talks();
    let sides = tests::until("the box to notice", || {
        let call = house.tells("calls")["calls"][0].clone();
        call["callee"]["unheard"].is_string().then_some(call)
    });
    assert_eq!((&sides["callee"]["unheard"], &sides["caller"]["unheard"]), (&"nothing".into(), &Value::Null));
    browser.shows("not heard: no packet arrives");
    anna.hangs_up();
    let voice = judged(&house);
    assert_eq!((&voice["callee"]["unheard"], &voice["callee"]["mos"]), (&"nothing".into(), &Value::Null));
    assert!(voice["caller"]["mos"].as_f64() >= Some(4.0), "{voice}");
    browser.opens(&format!("https://{}:8443/calls", house.address()));
    browser.shows("silent on one side");
    browser.shows("callee: no packet arrived");
    let out = in_tree("tests/out");
    fs::create_dir_all(&out).unwrap();
    browser.takes_a_picture(&out.join("voice_judged.png"));
    assert!(browser.complaints().is_empty(), "{:?}", browser.complaints());
}

/// A browser on the dashboard, after the admin's first steps.
fn signed_in(house: &Gatehouse) -> Browser {
    let browser = Browser::start();
    browser.opens(&format!("https://{}:8443/setup", house.address()));
    for (field, text) in
        [("#code", house.setup_code().as_str()), ("#password", PASSWORD), ("#repeat", PASSWORD)]
    {
        browser.types(field, text);
    }
    browser.clicks("form button");
    browser.shows("Sign out");
    browser
}
