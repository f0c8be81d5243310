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
    house.knows_the_whole_account();
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

/// A call through the first channel, as its events list it.
fn call_through(id: &str, from: &str) -> Value {
    let at = "2026-11-20T00:01:00Z";
    json!({"eventId": id, "type": "CALL", "createdAt": at, "recordings": [],
           "call": {"callSid": id, "channelId": "0b4e9d6c-7a51-4f0e-9a3e-000000000000", "direction": "INCOMING", "from": from,
                    "to": "+49305550000", "owner": "w1", "startedAt": at, "establishedAt": "2026-11-20T00:01:12Z",
                    "terminatedAt": "2026-11-20T00:02:12Z", "state": "FINISHED", "terminatedReason": "TERMINATED"}})
}

#[test]
fn what_went_through_channels_is_read_to_its_beginning_and_then_as_it_happens() {
    let cloud = PracticeCloud::shaped("neo", 20, 1_300);
    let house = beside(&cloud);
    let events = |house: &Gatehouse| {
        let out = house.command(&["mirror", "events", "--json"]).output().unwrap();
        serde_json::from_slice::<Value>(&out.stdout).unwrap_or_default()
    };
    until("both channels' events", || {
        let told = events(&house);
        (told["complete"] == true && told["count"] == 1_300).then_some(())
    });
    let path = "/account/channels/0b4e9d6c-7a51-4f0e-9a3e-000000000000";
    let channel: Value = serde_json::from_str(&cloud.told("GET", path, &Value::Null)).unwrap();
    // The oldest have left the cloud meanwhile; here they stay.
    let mut all: Vec<Value> = channel["_events"].as_array().unwrap().iter().take(20).cloned().collect();
    all.insert(0, call_through("new-1", "+491575559999"));
    cloud.told("PATCH", path, &json!({ "_events": all }));
    // Neo accounts answer the old history too, and tell of the same call.
    let same = json!({"source": "+491575559999", "target": "+49305550000", "type": "CALL", "created": "2026-11-20T00:01:01Z",
        "direction": "INCOMING", "incoming": true, "status": "PICKUP", "callStatus": "SUCCESS", "duration": 60});
    cloud.told("PATCH", "/account", &json!({"history": {"100200300": same}}));
    let _synced = house.command(&["mirror", "sync"]).output();
    until("the new call, from both tellers", || (events(&house)["count"] == 1_302).then_some(()));
    let history = crate::asking::ask(&house, "GET", "/api/v1/history", b"");
    let entries = history["entries"].as_array().unwrap();
    let mut calls = entries.iter().filter(|entry| entry["call"]["remote"] == "+491575559999");
    let call = calls.next().unwrap();
    assert_eq!((&call["call"]["waited"], &call["call"]["talked"]), (&json!(12), &json!(60)));
    assert!(calls.next().is_none(), "one call, one entry");
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
fn an_account_between_two_generations_has_lines_channels_and_a_trunk() {
    let cloud = PracticeCloud::shaped("mixed", 20, 400);
    let house = beside(&cloud);
    until("lines and channels", || {
        let all = ["phoneline", "channel", "forwarding", "number"];
        all.iter().all(|name| kind(&house, name)["complete"] == true).then_some(())
    });
    let counts = ["phoneline", "channel", "device"].map(|name| objects(&house, name).len());
    assert_eq!(counts, [10, 1, 20]);
    let direct = |number: &&Value| number["body"]["endpointId"] == "t0";
    assert_eq!(objects(&house, "number").iter().filter(direct).count(), 10);
    assert_eq!(house.tells("phones")["phones"].as_array().unwrap().len(), 20);
    until("what happened on lines and in the channel", || {
        let out = house.command(&["mirror", "events", "--json"]).output().unwrap();
        let told = serde_json::from_slice::<Value>(&out.stdout).unwrap_or_default();
        (told["complete"] == true && told["count"] == 400).then_some(())
    });
}

#[test]
fn a_history_of_short_and_empty_pages_is_read_to_its_beginning() {
    let cloud = PracticeCloud::shaped("classic", 2, 1_300);
    cloud.told("PATCH", "/account", &json!({"quirks": {"historyPicks": true}}));
    let house = beside(&cloud);
    until("the whole history", || {
        let out = house.command(&["mirror", "events", "--json"]).output().unwrap();
        let told = serde_json::from_slice::<Value>(&out.stdout).unwrap_or_default();
        (told["complete"] == true && told["count"] == 1_300).then_some(())
    });
}

#[test]
fn an_account_without_anything_is_whole_too() {
    let cloud = PracticeCloud::shaped("empty", 1, 0);
    let house = beside(&cloud);
    until("its one user", || (objects(&house, "user").len() == 1).then_some(()));
    assert_eq!(kind(&house, "number")["complete"], true);
}
