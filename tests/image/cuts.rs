//! The power fails at any moment, while people register, telephone and change settings: what the box had acknowledged is there.
//!
//! The disk keeps what was flushed and forgets most of what was not, as real ones do.

use std::collections::BTreeMap;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use tests::sipp::Running;

use crate::computer::Computer;
use crate::house::{House, People};

/// Of the hundred that are promised, unless the environment wants more or fewer (`CUTS`); the others come with other runs.
const CUTS: usize = 20;
/// A phone registers for ten minutes; in milliseconds less than that on a clock beside the box.
const REGISTERED: Duration = Duration::from_secs(480);
/// The latest moment of a cut under load; in milliseconds.
const LATEST: u64 = 9_000;
/// The latest moment of a cut while the box starts; in milliseconds.
const STARTING: u64 = 40_000;

/// What the box has acknowledged.
#[derive(Default)]
struct Acknowledged {
    /// Names, in their order.
    places: Vec<String>,
    /// Devices, and when.
    registered: BTreeMap<String, Instant>,
    /// Calls that it showed in its history.
    calls: usize,
}

fn chance(most: u64) -> u64 {
    RandomState::new().build_hasher().finish() % most
}

fn wanted() -> usize {
    std::env::var("CUTS").ok().and_then(|cuts| cuts.parse().ok()).unwrap_or(CUTS)
}

#[test]
fn no_power_cut_loses_what_was_acknowledged() {
    let mut house = House::flashed(Computer::Amd64, "cuts");
    house.is_prepared();
    house.machine.forgets();
    house.machine.power_on();
    house.is_ready();
    house.is_set_up();
    let (mut known, mut cuts) = (Acknowledged::default(), 0);
    while cuts < wanted() {
        works_until_cut(&mut house, &mut known, Duration::from_millis(500 + chance(LATEST)));
        cuts += 1;
        eprintln!("cut {cuts} of {}, under load", wanted());
        // Every third time it fails again while the box is on its way up.
        if chance(3) == 0 && cuts < wanted() {
            house.machine.power_on();
            sleep(Duration::from_millis(chance(STARTING)));
            house.lap("cut, while starting");
            house.machine.power_cut();
            cuts += 1;
        }
        remembers(&mut house, &known);
    }
    let phones = known.registered.len();
    eprintln!("{} settings, {} calls, {phones} phones", known.places.len(), known.calls);
}

/// Boots, and all of it is there.
fn remembers(house: &mut House, known: &Acknowledged) {
    house.machine.power_on();
    house.is_ready();
    let places = house.people.admin.places();
    let lost: Vec<&String> = known.places.iter().filter(|place| !places.contains(place)).collect();
    assert!(lost.is_empty(), "settings are lost: {lost:?}");
    assert!(house.people.admin.past_calls() >= known.calls, "calls are lost");
    let fresh = known.registered.iter().filter(|(_, when)| when.elapsed() < REGISTERED);
    let devices: Vec<&str> = fresh.map(|(device, _)| device.as_str()).collect();
    house.people.admin.sees_registered(&devices);
    let notices = house.people.admin.knows("/api/v1/status")["notices"].to_string();
    assert!(!notices.contains("database"), "the database is sound: {notices}");
}

/// People register, call and change settings, until the power fails after `time`.
fn works_until_cut(house: &mut House, known: &mut Acknowledged, time: Duration) {
    let over = AtomicBool::new(false);
    let round = known.places.len();
    let (places, registered, calls) = scope(|scope| {
        let (people, over) = (&house.people, &over);
        let places = scope.spawn(move || sets(people, over, round));
        let registered = scope.spawn(move || register(people, over));
        let calls = scope.spawn(move || telephone(people, over));
        sleep(time);
        house.machine.power_cut();
        over.store(true, Ordering::Relaxed);
        (
            places.join().expect("settings"),
            registered.join().expect("registrations"),
            calls.join().expect("calls"),
        )
    });
    known.places.extend(places);
    known.registered.extend(registered);
    known.calls = known.calls.max(calls);
}

/// Names of the places that were acknowledged.
fn sets(people: &People, over: &AtomicBool, round: usize) -> Vec<String> {
    let mut kept = Vec::new();
    while !over.load(Ordering::Relaxed) {
        let name = format!("room {}-{}", round, kept.len());
        if people.admin.adds_place(&name).is_none() {
            break;
        }
        kept.push(name);
    }
    kept
}

fn register(people: &People, over: &AtomicBool) -> Vec<(String, Instant)> {
    let mut kept = Vec::new();
    for (login, port) in people.phones.iter().zip((5080..).step_by(2)) {
        let begun = Instant::now();
        if over.load(Ordering::Relaxed) || !ends(people.registers(login, port), over) {
            break;
        }
        kept.push((login.device.clone(), begun));
    }
    kept
}

/// How many calls the box showed as kept.
fn telephone(people: &People, over: &AtomicBool) -> usize {
    let [anna, ben] = ["102", "103"].map(|extension| people.phone(extension));
    let mut shown = 0;
    if !ends(people.registers(ben, 5072), over) || !ends(people.registers(anna, 5070), over) {
        return shown;
    }
    while !over.load(Ordering::Relaxed) {
        let answering = people.answers(5072);
        if !ends(people.calls(anna, 5070, "103", 100), over) || !ends(answering, over) {
            break;
        }
        shown = people
            .admin
            .asks("/api/v1/history", &[])
            .map_or(shown, |(_, body)| crate::admin::calls_in(&body));
    }
    shown
}

/// Whether the phone got through before the power failed.
fn ends(mut phone: Running, over: &AtomicBool) -> bool {
    while !phone.has_ended() {
        if over.load(Ordering::Relaxed) {
            return false;
        }
        sleep(Duration::from_millis(20));
    }
    phone.numbers().0.passed > 0
}
