//! The account is large or far away: whoever waits for its copy sees how far it is.

use serde_json::json;
use tests::{Browser, Gatehouse, PracticeCloud, until};

use crate::visiting::admin;

/// Every answer of the cloud takes so long, milliseconds.
const SLOW: u32 = 150;

fn answered(browser: &Browser) -> Option<u64> {
    browser.evaluates("return document.querySelector('#mirror progress')?.value ?? null").as_u64()
}

#[test]
fn the_first_copy_shows_how_far_it_is_and_another_is_asked_for_on_the_page() {
    let cloud = PracticeCloud::generated(30);
    cloud.told("POST", "/faults", &json!({"prefix": "/v", "count": 100_000, "kind": {"delay": SLOW}}));
    let mut house = Gatehouse::new();
    house.mirrors(&cloud.api);
    house.power_on();
    let (browser, page) = admin(&house);
    browser.opens(&format!("{page}/mirror"));
    // Live: nobody loads the page again.
    let first = until("the first questions", || answered(&browser));
    until("more answers", || answered(&browser).filter(|now| *now > first));
    assert!(browser.text().contains("Fragen beantwortet"), "{}", browser.text());
    // And without scripts, by loading it again.
    browser.runs_scripts(false);
    browser.opens(&format!("{page}/mirror"));
    browser.runs_scripts(true);
    let plain = browser.text();
    assert!(plain.contains("Fragen beantwortet") || plain.contains("Letzter ganzer Abgleich"), "{plain}");
    let told = house.tells("mirror");
    assert!(told["progress"].is_object() || told["brought"].is_object(), "{told}");

    cloud.told("DELETE", "/faults", &json!(null));
    browser.opens(&format!("{page}/mirror"));
    browser.shows("Letzter ganzer Abgleich");
    let rows = "return [...document.querySelectorAll('#kind-user td')].map((it) => it.innerText)";
    until("a row that counts everybody", || (browser.evaluates(rows)[0] == json!("30")).then_some(()));

    cloud.told("POST", "/faults", &json!({"prefix": "/v", "count": 100_000, "kind": {"delay": SLOW}}));
    browser.clicks("form[action='/mirror/sync'] button");
    until("the sync that was asked for", || answered(&browser).filter(|now| *now > 0));
    let out = house.command(&["mirror", "sync"]).output().unwrap();
    assert!(String::from_utf8_lossy(&out.stdout).starts_with("mirrored: "), "{out:?}");
    assert!(String::from_utf8_lossy(&out.stderr).contains("questions answered"), "{out:?}");
    browser.shows("Letzter ganzer Abgleich");
}
