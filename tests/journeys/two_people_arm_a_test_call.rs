//! A real call to 110 or 112 for testing: one admin asks, another confirms, the next call for help ends it, and all of it is written
//! down. No other way leads there: not one person alone, not a restart.

use serde_json::Value;
use tests::{Gatehouse, Lan, Phone, PracticeCloud, Wan, phone::Setup, until};

const PASSWORD: &str = "Pruefung-2026";
const SAME_SITE: [&str; 2] = ["-H", "sec-fetch-site: same-origin"];

/// Somebody who is signed in.
struct Admin<'a> {
    house: &'a Gatehouse,
    jar: String,
}

impl<'a> Admin<'a> {
    /// The first account of the box.
    fn first(house: &'a Gatehouse) -> Self {
        let this = Self::named(house, "admin");
        let code = house.setup_code();
        let status = this.sends("/setup", &[("code", &code), ("password", PASSWORD), ("repeat", PASSWORD)]);
        assert_eq!(status, 303, "set up");
        this
    }

    /// Another account, made by this one.
    fn makes(&self, name: &str) -> Self {
        let account = [("name", name), ("role", "admin"), ("password", PASSWORD), ("repeat", PASSWORD)];
        assert_eq!(self.sends("/security/accounts", &account), 303, "an account");
        let other = Self::named(self.house, name);
        assert_eq!(other.sends("/login", &[("account", name), ("password", PASSWORD)]), 303, "signed in");
        other
    }

    fn named(house: &'a Gatehouse, name: &str) -> Self {
        Self { house, jar: house.folder().join(format!("cookies-{name}")).display().to_string() }
    }

    fn sends(&self, path: &str, fields: &[(&str, &str)]) -> u16 {
        let fields: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut options = vec!["-b", &self.jar, "-c", &self.jar, SAME_SITE[0], SAME_SITE[1]];
        fields.iter().for_each(|field| options.extend(["--data-urlencode", field]));
        self.house.fetch(path, &options).0
    }

    fn opens(&self, path: &str, language: &str) -> String {
        let language = format!("accept-language: {language}");
        let (status, page) = self.house.fetch(path, &["-b", &self.jar, "-H", &language]);
        assert_eq!(status, 200, "{path}: {page}");
        page
    }

    /// Orders this over the API.
    fn orders(&self, act: &str) -> (u16, Value) {
        let path = format!("/api/v1/test-call/{act}");
        let options = ["-b", &self.jar, SAME_SITE[0], SAME_SITE[1], "-X", "POST"];
        let (status, body) = self.house.fetch(&path, &options);
        (status, serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error}: {body}")))
    }
}

fn state(house: &Gatehouse) -> String {
    house.tells("test-call")["state"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn t5_two_admins_arm_it_and_one_call_for_help_disarms_it() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    until("every line up", || house.has_lines_up(8).then_some(()));
    let mara = Admin::first(&house);
    let jo = mara.makes("jo");
    assert_eq!(mara.orders("confirm").0, 409, "nobody asked");
    let (status, told) = mara.orders("arm");
    assert_eq!((status, &told["state"], &told["by"]), (200, &"asked".into(), &"admin".into()), "{told}");
    let (status, told) = mara.orders("confirm");
    assert!(status == 409 && told["reason"].as_str().unwrap().contains("second person"), "{told}");
    let (status, told) = jo.orders("confirm");
    assert_eq!((status, &told["state"], &told["confirmed"]), (200, &"armed".into(), &"jo".into()), "{told}");
    let until_then = told["until"].as_str().expect("until when").to_owned();
    until("the box to say so everywhere", || {
        let said = house.tells("status")["notices"].to_string();
        (said.contains(&format!("ARMED until {until_then}")) && said.contains("StGB § 145")).then_some(())
    });
    let doctor = house.command(&["doctor"]).output().expect("doctor");
    assert!(String::from_utf8_lossy(&doctor.stdout).contains("ARMED until"), "{doctor:?}");
    let page = jo.opens("/locations/test-call", "en");
    assert!(page.contains("is a crime (StGB § 145)") && page.contains("ARMED until"), "{page}");
    let page = jo.opens("/locations/test-call", "de");
    assert!(page.contains("strafbar (§ 145 StGB)") && page.contains("SCHARF bis"), "{page}");
    let mut desk = Setup::new("desk", house.sip()).login(cloud.phone("102")).start();
    desk.registered();
    desk.dial("112");
    desk.talks();
    let told = house.tells("test-call");
    assert_eq!((&told["state"], &told["ended"]["how"]), (&"closed".into(), &"called".into()), "{told}");
    desk.hangs_up();
    desk.call_ends();
    until("all of it in the audit trail, and the warning gone", || {
        let trail = mara.opens("/security/audit", "en");
        let deeds =
            ["Asked for a test call", "Confirmed and armed a test call", "The test call left; disarmed"];
        let quiet = !house.tells("status")["notices"].to_string().contains("ARMED until");
        (deeds.iter().all(|deed| trail.contains(deed)) && quiet).then_some(())
    });
}

#[test]
fn t5_the_console_is_one_person_anybody_takes_it_back_and_a_restart_disarms() {
    let cloud = PracticeCloud::office();
    let mut house = Gatehouse::beside(&cloud);
    let console =
        |house: &Gatehouse, act: &str| house.command(&["test-call", act]).status().unwrap().success();
    {
        let mara = Admin::first(&house);
        assert!(console(&house, "arm") && !console(&house, "confirm"), "the console alone is one person");
        assert_eq!(mara.orders("confirm").0, 200);
        assert_eq!(state(&house), "armed");
        assert_eq!(mara.sends("/locations/test-call/disarm", &[("", "")]), 303);
        assert_eq!(state(&house), "closed");
        assert_eq!(mara.orders("arm").0, 200);
        assert!(console(&house, "confirm"));
        assert_eq!(state(&house), "armed");
    }
    house.power_cut();
    house.power_on();
    until("the box to answer", || house.answers().then_some(()));
    assert_eq!(state(&house), "closed");
}

/// The provider's address is a real one to the box (RFC 1918, no network of a book).
#[test]
fn t5_a_real_provider_hears_the_one_call_that_two_people_armed() {
    let mut lan = Lan::new();
    let wan = Wan::of(&mut lan);
    let (place, address) = lan.host("box", 2);
    let (cloud, api) = wan.with_cloud(&place);
    wan.translates_nothing();
    let mut house = Gatehouse::at(place, address);
    house.mirrors(&format!("http://127.0.0.1:{api}"));
    house.power_on();
    house.knows_the_account();
    until("every line up", || house.has_lines_up(8).then_some(()));
    let (place, address) = lan.host("desk", 3);
    let mut desk = Setup::new("desk", house.sip()).at(place, address).login(cloud.phone("102")).start();
    desk.registered();
    let leaves_nowhere = |desk: &mut Phone| {
        desk.dial("112");
        desk.happens("CALL_PROGRESS");
        desk.hangs_up();
        desk.call_ends();
    };
    let heard = || cloud.events().iter().filter(|event| event["event"] == "emergency").count();
    leaves_nowhere(&mut desk);
    let mara = Admin::first(&house);
    assert_eq!(mara.orders("arm").0, 200);
    leaves_nowhere(&mut desk);
    assert_eq!(heard(), 0, "one person is not enough");
    assert_eq!(mara.makes("jo").orders("confirm").0, 200);
    desk.dial("112");
    desk.talks();
    desk.hangs_up();
    desk.call_ends();
    assert_eq!(heard(), 1);
    leaves_nowhere(&mut desk);
    assert_eq!(heard(), 1, "the next call does not");
}
