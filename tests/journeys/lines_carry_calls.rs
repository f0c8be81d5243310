//! Calls over the outside lines, with the habits of the real cloud switched on one by one. Voice is listened to both ways.

use std::time::Duration;

use serde_json::{Value, json};
use tests::{Gatehouse, Phone, PracticeCloud, phone::Setup, tone::TONES, until};

/// What the practice cloud says where it plays a tone.
const CLOUD: u32 = 500;
/// The number of the person at extension 102, and somebody outside.
pub(crate) const ANNA: &str = "+49305550102";
pub(crate) const CUSTOMER: &str = "+49305550901";

/// An office whose lines are up, and the phone at 102.
pub(crate) fn office(habits: &[(&str, Value)]) -> (PracticeCloud, Gatehouse, Phone) {
    let cloud = PracticeCloud::office();
    for (name, value) in habits {
        cloud.habit(name, value);
    }
    let house = Gatehouse::beside(&cloud);
    until("every line up", || house.has_lines_up(8).then_some(()));
    let mut phone = Setup::new("anna", house.sip()).login(cloud.phone("102")).voice(TONES[0]).start();
    phone.registered();
    (cloud, house, phone)
}

/// What the cloud saw of the latest call.
pub(crate) fn started(cloud: &PracticeCloud) -> Value {
    let events = cloud.events();
    events.into_iter().rfind(|event| event["event"] == "callStarted").expect("a call")
}

#[test]
fn a_call_goes_out_and_both_hear_each_other() {
    let (cloud, house, mut anna) = office(&[]);
    anna.dial("+49305550910");
    anna.talks();
    anna.hears(TONES[0], 2.0);
    let call = started(&cloud);
    assert_eq!(call["number"], "+49305550910");
    assert_eq!(format!("7654321{}", call["device"].as_str().unwrap()), cloud.phone("102").user);
    anna.hangs_up();
    anna.call_ends();
    until("the call to be forgotten", || (house.calls() == 0).then_some(()));
}

#[test]
fn numbers_are_dialled_as_people_dial_them() {
    let (cloud, _house, mut anna) = office(&[]);
    for dialled in ["0305550911", "0049305550911", "+49305550911"] {
        anna.dial(dialled);
        anna.talks();
        anna.hears(CLOUD, 1.0);
        assert_eq!(started(&cloud)["number"], "+49305550911", "{dialled}");
        anna.hangs_up();
        anna.call_ends();
    }
}

#[test]
fn why_nobody_answers_is_told_to_the_caller() {
    let (_cloud, _house, mut anna) = office(&[]);
    for (number, status) in [("+49305550912", "486"), ("+49305550913", "404"), ("+49305550915", "603")] {
        anna.dial(number);
        let reason = anna.call_ends();
        assert!(reason.contains(status), "{number}: {reason}");
    }
}

#[test]
fn early_voice_of_the_network_is_heard() {
    let (_cloud, _house, mut anna) = office(&[("latch", json!(false))]);
    anna.dial("+49305550917");
    anna.talks();
    anna.hears(CLOUD, 1.0);
    anna.hangs_up();
}

fn somebody_calls(habits: &[(&str, Value)]) {
    let (cloud, house, mut anna) = office(habits);
    let call = cloud.calls_in(ANNA, CUSTOMER);
    let caller = anna.rings();
    assert_eq!(caller.number(), CUSTOMER);
    assert!(anna.rings_within(Duration::from_secs(1)).is_none(), "one call rings once");
    anna.answers();
    anna.talks();
    anna.hears(CLOUD, 2.0);
    until("the caller to hear her", || (cloud.call(call)?["received"].as_u64()? > 100).then_some(()));
    anna.hangs_up();
    anna.call_ends();
    until("the call to be forgotten", || (house.calls() == 0).then_some(()));
}

#[test]
fn somebody_outside_calls_and_both_hear_each_other() {
    somebody_calls(&[]);
}

/// One call arrives as two INVITEs with almost equal Call-IDs: one rings.
#[test]
fn a_call_that_comes_twice_rings_once() {
    somebody_calls(&[("duplicateInvite", json!(true))]);
}

#[test]
fn voice_in_bursts_of_400_ms_is_all_heard() {
    somebody_calls(&[("rtpBurstMs", json!(400))]);
}

/// 401 to a question after life is life.
#[test]
fn a_provider_that_wants_a_password_for_options_is_alive() {
    somebody_calls(&[("optionsUnauthorized", json!(true))]);
}
