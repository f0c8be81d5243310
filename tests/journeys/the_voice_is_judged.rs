//! How the voice of a call came through stands in the history, and who is not heard is named while they talk.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use tests::{
    Browser, Gatehouse, Phone, PracticeCloud, Sipp, phone::Setup, program::in_tree, sipp::Outcome,
    tone::TONES,
};

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
        assert_eq!(side["side"], "lan", "{side}");
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
    browser.takes_a_picture(&pictures().join("voice_judged.png"));
    assert!(browser.complaints().is_empty(), "{:?}", browser.complaints());
}

#[test]
fn a_phone_says_itself_how_it_heard_the_call() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    let mut ben = desk(&house, &cloud, "103", TONES[2]);
    let browser = signed_in(&house);
    let anna = Sipp::new("call_and_report.xml").to(house.sip()).calling("103").row(cloud.phone("102"));
    let anna = anna.pausing(1_000).echoing();
    Sipp::new("register.xml").from_port(anna.port()).to(house.sip()).row(cloud.phone("102")).passes();
    let anna = anna.start();
    ben.rings();
    ben.answers();
    ben.call_ends();
    let (outcome, said) = anna.ends();
    assert_eq!(outcome, Outcome { passed: 1, failed: 0 }, "{said}");
    let phone = tests::until("the report", || {
        let voice = judged(&house);
        Some(voice["caller"]["phone"].clone()).filter(Value::is_object)
    });
    for (figure, value) in
        [("lost_percent", 7.5), ("discarded_percent", 2.0), ("jitter_ms", 6.0), ("mos_listening", 3.0)]
    {
        assert_eq!(phone[figure].as_f64(), Some(value), "{figure}: {phone}");
    }
    assert_eq!(judged(&house)["callee"]["phone"], Value::Null);
    browser.opens(&format!("https://{}:8443/calls", house.address()));
    browser.shows("MOS 3.00, as the caller's phone heard it: loss 9.50 %");
    browser.clicks("a[href^=\"/calls/\"]");
    browser.shows("Caller: phone in the house (LAN)");
    browser.shows("Callee: phone in the house (LAN)");
    browser.shows("As the phone itself heard it");
    browser.shows("7.50 %");
    browser.takes_a_picture(&pictures().join("voice_of_one_call.png"));
    assert!(browser.complaints().is_empty(), "{:?}", browser.complaints());
}

fn pictures() -> PathBuf {
    let out = in_tree("tests/out");
    fs::create_dir_all(&out).unwrap();
    out
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
