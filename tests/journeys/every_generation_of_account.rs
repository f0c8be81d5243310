//! A neo account and a trunk are mirrored as well as a classic one: what they do not have is absent, not broken.

use serde_json::{Value, json};
use tests::{Gatehouse, PracticeCloud, until};

fn kind(house: &Gatehouse, name: &str) -> Value {
    let listed = house.tells("mirror");
    let kinds = listed["kinds"].as_array().unwrap();
    kinds.iter().find(|kind| kind["kind"] == name).cloned().unwrap_or_default()
}

/// A house whose first copy of this account is whole.
fn beside(cloud: &PracticeCloud) -> Gatehouse {
    let mut house = Gatehouse::new();
    house.mirrors(&cloud.api);
    house.power_on();
    until("a whole copy", || house.tells("mirror")["age_seconds"].as_u64());
    house
}

fn objects(house: &Gatehouse, kind: &str) -> Vec<Value> {
    let out = house.command(&["mirror", "show", kind, "--json"]).output().unwrap();
    let told: Value = serde_json::from_slice(&out.stdout).unwrap_or_default();
    told["objects"].as_array().cloned().unwrap_or_default()
}

#[test]
fn a_neo_account_has_channels_and_no_lines() {
    let cloud = PracticeCloud::shaped("neo", 20, 0);
    let house = beside(&cloud);
    until("the channels", || (kind(&house, "channel")["complete"] == true).then_some(()));
    assert_eq!(kind(&house, "phoneline")["state"], "absent");
    let channels = objects(&house, "channel");
    assert_eq!((channels.len(), &channels[0]["body"]["settings"]["users"]["ringTime"]), (2, &json!(20)));
    assert_eq!(cloud.requests()["/v2/w1/phonelines"], Value::Null, "one question told of the absence");
    let phones = house.tells("phones");
    assert_eq!(phones["phones"].as_array().unwrap().len(), 20);
}

#[test]
fn a_trunk_has_direct_lines_and_no_phones() {
    let cloud = PracticeCloud::shaped("trunk", 10, 0);
    let house = beside(&cloud);
    until("the direct lines", || (objects(&house, "number").len() == 10).then_some(()));
    assert!(house.tells("phones")["phones"].as_array().unwrap().is_empty());
    assert_eq!(kind(&house, "device")["complete"], true);
    let lines = objects(&house, "routing");
    let block = lines.iter().find(|line| line["body"]["type"] == "GERMAN_LANDLINE_BLOCK").unwrap();
    assert_eq!(block["body"]["numbers"].as_array().unwrap().len(), 10);
}

#[test]
fn an_account_without_anything_is_whole_too() {
    let cloud = PracticeCloud::shaped("empty", 1, 0);
    let house = beside(&cloud);
    until("its one user", || (objects(&house, "user").len() == 1).then_some(()));
    assert_eq!(kind(&house, "number")["complete"], true);
}
