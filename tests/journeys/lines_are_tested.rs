//! The access line is tested: how fast the provider answers, and what becomes of the voice of several calls at once.

use std::net::Ipv4Addr;

use serde_json::Value;
use tests::{Gatehouse, Lan, PracticeCloud, Wan, until};

/// Somebody outside who says back what he hears.
const ECHO: &str = "echo = \"+49305550910\"\n";

/// The record of a test with this many calls, and whether the command line called it good.
fn tested(house: &Gatehouse, calls: &str) -> (Value, Option<i32>) {
    let output =
        house.command(&["line-test", "--calls", calls, "--json"]).output().expect("the command line runs");
    let record = serde_json::from_slice(&output.stdout);
    let said = String::from_utf8_lossy(&output.stderr);
    (record.unwrap_or_else(|error| panic!("{error}: {said}")), output.status.code())
}

fn says(record: &Value) -> String {
    let all = record["says"].as_array().into_iter().flatten();
    all.map(|said| said["en"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>().join(" ")
}

fn number(record: &Value, path: &str) -> f64 {
    record.pointer(path).and_then(Value::as_f64).unwrap_or_else(|| panic!("no {path}: {record}"))
}

/// Beside the provider nothing is slow, nothing gets lost, and every packet is accounted for.
#[test]
fn a_good_line_is_called_good() {
    let cloud = PracticeCloud::office();
    let mut house = Gatehouse::new();
    house.mirrors(&cloud.api);
    house.configured_with(&format!("[trunk]\n{ECHO}"));
    house.power_on();
    house.knows_the_account();
    until("every line up", || house.has_lines_up(8).then_some(()));
    let (record, exit) = tested(&house, "3");
    assert_eq!((record["verdict"].as_str(), exit), (Some("fit"), Some(0)), "{record}");
    assert!(says(&record).contains("carries 3 calls at once"), "{record}");
    assert_eq!(record["voice"].as_array().map(Vec::len), Some(3));
    assert!(number(&record, "/voice/0/sent") >= 990.0, "{record}");
    assert!(number(&record, "/latency_ms") < 200.0, "{record}");
    until("the calls to be over", || (house.calls() == 0).then_some(()));
    assert_eq!(house.tells("line-test records")["records"][0], record);
}

/// Without a number to call the provider's answers alone are judged, and it is said what is missing.
#[test]
fn without_an_echo_only_the_answers_are_measured() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    until("every line up", || house.has_lines_up(8).then_some(()));
    let (record, exit) = tested(&house, "2");
    assert_eq!((record["verdict"].as_str(), exit), (Some("partly"), Some(1)), "{record}");
    assert!(says(&record).contains("[trunk] echo"), "{record}");
    assert!(number(&record, "/latency_ms") < 200.0, "{record}");
}

/// An office behind a line that takes so long each way and loses so many packets of a hundred.
fn far_away(milliseconds: u32, percent: u32) -> (Value, Option<i32>) {
    let mut lan = Lan::new();
    let mut wan = Wan::of(&mut lan);
    let (place, address): (_, Ipv4Addr) = lan.host("box", 2);
    let (_cloud, api) = wan.with_cloud(&place);
    wan.translates_nothing();
    let mut house = Gatehouse::at(place, address);
    house.mirrors(&format!("http://127.0.0.1:{api}"));
    house.configured_with(&format!("[trunk]\n{ECHO}"));
    house.power_on();
    house.knows_the_account();
    until("every line up", || house.has_lines_up(8).then_some(()));
    wan.is_bad(milliseconds, percent);
    tested(&house, "2")
}

#[test]
fn a_line_that_loses_voice_is_called_so() {
    let (record, exit) = far_away(10, 3);
    assert_eq!((record["verdict"].as_str(), exit), (Some("unfit"), Some(1)), "{record}");
    for way in ["out", "in"] {
        let lost = number(&record, &format!("/voice/0/lost_{way}_percent"));
        assert!((1.0..6.0).contains(&lost), "{lost} % of 3 % on the way {way}: {record}");
    }
    assert!(says(&record).contains("order more bandwidth"), "{record}");
}

#[test]
fn a_line_that_is_slow_is_called_so() {
    let (record, exit) = far_away(120, 0);
    assert_eq!((record["verdict"].as_str(), exit), (Some("unfit"), Some(1)), "{record}");
    assert!((240.0..400.0).contains(&number(&record, "/latency_ms")), "{record}");
    assert!((240.0..400.0).contains(&number(&record, "/voice/0/round_trip_ms")), "{record}");
}
