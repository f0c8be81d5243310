//! The copy of the cloud account says how old it is, serves without the cloud, and bears strange answers.

use serde_json::json;
use tests::{Gatehouse, PracticeCloud, Wire, until};

#[test]
fn the_age_is_told_and_the_last_copy_serves_after_a_restart_without_the_cloud() {
    let mut cloud = PracticeCloud::office();
    let mut house = Gatehouse::beside(&cloud);
    until("a whole and fresh copy", || house.tells("mirror")["age_seconds"].as_u64().filter(|age| *age < 60));
    cloud.dies();
    house.power_cut();
    house.power_on();
    house.knows_the_account();
    let mut wire = Wire::udp(house.sip());
    assert_eq!(wire.register(cloud.phone("102"), 600).status(), Some(200));
    let told = house.tells("mirror");
    assert!(told["age_seconds"].as_u64().is_some(), "{told}");
}

#[test]
fn a_new_password_in_the_cloud_is_good_at_the_next_sync() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    cloud.told("PATCH", "/account/devices/e2", &json!({"_password": "Neues-Kennwort-1"}));
    let out = house.command(&["mirror", "sync"]).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let mut login = cloud.phone("102").clone();
    login.password = "Neues-Kennwort-1".to_owned();
    until("the new password to work", || {
        let mut wire = Wire::udp(house.sip());
        (wire.register(&login, 600).status() == Some(200)).then_some(())
    });
}

#[test]
fn missing_and_unknown_fields_never_stop_the_mirror() {
    let cloud = PracticeCloud::office();
    cloud.told("PATCH", "/account/users/w2", &json!({"email": null, "timezone": null, "shoeSize": 43}));
    cloud.told("PATCH", "/account/devices/e3", &json!({"alias": null, "hologram": {"deep": [1, 2]}}));
    let house = Gatehouse::beside(&cloud);
    let mut wire = Wire::udp(house.sip());
    assert_eq!(
        wire.register(cloud.phone("103"), 600).status(),
        Some(200),
        "the user with the strange fields"
    );
    assert_eq!(house.log().matches("hologram").count(), 1, "logged once:\n{}", house.log());
}

#[test]
fn contacts_by_cursor_and_addresses_of_the_other_shape_are_whole_too() {
    let cloud = PracticeCloud::office();
    cloud.told("PATCH", "/account/quirks", &json!({"contactCursor": true, "contactAddresses": true}));
    let house = Gatehouse::beside(&cloud);
    let shown = |kind: &str| {
        let out = house.command(&["mirror", "show", kind, "--json"]).output().unwrap();
        String::from_utf8(out.stdout).unwrap()
    };
    until("the last page of the contacts", || {
        let kinds = house.tells("mirror")["kinds"].as_array()?.clone();
        let contacts = kinds.iter().find(|kind| kind["kind"] == "contact")?.clone();
        (contacts["complete"] == true && contacts["count"] == 3).then_some(())
    });
    assert!(shown("address").contains("streetAddress"), "{}", shown("address"));
}

#[test]
fn a_cloud_that_fails_now_and_then_is_asked_again() {
    let cloud = PracticeCloud::office();
    for (prefix, kind) in [
        ("/v2/devices", json!("cut")),
        ("/v2/users", json!("garbage")),
        ("/v2/numbers", json!({"status": {"code": 500}})),
        ("/v2/groups", json!({"status": {"code": 429, "retryAfter": "1"}})),
    ] {
        cloud.told("POST", "/faults", &json!({"prefix": prefix, "count": 1, "kind": kind}));
    }
    let mut house = Gatehouse::new();
    house.mirrors(&cloud.api);
    house.power_on();
    // The first round fails in places; asked again, it is whole.
    until("a whole copy", || {
        let _ = house.command(&["mirror", "sync"]).output();
        (house.tells("phones")["phones"].as_array()?.len() >= 8).then_some(())
    });
    assert!(house.running().runs());
}
