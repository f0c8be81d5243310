//! Two switches, a file of leases, and a phone that wanders between them.

use std::{
    net::IpAddr,
    time::{Duration, Instant},
};

use proptest::prelude::*;

use super::{Report, Traces};
use crate::{
    bindings::{Mac, Mark},
    standing::{MOST_SIGHTINGS, Seen},
};

#[expect(clippy::disallowed_methods, reason = "a test needs some moment to start from")]
fn start() -> Instant {
    Instant::now()
}

const MINUTE: Duration = Duration::from_secs(60);

fn phone() -> Mac {
    Mac::new([0x0c, 0x38, 0x3e, 0x11, 0x22, 0x33])
}

fn address() -> IpAddr {
    "192.0.2.7".parse().unwrap()
}

fn port(switch: &str, port: &str) -> Mark {
    Mark::Port { switch: switch.into(), port: port.into() }
}

fn leases() -> Report {
    Report { addresses: vec![(address(), phone())], ..Report::default() }
}

fn at(mark: Mark) -> Report {
    Report { marks: vec![(phone(), mark)], ..Report::default() }
}

fn marks(traces: &Traces, now: Instant) -> Vec<Mark> {
    let seen = traces.of(address(), now).into_iter().filter(|one| one.until > now);
    seen.filter_map(|one| if let Seen::Mark(mark) = one.what { Some(mark) } else { None }).collect()
}

#[test]
fn a_phone_is_found_by_its_address_at_the_port_where_it_hangs_now() {
    let (mut traces, start) = (Traces::default(), start());
    assert!(traces.tell("leases", leases(), start, 60 * MINUTE));
    assert!(traces.tell("sw1", at(port("sw1", "1")), start, 2 * MINUTE));
    assert_eq!(marks(&traces, start), [port("sw1", "1")]);
    let next = start + MINUTE;
    assert!(traces.tell("sw1", at(port("sw1", "2")), next, 2 * MINUTE), "it moved");
    assert_eq!(marks(&traces, next), [port("sw1", "2")]);
    assert!(!traces.tell("sw1", at(port("sw1", "2")), next + MINUTE, 2 * MINUTE), "nothing new");
    assert!(traces.of("192.0.2.8".parse().unwrap(), next).is_empty(), "somebody else");
    assert!(!traces.of("::ffff:192.0.2.7".parse().unwrap(), next).is_empty(), "the same in the other family");
}

#[test]
fn what_stays_keeps_the_moment_it_was_first_seen_and_is_believed_anew() {
    let (mut traces, start) = (Traces::default(), start());
    traces.tell("leases", leases(), start, 60 * MINUTE);
    for minutes in 0..3 {
        traces.tell("sw1", at(port("sw1", "1")), start + minutes * MINUTE, 2 * MINUTE);
    }
    let seen = traces.of(address(), start + 3 * MINUTE);
    assert_eq!((seen[0].at, seen[0].until), (start, start + 4 * MINUTE));
    assert_eq!(marks(&traces, start + 4 * MINUTE), [], "the switch is silent for too long");
}

#[test]
fn a_switch_that_forgets_a_silent_phone_is_no_move_but_another_switch_is() {
    let (mut traces, start) = (Traces::default(), start());
    traces.tell("leases", leases(), start, 60 * MINUTE);
    traces.tell("sw1", at(port("sw1", "1")), start, 3 * MINUTE);
    assert!(!traces.tell("sw1", Report::default(), start + MINUTE, 3 * MINUTE), "nothing new");
    assert_eq!(marks(&traces, start + 2 * MINUTE), [port("sw1", "1")], "still believed");
    traces.tell("sw2", at(port("sw2", "9")), start + 2 * MINUTE, 3 * MINUTE);
    assert_eq!(
        marks(&traces, start + 2 * MINUTE),
        [port("sw1", "1"), port("sw2", "9")],
        "the last is fresher"
    );
    assert_eq!(marks(&traces, start + 4 * MINUTE), [port("sw2", "9")]);
}

#[test]
fn the_sighting_that_changed_last_comes_last_and_no_crowd_makes_the_list_long() {
    let (mut traces, start) = (Traces::default(), start());
    traces.tell("leases", leases(), start, 60 * MINUTE);
    traces.tell("b", at(port("b", "1")), start, 9 * MINUTE);
    traces.tell("a", at(port("a", "1")), start + MINUTE, 9 * MINUTE);
    assert_eq!(marks(&traces, start + MINUTE), [port("b", "1"), port("a", "1")]);
    for number in 0..100_u16 {
        traces.tell(&format!("s{number}"), at(Mark::Vlan(number)), start, 9 * MINUTE);
    }
    assert!(traces.of(address(), start).len() < MOST_SIGHTINGS);
    assert!(marks(&traces, start + MINUTE).contains(&port("a", "1")), "the freshest is kept");
}

#[test]
fn an_address_that_many_claim_tells_nothing() {
    let (mut traces, now) = (Traces::default(), start());
    traces.tell("sw1", at(port("sw1", "1")), now, MINUTE);
    for last in 0..6 {
        let mac = Mac::new([0x0c, 0x38, 0x3e, 0x11, 0x22, 0x30 + last]);
        let report = Report { addresses: vec![(address(), mac)], ..Report::default() };
        traces.tell(&format!("l{last}"), report, now, MINUTE);
    }
    assert!(traces.of(address(), now).is_empty());
}

proptest! {
    #[test]
    fn whatever_is_told_a_phone_has_few_sightings(
        told in prop::collection::vec((0..9_u8, 0..4_u8, 0..9_u16, 0..4_u8, 0..600_u64), 0..60),
    ) {
        let (mut traces, start) = (Traces::default(), start());
        for (source, mac, vlan, last, seconds) in told {
            let mac = Mac::new([2, 0, 0, 0, 0, mac]);
            let report = Report {
                marks: vec![(mac, Mark::Vlan(vlan)), (mac, Mark::Vlan(vlan))],
                addresses: vec![(IpAddr::from([192, 0, 2, last]), mac)],
            };
            let now = start + Duration::from_secs(seconds);
            traces.tell(&source.to_string(), report.clone(), now, MINUTE);
            prop_assert!(!traces.tell(&source.to_string(), report, now, MINUTE));
            for last in 0..4 {
                prop_assert!(traces.of(IpAddr::from([192, 0, 2, last]), now).len() < MOST_SIGHTINGS);
            }
        }
    }
}
