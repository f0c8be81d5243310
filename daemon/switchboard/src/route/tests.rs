use std::collections::HashSet;

use account::{
    Credentials, Destination, Device, DeviceId, DeviceKind, Number, NumberId, NumberKind, Secret, Snapshot,
    User,
};

use super::{Presence, Route, RouteRefused, plan};

#[derive(Default)]
struct Now {
    registered: HashSet<DeviceId>,
    busy: HashSet<DeviceId>,
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
    Now { registered: ["e0", "e1", "e2"].map(id).into(), busy: HashSet::new() }
}

fn ring(dialled: &str, caller: &str, now: &Now) -> Result<Vec<String>, RouteRefused> {
    let route: Route = plan(dialled, &id(caller), &office(), now)?;
    Ok(route.ring.iter().map(ToString::to_string).collect())
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
        ("555", RouteRefused::NotFound),
        ("alice", RouteRefused::NotFound),
        ("", RouteRefused::NotFound),
        ("102", RouteRefused::NotRegistered),
        ("0301234567", RouteRefused::NoOutsideLine),
        ("+4930999999", RouteRefused::NoOutsideLine),
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
    assert_eq!(Destination::User(id("w0")), plan("101", &id("e1"), &office(), &now).unwrap().destination);
}
