//! What the month costs, call by call, and whether the cloud counted right: read and set in a browser.

use serde_json::json;
use tests::{Gatehouse, PracticeCloud, until};

use crate::asking::ask;
use crate::visiting::{admin, download, file};

#[test]
fn rates_are_brought_calls_are_priced_and_the_bill_is_checked() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    until("the whole history", || {
        (ask(&house, "GET", "/api/v1/mirror/events", b"")["complete"] == true).then_some(())
    });
    let (browser, page) = admin(&house);
    browser.opens(&format!("{page}/billing"));
    browser.shows("41,23 €");
    browser.shows("Noch weiß die Box nicht, was eine Minute kostet.");

    // A row is wrong: none is taken. Then all are right.
    browser.opens(&format!("{page}/billing/rates"));
    browser.types("#file", &file(&house, "falsch.csv", "Vorwahl;Preis pro Minute\n+49;gratis\n"));
    browser.clicks("form.fill button");
    browser.shows("Zeile 2: Beträge haben Ziffern und ein Komma: 7,50.");
    let rates = "Vorwahl;Name;Preis pro Minute\n+49;Deutschland;0,02\n";
    browser.types("#file", &file(&house, "preise.csv", rates));
    browser.clicks("form.fill button");
    browser.shows("Deutschland");

    let day = "from=2026-11-20&to=2026-11-20";
    browser.opens(&format!("{page}/billing/calls?{day}"));
    browser.shows("Gespräch, nach draußen");
    assert!(browser.text().contains("0,0"), "a price: {}", browser.text());
    let all = browser.evaluates("return document.querySelectorAll('tbody tr').length").as_u64();
    browser.opens(&format!("{page}/billing/calls?{day}&kind=fax"));
    browser.shows("Fax, ");
    let fax = browser.evaluates("return document.querySelectorAll('tbody tr').length").as_u64();
    assert!(fax == Some(1) && all > fax, "{all:?} {fax:?}");
    let csv = download(&browser, &format!("/api/v1/billing/items-excel.csv?{day}&kind=fax"));
    assert!(csv.starts_with("200 \u{feff}Beginn;Art;") || csv.starts_with("200 Beginn;Art;"), "{csv}");
    assert_eq!(csv.lines().count(), 2, "the file holds what the page shows: {csv}");

    browser.opens(&format!("{page}/billing/check?{day}"));
    browser.shows("Ergebnis");
    let text = browser.text();
    assert!(
        text.contains("kann keine Seite erklären") || text.contains("Jede Abweichung ist erklärt"),
        "{text}"
    );
    browser.clicks("tbody a.name");
    browser.shows("Die Cloud nennt");
    assert!(browser.evaluates("return document.querySelectorAll('tbody tr').length").as_u64() > Some(1));
}

#[test]
fn limits_and_privacy_are_chosen_on_the_page() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    let events = || ask(&house, "GET", "/api/v1/mirror/events", b"");
    until("the whole history", || (events()["complete"] == true).then_some(()));
    let (browser, page) = admin(&house);
    browser.opens(&format!("{page}/billing"));
    let _ = browser.evaluates("document.getElementById('thresholds').value = ''");
    browser.types("#thresholds", "50; 7,50");
    browser.clicks("form[action='/billing/thresholds'] button");
    browser.shows("Überblick");
    until("a notice of little credit", || {
        house.tells("status")["notices"].to_string().contains("41.23 EUR left").then_some(())
    });
    assert_eq!(browser.evaluates("return document.getElementById('thresholds').value"), json!("50,00; 7,50"));

    // What deletes must be meant.
    let _ = browser.evaluates("document.getElementById('privacy').value = 'shortened'");
    browser.clicks("form[action='/billing/privacy'] button");
    browser.shows("Bitte ankreuzen");
    assert!(events().to_string().contains("+49305550908"));
    let _ = browser.evaluates("document.getElementById('privacy').value = 'shortened'");
    browser.clicks("input[name=sure]");
    browser.clicks("form[action='/billing/privacy'] button");
    until("shortened numbers", || {
        let told = events();
        (told["complete"] == true && !told.to_string().contains("+49305550908")).then_some(())
    });
    browser.opens(&format!("{page}/billing/calls?from=2026-11-20&to=2026-11-20"));
    browser.shows("Rufnummern ohne die letzten drei Ziffern");
}

#[test]
fn a_right_that_is_missing_is_named_with_what_to_do() {
    let cloud = PracticeCloud::office();
    cloud.told(
        "POST",
        "/faults",
        &json!({"prefix": "/v2/contacts", "count": 100_000, "kind": {"status": {"code": 403}}}),
    );
    let house = Gatehouse::beside(&cloud);
    let (browser, page) = admin(&house);
    until("the missing right", || {
        browser.opens(&format!("{page}/mirror/rights"));
        browser.text().contains("contacts:read").then_some(())
    });
    until("what to do about it", || {
        browser.opens(&format!("{page}/mirror/rights"));
        browser.text().contains("verweigert").then_some(())
    });
    assert!(browser.text().contains("gatehouse link"), "{}", browser.text());
}
