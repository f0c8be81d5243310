//! Lines over TCP and TLS, with closed voice where the provider offers it: calls both ways, and voice listened to.

use serde_json::json;
use tests::{Gatehouse, Phone, PracticeCloud, phone::Setup, tone::TONES, until};

/// What the practice cloud says where it plays a tone.
const CLOUD: u32 = 500;
const ANNA: &str = "+49305550102";
const CUSTOMER: &str = "+49305550901";

fn anna(cloud: &PracticeCloud, house: &Gatehouse) -> Phone {
    let mut phone = Setup::new("anna", house.sip()).login(cloud.phone("102")).voice(TONES[0]).start();
    phone.registered();
    phone
}

/// Out and in, heard at both ends.
fn calls_go_both_ways(cloud: &PracticeCloud, house: &Gatehouse, mut anna: Phone) {
    anna.dial("+49305550910");
    anna.talks();
    anna.hears(TONES[0], 2.0);
    anna.hangs_up();
    anna.call_ends();
    let call = cloud.calls_in(ANNA, CUSTOMER);
    assert_eq!(anna.rings().number(), CUSTOMER);
    anna.answers();
    anna.talks();
    anna.hears(CLOUD, 2.0);
    until("the caller to hear her", || (cloud.call(call)?["received"].as_u64()? > 100).then_some(()));
    anna.hangs_up();
    anna.call_ends();
    until("the calls to be forgotten", || (house.calls() == 0).then_some(()));
}

#[test]
fn lines_over_tcp_share_one_connection_and_carry_calls() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::over(&cloud, "tcp");
    until("every line up", || house.has_lines_up(8).then_some(()));
    let bindings = cloud.bindings();
    let sources = bindings.as_object().unwrap().values().map(|contacts| &contacts[0]["source"]);
    let sources: std::collections::BTreeSet<String> = sources.map(ToString::to_string).collect();
    assert_eq!(sources.len(), 1, "{sources:?}");
    let anna = anna(&cloud, &house);
    calls_go_both_ways(&cloud, &house, anna);
}

/// The cloud takes only closed voice (`srtp`), so whoever is heard was closed.
#[test]
fn lines_over_tls_carry_closed_voice() {
    let cloud = PracticeCloud::office();
    cloud.habit("srtp", &json!(true));
    let house = Gatehouse::over(&cloud, "tls");
    until("every line up", || house.has_lines_up(8).then_some(()));
    let anna = anna(&cloud, &house);
    calls_go_both_ways(&cloud, &house, anna);
}

/// The trunk's number is dialled directly; its calls go out for everybody.
#[test]
fn a_trunk_over_tls_carries_calls() {
    let cloud = PracticeCloud::office();
    let mut house = Gatehouse::new();
    house.mirrors(&cloud.api);
    let password = house.folder().join("trunk");
    std::fs::write(&password, "Uebung-t0-5550\n").unwrap();
    let trunk = format!(
        "mode = \"trunk\"\nserver = \"tls:{}\"\nuser = \"7654321t0\"\npassword_file = \"{}\"\n",
        cloud.tls,
        password.display()
    );
    house.trusts(&cloud, &trunk);
    house.power_on();
    house.knows_the_account();
    until("the trunk up", || house.has_lines_up(1).then_some(()));
    let mut anna = anna(&cloud, &house);
    anna.dial("+49305550911");
    anna.talks();
    anna.hears(CLOUD, 2.0);
    anna.hangs_up();
    anna.call_ends();
    let call = json!({"device": "t0", "called": ANNA, "from": CUSTOMER, "audio": "tone"});
    let _ = cloud.told("POST", "/sip/calls", &call);
    assert_eq!(anna.rings().number(), CUSTOMER);
    anna.answers();
    anna.hears(CLOUD, 2.0);
    anna.hangs_up();
    anna.call_ends();
}

/// A server that nobody vouches for hears no password.
#[test]
fn a_server_of_a_stranger_is_not_spoken_to() {
    let cloud = PracticeCloud::office();
    cloud.habit("tls", &json!("untrusted"));
    let house = Gatehouse::over(&cloud, "tls");
    until("the lines down", || {
        let lines = house.lines();
        (lines.len() >= 8 && lines.iter().all(|line| line.why.contains("not trusted"))).then_some(())
    });
    assert_eq!(cloud.bindings(), json!({}));
}
