//! R0, E7: every rule against every other, in one site and across two.

use std::time::{Duration, Instant};

use account::AddressId;

use super::{Confidence, Conflict, Ground, RULES, Resolution, Rule, Said, resolve};
use crate::{
    bindings::{Bindings, Key, Mac, Mark},
    place::{Civic, CloudAddress, CloudState, Location, LocationId, LocationKind, Places},
    standing::{Seen, Sighting, Standing, Whereabouts},
};

/// Site 10 with rooms 11 to 18, one for each rule, and site 20 with rooms 21 to 28, each with an address of its own.
fn places() -> Places {
    let place = |id: u32| Location {
        id: LocationId(id),
        parent: (!id.is_multiple_of(10)).then_some(LocationId(id / 10 * 10)),
        kind: if id.is_multiple_of(10) { LocationKind::Site } else { LocationKind::Room },
        name: String::new(),
        cloud: Some(CloudAddress { id: AddressId::new(&id.to_string()), state: CloudState::Verified }),
        civic: Civic::default(),
        coordinates: None,
    };
    Places::new([10..19, 20..29].into_iter().flatten().map(place).collect()).unwrap()
}

#[expect(clippy::disallowed_methods, reason = "a test must start its time somewhere")]
fn start() -> Instant {
    Instant::now()
}

struct Story {
    phone: Standing,
    bindings: Vec<(Key, LocationId)>,
    default: LocationId,
    t0: Instant,
}

impl Story {
    fn new() -> Self {
        let phone = Standing {
            device: "e1".parse().unwrap(),
            whereabouts: Whereabouts::OnNet,
            sightings: vec![],
            user: None,
            account: None,
        };
        Self { phone, bindings: vec![], default: LocationId(10), t0: start() }
    }

    fn mark(rule: usize, place: u32) -> Option<Mark> {
        match rule {
            2 => Some(Mark::Port { switch: "sw".into(), port: place.to_string().into() }),
            3 => Some(Mark::Base(Mac::new([0, 0, 0, 0, 0, u8::try_from(place).unwrap()]))),
            4 => Some(Mark::Stated(place.to_string().into())),
            5 => Some(Mark::Vlan(u16::try_from(place).unwrap())),
            _ => None,
        }
    }

    /// Rule `rule` says `place`, seen `age` seconds before the call.
    fn says(&mut self, rule: usize, place: u32, age: u64) {
        let address = || Some(AddressId::new(&place.to_string()));
        match rule {
            1 => self.bindings.push((Key::Device(self.phone.device.clone()), LocationId(place))),
            6 => self.phone.user = address(),
            7 => self.phone.account = address(),
            8 => self.default = LocationId(place),
            _ => {
                let mark = Self::mark(rule, place).unwrap();
                self.bindings.push((Key::Mark(mark.clone()), LocationId(place)));
                let at = self.t0 + Duration::from_secs(100 - age);
                let until = at + Duration::from_secs(300);
                self.phone.sightings.push(Sighting { what: Seen::Mark(mark), at, until });
            }
        }
    }

    fn ends(self) -> Resolution {
        self.at(100)
    }

    fn at(self, second: u64) -> Resolution {
        let places = places();
        let bindings = Bindings::new(self.bindings, &places).unwrap();
        let ground = Ground { places, bindings, default: self.default };
        resolve(&self.phone, &ground, self.t0 + Duration::from_secs(second))
    }
}

#[test]
fn in_one_site_the_stronger_rule_wins_8_by_8() {
    for row in 1..=8 {
        for column in 1..=8_usize {
            let mut story = Story::new();
            story.says(row, u32::try_from(10 + row).unwrap(), 20);
            if row != column {
                story.says(column, u32::try_from(10 + column).unwrap(), 10);
            }
            let found = story.ends();
            let wins = row.min(column);
            assert_eq!(found.rule, Some(RULES[wins - 1]), "{row} and {column}");
            assert_eq!(found.location, Some(LocationId(u32::try_from(10 + wins).unwrap())));
            assert_eq!(found.said[wins - 1], Said::Decided);
            assert_eq!(found.conflict, None);
        }
    }
}

/// Row: seen earlier, in site 10. Column: seen later, in site 20. `r` the row wins, `c` the column, `!` with an alarm.
const ACROSS_SITES: [&str; 8] = [
    //  1    2    3    4    5    6    7    8
    " -   c!   c!   c!   c!   r    r    r ", // 1 pinned
    " r!  c!   c!   c!   c!   r    r    r ", // 2 port
    " r!  c!   c!   c!   c!   r    r    r ", // 3 radio
    " r!  c!   c!   c!   c!   r    r    r ", // 4 stated
    " r!  c!   c!   c!   c!   r    r    r ", // 5 network
    " c   c    c    c    c    -    r    r ", // 6 user
    " c   c    c    c    c    c    -    r ", // 7 account
    " c   c    c    c    c    c    c    - ", // 8 default
];

#[test]
fn across_two_sites_the_freshest_sighting_wins_8_by_8() {
    for (row, line) in (1..).zip(ACROSS_SITES) {
        for (column, cell) in (1..).zip(line.split_whitespace()) {
            let place = if cell.starts_with('r') { 10 + row } else { 20 + column };
            if cell == "-" {
                continue;
            }
            let mut story = Story::new();
            story.says(row, u32::try_from(10 + row).unwrap(), 20);
            story.says(column, u32::try_from(20 + column).unwrap(), 10);
            let found = story.ends();
            assert_eq!(found.location, Some(LocationId(u32::try_from(place).unwrap())), "{row} {column}");
            assert_eq!(found.conflict.is_some(), cell.ends_with('!'), "{row} {column}");
            assert_eq!(found.address.unwrap().as_str(), place.to_string());
        }
    }
}

#[test]
fn a_pin_gives_way_to_another_site_and_says_so() {
    let mut story = Story::new();
    story.says(1, 11, 0);
    story.says(2, 22, 10);
    let found = story.ends();
    let (pinned, seen) = (LocationId(11), LocationId(22));
    assert_eq!(found.conflict, Some(Conflict::PinnedElsewhere { pinned, seen }));
    assert_eq!((found.rule, found.said[0]), (Some(Rule::Port), Said::Overruled(pinned)));
}

#[test]
fn equally_fresh_sightings_in_two_sites_take_the_lower_number() {
    let mut story = Story::new();
    story.says(2, 22, 10);
    story.says(5, 15, 10);
    assert_eq!(story.ends().location, Some(LocationId(15)));
}

#[test]
fn outside_the_house_no_site_is_inherited() {
    for whereabouts in [Whereabouts::OffNet, Whereabouts::Abroad] {
        let mut story = Story::new();
        (1..=5).for_each(|rule| story.says(rule, u32::try_from(10 + rule).unwrap(), 10));
        story.phone.whereabouts = whereabouts;
        let found = story.ends();
        assert_eq!((found.location, found.address, found.rule), (None, None, None));
        assert_eq!(found.confidence, Confidence::None);
        assert_eq!(found.said[7], Said::DoesNotCount);

        let mut story = Story::new();
        story.says(2, 12, 10);
        story.phone.whereabouts = whereabouts;
        story.phone.user = Some(AddressId::new("home"));
        let found = story.ends();
        assert_eq!((found.rule, found.location), (Some(Rule::User), None));
        assert_eq!(found.address.unwrap().as_str(), "home");
    }
}

#[test]
fn an_old_sighting_and_an_unbound_one_say_why_they_do_not_count() {
    let mut story = Story::new();
    story.says(2, 12, 10);
    let found = story.at(390);
    assert_eq!((found.rule, found.said[1]), (Some(Rule::Default), Said::Expired));
    assert_eq!(found.confidence, Confidence::Default);
    let mut story = Story::new();
    story.says(2, 12, 10);
    story.bindings.clear();
    assert_eq!(story.ends().said[1], Said::Unbound);
}

#[test]
fn a_vlan_is_worth_more_than_a_subnet_and_a_narrow_one_more_than_a_wide_one() {
    let story = |vlan: bool| {
        let mut story = Story::new();
        for (net, place) in [("192.0.2.0/24", 11), ("192.0.2.0/28", 12), ("0.0.0.0/0", 13)] {
            story.bindings.push((Key::Subnet(net.parse().unwrap()), LocationId(place)));
        }
        let at = story.t0;
        let until = at + Duration::from_secs(300);
        let what = Seen::Address("192.0.2.7".parse().unwrap());
        story.phone.sightings.push(Sighting { what, at, until });
        if vlan {
            story.says(5, 15, 99);
        }
        story.ends().location
    };
    assert_eq!(story(false), Some(LocationId(12)));
    assert_eq!(story(true), Some(LocationId(15)));
}
