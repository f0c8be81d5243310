//! The box registers every phone of the account at the cloud in its place, and says how each line is doing.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::json;
use tests::{Gatehouse, PracticeCloud, outside::Line};

/// Waits for as long as a journey of registrations may take.
fn within(limit: Duration, what: &str, mut done: impl FnMut() -> bool) -> Duration {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < limit, "{what} takes longer than {limit:?}");
        std::thread::sleep(Duration::from_millis(200));
    }
    start.elapsed()
}

fn all_up(house: &Gatehouse, least: usize, limit: u64) -> Duration {
    within(Duration::from_secs(limit), "every line up", || house.has_lines_up(least))
}

/// The cloud drops what comes from another port than the registration (`samePort`), so there is one port for all.
#[test]
fn every_phone_of_the_account_is_registered_from_the_port_of_the_phones() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    all_up(&house, 8, 60);
    let bindings = cloud.bindings();
    let devices = bindings.as_object().unwrap();
    assert_eq!(devices.len(), house.lines().len());
    for (device, contacts) in devices {
        assert_eq!(contacts.as_array().unwrap().len(), 1, "{device}");
        assert_eq!(contacts[0]["source"], house.sip().to_string(), "{device}");
    }
    let status = house.tells("status");
    assert_eq!((&status["lines_up"], &status["lines_total"]), (&json!(devices.len()), &json!(devices.len())));
}

/// A phone whose password the cloud does not take is one line down, and says so; the others go on.
#[test]
fn a_wrong_password_is_one_line_and_is_named() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    all_up(&house, 8, 60);
    // The cloud keeps another password from now on than the one it has told.
    let _ = cloud.told("PATCH", "/account/devices/e0", &json!({"_password": "another"}));
    let _ = cloud.told("DELETE", "/sip/bindings/e0", &json!(null));
    within(Duration::from_secs(120), "the line to be down", || {
        let down: Vec<Line> = house.lines().into_iter().filter(|line| line.state == "down").collect();
        down.iter().all(|line| line.name.ends_with("e0") && line.why.contains("password")) && down.len() == 1
    });
}

/// After a power cut 500 phones are registered again within a minute, and never more than 20 in a second.
#[test]
#[expect(clippy::print_stderr, reason = "docs/LINES.md holds what is measured here")]
fn five_hundred_lines_are_back_within_a_minute_without_a_storm() {
    let cloud = PracticeCloud::generated(500);
    let mut house = Gatehouse::beside(&cloud);
    all_up(&house, 500, 120);
    let before = cloud.log().lines().count();
    house.power_cut();
    house.power_on();
    let took = all_up(&house, 500, 60);
    let mut each_second: BTreeMap<String, usize> = BTreeMap::new();
    for line in cloud.log().lines().skip(before).filter(|line| line.contains("Registered {")) {
        let plain: String = line.chars().filter(|c| c.is_ascii_graphic() || *c == ' ').collect();
        let second = plain.split('.').next().unwrap_or_default().to_owned();
        *each_second.entry(second).or_default() += 1;
    }
    let most = each_second.values().max().copied().unwrap_or_default();
    eprintln!(
        "500 lines up {took:.1?} after the box says that phones can call, at most {most} registrations a second"
    );
    // Towards the end the first lines refresh already.
    assert!((1..=20).contains(&most), "{each_second:?}");
}
