//! Somebody walks through every page, in both languages, by day and by night, on a telephone and at a desk, with scripts and
//! without.

use std::fs;
use std::path::Path;

use tests::{Browser, Gatehouse, PracticeCloud, Sipp, Theme, program::in_tree};

use crate::asking::ask;

const PASSWORD: &str = "Pruefung-2026";
/// A page with all it needs, packed, in bytes; and how many questions it takes to get it.
const HEAVIEST: u64 = 30 * 1024;
const REQUESTS: u64 = 6;

/// Every page of the navigation, one thing of each kind, and a search.
const PAGES: &[(&str, &str)] = &[
    ("me", "/me"),
    ("me-messages", "/me/messages"),
    ("overview", "/"),
    ("repairs", "/repairs"),
    ("calls", "/calls"),
    ("calls-cloud", "/calls?of=cloud"),
    ("calls-all", "/calls?of=all"),
    ("phones", "/phones"),
    ("phone", "/phones/e0"),
    ("lines", "/lines"),
    ("users", "/users"),
    ("user", "/users/w0"),
    ("users-import", "/users/import"),
    ("groups", "/groups"),
    ("group", "/groups/g0"),
    ("channels", "/channels"),
    ("numbers", "/numbers"),
    ("fax", "/fax"),
    ("voicemail", "/voicemail"),
    ("contacts", "/contacts"),
    ("contacts-import", "/contacts/import"),
    ("statistics", "/statistics"),
    ("statistics-reached", "/statistics/reached"),
    ("locations", "/locations"),
    ("locations-phone", "/locations/phones/e3"),
    ("locations-place", "/locations/places/1"),
    ("locations-bindings", "/locations/bindings"),
    ("locations-changes", "/locations/changes"),
    ("locations-report", "/locations/report"),
    ("locations-test-call", "/locations/test-call"),
    ("locations-self-tests", "/locations/self-tests"),
    ("billing", "/billing"),
    ("billing-calls", "/billing/calls?from=2026-11-20&to=2026-11-20"),
    ("billing-check", "/billing/check?from=2026-11-20&to=2026-11-20"),
    ("billing-rates", "/billing/rates"),
    ("changes", "/changes"),
    ("mirror", "/mirror"),
    ("mirror-rights", "/mirror/rights"),
    ("network", "/network"),
    ("system", "/system"),
    ("diagnostics", "/diagnostics"),
    ("diagnostics-checks", "/diagnostics/checks"),
    ("diagnostics-capture", "/diagnostics/capture"),
    ("diagnostics-log", "/diagnostics/log"),
    ("diagnostics-support", "/diagnostics/support"),
    ("backup", "/backup"),
    ("webhooks", "/webhooks"),
    ("security", "/security"),
    ("accounts", "/security/accounts"),
    ("account", "/security/accounts/admin"),
    ("sessions", "/security/sessions"),
    ("tokens", "/security/tokens"),
    ("audit", "/security/audit"),
    ("access", "/access"),
    ("second-factor", "/access/second-factor"),
    ("start", "/start"),
    ("start-account", "/start/account"),
    ("start-phones", "/start/phones"),
    ("start-sheet", "/start/sheet"),
    ("help", "/help"),
    ("about", "/about"),
    ("search", "/search?q=m%C3%BCller"),
    ("missing", "/no-such-page"),
];

#[test]
fn every_page_is_sound_in_german_in_both_themes_on_any_screen() {
    every_page_is_sound("de", &[(1280, Theme::Light), (360, Theme::Dark)], &[(360, Theme::Light)]);
}

#[test]
fn every_page_is_sound_in_english_in_both_themes_on_any_screen() {
    every_page_is_sound("en", &[(1280, Theme::Dark), (360, Theme::Light)], &[(1280, Theme::Dark)]);
}

/// How somebody looks at a page: so wide, in this theme.
type Look = (u32, Theme);

const LOOKS: &[Look] = &[(1280, Theme::Light), (1280, Theme::Dark), (360, Theme::Dark), (360, Theme::Light)];

/// Every two of language, width and theme meet on every page, with scripts and without (`plain`); all of them together with
/// `GATEHOUSE_LOOKS=all`.
fn every_page_is_sound(lang: &str, looks: &[Look], plain: &[Look]) {
    let all = std::env::var("GATEHOUSE_LOOKS").is_ok_and(|looks| looks == "all");
    let (looks, plain) = if all { (LOOKS, LOOKS) } else { (looks, plain) };
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    let answer = Sipp::new("answer.xml");
    Sipp::new("register.xml").from_port(answer.port()).to(house.sip()).row(cloud.phone("103")).passes();
    let _ben = answer.start();
    let anna = Sipp::new("call.xml").to(house.sip()).calling("103").row(cloud.phone("102")).pausing(600_000);
    Sipp::new("register.xml").from_port(anna.port()).to(house.sip()).row(cloud.phone("102")).passes();
    let _anna = anna.start();
    tests::until("the call", || (house.calls() == 1).then_some(()));
    let ladders = ask(&house, "GET", "/api/v1/ladders", b"");
    let ladder = format!("/diagnostics/calls/{}", ladders["calls"][0]["call"].as_str().unwrap());
    let pages: Vec<(&str, &str)> =
        PAGES.iter().copied().chain([("diagnostics-call", ladder.as_str())]).collect();
    let out = in_tree("tests/out/screens");
    fs::create_dir_all(&out).unwrap();

    let browser = Browser::start();
    let page = format!("https://{}:8443", house.address());
    let mut wrong = vec![];
    browser.opens(&format!("{page}/setup?lang=de"));
    for theme in [Theme::Light, Theme::Dark] {
        looked_at(&browser, "setup", 360, theme, &out, &mut wrong);
    }
    browser.opens(&format!("{page}/setup/restore?lang={lang}"));
    for theme in [Theme::Light, Theme::Dark] {
        looked_at(&browser, &format!("setup-restore-{lang}"), 360, theme, &out, &mut wrong);
    }
    browser.opens(&format!("{page}/setup?lang=de"));
    for (field, text) in
        [("#code", house.setup_code().as_str()), ("#password", PASSWORD), ("#repeat", PASSWORD)]
    {
        browser.types(field, text);
    }
    browser.clicks("form button");
    browser.shows("Telefone angemeldet");
    for (name, path) in &pages {
        let join = if path.contains('?') { '&' } else { '?' };
        browser.opens(&format!("{page}{path}{join}lang={lang}"));
        let weight = weight(&browser);
        if weight.0 > HEAVIEST || weight.1 > REQUESTS {
            wrong.push(format!("{path} weighs {} bytes in {} requests", weight.0, weight.1));
        }
        for &(width, theme) in looks {
            looked_at(&browser, &format!("{name}-{lang}"), width, theme, &out, &mut wrong);
        }
    }
    for (name, path) in &pages {
        let join = if path.contains('?') { '&' } else { '?' };
        browser.runs_scripts(false);
        browser.opens(&format!("{page}{path}{join}lang={lang}"));
        // The page has come without; what looks at it needs them.
        browser.runs_scripts(true);
        for &(width, theme) in plain {
            looked_at(&browser, &format!("{name}-{lang}-plain"), width, theme, &out, &mut wrong);
        }
    }
    // The page that is not there is refused in so many words, which browsers report.
    let complaints: Vec<String> =
        browser.complaints().into_iter().filter(|it| !it.contains("/no-such-page")).collect();
    assert!(wrong.is_empty() && complaints.is_empty(), "{wrong:#?}\n{complaints:#?}");
}

fn looked_at(browser: &Browser, name: &str, width: u32, theme: Theme, out: &Path, wrong: &mut Vec<String>) {
    browser.looks(width, theme);
    let what = format!("{name}-{}-{width}", format!("{theme:?}").to_lowercase());
    let wide = browser.evaluates("return document.documentElement.scrollWidth").as_u64().unwrap_or_default();
    if wide > u64::from(width) {
        wrong.push(format!("{what} is {wide} wide"));
    }
    wrong.extend(browser.is_held_against_it().into_iter().map(|it| format!("{what}: {it}")));
    // Those that docs/screens keeps.
    if matches!((width, theme), (1280, Theme::Light) | (360, Theme::Dark)) {
        browser.takes_a_long_picture(&out.join(format!("{what}.png")));
    }
}

/// Bytes over the wire and requests, of the page and all it loads.
fn weight(browser: &Browser) -> (u64, u64) {
    let script = "const all = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]; \
        return [all.reduce((sum, it) => sum + it.encodedBodySize, 0), all.length]";
    let told = browser.evaluates(script);
    (told[0].as_u64().unwrap_or(u64::MAX), told[1].as_u64().unwrap_or(u64::MAX))
}
