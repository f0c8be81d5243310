//! The provider falls ill in every way it can: how soon the box says so, what it says, and how soon the lines are back.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use tests::{Gatehouse, PracticeCloud};

/// One way to fall ill.
struct Fault {
    /// The habit `sip` of the practice cloud.
    mood: &'static str,
    /// In the reason that the box shows.
    says: &'static str,
    /// Whether the lines are back within [`BACK`]. After a 403 the box waits ten minutes, lest the account be blocked.
    returns: bool,
}

const FAULTS: [Fault; 3] = [
    Fault { mood: "silent", says: "does not answer", returns: true },
    Fault { mood: "unavailable", says: "503", returns: true },
    Fault { mood: "refuses", says: "password", returns: false },
];

/// Nobody telephones, so silence is noticed when the provider is asked: at the latest when the registration is refreshed, at half
/// of 120 s.
const NOTICED: Duration = Duration::from_secs(90);
/// The hold-off is one to two minutes, then the lines have their turns.
const BACK: Duration = Duration::from_secs(150);

#[test]
#[expect(clippy::print_stderr, reason = "docs/LINES.md holds what is measured here")]
fn every_fault_is_noticed_named_and_overcome() {
    let rows: Vec<_> = FAULTS.iter().map(|fault| thread::spawn(move || story(fault))).collect();
    for (fault, row) in FAULTS.iter().zip(rows) {
        let (noticed, back) = row.join().expect("its story ends well");
        eprintln!("registrar {}: noticed after {noticed:.0?}, back after {back:.0?}", fault.mood);
    }
}

fn story(fault: &Fault) -> (Duration, Option<Duration>) {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    wait(fault, "lines up", Duration::from_secs(60), || house.has_lines_up(8));
    cloud.habit("sip", &json!(fault.mood));
    let noticed = wait(fault, "a line down", NOTICED, || {
        house.lines().iter().any(|line| line.state == "down" && line.why.contains(fault.says))
    });
    cloud.habit("sip", &json!("well"));
    let back = fault.returns.then(|| wait(fault, "lines back", BACK, || house.has_lines_up(8)));
    (noticed, back)
}

fn wait(fault: &Fault, what: &str, limit: Duration, mut done: impl FnMut() -> bool) -> Duration {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < limit, "{}: no {what} within {limit:?}", fault.mood);
        thread::sleep(Duration::from_millis(200));
    }
    start.elapsed()
}
