//! The page of the lines while the way out falls ill, step by step: since when, why, and what works all the same.

use serde_json::json;
use tests::{Gatehouse, PracticeCloud, Sipp, until};

use crate::lines_are_cut_for_a_drill::is_sound;
use crate::visiting::admin;

#[test]
fn the_page_says_since_when_why_and_what_still_works() {
    let cloud = PracticeCloud::office();
    cloud.habit("transport", &json!("named"));
    let second = Sipp::new("provider.xml").calls(100_000, 1).start();
    let mut house = Gatehouse::new();
    house.mirrors(&cloud.api);
    house.trusts(
        &cloud,
        &format!(
            "name_servers = [\"{}\"]\ndetour = \"forwardings\"\n[[trunk.backup]]\nname = \"gateway\"\nuser = \"box\"\n\
             server = \"127.0.0.1:{}\"\npresents = [\"+49305550999\"]\n",
            cloud.names,
            second.port()
        ),
    );
    house.power_on();
    house.knows_the_account();
    house.knows_its_lines(9);
    let (browser, page) = admin(&house);
    let shows = |texts: &[&str]| {
        until(&format!("a page that says {texts:?}"), || {
            browser.opens(&format!("{page}/lines"));
            let text = browser.text();
            texts.iter().all(|it| text.contains(it)).then_some(())
        });
    };
    shows(&["trägt Gespräche", "antwortet nach", "wenn keine andere geht"]);
    is_sound(&browser, "lines-well");

    cloud.habit("names", &json!("silent"));
    shows(&["antwortet kein Nameserver", "Gespräche gehen weiter"]);
    is_sound(&browser, "lines-without-names");

    // What happens meanwhile is shown where it belongs, and leaves forms alone.
    assert_eq!(browser.evaluates("return document.querySelector('[name=at_once]').value"), "2");
    browser.clicks("form[action='/lines/detour'] button");
    shows(&["+49305550999", "Eingeschaltet; zurzeit nicht nötig", "Ausschalten"]);
    cloud.habit("sip", &json!("silent"));
    shows(&[
        "1 von 9 Leitungen trägt Gespräche",
        "Der Anbieter antwortet nicht",
        "Im Haus geht alles weiter",
    ]);
    is_sound(&browser, "lines-lost");
    assert_eq!(browser.complaints(), Vec::<String>::new());
}
