//! What would become of a call for help is tested without one: the installer asks for a test, reads it on the command line and on the
//! page, and nobody is called.

use std::fs;

use serde_json::{Value, json};
use tests::{Gatehouse, PracticeCloud, until};

use super::places_are_kept_on_the_page::Visitor;

#[test]
fn t4_a_test_says_of_each_phone_what_would_become_of_a_call_for_help_and_calls_nobody() {
    let cloud = PracticeCloud::office();
    let mut house = Gatehouse::new();
    house.mirrors(&cloud.api);
    let light = house.folder().join("light");
    fs::write(&light, "0\n").unwrap();
    house.configured_with(&format!(
        "[emergency]\ncommissioned = true\nstrobe = \"{}\"\nalarm = [\"101\"]\n",
        light.display()
    ));
    house.power_on();
    house.knows_the_account();
    until("every line up", || house.has_lines_up(8).then_some(()));
    let user = &cloud.phone("102").user;
    let device = user.trim_start_matches(|digit: char| digit.is_ascii_digit());
    // A phone of the one who is to be told is not there; the desk of 102 is ready.
    let record = tests_now(&house);
    assert_eq!(record["verdict"], "look", "{record}");
    let desk = of(&record["phones"], "device", device);
    assert_eq!((&desk["verdict"], &desk["line"]), (&json!("passed"), &json!(user)), "{desk}");
    assert_eq!(of(&record["checks"], "about", "texts")["en"], "Without a registered phone: 101.");
    assert_eq!(of(&record["checks"], "about", "relay")["verdict"], "passed", "{record}");
    assert_eq!(fs::read_to_string(&light).unwrap(), "0\n", "nothing is switched");

    cloud.habit("sip", &json!("unavailable"));
    until("every line down", || house.lines().iter().all(|line| line.state != "up").then_some(()));
    let record = tests_now(&house);
    assert_eq!(record["verdict"], "fails");
    assert_eq!(of(&record["phones"], "device", device)["verdict"], "fails");

    let told = house.tells("self-test records");
    let verdicts: Vec<&Value> =
        told["records"].as_array().unwrap().iter().map(|one| &one["verdict"]).collect();
    assert_eq!(verdicts, ["fails", "look"], "the newest first");
    assert!(house.tells("status")["notices"].to_string().contains("The test of calls for help of"));
    let visitor = Visitor::new(&house);
    let page = visitor.opens("/locations/self-tests");
    assert!(page.contains("reaches nobody") && page.contains("look at it"), "{page}");
    let (status, _) = visitor.sends("/locations/self-tests", &[("now", "1")]);
    assert_eq!(status, 303);
    assert!(cloud.events().iter().all(|event| event["event"] != "emergency"), "nobody is called");
}

/// What `gatehouse self-test` prints.
fn tests_now(house: &Gatehouse) -> Value {
    let output = house.command(&["self-test", "--json"]).output().expect("the command line runs");
    serde_json::from_slice(&output.stdout).expect("a record")
}

/// The one whose field is this.
fn of<'a>(all: &'a Value, field: &str, is: &str) -> &'a Value {
    let one = all.as_array().into_iter().flatten().find(|one| one[field] == is);
    one.unwrap_or_else(|| panic!("no {is} in {all}"))
}
