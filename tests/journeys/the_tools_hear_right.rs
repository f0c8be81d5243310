//! Before anybody trusts these journeys: the phones, ears and judges themselves, without a box between.

use tests::{Browser, Capture, Lan, Phone, Place, phone::Setup, program::run, tone::TONES};

fn two_phones() -> (Phone, Phone) {
    let nobody = "127.0.0.1:9".parse().unwrap();
    let [anna, ben] =
        [("anna", TONES[0]), ("ben", TONES[2])].map(|(name, voice)| Setup::new(name, nobody).voice(voice));
    (anna.start(), ben.start())
}

#[test]
fn each_phone_records_the_other_one_and_not_itself() {
    let (mut anna, mut ben) = two_phones();
    let wire = Capture::start(&Place::Here, "lo", &format!("udp port {}", ben.sip().port()));
    anna.dial(&format!("sip:ben@{}", ben.sip()));
    let caller = ben.rings();
    assert_eq!((caller.name.as_str(), caller.number()), ("anna", "anna"));
    anna.hears_ringing();
    ben.answers();
    anna.talks();
    ben.talks();
    for (phone, voice) in [(&anna, TONES[2]), (&ben, TONES[0])] {
        let heard = phone.hears(voice, 2.0);
        assert!(heard.others < 0.2, "{phone:?}: {heard:?}");
    }
    ben.hangs_up();
    anna.call_ends();
    let wire = wire.stop();
    wire.is_well_formed();
    assert!(!wire.fields("sip.Method == INVITE", &["frame.number"]).is_empty(), "the capture saw the call");
}

#[test]
fn phones_in_a_lan_without_uplink_hear_each_other_and_nothing_else() {
    let mut lan = Lan::new();
    let nobody = "10.77.0.99:9".parse().unwrap();
    let [mut anna, mut ben] = [("anna", 11, TONES[0]), ("ben", 12, TONES[2])].map(|(name, last, voice)| {
        let (place, address) = lan.host(name, last);
        Setup::new(name, nobody).at(place, address).voice(voice).start()
    });
    let (place, _) = lan.host("judge", 13);
    let mut routes = place.command("ip");
    routes.args(["route", "show", "default"]);
    assert_eq!(run(routes), "", "no way out");
    anna.dial(&format!("sip:ben@{}", ben.sip()));
    ben.rings();
    ben.answers();
    anna.talks();
    anna.hears(TONES[2], 1.0);
    ben.hears(TONES[0], 1.0);
    anna.hangs_up();
    ben.call_ends();
}

#[test]
fn the_browser_reads_types_clicks_and_takes_pictures() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page.html");
    let html = "<body><meta charset=utf-8><form onsubmit=\"said.innerText = field.value; return false\">\
                <input id=field><button>Los</button></form><p id=said></p></body>";
    std::fs::write(&page, html).unwrap();
    let browser = Browser::start();
    browser.opens(&format!("file://{}", page.display()));
    browser.types("#field", "Grüße aus dem Büro");
    assert!(!browser.text().contains("Grüße"), "not said yet");
    browser.clicks("button");
    browser.shows("Grüße aus dem Büro");
    browser.takes_a_picture(&folder.path().join("page.png"));
    assert!(browser.complaints().is_empty(), "{:?}", browser.complaints());
}
