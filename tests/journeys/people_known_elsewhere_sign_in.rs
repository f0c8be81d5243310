//! Somebody signs in with an account they have elsewhere; an answer that cannot be believed lets nobody in.

use serde_json::json;
use tests::{Browser, Gatehouse, PracticeCloud};

const PASSWORD: &str = "Pruefung-2026";
/// Of the person who is signed in at the practice cloud.
const EMAIL: &str = "w0@example.org";

/// A house that trusts the practice cloud's login server.
fn trusting(cloud: &PracticeCloud) -> (Gatehouse, String) {
    let mut house = Gatehouse::new();
    let page = format!("https://{}:8443", house.address());
    let back = format!("{page}/login/back");
    cloud.told("PATCH", "/account/clients/box", &json!({"redirect": back}));
    house.configured_with(&format!(
        "[[web.sign_in]]\nname = \"practice\"\ntitle = \"Praxis\"\nissuer = \"{}/auth/realms/practice\"\n\
         client_id = \"box\"\nredirect = \"{back}\"\nprivate = true\n",
        cloud.api
    ));
    house.power_on();
    (house, page)
}

fn knows(browser: &Browser, page: &str, house: &Gatehouse) {
    browser.opens(&format!("{page}/setup?lang=de"));
    for (field, text) in
        [("#code", house.setup_code().as_str()), ("#password", PASSWORD), ("#repeat", PASSWORD)]
    {
        browser.types(field, text);
    }
    browser.clicks("form button");
    browser.shows("Einrichtung");
    browser.opens(&format!("{page}/security/accounts"));
    for (field, text) in [("#name", EMAIL), ("#password", PASSWORD), ("#repeat", PASSWORD)] {
        browser.types(field, text);
    }
    browser.clicks("form.fill button");
    browser.shows(EMAIL);
}

#[test]
fn whom_another_house_vouches_for_comes_in_and_no_liar_does() {
    let cloud = PracticeCloud::office();
    let (house, page) = trusting(&cloud);
    let stranger = Browser::start();
    stranger.opens(&format!("{page}/setup?lang=de"));
    knows(&Browser::start(), &page, &house);

    for (lie, words) in [
        ("nonce", "it answers another question"),
        ("audience", "it is for somebody else"),
        ("expired", "its time is over"),
        ("issuer", "it names another issuer"),
        ("key", "its signature is not the issuer's"),
        ("email", "bürgt nicht"),
    ] {
        cloud.told("POST", "/login", &json!({"lie": lie}));
        stranger.opens(&format!("{page}/login?lang=de"));
        stranger.clicks("a[href='/login/with/practice']");
        stranger.shows(words);
        stranger.opens(&format!("{page}/"));
        stranger.shows("Passwort vergessen?");
    }
    cloud.told("POST", "/login", &json!({"lie": null}));
    stranger.opens(&format!("{page}/login?lang=de"));
    stranger.clicks("a[href='/login/with/practice']");
    stranger.shows("Abmelden");
    stranger.opens(&format!("{page}/access"));
    stranger.shows(EMAIL);

    // An answer that somebody else's browser was given opens nothing in this one.
    let other = Browser::start();
    other.opens(&format!("{page}/login/back?code=x&state=y&lang=de"));
    other.shows("So kann man sich hier nicht anmelden.");
}

#[test]
fn who_is_known_elsewhere_and_not_here_stays_outside() {
    let cloud = PracticeCloud::office();
    let (house, page) = trusting(&cloud);
    let browser = Browser::start();
    browser.opens(&format!("{page}/setup?lang=de"));
    for (field, text) in
        [("#code", house.setup_code().as_str()), ("#password", PASSWORD), ("#repeat", PASSWORD)]
    {
        browser.types(field, text);
    }
    browser.clicks("form button");
    browser.shows("Einrichtung");
    let nobody = Browser::start();
    nobody.opens(&format!("{page}/login?lang=de"));
    nobody.clicks("a[href='/login/with/practice']");
    nobody.shows("keinen Zugang für Sie");
}
