//! A passkey is made, opens the page without password and code, and opens nothing once it is removed.

use std::process::Command;

use tests::{Browser, Gatehouse, program::run, until};

const PASSWORD: &str = "Pruefung-2026";

/// The name of the box that browsers find in the office.
fn name() -> String {
    format!("{}.local", run(Command::new("hostname")).trim())
}

fn set_up(browser: &Browser, house: &Gatehouse, page: &str) {
    browser.opens(&format!("{page}/setup?lang=de"));
    for (field, text) in
        [("#code", house.setup_code().as_str()), ("#password", PASSWORD), ("#repeat", PASSWORD)]
    {
        browser.types(field, text);
    }
    browser.clicks("form button");
    browser.shows("Einrichtung");
}

fn signs_out(browser: &Browser) {
    browser.clicks("form[action='/logout'] button");
    browser.shows("Passwort vergessen?");
}

#[test]
fn a_passkey_opens_the_page_until_it_is_removed() {
    let mut house = Gatehouse::new();
    house.power_on();
    let name = name();
    let browser = Browser::that_trusts(&house, &name);
    browser.gets_a_device();
    let page = format!("https://{name}:8443");
    set_up(&browser, &house, &page);

    browser.opens(&format!("{page}/access"));
    browser.types("#passkey-password", "ein anderer Satz");
    browser.clicks("[data-passkey=make] button");
    browser.shows("Das Passwort stimmt nicht.");
    let _ = browser.evaluates("document.getElementById('passkey-password').value = ''");
    browser.types("#passkey-password", PASSWORD);
    browser.clicks("[data-passkey=make] button");
    browser.shows("Passkeys");
    browser.shows(&name);
    assert!(!browser.text().contains("noch nie"), "{}", browser.text());

    signs_out(&browser);
    browser.shows("Mit Passkey anmelden");
    browser.clicks("[data-passkey=use] button");
    browser.shows("Einrichtung");
    assert!(browser.text().contains("Abmelden"), "{}", browser.text());

    browser.opens(&format!("{page}/access"));
    browser.clicks("form[action='/access/passkeys/gone'] button");
    until("no passkey", || {
        browser.opens(&format!("{page}/access"));
        (!browser.text().contains(&name)).then_some(())
    });
    signs_out(&browser);
    assert!(!browser.text().contains("Mit Passkey"), "{}", browser.text());
    // The device still has its half; the box does not know it any more.
    let answer = browser.evaluates(
        "const done = fetch('/login/passkey/ask', {method: 'POST'}).then((it) => it.json())
            .then((asked) => navigator.credentials.get({publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(asked)}))
            .then((key) => fetch('/login/passkey', {method: 'POST', body: JSON.stringify(key.toJSON())}))
            .then((it) => it.status); return done",
    );
    assert_eq!(answer, 403, "{answer}");
}

#[test]
fn under_a_bare_address_there_are_no_passkeys() {
    let mut house = Gatehouse::new();
    house.power_on();
    let browser = Browser::start();
    let page = format!("https://{}:8443", house.address());
    set_up(&browser, &house, &page);
    browser.opens(&format!("{page}/access"));
    assert!(!browser.text().contains("Passkey anlegen"), "{}", browser.text());
    let status =
        browser.evaluates("return fetch('/login/passkey/ask', {method: 'POST'}).then((it) => it.status)");
    assert_eq!(status, 409);
}
