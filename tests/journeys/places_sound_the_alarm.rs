//! Somebody calls for help, and everybody on site knows: a letter, a light, every open page; and nothing of it holds the call.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use tests::{
    Gatehouse, PATIENCE, PracticeCloud, Program, loopback::free_port, phone::Setup, tone::TONES, until,
    until_within,
};

use crate::visiting::admin_in;

#[test]
fn people_are_told_by_letter_and_light_until_somebody_has_heard() {
    let (cloud, port) = (PracticeCloud::office(), free_port());
    let folder = tempfile::tempdir().unwrap();
    let server = mail_server(port, folder.path());
    let light = folder.path().join("light");
    fs::write(&light, "0\n").unwrap();
    let house = box_that_tells(&cloud, port, &light.display().to_string());
    let mut anna = Setup::new("anna", house.sip()).login(cloud.phone("102")).voice(TONES[0]).start();
    anna.registered();
    anna.dial("112");
    anna.talks();
    let shines = |wanted: &'static str| {
        until(&format!("the light: {wanted}"), || {
            (fs::read_to_string(&light).ok()?.trim() == wanted).then_some(())
        });
    };
    shines("1");
    let letter =
        until("the letter", || Some(server.log()).filter(|log| log.contains("To: safety@example.com")));
    assert!(letter.contains("From: box@example.com") && letter.contains("Subject: NOTRUF 112"), "{letter}");
    anna.hangs_up();
    anna.call_ends();
    until("the end of it", || house.tells("status")["notices"].to_string().contains("over,").then_some(()));
    shines("1");
    let heard = house.orders("/api/v1/alarm/heard", &Value::from(0), &json!({}));
    assert_eq!(heard["schema"], "heard/1", "{heard}");
    shines("0");
}

/// The account doubts the address of the head office, so that no line stands for it any more: the look of every minute finds it.
#[test]
fn e17_a_letter_says_what_is_wrong_before_anybody_calls() {
    let (cloud, port) = (PracticeCloud::office(), free_port());
    let folder = tempfile::tempdir().unwrap();
    let server = mail_server(port, folder.path());
    cloud.told("PATCH", "/account/addresses/88", &json!({"emergencyState": "NONE"}));
    let _house = box_that_tells(&cloud, port, "/no/such/relay");
    let subject = "Subject: Notruf nicht bereit / not ready for emergency calls";
    until_within(PATIENCE * 4, "the letter", || server.log().contains(subject).then_some(()));
}

#[test]
fn e14_the_security_group_rings_and_whoever_picks_up_has_heard() {
    let cloud = PracticeCloud::office();
    let folder = tempfile::tempdir().unwrap();
    let light = folder.path().join("light");
    fs::write(&light, "0\n").unwrap();
    let house = box_that_tells(&cloud, free_port(), &light.display().to_string());
    let phone = |name, extension, tone| {
        let mut phone = Setup::new(name, house.sip()).login(cloud.phone(extension)).voice(tone).start();
        phone.registered();
        phone
    };
    let (mut anna, mut ben) = (phone("anna", "102", TONES[0]), phone("ben", "103", TONES[1]));
    anna.dial("112");
    let caller = ben.rings();
    assert!(caller.name.starts_with("NOTRUF 112: ") && caller.number() == "102", "{caller:?}");
    ben.answers();
    until("that somebody has heard", || house.log().contains("somebody has heard").then_some(()));
    anna.talks();
    anna.hangs_up();
    anna.call_ends();
    until("darkness", || (fs::read_to_string(&light).ok()?.trim() == "0").then_some(()));
    ben.call_ends();
}

#[test]
fn a_dead_mail_server_and_a_dead_relay_hold_no_call_for_help() {
    let cloud = PracticeCloud::office();
    // It takes connections and says nothing, for ever.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let house = box_that_tells(&cloud, silent.local_addr().unwrap().port(), "/no/such/relay");
    let mut anna = Setup::new("anna", house.sip()).login(cloud.phone("102")).voice(TONES[0]).start();
    anna.registered();
    let (letter, asked) = std::sync::mpsc::channel();
    std::thread::spawn(move || letter.send(silent.accept()));
    anna.dial("112");
    anna.talks();
    let held = asked.recv_timeout(PATIENCE).expect("somebody writes a letter").expect("a connection");
    until("the relay that is not there, in the journal", || house.log().contains("relay").then_some(()));
    anna.hangs_up();
    anna.call_ends();
    drop(held);
}

#[test]
fn every_open_page_shows_the_call_and_sounds_until_somebody_has_heard() {
    let cloud = PracticeCloud::office();
    let house = box_that_tells(&cloud, free_port(), "/no/such/relay");
    let (browser, page) = admin_in(&house, "en", "Sign out");
    browser.shows("Calls now");
    browser.opens(&format!("{page}/billing?lang=en"));
    let mut anna = Setup::new("anna", house.sip()).login(cloud.phone("102")).voice(TONES[0]).start();
    anna.registered();
    anna.dial("112");
    anna.talks();
    browser.shows("Emergency call 112");
    let sounds = || browser.evaluates("return document.querySelector('#alarm audio') !== null");
    assert_eq!(sounds(), true, "the page sounds");
    let heavy = browser.is_held_against_it();
    assert!(heavy.is_empty(), "{heavy:#?}");
    browser.clicks("#alarm button");
    browser.shows("Emergency call 112");
    until("silence", || (sounds() == false).then_some(()));
    anna.hangs_up();
    anna.call_ends();
    until("no alarm any more", || {
        let hidden = browser.evaluates("return document.querySelector('#alarm').hidden");
        (hidden == true).then_some(())
    });
    let complaints = browser.complaints();
    assert!(complaints.is_empty(), "{complaints:#?}");
}

/// It takes every letter and writes it down.
fn mail_server(port: u16, folder: &Path) -> Program {
    let mut server = Command::new("/usr/bin/python3");
    server.args(["-u", "-m", "aiosmtpd", "-n", "-l", &format!("127.0.0.1:{port}")]);
    let server = Program::start("aiosmtpd", server, folder);
    until("the mail server", || std::net::TcpStream::connect(("127.0.0.1", port)).ok());
    server
}

/// A box in service whose lines are up.
fn box_that_tells(cloud: &PracticeCloud, port: u16, strobe: &str) -> Gatehouse {
    let mut house = Gatehouse::new();
    house.mirrors(&cloud.api);
    house.configured_with(&format!(
        "[mail]\nserver = \"plain:127.0.0.1:{port}\"\nfrom = \"box@example.com\"\n\
         [emergency]\nletters = [\"safety@example.com\"]\nalarm_calls = [\"103\"]\nstrobe = \"{strobe}\"\n"
    ));
    house.power_on();
    house.knows_the_account();
    until("lines that are up", || {
        let told = house.tells("lines");
        let lines = told["lines"].as_array()?;
        (!lines.is_empty() && lines.iter().all(|line| line["state"] == "up")).then_some(())
    });
    house
}
