//! What is changed in the house reaches the cloud, once, and nobody's change is lost on the way.

use serde_json::{Value, json};
use tests::{Gatehouse, PracticeCloud, until};

use crate::asking::ask;

/// A command of the mirror and its JSON answer.
fn mirror(house: &Gatehouse, words: &[&str]) -> Value {
    let words: Vec<&str> = ["mirror"].into_iter().chain(words.iter().copied()).chain(["--json"]).collect();
    let out = house.command(&words).output().unwrap();
    serde_json::from_slice(&out.stdout).unwrap_or_else(|_| panic!("{words:?}: {out:?}"))
}

fn state(house: &Gatehouse, id: &Value) -> String {
    let journal = mirror(house, &["changes"]);
    let mut changes = journal["changes"].as_array().unwrap().iter();
    let change = changes.find(|change| change["id"] == *id).unwrap();
    change["state"].as_str().unwrap().to_owned()
}

fn becomes(house: &Gatehouse, id: &Value, wanted: &str) {
    until(&format!("the change to be {wanted}"), || (state(house, id) == wanted).then_some(()));
}

fn rename(house: &Gatehouse, alias: &str) -> Value {
    let change = json!({"act": "device_alias", "device": "e0", "alias": alias}).to_string();
    mirror(house, &["change", &change])["change"]["id"].clone()
}

fn alias(cloud: &PracticeCloud) -> Value {
    serde_json::from_str::<Value>(&cloud.told("GET", "/account/devices/e0", &Value::Null)).unwrap()["alias"]
        .clone()
}

fn outage(cloud: &PracticeCloud, prefix: &str, kind: &Value) {
    cloud.told("POST", "/faults", &json!({"prefix": prefix, "count": 100_000, "kind": kind}));
}

#[test]
fn a_change_in_the_house_is_seen_in_the_cloud_and_in_the_mirror() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    let id = rename(&house, "Tresen");
    becomes(&house, &id, "done");
    assert_eq!(alias(&cloud), "Tresen");
    until("the new name in the mirror", || {
        let devices = mirror(&house, &["show", "device"]);
        let mut devices = devices["objects"].as_array()?.iter();
        devices.any(|device| device["body"]["alias"] == "Tresen").then_some(())
    });
    assert_eq!(cloud.requests()["/v2/devices/e0/alias"], 1);
}

#[test]
fn a_change_made_while_the_cloud_is_away_waits_and_meets_no_other_one_silently() {
    let cloud = PracticeCloud::office();
    let mut house = Gatehouse::beside(&cloud);
    outage(&cloud, "/v", &json!({"status": {"code": 500}}));
    let id = rename(&house, "Tresen");
    assert_eq!(state(&house, &id), "waiting");
    // The power goes, and meanwhile somebody changes the same thing in the cloud.
    house.power_cut();
    cloud.told("PATCH", "/account/devices/e0", &json!({"alias": "Pforte"}));
    cloud.told("DELETE", "/faults", &Value::Null);
    house.power_on();
    becomes(&house, &id, "conflict");
    let journal = mirror(&house, &["changes"]);
    assert_eq!(
        (&journal["changes"][0]["seen"], &journal["changes"][0]["found"]),
        (&json!("Chefbüro"), &json!("Pforte"))
    );
    assert_eq!(alias(&cloud), "Pforte");
    mirror(&house, &["decide", &id.to_string(), "mine"]);
    becomes(&house, &id, "done");
    assert_eq!(alias(&cloud), "Tresen");
}

#[test]
fn a_new_password_whose_answer_is_lost_is_not_asked_for_again() {
    let cloud = PracticeCloud::office();
    let mut house = Gatehouse::beside(&cloud);
    outage(&cloud, "/v2/devices/e0/credentials", &json!("cut"));
    let change = json!({"act": "device_password", "device": "e0"}).to_string();
    let id = mirror(&house, &["change", &change])["change"]["id"].clone();
    until("the request to have left", || {
        (["unsure", "done"].contains(&state(&house, &id).as_str())).then_some(())
    });
    house.power_cut();
    house.power_on();
    house.knows_the_account();
    let _synced = house.command(&["mirror", "sync"]).output();
    assert_eq!(cloud.requests()["/v2/devices/e0/credentials/password"], 1);
}

#[test]
fn a_group_is_made_once_though_the_cloud_s_answer_is_lost() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    let groups = |cloud: &PracticeCloud| -> Vec<String> {
        let all: Value = serde_json::from_str(&cloud.told("GET", "/account/groups", &Value::Null)).unwrap();
        let new = all.as_object().unwrap().iter().filter(|(_, group)| group["alias"] == "Lager");
        new.map(|(id, _)| id.clone()).collect()
    };
    cloud.told("POST", "/faults", &json!({"prefix": "/v3/groups", "count": 1, "kind": "cut"}));
    let change = json!({"act": "group_new", "alias": "Lager"}).to_string();
    let id = mirror(&house, &["change", &change])["change"]["id"].clone();
    becomes(&house, &id, "done");
    let made = groups(&cloud);
    assert_eq!((made.len(), &cloud.requests()["/v3/groups"]), (1, &json!(1)));
    let change = json!({"act": "group_gone", "group": made[0]}).to_string();
    let id = mirror(&house, &["change", &change])["change"]["id"].clone();
    becomes(&house, &id, "done");
    assert!(groups(&cloud).is_empty());
}

#[test]
fn every_kind_of_object_is_listed_with_source_age_and_completeness() {
    let cloud = PracticeCloud::office();
    // Everything is booked that can be.
    let urls = json!({"incomingUrl": "", "outgoingUrl": "", "log": true, "whitelist": []});
    cloud.told(
        "PATCH",
        "/account",
        &json!({"sipgateio": urls, "phonelines": {"p0": {"_recording": {"active": true}}}}),
    );
    let house = Gatehouse::beside(&cloud);
    let _synced = house.command(&["mirror", "sync"]).output();
    let listed = mirror(&house, &[]);
    let kinds = listed["kinds"].as_array().unwrap();
    assert!(kinds.len() >= 30, "{listed}");
    for kind in kinds {
        assert!(kind["source"][0].as_str().is_some_and(|path| path.starts_with("/v")), "{kind}");
        assert!(kind["age_seconds"].as_u64().is_some() || kind["state"] == "absent", "{kind}");
    }
    let unread: Vec<&Value> =
        kinds.iter().filter(|kind| kind["complete"] != true).map(|kind| &kind["kind"]).collect();
    assert_eq!(unread, ["channel"], "an account of this generation has none: {listed}");
    let api = ask(&house, "GET", "/api/v1/mirror/kinds", b"");
    let names = |all: &Value| -> Vec<Value> {
        all["kinds"]
            .as_array()
            .unwrap()
            .iter()
            .map(|kind| json!([kind["kind"], kind["source"], kind["complete"]]))
            .collect()
    };
    assert_eq!(names(&api), names(&listed), "the API lists the same");
    until("the history", || {
        let events = mirror(&house, &["events"]);
        (events["complete"] == true && events["count"].as_u64()? > 0).then_some(())
    });
}
