//! The way out breaks in every way it can, and each kind of call does what it should: a table of thirteen faults and five kinds.
//!
//! Whatever happens outside: who talks inside goes on talking, groups ring, phones register. Voice is listened to wherever it
//! flows. Each fault is told once, with its five kinds together, since the office is set up anew for it.

use std::time::{Duration, Instant};

use serde_json::json;
use tests::until;

use crate::behind_a_router::Outside::{self, Ends, GoesOn, Never, Works};
use crate::behind_a_router::{Office, call};

/// A row of the table.
struct Fault {
    name: &'static str,
    /// How lines go out: `udp`, `tcp`, `tls` or `named`.
    lines: &'static str,
    /// How many routers translate addresses on the way; a long way does not go together with that.
    translators: u8,
    strikes: fn(&mut Office),
    /// A call that goes out while it lasts, one that comes in, and one that went out before.
    out: Outside,
    comes: Outside,
    before: Outside,
}

#[expect(clippy::print_stderr, reason = "docs/LINES.md holds what is measured here")]
fn story(fault: &Fault) {
    let mut office = Office::open(fault.lines, fault.translators);
    call(&mut office.lena, &mut office.mike, "105");
    let talking = Instant::now();
    office.carl_talks_already();
    (fault.strikes)(&mut office);
    let struck = Instant::now();
    let told = (fault.before == Ends).then(|| office.carls_call(Ends, struck)).flatten();
    office.calls_out(fault.out);
    office.storms();
    office.calls_inside();
    office.calls_the_group();
    office.is_called(fault.comes);
    if fault.before == GoesOn {
        office.carls_call(GoesOn, struck);
    }
    office.they_still_talk(talking);
    eprintln!(
        "{}: out {:?}, in {:?}, before {:?} {told:.1?}",
        fault.name, fault.out, fault.comes, fault.before
    );
}

/// What most rows have in common: the lines are lost, and the voice of calls goes on.
const LOST: Fault = Fault {
    name: "",
    lines: "udp",
    translators: 1,
    strikes: |_| {},
    out: Ends,
    comes: Never,
    before: GoesOn,
};
/// What harms nobody.
const HARMLESS: Fault = Fault { out: Works, comes: Works, ..LOST };

/// Nothing is answered any more, in calls or outside; their voice still flows.
#[test]
fn registrar_silent() {
    let strikes = |office: &mut Office| office.cloud.habit("sip", &json!("silent"));
    story(&Fault { name: "registrar silent", strikes, ..LOST });
}

#[test]
fn registrar_refuses() {
    let strikes = |office: &mut Office| office.cloud.habit("sip", &json!("refuses"));
    story(&Fault { name: "registrar refuses", strikes, ..LOST });
}

#[test]
fn registrar_answers_503() {
    let strikes = |office: &mut Office| office.cloud.habit("sip", &json!("unavailable"));
    story(&Fault { name: "registrar answers 503", strikes, ..LOST });
}

/// What was known goes on being used beyond its time, and the box says since when nobody answers.
#[test]
fn dns_gone() {
    let strikes = |office: &mut Office| {
        office.cloud.habit("names", &json!("silent"));
        until("lines that live on the last answer", || {
            office.every_line(|line| line["names_gone"].is_string() && line["state"] == "up")
        });
    };
    story(&Fault { name: "DNS gone", lines: "named", strikes, ..HARMLESS });
}

#[test]
fn wan_cut_in_the_middle_of_a_call() {
    let strikes = |office: &mut Office| office.wan.swallows(&[]);
    story(&Fault { name: "WAN cut", strikes, before: Ends, ..LOST });
}

/// Its record leads elsewhere: lines follow when the record runs out, and the call under way stays where it is.
#[test]
fn provider_moves() {
    let strikes = |office: &mut Office| {
        office.wan.provider_moves();
        office.cloud.habit("names", &json!("next"));
        until("every line registered at the new place", || {
            let there = |at: &serde_json::Value| at.as_str().is_some_and(|at| at.starts_with("10.78.0.3:"));
            office.every_line(|line| there(&line["server"]) && line["state"] == "up")
        });
    };
    story(&Fault { name: "provider moves", lines: "named", strikes, ..HARMLESS });
}

/// 5 % lost each way, and 150 ms there and back.
#[test]
fn wan_bad() {
    let strikes = |office: &mut Office| office.wan.is_bad(75, 5);
    story(&Fault { name: "WAN 5 % loss, 150 ms", translators: 0, strikes, ..HARMLESS });
}

#[test]
fn nat_rebinding() {
    let strikes = |office: &mut Office| {
        let before = office.seen_from();
        office.wan.forgets_mappings();
        office.is_seen_anew(&before);
    };
    story(&Fault { name: "NAT rebinding", strikes, ..HARMLESS });
}

/// The office's router stands behind another one, which translates once more, and forgets.
#[test]
fn two_translators_of_which_the_outer_one_forgets() {
    let strikes = |office: &mut Office| {
        office.is_called(Works);
        office.calls_out(Works);
        let before = office.seen_from();
        office.wan.forgets_mappings();
        office.is_seen_anew(&before);
    };
    story(&Fault { name: "two translators, the outer one rebinds", translators: 2, strikes, ..HARMLESS });
}

/// A translator keeps what is quiet for 300 s at most; this one for eight. The box asks for life more often than that, so that it is
/// reached after any silence, and from where it was reached before.
#[test]
fn translator_that_forgets_quickly() {
    let mut office = Office::open("udp", 1);
    let before = office.seen_from();
    office.wan.forgets_after(8);
    std::thread::sleep(Duration::from_secs(30));
    office.is_called(Works);
    assert_eq!(office.seen_from(), before);
}

#[test]
fn address_changes() {
    let strikes = |office: &mut Office| {
        let before = office.seen_from();
        office.wan.moves();
        office.is_seen_anew(&before);
    };
    story(&Fault { name: "IP change", strikes, ..HARMLESS });
}

#[test]
fn certificate_expired() {
    let strikes = |office: &mut Office| {
        office.cloud.habit("tls", &json!("expired"));
        office.cloud.cuts_connections();
    };
    story(&Fault { name: "TLS certificate expired", lines: "tls", strikes, ..LOST });
}

#[test]
fn api_down() {
    let strikes = |office: &mut Office| {
        office.wan.swallows(&["-p", "tcp", "--dport", &office.api.to_string()]);
    };
    story(&Fault { name: "API down", strikes, ..HARMLESS });
}

/// The connection is not closed, and nothing comes over it any more.
#[test]
fn tcp_half_open() {
    let strikes = |office: &mut Office| office.wan.swallows(&["-p", "tcp"]);
    story(&Fault { name: "half-open TCP", lines: "tcp", strikes, ..LOST });
}
