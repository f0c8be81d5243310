//! What the installer may enter, and what becomes of it when the account or a phone moves.

use std::time::{Duration, Instant};

use account::{Address, AddressId, Snapshot};

use super::{Change, ChangeRefused, Facts, Moved};
use crate::{
    bindings::Key,
    place::{Civic, CloudState, Location, LocationId, LocationKind},
    resolve::Confidence,
    standing::{Seen, Sighting, Standing, Whereabouts},
    table::Table,
};

pub(super) fn account(addresses: &[(&str, &str)]) -> Snapshot {
    let addresses = addresses.iter().map(|(id, state)| Address {
        id: AddressId::new(id),
        line: format!("Beispielufer {id}"),
        emergency_state: (*state).to_owned(),
    });
    let mut house = Snapshot::default();
    house.addresses = addresses.map(|one| (one.id.clone(), one)).collect();
    house
}

fn room(id: u32, parent: u32) -> Location {
    Location {
        id: LocationId(id),
        parent: Some(LocationId(parent)),
        kind: LocationKind::Room,
        name: format!("Raum {id}"),
        cloud: None,
        civic: Civic { room: Some(format!("{id}").into()), ..Civic::default() },
        coordinates: None,
    }
}

#[expect(clippy::disallowed_methods, reason = "a test needs some moment to start from")]
fn start() -> Instant {
    Instant::now()
}

fn at(address: &str, now: Instant) -> Standing {
    let until = now + Duration::from_secs(60);
    Standing {
        device: "e0".parse().unwrap(),
        whereabouts: Whereabouts::OnNet,
        sightings: vec![Sighting { what: Seen::Address(address.parse().unwrap()), at: now, until }],
        user: None,
        account: None,
    }
}

#[test]
fn every_address_of_the_account_has_a_site_and_its_word() {
    let facts = Facts::default().beside(&account(&[("1", "SUCCESS"), ("2", "PENDING")]));
    let states: Vec<_> = facts.places.iter().map(|place| place.cloud.as_ref().unwrap().state).collect();
    assert_eq!(states, [CloudState::Verified, CloudState::Pending]);
    assert_eq!(facts.default, Some(LocationId(1)));
    assert_eq!(facts.beside(&account(&[("1", "SUCCESS"), ("2", "PENDING")])), facts, "nothing new");
}

#[test]
fn a_change_that_does_not_fit_changes_nothing() {
    let facts = Facts::default().beside(&account(&[("1", "SUCCESS")]));
    let vlan = Key::read("vlan", "20").unwrap();
    let facts = facts.changed(Change::Place(Box::new(room(2, 1)))).unwrap();
    let facts = facts.changed(Change::Bind(vlan.clone(), LocationId(2))).unwrap();
    for wrong in [
        Change::Place(Box::new(room(3, 9))),
        Change::Bind(vlan.clone(), LocationId(9)),
        Change::Unbind(Key::read("vlan", "21").unwrap()),
        Change::Rebind(vec![(vlan.clone(), LocationId(1)), (vlan.clone(), LocationId(2))]),
        Change::Default(LocationId(9)),
        Change::Remove(LocationId(1)),
        Change::Remove(LocationId(2)),
        Change::Confirm("e0".parse().unwrap(), LocationId(9)),
    ] {
        assert!(facts.changed(wrong.clone()).is_err(), "{wrong:?}");
    }
    let free = facts.changed(Change::Unbind(vlan)).unwrap().changed(Change::Remove(LocationId(2))).unwrap();
    assert_eq!(free.places.len(), 1);
    assert_eq!(
        free.changed(Change::Remove(LocationId(1))),
        Err(ChangeRefused::Needed { place: LocationId(1), by: "the default".into() })
    );
}

#[test]
fn a_phone_that_moved_is_named_until_somebody_confirms() {
    let now = start();
    let mut facts = Facts::default().beside(&account(&[("1", "SUCCESS")]));
    for (id, net) in [(2, "10.0.2.0/24"), (3, "10.0.3.0/24")] {
        facts = facts.changed(Change::Place(Box::new(room(id, 1)))).unwrap();
        facts = facts.changed(Change::Bind(Key::read("subnet", net).unwrap(), LocationId(id))).unwrap();
    }
    let table = |facts: &Facts, address| Table::compute(&[at(address, now)], &facts.ground().unwrap(), now);
    let places = facts.ground().unwrap().places;
    let first = table(&facts, "10.0.2.7");
    assert_eq!(facts.moved(&first, &places), [], "never seen before");
    let facts = facts.acquainted(&first, &places).unwrap();
    assert_eq!(facts.acquainted(&first, &places), None);
    let later = table(&facts, "10.0.3.7");
    let moved = Moved { device: "e0".parse().unwrap(), from: LocationId(2), to: LocationId(3) };
    assert_eq!(facts.moved(&later, &places), [moved]);
    assert_eq!(facts.acquainted(&later, &places), None, "a move is not taken for known by itself");
    let facts = facts.changed(Change::Confirm("e0".parse().unwrap(), LocationId(3))).unwrap();
    assert_eq!(facts.moved(&later, &places), []);
}

#[test]
fn to_be_seen_more_or_less_exactly_is_no_move() {
    let now = start();
    let mut facts = Facts::default().beside(&account(&[("1", "SUCCESS")]));
    for (net, id) in [("10.0.0.0/8", 1), ("10.0.2.0/24", 2), ("10.0.3.0/24", 3)] {
        let room = Change::Place(Box::new(room(id, 1)));
        facts = if id > 1 { facts.changed(room).unwrap() } else { facts };
        facts = facts.changed(Change::Bind(Key::read("subnet", net).unwrap(), LocationId(id))).unwrap();
    }
    let places = facts.ground().unwrap().places;
    let table = |facts: &Facts, address| Table::compute(&[at(address, now)], &facts.ground().unwrap(), now);
    let [house, two, three] = ["10.9.9.9", "10.0.2.7", "10.0.3.7"].map(|address| table(&facts, address));
    let facts = facts.acquainted(&house, &places).unwrap();
    let facts = facts.acquainted(&two, &places).expect("the room is more than the house");
    assert_eq!((facts.moved(&two, &places), facts.moved(&house, &places)), (vec![], vec![]));
    assert_eq!(facts.acquainted(&house, &places), None, "the room is remembered");
    assert_eq!(facts.moved(&three, &places).len(), 1);
}

#[test]
fn a_house_without_any_place_assumes_none() {
    let now = start();
    let table = Table::compute(&[at("10.0.0.7", now)], &Facts::default().ground().unwrap(), now);
    let found = table.of(&"e0".parse().unwrap());
    assert_eq!((found.location, found.confidence), (None, Confidence::None));
    assert_eq!(table.unlocated().count(), 1);
}
