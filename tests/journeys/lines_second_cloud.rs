//! Another provider, played by sipp with scenarios of its own, so that nothing of the practice cloud's stack decides what is right.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::{Gatehouse, Login, Phone, PracticeCloud, Sipp, phone::Setup, sipp::Running, tone::TONES, until};

use crate::asking::ask;

/// The number of the meeting room's phone, which sipp plays here.
const ROOM: &str = "+49305550206";

/// A box with a line to a provider played by sipp, and the account for its phones.
struct Office {
    /// The account's phone lines and what they forward to, first.
    forwardings: Value,
    cloud: PracticeCloud,
    house: Gatehouse,
    provider: Running,
}

/// `mode` and the section in which the provider stands.
const TRUNK: [&str; 2] = ["trunk", ""];
const SECOND: &str = "+49305550999";
const SECOND_LINE: [&str; 2] = ["devices", "[[trunk.backup]]\npresents = [\"+49305550999\"]"];
/// As the second line, to which the account may send its calls on; they ring Anna.
const DETOUR: [&str; 2] = [
    "devices",
    "detour = \"forwardings\"\ndetour_after = 1\n[[trunk.backup]]\npresents = [\"+49305550999\"]\nrings = \"+49305550102\"",
];

/// The lines are gone for a minute first, and back after two and a minute more; each change is looked at before and after.
const GONE_AND_BACK: Duration = Duration::from_secs(270);

impl Office {
    fn open([mode, section]: [&str; 2]) -> Self {
        let cloud = PracticeCloud::office();
        let provider = Sipp::new("provider.xml").calls(100_000, 1).echoing().start();
        let mut house = Gatehouse::new();
        house.mirrors(&cloud.api);
        let password = house.folder().join("trunk");
        std::fs::write(&password, "Uebung-t0-5550\n").expect("a password file");
        let (port, file) = (provider.port(), password.display());
        house.configured_with(&format!(
            "[trunk]\nmode = \"{mode}\"\n{section}\nserver = \"127.0.0.1:{port}\"\nuser = \"7654321t0\"\n\
             password_file = \"{file}\"\n"
        ));
        house.power_on();
        house.knows_the_account();
        house.knows_its_lines(if mode == "trunk" { 1 } else { 9 });
        let forwardings = forwardings(&cloud);
        Self { forwardings, cloud, house, provider }
    }

    fn phone(&self, name: &str, extension: &str, voice: u32) -> Phone {
        let login = self.cloud.phone(extension);
        let mut phone = Setup::new(name, self.house.sip()).login(login).voice(voice).start();
        phone.registered();
        phone
    }

    /// The phone of the meeting room takes every call and hangs up after so many milliseconds.
    fn room_answers(&self, milliseconds: u32, calls: u32) -> Running {
        let login = Login::new("7654321e7", "Uebung-e7-5550");
        let register = Sipp::new("register.xml").to(self.house.sip()).row(&login);
        let port = register.port();
        register.passes();
        Sipp::new("answer_and_hang_up.xml").from_port(port).pausing(milliseconds).calls(calls, 100).start()
    }
}

/// Fifty calls a second from outside are all connected; two who talk in the house hear each other without a gap.
#[test]
fn a_storm_of_calls_from_outside_harms_nobody() {
    let office = Office::open(TRUNK);
    let mut lena = office.phone("lena", "104", TONES[0]);
    let mut mike = office.phone("mike", "105", TONES[2]);
    lena.dial("105");
    mike.rings();
    mike.answers();
    lena.talks();
    let talking = Instant::now();
    let room = office.room_answers(500, 200);
    let storm = Sipp::new("provider_calls.xml").to(office.house.sip()).calling(ROOM).calls(200, 50);
    assert_eq!(storm.passes().failed, 0);
    room.passes();
    for (phone, tone) in [(&lena, TONES[2]), (&mike, TONES[0])] {
        let (heard, of) = (phone.hears(tone, 1.0).seconds, talking.elapsed().as_secs_f64());
        assert!(heard > of * 0.95 - 3.0, "{heard} s of {of} s");
    }
    until("only their call to be left", || (office.house.calls() == 1).then_some(()));
    assert!(office.house.has_lines_up(1));
}

/// The cloud falls silent: calls go out over the second line, at once and later on, under the number that this one may show. It
/// wants its password within the call as well, for somebody who is put on hold.
#[test]
fn a_second_line_takes_over_when_the_first_ones_are_gone() {
    let office = Office::open(SECOND_LINE);
    let mut lena = office.phone("lena", "104", TONES[0]);
    office.cloud.habit("sip", &json!("silent"));
    calls_over_the_second_line(&office, &mut lena);
    until("the first lines down", || {
        let lines = office.house.lines();
        let (second, first): (Vec<_>, Vec<_>) = lines.iter().partition(|line| line.name == "backup1");
        let gone = first.iter().all(|line| line.state == "down");
        (gone && second.iter().all(|line| line.state == "up")).then_some(())
    });
    calls_over_the_second_line(&office, &mut lena);
}

fn calls_over_the_second_line(office: &Office, lena: &mut Phone) {
    let before = lena.recordings().len();
    lena.dial("+49305550910");
    lena.talks();
    until("a new recording", || (lena.recordings().len() > before).then_some(()));
    lena.hears(TONES[0], 2.0);
    lena.holds();
    office.provider.says("held");
    lena.hangs_up();
    lena.call_ends();
    until("the call to be forgotten", || (office.house.calls() == 0).then_some(()));
}

/// The account's lines are gone for good and its API answers: the account sends its calls on to the second line, where they ring whom
/// the admin named. Once a line is back all is as it was.
#[test]
fn the_account_sends_its_calls_on_to_the_second_line_while_its_own_are_gone() {
    let office = Office::open(DETOUR);
    let began = Instant::now();
    let switched = ask(&office.house, "POST", "/api/v1/detour", br#"{"on": true}"#);
    assert_eq!((&switched["on"], &switched["number"]), (&json!(true), &json!(SECOND)), "{switched}");
    office.cloud.habit("sip", &json!("silent"));
    let led =
        |line: &Value| line["forwards"][0]["destination"] == SECOND && line["forwards"][0]["timeout"] == 0;
    soon(began, "every line sent on", || {
        forwardings(&office.cloud).as_array().is_some_and(|all| all.iter().all(led))
    });

    let mut anna = office.phone("anna", "102", TONES[0]);
    let caller = Sipp::new("provider_calls.xml").to(office.house.sip()).calling(SECOND).start();
    anna.rings();
    anna.answers();
    anna.talks();
    anna.hangs_up();
    anna.call_ends();
    drop(caller);

    office.cloud.habit("sip", &json!("well"));
    soon(began, "all as it was", || forwardings(&office.cloud) == office.forwardings);
    soon(began, "nothing more to take back", || {
        ask(&office.house, "GET", "/api/v1/detour", b"")["led"] == json!(false)
    });
}

/// What each line of the account forwards to.
fn forwardings(cloud: &PracticeCloud) -> Value {
    let lines: Value =
        serde_json::from_str(&cloud.told("GET", "/account/phonelines", &Value::Null)).expect("JSON");
    let lines = lines.as_object().cloned().unwrap_or_default();
    lines.into_iter().map(|(id, line)| json!({"line": id, "forwards": line["_forwardings"]})).collect()
}

fn soon(began: Instant, what: &str, mut done: impl FnMut() -> bool) {
    while !done() {
        assert!(began.elapsed() < GONE_AND_BACK, "not within {GONE_AND_BACK:?}: {what}");
        std::thread::sleep(Duration::from_millis(500));
    }
}
