//! E7: a call asks a finished table; E17: the phones that nobody placed.

use std::time::{Duration, Instant};

use account::AddressId;

use super::Table;
use crate::{
    bindings::{Bindings, Key, Mark},
    place::{Civic, CloudAddress, CloudState, Location, LocationId, LocationKind, Places},
    resolve::{Confidence, Ground, Rule},
    standing::{Seen, Sighting, Standing, Whereabouts},
};

fn ground() -> Ground {
    let place = |id: u32, parent: Option<u32>, kind| Location {
        id: LocationId(id),
        parent: parent.map(LocationId),
        kind,
        name: String::new(),
        cloud: Some(CloudAddress { id: AddressId::new("88"), state: CloudState::Verified }),
        civic: Civic::default(),
        coordinates: None,
    };
    let all = vec![place(1, None, LocationKind::Site), place(2, Some(1), LocationKind::Room)];
    let places = Places::new(all).unwrap();
    let bindings = Bindings::new(vec![(Key::Mark(Mark::Vlan(7)), LocationId(2))], &places).unwrap();
    Ground { places, bindings, default: LocationId(1) }
}

#[expect(clippy::disallowed_methods, reason = "a test must start its time somewhere")]
fn start() -> Instant {
    Instant::now()
}

#[test]
fn every_phone_is_found_and_the_unplaced_are_listed() {
    let now = start();
    let until = now + Duration::from_secs(300);
    let seen = Sighting { what: Seen::Mark(Mark::Vlan(7)), at: now, until };
    let phone = |id: &str, sightings: &[Sighting]| Standing {
        device: id.parse().unwrap(),
        whereabouts: Whereabouts::OnNet,
        sightings: sightings.to_vec(),
        user: None,
        account: None,
    };
    let table = Table::compute(&[phone("e1", &[seen]), phone("e2", &[])], &ground(), now);
    assert_eq!(table.of(&"e1".parse().unwrap()).location, Some(LocationId(2)));
    assert_eq!(table.recompute_at(), Some(until));
    assert_eq!(table.unlocated().map(|one| one.as_str()).collect::<Vec<_>>(), ["e2"]);
    let unknown = table.of(&"e9".parse().unwrap());
    assert_eq!((unknown.rule, unknown.confidence), (Some(Rule::Default), Confidence::Default));
    assert_eq!(unknown, table.stranger());
}
