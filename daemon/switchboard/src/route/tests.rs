use std::collections::HashSet;
use std::time::{Duration, Instant, SystemTime};

use account::{
    Credentials, Destination, Device, DeviceId, DeviceKind, Number, NumberId, NumberKind, Secret, Snapshot,
    User,
};

use super::{Ask, Caller, Presence, Reached, Ring, Route, RouteRefused, plan};
use crate::dialling::{DialledRefused, Guard, Outgoing, Standing, Wish};
use crate::wires::Clock;

mod leaving;
mod reaching;

#[derive(Default)]
struct Now {
    registered: HashSet<DeviceId>,
    busy: HashSet<DeviceId>,
    /// Whether nobody can wait in line any more.
    full: bool,
}

impl Presence for Now {
    fn registered(&self, device: &Device) -> bool {
        self.registered.contains(&device.id)
    }

    fn silenced(&self, _: &DeviceId) -> bool {
        false
    }

    fn busy(&self, device: &DeviceId) -> bool {
        self.busy.contains(device)
    }

    fn has_place(&self, _: &account::ChannelId) -> bool {
        !self.full
    }
}

fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

/// Mara (101) with e0 and e2, Jörg (102, busy on busy) with e1; 110 is claimed by an extension to prove that it never wins.
fn office() -> Snapshot {
    let mut house = Snapshot::default();
    for (user, name, extension, busy_on_busy) in [("w0", "Mara", "101", false), ("w1", "Jörg", "102", true)]
    {
        let extensions = vec![id(extension)];
        let user = User {
            id: id(user),
            name: name.into(),
            extensions,
            default_device: None,
            busy_on_busy,
            admin: false,
            address: None,
        };
        house.users.insert(user.id.clone(), user);
    }
    for (device, owner) in [("e0", "w0"), ("e2", "w0"), ("e1", "w1")] {
        let credentials = Credentials {
            user: id(&format!("7654321{device}")),
            password: Secret::new("geheim".into()),
            server: String::new(),
            outbound_proxy: String::new(),
        };
        let device = Device {
            id: id(device),
            alias: device.into(),
            kind: DeviceKind::Register,
            owner: Some(id(owner)),
            dnd: false,
            phonelines: vec![],
            groups: vec![],
            credentials: Some(credentials),
            emergency_address: None,
        };
        house.devices.insert(device.id.clone(), device);
    }
    for (digits, kind, to) in
        [("110", NumberKind::Extension, "w1"), ("+4930555010", NumberKind::Landline, "w0")]
    {
        let number =
            Number { id: NumberId::new(digits), digits: digits.into(), kind, endpoint: Some(id(to)) };
        house.numbers.push(number);
    }
    house.indexed()
}

fn all_registered() -> Now {
    Now { registered: ["e0", "e1", "e2"].map(id).into(), ..Now::default() }
}

/// By these rules of the admin, at noon and with nothing called lately.
fn by_rules(
    dialled: &str,
    caller: Caller<'_>,
    house: &Snapshot,
    outgoing: &Outgoing,
    now: &Now,
) -> Result<Route, RouteRefused> {
    let standing = Standing { guard: &Guard::default(), at: noon(), outside_calls: 0 };
    plan(&Ask { dialled, caller, house, outgoing, standing }, now)
}

#[expect(clippy::disallowed_methods, reason = "an origin for simulated time")]
fn noon() -> Clock {
    let wall = SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000 / 86_400 * 86_400 + 12 * 3600);
    Clock { steady: Instant::now(), wall }
}

fn from_phone(dialled: &str, caller: &str, house: &Snapshot, now: &Now) -> Result<Route, RouteRefused> {
    by_rules(dialled, Caller::Phone(&id(caller)), house, &Outgoing::default(), now)
}

fn ring(dialled: &str, caller: &str, now: &Now) -> Result<Vec<String>, RouteRefused> {
    let route = from_phone(dialled, caller, &office(), now)?;
    Ok(route.phones().iter().map(ToString::to_string).collect())
}

#[test]
fn an_extension_rings_all_phones_of_its_person() {
    for dialled in ["101", "101*", "+4930555010"] {
        assert_eq!(ring(dialled, "e1", &all_registered()), Ok(vec!["e0".into(), "e2".into()]), "{dialled}");
    }
    assert_eq!(ring("7654321e2", "e1", &all_registered()), Ok(vec!["e2".into()]));
}

#[test]
fn a_person_may_ring_the_other_phone_but_never_the_one_in_hand() {
    assert_eq!(ring("101", "e0", &all_registered()), Ok(vec!["e2".into()]));
    assert_eq!(ring("102", "e1", &all_registered()), Err(RouteRefused::Busy));
}

#[test]
fn emergency_numbers_cannot_be_taken_by_the_account() {
    for dialled in ["110", "112"] {
        assert_eq!(ring(dialled, "e0", &all_registered()), Err(RouteRefused::NoEmergencyLine));
    }
}

#[test]
fn every_refusal_has_its_own_reason() {
    let mut now = all_registered();
    now.registered.remove(&id::<DeviceId>("e1"));
    let rows = [
        ("555", RouteRefused::Dialled(DialledRefused::NoSuchNumber)),
        ("alice", RouteRefused::Dialled(DialledRefused::NotANumber)),
        ("", RouteRefused::Dialled(DialledRefused::NotANumber)),
        ("102", RouteRefused::NotRegistered),
        ("0301", RouteRefused::Dialled(DialledRefused::TooShort)),
    ];
    for (dialled, why) in rows {
        assert_eq!(ring(dialled, "e0", &now), Err(why), "{dialled:?}");
    }
}

#[test]
fn who_takes_one_call_at_a_time_is_busy_in_the_second() {
    let mut now = all_registered();
    now.busy.insert(id("e1"));
    assert_eq!(ring("102", "e0", &now), Err(RouteRefused::Busy));
    now.busy.insert(id("e0"));
    assert_eq!(ring("101", "e1", &now), Ok(vec!["e0".into(), "e2".into()]));
    let reached = from_phone("101", "e1", &office(), &now).unwrap().to;
    assert_eq!(reached, Reached::Inside(Destination::User(id("w0"))));
}

#[test]
fn what_the_house_does_not_know_is_outside() {
    let now = all_registered();
    for (dialled, number, wish) in [
        ("0301234567", "+49301234567", Wish::AsUsual),
        ("*31#0301234567", "+49301234567", Wish::Hidden),
        ("+43123456789", "+43123456789", Wish::AsUsual),
        ("115", "115", Wish::AsUsual),
    ] {
        let route = from_phone(dialled, "e0", &office(), &now).unwrap();
        let [step] = &*route.steps else { panic!("{route:?}") };
        let Ring::Outside(outside) = &step.ring else { panic!("{step:?}") };
        assert_eq!((outside.as_dialled(), route.wish), (number, wish), "{dialled}");
        assert!(route.phones().is_empty());
    }
}

#[test]
fn an_own_number_stays_in_the_house_however_it_is_dialled() {
    let mut house = office();
    house.numbers.push(Number {
        id: NumberId::new("2"),
        digits: "+4930555011".into(),
        kind: NumberKind::Landline,
        endpoint: Some(id("w1")),
    });
    let house = house.indexed();
    for dialled in ["+4930555011", "004930555011", "030555011", "555011", "*31*030555011"] {
        let route = from_phone(dialled, "e0", &house, &all_registered()).unwrap();
        assert_eq!(route.to, Reached::Inside(Destination::User(id("w1"))), "{dialled}");
    }
}

#[test]
fn a_hidden_caller_in_need_is_still_heard() {
    for dialled in ["*31*112", "#31#110", "*31#112"] {
        assert_eq!(ring(dialled, "e0", &all_registered()), Err(RouteRefused::NoEmergencyLine), "{dialled}");
    }
}
