//! The provider falls ill in every way it can: how soon the box says so, what it says, and how soon the lines are back.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use tests::{Gatehouse, PracticeCloud, until};

/// One way to fall ill.
struct Fault {
    /// As the table in docs/LINES.md has it.
    name: &'static str,
    /// How the lines go there.
    transport: &'static str,
    /// The habit of the practice cloud, and what it becomes.
    habit: (&'static str, &'static str),
    /// Whether its connections end as well.
    cuts: bool,
    known: Known,
    /// In the reason that the box shows.
    says: &'static str,
    /// Whether the lines are back within [`BACK`]. After a 403 the box waits ten minutes, lest the account be blocked.
    returns: bool,
}

/// What the box knows of a provider when it falls ill.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Known {
    /// It answers questions.
    Answers,
    /// It has taken the registrations, no more.
    Nothing,
    /// It takes registrations only, whatever it is asked.
    Unasked,
}

const UDP: Fault = Fault {
    name: "keeps silent",
    transport: "udp",
    habit: ("sip", "silent"),
    cuts: false,
    known: Known::Answers,
    says: "does not answer",
    returns: true,
};

const FAULTS: [Fault; 8] = [
    UDP,
    Fault { name: "keeps silent from its first second", known: Known::Nothing, ..UDP },
    Fault { name: "takes no questions, then keeps silent", known: Known::Unasked, ..UDP },
    Fault { name: "answers 503", habit: ("sip", "unavailable"), says: "503", ..UDP },
    Fault { name: "answers 403", habit: ("sip", "refuses"), says: "password", returns: false, ..UDP },
    Fault {
        name: "is gone behind an open TCP connection",
        transport: "tcp",
        habit: ("sip", "halfOpen"),
        ..UDP
    },
    Fault {
        name: "is gone behind an open TLS connection",
        transport: "tls",
        habit: ("sip", "halfOpen"),
        ..UDP
    },
    Fault {
        name: "ends its connections and shows an expired certificate",
        transport: "tls",
        habit: ("tls", "expired"),
        cuts: true,
        says: "expired",
        ..UDP
    },
];

/// Nobody telephones. The box itself needs 8 s at most; the rest is for a loaded machine and the looking.
const NOTICED: Duration = Duration::from_secs(15);
/// The provider stays ill for a while: one that is well again at once is reached by the first attempt after the fall.
const OUTAGE: Duration = Duration::from_secs(10);
/// The hold-off is one to two minutes, then the lines have their turns.
const BACK: Duration = Duration::from_secs(150);

#[test]
#[expect(clippy::print_stderr, reason = "docs/LINES.md holds what is measured here")]
fn every_fault_is_noticed_named_and_overcome() {
    let rows: Vec<_> = FAULTS.iter().map(|fault| thread::spawn(move || story(fault))).collect();
    for (fault, row) in FAULTS.iter().zip(rows) {
        let (noticed, back) = row.join().expect("its story ends well");
        eprintln!("| {} | {noticed:.1?} | {back:.0?} |", fault.name);
    }
}

fn story(fault: &Fault) -> (Duration, Option<Duration>) {
    let cloud = PracticeCloud::office();
    cloud.habit("optionsUnanswered", &json!(fault.known == Known::Unasked));
    let house = Gatehouse::over(&cloud, fault.transport);
    match fault.known {
        Known::Answers => house.knows_its_lines(8),
        Known::Nothing => until("every line up", || house.has_lines_up(8).then_some(())),
        Known::Unasked => {
            // Three lines have proved that it is there, long before a registration ends.
            let taken = || cloud.events().iter().filter(|event| event["event"] == "registered").count();
            until("lines that register in turn", || (taken() >= 8 + 3).then_some(()));
        }
    }
    cloud.habit(fault.habit.0, &json!(fault.habit.1));
    if fault.cuts {
        cloud.cuts_connections();
    }
    let noticed = wait(fault, "a line down", NOTICED, || {
        house.lines().iter().any(|line| line.state == "down" && line.why.contains(fault.says))
    });
    thread::sleep(OUTAGE);
    cloud.habit(fault.habit.0, &json!("well"));
    let back = fault.returns.then(|| wait(fault, "lines back", BACK, || house.has_lines_up(8)));
    (noticed, back)
}

fn wait(fault: &Fault, what: &str, limit: Duration, mut done: impl FnMut() -> bool) -> Duration {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < limit, "{}: no {what} within {limit:?}", fault.name);
        thread::sleep(Duration::from_millis(100));
    }
    start.elapsed()
}
