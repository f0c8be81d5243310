//! Whether outside lines are there makes no difference to a call between two desks.

use tests::{Gatehouse, PracticeCloud, Sipp, until};

const ROUNDS: usize = 4;
const CALLS: u32 = 100;
const EACH_SECOND: u32 = 20;

/// Two boxes on one machine take turns: one holds its lines at the cloud, the other has none. What is measured is the time from the
/// first INVITE, which is asked for its password, until the caller hears that it rings.
#[test]
#[expect(clippy::print_stderr, reason = "docs/LINES.md holds what is measured here")]
fn a_call_inside_rings_as_soon_with_lines_as_without() {
    let cloud = PracticeCloud::office();
    let with = Gatehouse::beside(&cloud);
    until("every line up", || with.has_lines_up(8).then_some(()));
    let mut without = Gatehouse::new();
    without.mirrors(&cloud.api);
    without.configured_with("[trunk]\nmode = \"off\"\n");
    without.power_on();
    without.knows_the_account();
    let mut took = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        for (house, took) in [&with, &without].into_iter().zip(&mut took) {
            took.extend(round(house, &cloud));
        }
    }
    for (house, took) in ["with lines", "without"].into_iter().zip(&mut took) {
        assert_eq!(took.len(), ROUNDS * CALLS as usize, "{house}: every call rang");
        took.sort_by(f64::total_cmp);
        let of = |share: usize| took[(took.len() * share / 100).min(took.len() - 1)];
        eprintln!(
            "{house}: half of {} calls ring within {:.1} ms, 99 % within {:.1} ms",
            took.len(),
            of(50),
            of(99)
        );
    }
    assert!(with.has_lines_up(8));
}

fn round(house: &Gatehouse, cloud: &PracticeCloud) -> Vec<f64> {
    let desk = Sipp::new("answer.xml").pausing(5).calls(CALLS, EACH_SECOND);
    Sipp::new("register.xml").from_port(desk.port()).to(house.sip()).row(cloud.phone("103")).passes();
    let desk = desk.start();
    let calls = Sipp::new("call.xml").to(house.sip()).calling("103").row(cloud.phone("102")).pausing(20);
    let mut calls = calls.calls(CALLS, EACH_SECOND).timed().start();
    let took = calls.rang_after();
    desk.passes();
    took
}
