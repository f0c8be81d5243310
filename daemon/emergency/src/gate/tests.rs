//! E1, E2: a call for help passes in every state of the house.

use std::time::{Duration, Instant};

use account::AddressId;
use proptest::prelude::*;

use super::{BARS, Bar, Call, Caller, Commissioned, Ready, Rules, Started, Strangers, Verdict, gate};
use crate::{
    appointment::{Appointment, Wish},
    bindings::Bindings,
    dialled::{Numbers, Service, Visitors},
    lines::{Line, Via, tests::line},
    place::{Civic, CloudAddress, CloudState, Location, LocationId, LocationKind, Places},
    resolve::Ground,
    standing::{Standing, Whereabouts},
    table::Table,
};

#[expect(clippy::disallowed_methods, reason = "an origin for simulated time")]
fn start() -> Instant {
    Instant::now()
}

/// Nobody, one person or two people want the next call for help to leave for real.
fn appointed(people: u8, word: Commissioned) -> Appointment {
    let mut appointment = Appointment::default();
    for (wish, who) in [(Wish::Arm, "mara"), (Wish::Confirm, "jo")].into_iter().take(people.into()) {
        let taken = appointment.handle(start(), wish, (who, word));
        assert_eq!(taken.is_ok(), word == Commissioned::No);
    }
    appointment
}

fn ready(strangers: Strangers) -> Ready {
    ready_as(strangers, Commissioned::No)
}

/// e1 is in the house, e2 at home, e3 in another country.
fn ready_as(strangers: Strangers, commissioned: Commissioned) -> Ready {
    let yard = Location {
        id: LocationId(1),
        parent: None,
        kind: LocationKind::Site,
        name: "Hof".into(),
        cloud: Some(CloudAddress { id: AddressId::new("yard"), state: CloudState::Verified }),
        civic: Civic::default(),
        coordinates: None,
    };
    let ground = Ground {
        places: Places::new(vec![yard]).unwrap(),
        bindings: Bindings::default(),
        default: LocationId(1),
    };
    let phone = |id: &str, whereabouts, user: Option<&str>| Standing {
        device: id.parse().unwrap(),
        whereabouts,
        sightings: vec![],
        user: user.map(AddressId::new),
        account: None,
    };
    let phones = [
        phone("e1", Whereabouts::OnNet, None),
        phone("e2", Whereabouts::OffNet, Some("home")),
        phone("e3", Whereabouts::Abroad, Some("home")),
    ];
    let table = Table::compute(&phones, &ground, start());
    let lines: Vec<Line> = [("7654321e1", "yard"), ("7654321e2", "home")]
        .map(|(name, address)| line(name, Via::Account, Some(address), 1, "211"))
        .to_vec();
    let numbers = Numbers::new("0", Visitors::Understood, Some("*99*1")).unwrap();
    let numbers = numbers.with_dry_run("*99*2", "+4930123456".parse().unwrap(), "030123456").unwrap();
    let rules = Rules { numbers, strangers, commissioned, ..Rules::default() };
    Ready::compute(rules, &table, &ground.places, &lines, |_| None)
}

fn proven(id: &str) -> Caller {
    Caller::Proven(id.parse().unwrap())
}

fn ask<'r>(ready: &'r Ready, target: &str, caller: Caller, bars: &[Bar]) -> Verdict<'r> {
    gate(&Call { target, caller, started: Started::ByHand }, bars, ready)
}

/// Every one of the 16,384 sets of rules.
fn policies() -> impl Iterator<Item = Vec<Bar>> {
    (0..1_u32 << BARS.len()).map(|set| {
        let on = |(at, bar): (u32, Bar)| (set >> at & 1 == 1).then_some(bar);
        (0..).zip(BARS).filter_map(on).collect()
    })
}

#[test]
fn e01_a_call_for_help_passes_in_every_state_of_the_house() {
    // Whether it may leave for real is asked line by line, and only then.
    let finished = [Commissioned::No, Commissioned::Yes].map(|word| ready_as(Strangers::Welcome, word));
    let callers = [
        proven("e1"),
        proven("e2"),
        proven("e3"),
        Caller::KnownInHouse("e1".parse().unwrap()),
        Caller::StrangerInHouse,
    ];
    for bars in policies() {
        for (caller, ready) in callers.iter().flat_map(|caller| finished.iter().map(move |one| (caller, one)))
        {
            let verdict = ask(ready, "112", caller.clone(), &bars);
            assert!(matches!(verdict, Verdict::Help(..)), "{caller:?} {bars:?}");
        }
    }
}

proptest! {
    #[test]
    fn e01_however_it_is_dialled(
        target in "(0?11[02][0-9#*]{0,5}|911|999|000|sip:0?11[02]@box|tel:1-1-[02]|urn:service:sos([.]police|[.]fire)?)",
        bars in proptest::sample::subsequence(BARS.to_vec(), 0..=BARS.len()),
        who in 0..5_usize,
        (commissioned, armed) in (any::<bool>(), 0..3_u8),
    ) {
        let word = if commissioned { Commissioned::Yes } else { Commissioned::No };
        let (ready, mut appointment) = (ready_as(Strangers::Welcome, word), appointed(armed, word));
        let known = Caller::KnownInHouse("e9".parse().unwrap());
        let who = [proven("e1"), proven("e2"), proven("e9"), known, Caller::StrangerInHouse][who].clone();
        prop_assert!(matches!(ask(&ready, &target, who, &bars), Verdict::Help(..)));
        // It leaves to a test network in any state, and for real where the box is commissioned or two people want it once.
        let leaves = appointment.taken(start(), ready.rules().commissioned);
        prop_assert!(leaves.allows([192, 0, 2, 5].into()));
        prop_assert_eq!(leaves.allows([217, 10, 79, 9].into()), commissioned || armed == 2);
        prop_assert_eq!(appointment.taken(start(), word), word);
    }
}

#[test]
fn r0_the_passage_begins_with_the_line_of_the_place() {
    let ready = ready(Strangers::Welcome);
    for (phone, line) in [("e1", "7654321e1"), ("e2", "7654321e2")] {
        let Verdict::Help(call, way) = ask(&ready, "0112", proven(phone), &[]) else { panic!() };
        assert_eq!((call.service, way.ladder[0].line.as_str()), (Service::Rescue, line));
    }
}

#[test]
fn a_call_from_abroad_uses_no_line_of_the_house() {
    let ready = ready(Strangers::Welcome);
    let Verdict::Help(_, way) = ask(&ready, "112", proven("e3"), &BARS) else { panic!() };
    assert!(way.ladder.is_empty());
    assert_eq!(way.place.whereabouts, Whereabouts::Abroad);
}

#[test]
fn e02_known_phones_and_strangers_in_the_house_but_nobody_from_outside() {
    let known = || Caller::KnownInHouse("e1".parse().unwrap());
    for (strangers, caller, helped) in [
        (Strangers::Welcome, known(), true),
        (Strangers::ProveFirst, known(), true),
        (Strangers::Welcome, Caller::StrangerInHouse, true),
        (Strangers::ProveFirst, Caller::StrangerInHouse, false),
        (Strangers::Welcome, Caller::Outside, false),
        (Strangers::ProveFirst, Caller::Outside, false),
    ] {
        let ready = ready(strangers);
        let verdict = ask(&ready, "110", caller.clone(), &[]);
        assert_eq!(matches!(verdict, Verdict::Help(..)), helped, "{caller:?}");
        assert_eq!(verdict == Verdict::ProveFirst, !helped, "{caller:?}");
        assert_eq!(ask(&ready, "101", caller, &[]), Verdict::ProveFirst);
    }
}

#[test]
fn no_machine_calls_for_help() {
    let ready = ready(Strangers::Welcome);
    let call = |target| Call { target, caller: proven("e1"), started: Started::ByMachine };
    assert_eq!(gate(&call("112"), &[], &ready), Verdict::NotByMachine);
    assert_eq!(gate(&call("101"), &[], &ready), Verdict::Pass);
}

#[test]
fn other_calls_meet_the_rules_and_the_doctor_on_call_some() {
    let ready = ready(Strangers::Welcome);
    for bar in BARS {
        assert_eq!(ask(&ready, "030555010", proven("e1"), &[bar]), Verdict::Refused(bar));
        let doctor = if bar.bars_privileged() { Verdict::Refused(bar) } else { Verdict::Pass };
        assert_eq!(ask(&ready, "116117", proven("e1"), &[bar]), doctor);
    }
    assert!(!Bar::Credit.bars_privileged() && !Bar::Permission.bars_privileged());
    assert!(matches!(ask(&ready, "*99*1", proven("e1"), &BARS), Verdict::Rehearsal(_)));
    assert!(
        matches!(ask(&ready, "*99*2", proven("e1"), &[]), Verdict::DryRun(to, _) if to.as_str() == "+4930123456")
    );
    for bar in BARS {
        assert_eq!(ask(&ready, "*99*2", proven("e1"), &[bar]), Verdict::Refused(bar), "an ordinary call");
    }
    for stranger in [Caller::StrangerInHouse, Caller::Outside, Caller::KnownInHouse("e1".parse().unwrap())] {
        assert_eq!(ask(&ready, "*99*2", stranger, &[]), Verdict::ProveFirst);
    }
}

#[test]
fn an_unplaced_phone_calls_at_once_without_waiting_for_a_place() {
    let ready = ready(Strangers::Welcome);
    let Verdict::Help(_, way) = ask(&ready, "112", proven("e9"), &[]) else { panic!() };
    assert_eq!(way.place.location, Some(LocationId(1)));
    let mut hunt = crate::hunt::Hunt::start(start() + Duration::from_secs(1), way.ladder.clone());
    assert!(matches!(hunt.poll_output(), Some(crate::hunt::Output::Call(..))));
}

#[test]
fn an_unfinished_installation_alarms_nobody() {
    for (peer, allowed) in [
        ("127.0.0.1", true),
        ("::1", true),
        ("192.0.2.5", true),
        ("198.19.0.5", true),
        ("2001:db8::5", true),
        ("::ffff:203.0.113.5", true),
        ("217.10.79.9", false),
        ("10.0.0.1", false),
        ("192.168.178.1", false),
        ("2a00::1", false),
        ("fe80::1", false),
    ] {
        let peer = peer.parse().unwrap();
        assert_eq!(Commissioned::No.allows(peer), allowed, "{peer}");
        assert!(Commissioned::Yes.allows(peer));
    }
}
