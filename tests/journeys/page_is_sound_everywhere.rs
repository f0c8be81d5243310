//! Somebody walks through every page, in both languages, by day and by night, on a telephone and at a desk, with scripts and
//! without.

use std::fs;
use std::path::{Path, PathBuf};

use board::network::{Network, Origin, Standing, Trial};
use tests::{Browser, Gatehouse, PracticeCloud, Sipp, Theme, program::in_tree};

use crate::a_version_comes_by_a_feed::Maker;
use crate::asking::ask;
use crate::the_box_says_how_it_is::{PLUGGED, WORN};

const PASSWORD: &str = "Pruefung-2026";
/// A page with all it needs, packed, in bytes; and how many questions it takes to get it.
const HEAVIEST: u64 = 30 * 1024;
const REQUESTS: u64 = 6;

/// Before anybody has signed in.
const FRONT: &[(&str, &str)] = &[("setup", "/setup"), ("setup-restore", "/setup/restore"), ("root", "/root")];

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
    ("number", "/numbers/990001"),
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
    ("updates", "/updates"),
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
    ("start-access", "/start/access"),
    ("start-network", "/start/network"),
    ("start-account", "/start/account"),
    ("start-place", "/start/place"),
    ("start-phones", "/start/phones"),
    ("start-fax", "/start/fax"),
    ("start-calls", "/start/calls"),
    ("start-handover", "/start/handover"),
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
    let (cloud, maker) = (PracticeCloud::office(), Maker::new());
    let house = flashed(&cloud, &maker);
    let answer = Sipp::new("answer.xml").calls(2, 1);
    Sipp::new("register.xml").from_port(answer.port()).to(house.sip()).row(cloud.phone("103")).passes();
    let _ben = answer.start();
    let anna = Sipp::new("call_and_report.xml").to(house.sip()).calling("103").row(cloud.phone("102"));
    let anna = anna.pausing(1_000).echoing();
    Sipp::new("register.xml").from_port(anna.port()).to(house.sip()).row(cloud.phone("102")).passes();
    // A call that is over, with what the caller's phone says of it.
    let _ = anna.start().ends();
    let anna = Sipp::new("call.xml").to(house.sip()).calling("103").row(cloud.phone("102")).pausing(600_000);
    Sipp::new("register.xml").from_port(anna.port()).to(house.sip()).row(cloud.phone("102")).passes();
    let _anna = anna.start();
    tests::until("the call", || (house.calls() == 1).then_some(()));
    let ladders = ask(&house, "GET", "/api/v1/ladders", b"");
    let ladder = format!("/diagnostics/calls/{}", ladders["calls"][0]["call"].as_str().unwrap());

    let mut walk = Walk::begins(&house, lang, (looks, plain));
    FRONT.iter().for_each(|(name, path)| walk.sees(name, path));
    walk.sets_up(&house);
    walk.knows_the_whole_navigation();
    PAGES.iter().for_each(|(name, path)| walk.sees(name, path));
    walk.sees("diagnostics-call", &ladder);
    walk.sees("call", "/calls/1");
    walk.browser.shows("(LAN)");
    walk.changes_the_network(&appliance(&house));
    walk.is_somebody_who_may_little();
    walk.ends();
}

fn appliance(house: &Gatehouse) -> PathBuf {
    house.data().parent().expect("a folder").join("appliance")
}

/// A box flashed with our image, with what its programs have written down, and a version newer than its own.
fn flashed(cloud: &PracticeCloud, maker: &Maker) -> Gatehouse {
    let mut house = Gatehouse::new();
    house.mirrors(&cloud.api);
    maker.is_asked_by(&mut house);
    let here = appliance(&house);
    fs::create_dir_all(here.join("now")).expect("a folder");
    fs::write(here.join("now/condition.json"), WORN).expect("a file");
    fs::write(here.join("now/serial.json"), PLUGGED).expect("a file");
    stands(&here, None);
    house.power_on();
    house.knows_the_account();
    maker.publishes("0.2.0", b"a version");
    assert_eq!(ask(&house, "POST", "/api/v1/updates/look", b"")["schema"], "updates/1");
    house
}

/// What the box's program writes down of its place in the network.
fn stands(appliance: &Path, trial: Option<&str>) {
    let settings = |address: &str| Network::parse(format!("address = {address}\n").as_bytes()).unwrap();
    let trial = trial.map(|address| Trial { id: 7, settings: settings(address), until: Some(4_000_000_000) });
    let standing =
        Standing { settings: settings("192.168.1.20/24"), origin: Origin::DropZone, trial, last: None };
    let (part, whole) = (appliance.join("part"), appliance.join("network.json"));
    fs::write(&part, serde_json::to_vec(&standing).unwrap()).unwrap();
    fs::rename(part, whole).unwrap();
}

/// Somebody at a browser, and what was not right on the way.
struct Walk<'a> {
    browser: Browser,
    page: String,
    lang: &'a str,
    looks: &'a [Look],
    plain: &'a [Look],
    out: PathBuf,
    wrong: Vec<String>,
}

impl<'a> Walk<'a> {
    fn begins(house: &Gatehouse, lang: &'a str, (looks, plain): (&'a [Look], &'a [Look])) -> Self {
        let page = format!("https://{}:8443", house.address());
        let out = in_tree("tests/out/screens");
        fs::create_dir_all(&out).unwrap();
        Self { browser: Browser::start(), page, lang, looks, plain, out, wrong: Vec::new() }
    }

    fn opens(&self, path: &str) {
        let join = if path.contains('?') { '&' } else { '?' };
        self.browser.opens(&format!("{}{path}{join}lang={}", self.page, self.lang));
    }

    /// A page with scripts, and as it comes without.
    fn sees(&mut self, name: &str, path: &str) {
        self.opens(path);
        let weight = weight(&self.browser);
        if weight.0 > HEAVIEST || weight.1 > REQUESTS {
            self.wrong.push(format!("{path} weighs {} bytes in {} requests", weight.0, weight.1));
        }
        self.looks_at(name);
        self.browser.runs_scripts(false);
        self.opens(path);
        // The page has come without; what looks at it needs them.
        self.browser.runs_scripts(true);
        let name = format!("{name}-{}-plain", self.lang);
        self.plain.iter().for_each(|&look| looked_at(&self.browser, &name, look, &self.out, &mut self.wrong));
    }

    /// The page as it stands, such as an answer to a form.
    fn looks_at(&mut self, name: &str) {
        let name = format!("{name}-{}", self.lang);
        self.looks.iter().for_each(|&look| looked_at(&self.browser, &name, look, &self.out, &mut self.wrong));
    }

    fn fills(&self, fields: &[(&str, &str)]) {
        for (field, text) in fields {
            let empty = format!("document.querySelector('{field}').value = ''");
            let _ = self.browser.evaluates(&empty);
            self.browser.types(field, text);
        }
    }

    /// With a wrong code first.
    fn sets_up(&mut self, house: &Gatehouse) {
        self.opens("/setup");
        let code = house.setup_code();
        for code in ["AAAA-BBBB-CCCC", &code] {
            self.fills(&[("#code", code), ("#password", PASSWORD), ("#repeat", PASSWORD)]);
            self.browser.clicks("form button");
            if code.starts_with("AAAA") {
                tests::until("the refusal", || self.is_there("#refusal").then_some(()));
                self.looks_at("setup-refused");
            }
        }
        tests::until("the overview", || self.is_there(".side a").then_some(()));
    }

    fn is_there(&self, what: &str) -> bool {
        self.browser.evaluates(&format!("return document.querySelector('{what}') !== null")) == true
    }

    /// Where a link of the navigation leads, somebody has looked.
    fn knows_the_whole_navigation(&mut self) {
        let script = "return [...document.querySelectorAll('.side a')].map((it) => it.getAttribute('href'))";
        let places = self.browser.evaluates(script);
        let places: Vec<&str> = places.as_array().unwrap().iter().filter_map(|it| it.as_str()).collect();
        assert!(places.len() > 20, "{places:?}");
        let unseen = places.iter().filter(|place| !PAGES.iter().any(|(_, path)| path == *place));
        self.wrong.extend(unseen.map(|place| format!("nobody looks at {place}")));
    }

    /// What is typed wrong, what would change, and what is on trial.
    fn changes_the_network(&mut self, appliance: &Path) {
        self.opens("/network");
        for (name, address) in [("network-refused", "here"), ("network-review", "192.168.1.21/24")] {
            self.fills(&[("#address", address)]);
            self.browser.clicks("form[action='/network'] button");
            let shown = if address == "here" { ".refusal" } else { r#"form[action="/network/try"]"# };
            tests::until(name, || self.is_there(shown).then_some(()));
            self.looks_at(name);
        }
        stands(appliance, Some("192.168.1.21/24"));
        self.sees("network-trial", "/network");
        stands(appliance, None);
    }

    /// Who signs in to hear messages sees nothing of the house.
    fn is_somebody_who_may_little(&mut self) {
        self.opens("/security/accounts");
        for (path, fields) in [
            (
                "/security/accounts",
                &format!("name=zoe&role=user&user=w1&password={PASSWORD}&repeat={PASSWORD}"),
            ),
            ("/logout", &String::new()),
        ] {
            let script = format!(
                "return (await fetch('{path}', {{method: 'POST', body: new URLSearchParams('{fields}')}})).status"
            );
            assert_eq!(self.browser.asks(&script), 200, "{path}");
        }
        self.sees("login", "/login");
        self.opens("/login");
        for password in ["not-this-one", PASSWORD] {
            self.fills(&[("#account", "zoe"), ("#password", password)]);
            self.browser.clicks("form button");
            if password != PASSWORD {
                tests::until("the refusal", || self.is_there("#refusal").then_some(()));
                self.looks_at("login-refused");
            }
        }
        tests::until("her own page", || self.is_there(".side a").then_some(()));
        self.sees("me-user", "/me");
        self.sees("kept-out", "/phones");
    }

    fn ends(self) {
        // What is refused is refused in so many words, which browsers report.
        let refused = ["/no-such-page", "/setup", "/network", "/login", "/phones"];
        let expected = |it: &String| {
            it.contains("the server responded with") && refused.iter().any(|path| it.contains(path))
        };
        let complaints: Vec<String> =
            self.browser.complaints().into_iter().filter(|it| !expected(it)).collect();
        assert!(self.wrong.is_empty() && complaints.is_empty(), "{:#?}\n{complaints:#?}", self.wrong);
    }
}

fn looked_at(browser: &Browser, name: &str, (width, theme): Look, out: &Path, wrong: &mut Vec<String>) {
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
