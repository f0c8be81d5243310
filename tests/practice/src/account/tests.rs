use serde_json::json;

use super::*;

fn account() -> Account {
    Account::new(json!({
        "userinfo": {"masterSipId": "7654321"},
        "devices": {"e10": {"_owner": "w0"}, "e2": {"_owner": "w0", "alias": "Desk", "_password": "s"}},
    }))
    .unwrap()
}

#[test]
fn objects_come_in_the_order_of_their_numbers() {
    let account = account();
    assert_eq!(account.objects("devices").map(|(id, _)| id).collect::<Vec<_>>(), ["e2", "e10"]);
    assert_eq!(account.owned("devices", "w0").count(), 2);
    assert_eq!(account.owned("devices", "w1").count(), 0);
}

#[test]
fn a_patch_changes_adds_and_removes_by_path() {
    let account = account().patched("/devices/e2", json!({"alias": "Hall", "dnd": true})).unwrap();
    assert_eq!(account.object("devices", "e2").unwrap()["alias"], "Hall");
    assert_eq!(account.object("devices", "e2").unwrap()["_password"], "s");
    let account = account.patched("", json!({"devices": {"e10": null}})).unwrap();
    assert_eq!(account.objects("devices").count(), 1);
    assert!(account.patched("", json!({"userinfo": null})).is_err());
}

#[test]
fn what_ties_objects_together_is_never_answered() {
    let answer = public("e2", account().object("devices", "e2").unwrap());
    assert_eq!(Value::Object(answer), json!({"id": "e2", "alias": "Desk"}));
}

#[test]
fn a_generated_account_is_predictable() {
    let account = Account::generate(12);
    assert_eq!(account.objects("users").count(), 12);
    let device = account.object("devices", "e11").unwrap();
    assert_eq!(device["_password"], "practice-e11");
    assert_eq!(account.object("users", "w11").unwrap()["directDialIds"], json!(["1011"]));
}

#[test]
fn an_account_of_any_shape_is_one() {
    let neo = Account::shaped(Shape::Neo, 20, 100);
    assert!(neo.has_channels() && !neo.has_lines());
    let (id, channel) = neo.objects("channels").next().unwrap();
    assert_eq!(channel["_events"].as_array().unwrap().len(), 50);
    assert_eq!(neo.owned("numbers", id).count(), 1);
    let trunk = Account::shaped(Shape::Trunk, 10, 0);
    assert_eq!((trunk.owned("numbers", "t0").count(), trunk.objects("devices").count()), (10, 0));
    assert_eq!(Account::shaped(Shape::Empty, 5, 5).objects("users").count(), 1);
    let mixed = Account::shaped(Shape::Mixed, 20, 100);
    assert!(mixed.has_channels() && mixed.has_lines());
    let counts = ["users", "phonelines", "channels", "trunks"].map(|kind| mixed.objects(kind).count());
    assert_eq!(counts, [20, 10, 1, 1]);
    let busy = Account::shaped(Shape::Classic, 2, 1500);
    assert_eq!(busy.object("history", "h0").unwrap()["created"], "2026-11-20T00:00:00Z");
    assert_eq!(busy.object("history", "h1440").unwrap()["created"], "2026-11-19T00:00:00Z");
}
