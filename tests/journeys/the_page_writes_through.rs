//! A form on the page changes the cloud: at once, after an outage in the middle, and back again.

use serde_json::{Value, json};
use tests::{Browser, Gatehouse, PracticeCloud};

use crate::visiting::admin;

fn alias(cloud: &PracticeCloud) -> Value {
    let device = cloud.told("GET", "/account/devices/e0", &Value::Null);
    serde_json::from_str::<Value>(&device).unwrap()["alias"].clone()
}

fn renames(browser: &Browser, page: &str, name: &str) {
    browser.opens(&format!("{page}/phones/e0?lang=de"));
    let _ = browser.evaluates("document.getElementById('device_alias-alias').value = ''");
    browser.types("#device_alias-alias", name);
    browser.clicks(".asks button");
}

#[test]
fn a_name_given_while_the_cloud_falls_silent_waits_in_sight_arrives_and_can_be_taken_back() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    let (browser, page) = admin(&house);
    // The form is open already when the cloud goes.
    browser.opens(&format!("{page}/phones/e0?lang=de"));
    cloud.told(
        "POST",
        "/faults",
        &json!({"prefix": "/v", "count": 100_000, "kind": {"status": {"code": 500}}}),
    );
    let _ = browser.evaluates("document.getElementById('device_alias-alias').value = ''");
    browser.types("#device_alias-alias", "Tresen");
    browser.clicks(".asks button");
    browser.opens(&format!("{page}/changes"));
    browser.shows("Chefbüro heißt künftig „Tresen“");
    browser.shows("wartet");
    assert_eq!(alias(&cloud), "Chefbüro");

    cloud.told("DELETE", "/faults", &Value::Null);
    let _synced = house.command(&["mirror", "sync"]).output();
    tests::until("the change to be done", || {
        browser.opens(&format!("{page}/changes"));
        browser.text().contains("erledigt").then_some(())
    });
    assert_eq!(alias(&cloud), "Tresen");
    browser.clicks("button[aria-label^='Rückgängig']");
    tests::until("the old name in the cloud", || (alias(&cloud) == "Chefbüro").then_some(()));

    // Somebody else is faster while a second name waits: the box asks which is meant.
    cloud.told(
        "POST",
        "/faults",
        &json!({"prefix": "/v", "count": 100_000, "kind": {"status": {"code": 500}}}),
    );
    renames(&browser, &page, "Empfang");
    cloud.told("PATCH", "/account/devices/e0", &json!({"alias": "Pforte"}));
    cloud.told("DELETE", "/faults", &Value::Null);
    let _synced = house.command(&["mirror", "sync"]).output();
    tests::until("the question", || {
        browser.opens(&format!("{page}/changes"));
        browser.text().contains("bitte entscheiden").then_some(())
    });
    assert!(browser.text().contains("dort steht: Pforte"), "{}", browser.text());
    browser.clicks("button[aria-label^='Trotzdem so']");
    tests::until("our name in the cloud", || (alias(&cloud) == "Empfang").then_some(()));
}
