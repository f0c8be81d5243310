//! T4: a verdict for each phone and in all, without a call.

use std::sync::Arc;
use std::time::Instant;

use account::AddressId;
use emergency::{
    Bindings, Capable, CloudAddress, CloudState, Ground, Line, Location, LocationId, LocationKind, Places,
    Rules, Standing, Table, Via,
};

use super::*;

/// A house with one phone, known to stand at the yard, and two lines: the first says the yard, the second another address.
struct House {
    rules: Rules,
    /// Whether each of the lines works.
    lines: [bool; 2],
    whereabouts: Whereabouts,
    known: bool,
    ways: Ways,
}

fn house() -> House {
    let rules = Rules { commissioned: Commissioned::Yes, ..Rules::default() };
    let ways = Ways { mail: Some(Ok(())), strobe: None };
    House { rules, lines: [true; 2], whereabouts: Whereabouts::OnNet, known: true, ways }
}

impl House {
    fn report(self) -> Report {
        let cloud = |id: &str| CloudAddress { id: AddressId::new(id), state: CloudState::Verified };
        let yard = Location {
            id: LocationId(1),
            parent: None,
            kind: LocationKind::Site,
            name: "yard".into(),
            cloud: Some(cloud("yard")),
            civic: emergency::Civic::default(),
            coordinates: None,
        };
        let places = Places::new(vec![yard]).unwrap();
        let ground = Ground { places, bindings: Bindings::default(), default: LocationId(1) };
        let phone = Standing {
            device: "e0".parse().unwrap(),
            whereabouts: self.whereabouts,
            sightings: vec![],
            user: None,
            account: self.known.then(|| AddressId::new("yard")),
        };
        let table = Table::compute(&[phone], &ground, Instant::now());
        let line = |name: &str, address: &str| Line {
            name: LineId::new(name),
            number: None,
            via: Via::Account,
            ways: 1,
            address: Some(cloud(address)),
            site: None,
            area: None,
            capable: Capable::Yes,
        };
        let lines = [line("one", "yard"), line("two", "elsewhere")];
        let ready = Ready::compute(self.rules, &table, &ground.places, &lines, |_| None);
        let looked = Looked {
            ready: &ready,
            lines: lines.iter().map(|line| &line.name).zip(self.lines).collect(),
            registered: &Arc::default(),
            house: &Snapshot::default(),
            ways: &self.ways,
            last_drill: None,
        };
        Report::of(&looked, "2026-12-01T08:00:00Z".to_owned())
    }

    /// What is said of the one phone.
    fn phone(self) -> (Verdict, String) {
        let report = self.report();
        assert!(report.verdict >= report.phones[0].verdict);
        (report.phones[0].verdict, report.phones[0].en.clone())
    }
}

#[test]
fn t4_a_phone_is_ready_when_a_line_that_works_says_where_it_stands() {
    let report = house().report();
    let phone = &report.phones[0];
    assert_eq!((report.verdict, phone.verdict, &*phone.en), (Verdict::Passed, Verdict::Passed, "Ready."));
    assert_eq!((phone.line.as_deref(), phone.rule, phone.says_address), (Some("one"), Some("account"), true));
    assert!(!phone.registered, "that a phone is switched off is said and no fault");
}

#[test]
fn t4_what_somebody_should_look_at_is_told_from_what_reaches_nobody() {
    let (verdict, why) = House { lines: [false, true], ..house() }.phone();
    assert_eq!((verdict, &*why), (Verdict::Look, "The line may say another address."));
    let (verdict, why) = House { known: false, ..house() }.phone();
    assert_eq!((verdict, &*why), (Verdict::Look, "Its place is only assumed."));
    let (verdict, why) = House { lines: [false; 2], ..house() }.phone();
    assert_eq!(verdict, Verdict::Fails, "{why}");
    let abroad = House { whereabouts: Whereabouts::Abroad, lines: [false; 2], ..house() };
    assert_eq!(abroad.phone().0, Verdict::Passed);
}

#[test]
fn t4_each_thing_that_has_to_work_is_named() {
    let named = |house: House| {
        let checks = house.report().checks;
        let look = checks.into_iter().filter(|check| check.verdict != Verdict::Passed);
        look.map(|check| check.about).collect::<Vec<_>>()
    };
    assert_eq!(named(house()), [""; 0]);
    let not_yet = Rules { commissioned: Commissioned::No, ..Rules::default() };
    assert_eq!(named(House { rules: not_yet, ..house() }), ["commissioned"]);
    let gone = Rules { alarm: vec!["101".parse().unwrap()], ..house().rules };
    assert_eq!(named(House { rules: gone, ..house() }), ["texts"]);
    let silent = Ways { mail: Some(Err("nobody answers".into())), strobe: Some(Err("no such file".into())) };
    assert_eq!(named(House { ways: silent, ..house() }), ["letters", "relay"]);
    assert_eq!(named(House { ways: Ways::default(), ..house() }), ["told"]);
    assert_eq!(named(House { lines: [true, false], ..house() }), ["lines"]);
}
