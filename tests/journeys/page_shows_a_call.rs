//! The admin opens the page, sets it up with the code, and sees two phones in a call.

use std::fs;

use tests::{Browser, Gatehouse, Login, PracticeCloud, Sipp, Wire, program::in_tree};

const PASSWORD: &str = "Pruefung-2026";

#[test]
fn two_phones_in_a_call_stand_on_the_page() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    let answer = Sipp::new("answer.xml");
    Sipp::new("register.xml").from_port(answer.port()).to(house.sip()).row(cloud.phone("103")).passes();
    let _ben = answer.start();
    let anna = Sipp::new("call.xml").to(house.sip()).calling("103").row(cloud.phone("102")).pausing(60_000);
    Sipp::new("register.xml").from_port(anna.port()).to(house.sip()).row(cloud.phone("102")).passes();
    let _anna = anna.start();
    tests::until("the call", || (house.calls() == 1).then_some(()));

    let browser = signed_in(&house);
    for word in ["Zoë Schäfer", "Änne Großmann-Öztürk", "102", "103"] {
        browser.shows(word);
    }
    let out = in_tree("tests/out");
    fs::create_dir_all(&out).unwrap();
    browser.takes_a_picture(&out.join("page.png"));
    assert!(browser.complaints().is_empty(), "{:?}", browser.complaints());
}

#[test]
fn who_is_turned_away_stands_on_the_page_with_what_to_do() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    let mut wire = Wire::udp(house.sip());
    let right = cloud.phone("102");
    for login in [Login::new(&right.user, "wrong"), Login::new("9999999e9", "wrong")] {
        assert_eq!(wire.register(&login, 60).status(), Some(403));
    }
    let browser = signed_in(&house);
    for word in ["9999999e9", "no device of the account", right.user.as_str(), "the password is wrong"] {
        browser.shows(word);
    }
    let out = in_tree("tests/out");
    fs::create_dir_all(&out).unwrap();
    browser.takes_a_picture(&out.join("turned_away.png"));
    assert!(browser.complaints().is_empty(), "{:?}", browser.complaints());
}

/// A browser on the dashboard, after the admin's first steps.
fn signed_in(house: &Gatehouse) -> Browser {
    let browser = Browser::start();
    let page = format!("https://{}:8443/", house.address());
    browser.opens(&format!("{page}setup"));
    for (field, text) in
        [("#code", house.setup_code().as_str()), ("#password", PASSWORD), ("#repeat", PASSWORD)]
    {
        browser.types(field, text);
    }
    browser.clicks("form button");
    browser
}

#[test]
fn a_stranger_sees_nothing() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    for path in ["/", "/events", "/api/v1/phones", "/api/v1/calls", "/api/v1/status", "/api/v1/mirror"] {
        let (status, body) = house.fetch(path, &[]);
        assert!(matches!(status, 302 | 303 | 401 | 403), "{path}: {status}");
        assert!(!body.contains("Schäfer"), "{path}: {body}");
    }
    let (status, body) = house.fetch("/healthz", &[]);
    assert_eq!((status, body.trim()), (200, "ready"));
}
