//! A drill: the lines count as lost, the house goes on, help is reached all the same, and what worked stands on a sheet of paper.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tests::{
    Browser, Gatehouse, Phone, PracticeCloud, Theme, phone::Setup, program::in_tree, tone::TONES, until,
};

use crate::lines_carry_calls::{ANNA, CUSTOMER};
use crate::visiting::admin;

const OUTSIDE: &str = "+49305550910";

struct Office {
    cloud: PracticeCloud,
    house: Gatehouse,
    anna: Phone,
    boss: Phone,
}

impl Office {
    fn open() -> Self {
        let cloud = PracticeCloud::office();
        let house = Gatehouse::beside(&cloud);
        until("every line up", || house.has_lines_up(8).then_some(()));
        let phone = |name: &str, extension: &str, voice| {
            let mut phone = Setup::new(name, house.sip()).login(cloud.phone(extension)).voice(voice).start();
            phone.registered();
            phone
        };
        let (boss, anna) = (phone("boss", "101", TONES[0]), phone("anna", "102", TONES[1]));
        Self { cloud, house, anna, boss }
    }

    /// Inside all works; whoever calls out hears that no line leads there, whoever calls in is turned away.
    fn lives_without_lines(&mut self) {
        let before = self.boss.recordings().len();
        self.boss.dial("102");
        self.anna.rings();
        self.anna.answers();
        self.boss.talks();
        until("a new recording", || (self.boss.recordings().len() > before).then_some(()));
        self.boss.hears(TONES[1], 1.0);
        self.boss.hangs_up();
        self.boss.call_ends();
        self.anna.call_ends();
        self.boss.dial(OUTSIDE);
        let reason = self.boss.call_ends();
        assert!(reason.starts_with("50"), "{reason}");
        let call = self.cloud.calls_in(ANNA, CUSTOMER);
        assert!(self.anna.rings_within(Duration::from_secs(2)).is_none(), "nobody is reached from outside");
        let ended =
            || self.cloud.events().into_iter().find(|it| it["event"] == "callEnded" && it["call"] == call);
        assert_eq!(until("the caller to be turned away", ended)["status"], 503);
    }

    /// The whole house is reached and reaches out as before.
    fn all_has_returned(&mut self) {
        assert!(self.house.has_lines_up(8));
        self.boss.dial(OUTSIDE);
        self.boss.talks();
        self.boss.hangs_up();
        self.boss.call_ends();
    }

    fn drills(&self, words: &[&str]) -> Child {
        let mut command: Command = self.house.command(&[&["drill"], words, &["--json"]].concat());
        let drill =
            command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the command line runs");
        until("the drill", || self.is_drilling().then_some(()));
        drill
    }

    fn is_drilling(&self) -> bool {
        self.house.tells("drill records")["until"].is_string()
    }
}

/// At a desk and on a telephone, by day and by night.
pub(crate) fn is_sound(browser: &Browser, name: &str) {
    let out = in_tree("tests/out/screens");
    fs::create_dir_all(&out).expect("a folder for pictures");
    let day_and_night = |width| [(width, Theme::Light), (width, Theme::Dark)];
    for (width, theme) in [1280, 360].into_iter().flat_map(day_and_night) {
        browser.looks(width, theme);
        let wide = browser.evaluates("return document.documentElement.scrollWidth").as_u64();
        assert!(wide <= Some(width.into()), "{name} is {wide:?} wide");
        assert_eq!(browser.is_held_against_it(), Vec::<String>::new(), "{name}");
        let what = format!("{name}-{}-{width}.png", format!("{theme:?}").to_lowercase());
        browser.takes_a_long_picture(&out.join(what));
    }
}

fn printed(drill: Child) -> Value {
    let output = drill.wait_with_output().expect("it ends");
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).expect("a record as JSON")
}

/// By command line, to its end by hand: every count of the record is what happened.
#[test]
fn the_house_goes_on_without_lines_and_all_returns() {
    let mut office = Office::open();
    let drill = office.drills(&["--minutes", "10"]);
    office.lives_without_lines();
    let stopped = office.house.command(&["drill", "stop"]).status().expect("the command line runs");
    assert!(stopped.success());
    let record = printed(drill);
    let count = |name: &str| record[name].as_u64().unwrap_or_else(|| panic!("no {name}: {record}"));
    assert_eq!((record["how"].as_str(), record["verdict"].as_str()), (Some("stopped"), Some("passed")));
    assert_eq!((count("answered_inside"), count("refused_out")), (1, 1), "{record}");
    assert!(count("turned_away") >= 1, "{record}");
    assert_eq!(count("lines_before"), count("lines_after"));
    office.all_has_returned();
    assert_eq!(office.house.tells("drill records")["records"], json!([record]));
}

/// Whoever calls for help in the middle of it is not asked to wait: the call goes out, and the drill is over.
#[test]
fn help_is_reached_in_the_middle_of_it() {
    let mut office = Office::open();
    let drill = office.drills(&["--minutes", "10"]);
    office.anna.dial("112");
    office.anna.talks();
    office.anna.hears(TONES[1], 1.0);
    let called = office.cloud.events().into_iter().find(|event| event["event"] == "emergency");
    assert_eq!(called.expect("a call for help")["number"], "112");
    office.anna.hangs_up();
    office.anna.call_ends();
    assert_eq!(printed(drill)["how"], "help");
    office.all_has_returned();
}

/// By the page: begun with a form, shown while it lasts, ended with a button, and kept as a sheet to print.
#[test]
fn it_is_begun_watched_and_ended_on_the_page() {
    let mut office = Office::open();
    let (browser, page) = admin(&office.house);
    browser.shows("Telefone angemeldet");
    browser.opens(&format!("{page}/lines"));
    browser.shows("trägt Gespräche");
    browser.clicks("form[action='/lines/drill'] button");
    browser.shows("führt keine Leitung nach draußen, außer für Notrufe");
    is_sound(&browser, "lines-under-way");
    office.lives_without_lines();
    browser.opens(&format!("{page}/lines"));
    browser.clicks("form[action='/lines/drill/stop'] button");
    browser.shows("Übungen bisher");
    until("the record", || {
        browser.opens(&format!("{page}/lines"));
        browser.text().contains("bestanden").then_some(())
    });
    browser.clicks("a[href^='/lines/drills/']");
    browser.shows("Von Hand beendet.");
    browser.shows("Anrufe hinaus, abgelehnt mit Grund");
    browser.shows("Unterschrift");
    is_sound(&browser, "lines-record");
    assert_eq!(browser.complaints(), Vec::<String>::new());
    office.all_has_returned();
}
