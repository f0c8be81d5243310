//! The lines of the phones and a trunk beside them, at one provider: the admin chose which numbers go out over the trunk.

use serde_json::{Value, json};
use tests::{Gatehouse, Phone, PracticeCloud, phone::Setup, tone::TONES, until};

use crate::lines_carry_calls::{ANNA, CUSTOMER, started};

/// What the practice cloud says where it plays a tone.
const CLOUD: u32 = 500;
/// Nobody in the account has this number.
const NOBODYS: &str = "+49305550998";
/// The trunk's own; Lena rings for it.
const LENAS: &str = "+49305550997";
/// Refuses every call with 503.
const UNAVAILABLE: &str = "+49305550916";

/// Anna's number was given to the trunk, and one more by mistake.
fn office() -> (PracticeCloud, Gatehouse) {
    let cloud = PracticeCloud::office();
    let mut house = Gatehouse::new();
    house.mirrors(&cloud.api);
    let password = house.folder().join("trunk");
    std::fs::write(&password, "Uebung-t0-5550\n").unwrap();
    house.configured_with(&format!(
        "[trunk]\nmode = \"both\"\ncarries = [\"{ANNA}\", \"{NOBODYS}\"]\ndial_in = [\"{LENAS} = 104\"]\nserver = \"{}\"\nuser = \"7654321t0\"\n\
         password_file = \"{}\"\n",
        cloud.sip,
        password.display()
    ));
    house.power_on();
    house.knows_the_account();
    until("every line up", || house.has_lines_up(9).then_some(()));
    (cloud, house)
}

fn phone(cloud: &PracticeCloud, house: &Gatehouse, extension: &str, voice: u32) -> Phone {
    let mut phone = Setup::new(extension, house.sip()).login(cloud.phone(extension)).voice(voice).start();
    phone.registered();
    phone
}

/// Devices and trunks that the cloud was asked over for calls to this number, in order.
fn asked_over(cloud: &PracticeCloud, number: &str) -> Vec<String> {
    let calls = cloud.events().into_iter().filter(|event| event["event"] == "callStarted");
    let to = calls.filter(|event| event["number"] == number);
    to.filter_map(|event| event["device"].as_str().map(str::to_owned)).collect()
}

#[test]
fn each_number_goes_out_the_way_that_was_chosen_for_it_and_the_other_way_when_that_fails() {
    let (cloud, house) = office();
    for (extension, device, presented) in [("102", "t0", ANNA), ("104", &*cloud.phone("104").device, "")] {
        let mut phone = phone(&cloud, &house, extension, TONES[0]);
        phone.dial("+49305550910");
        phone.talks();
        phone.hears(TONES[0], 2.0);
        let call = started(&cloud);
        assert_eq!(call["device"], device, "{call}");
        assert!(presented.is_empty() || call["presented"] == presented, "{call}");
        phone.hangs_up();
        phone.call_ends();
    }
    let mut anna = phone(&cloud, &house, "102", TONES[0]);
    anna.dial(UNAVAILABLE);
    anna.call_ends();
    assert_eq!(asked_over(&cloud, UNAVAILABLE), ["t0", &*cloud.phone("102").device]);
}

/// By the number that was called on the trunk, and by the line of her phone.
#[test]
fn somebody_outside_reaches_the_same_phone_over_either_way() {
    let (cloud, house) = office();
    let mut anna = phone(&cloud, &house, "102", TONES[0]);
    let over_trunk = json!({"device": "t0", "called": ANNA, "from": CUSTOMER, "audio": "tone"});
    for over in ["t0", "her line"] {
        match over {
            "t0" => drop(cloud.told("POST", "/sip/calls", &over_trunk)),
            _ => _ = cloud.calls_in(ANNA, CUSTOMER),
        }
        assert_eq!(anna.rings().number(), CUSTOMER, "{over}");
        anna.answers();
        anna.talks();
        anna.hears(CLOUD, 2.0);
        anna.hangs_up();
        anna.call_ends();
        until("the call to be forgotten", || (house.calls() == 0).then_some(()));
    }
}

#[test]
fn a_number_of_the_trunk_rings_the_extension_that_the_admin_named() {
    let (cloud, house) = office();
    let mut lena = phone(&cloud, &house, "104", TONES[0]);
    let over_trunk = json!({"device": "t0", "called": LENAS, "from": CUSTOMER, "audio": "tone"});
    cloud.told("POST", "/sip/calls", &over_trunk);
    assert_eq!(lena.rings().number(), CUSTOMER);
    lena.answers();
    lena.talks();
    lena.hears(CLOUD, 2.0);
    lena.hangs_up();
    lena.call_ends();
}

#[test]
fn which_number_goes_which_way_is_shown_and_one_that_nobody_has_is_named() {
    let (cloud, house) = office();
    let lines = house.tells("lines")["lines"].clone();
    let numbers = |line: &str| {
        let line = lines.as_array().unwrap().iter().find(|one| one["name"] == line);
        line.unwrap_or_else(|| panic!("{lines}"))["numbers"].clone()
    };
    assert_eq!(numbers("trunk"), json!([ANNA, NOBODYS]));
    assert_eq!(numbers(&cloud.phone("102").user), json!([]), "hers goes over the trunk");
    assert_eq!(numbers(&cloud.phone("104").user), json!(["+49305550104"]));
    let named = |notice: &Value| notice["what"]["en"].as_str().is_some_and(|what| what.contains(NOBODYS));
    let notices = house.tells("status")["notices"].clone();
    assert!(notices.as_array().unwrap().iter().any(named), "{notices}");
}
