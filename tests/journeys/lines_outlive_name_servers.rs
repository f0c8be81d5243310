//! The box starts anew while no name server answers: it knows from its last run where its provider is.

use std::time::Instant;

use serde_json::json;
use tests::{Gatehouse, PracticeCloud, phone::Setup, tone::TONES, until};

#[test]
#[expect(clippy::print_stderr, reason = "docs/LINES.md holds what is measured here")]
fn a_box_that_loses_its_power_while_dns_is_gone_calls_out_again() {
    let cloud = PracticeCloud::office();
    cloud.habit("transport", &json!("named"));
    let mut house = Gatehouse::new();
    house.mirrors(&cloud.api);
    house.trusts(&cloud, &format!("name_servers = [\"{}\"]\n", cloud.names));
    house.power_on();
    house.knows_the_account();
    until("every line up", || house.has_lines_up(8).then_some(()));
    until("what name servers said on the disk", || house.data().join("names.json").exists().then_some(()));

    cloud.habit("names", &json!("silent"));
    house.power_cut();
    house.power_on();
    let started = Instant::now();
    until("a line up", || house.lines().iter().any(|line| line.state == "up").then_some(()));
    eprintln!("without a name server: the first line up after {:.1?}", started.elapsed());
    until("every line up", || house.has_lines_up(8).then_some(()));
    let gone = |line: &serde_json::Value| line["names_gone"].is_string();
    assert!(house.tells("lines")["lines"].as_array().unwrap().iter().all(gone), "and the page says so");

    let mut lena = Setup::new("lena", house.sip()).login(cloud.phone("104")).voice(TONES[0]).start();
    lena.registered();
    lena.dial("+49305550910");
    lena.talks();
    lena.hears(TONES[0], 2.0);
    lena.hangs_up();
    lena.call_ends();
}
