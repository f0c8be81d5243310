use super::{Destination, Snapshot};
use crate::{
    Credentials, Device, DeviceKind, Group, Number, NumberId, NumberKind, Phoneline, Secret, User, UserId,
};

fn user(id: &str, name: &str, extension: &str) -> User {
    User {
        id: id.parse().unwrap(),
        name: name.into(),
        extensions: vec![extension.parse().unwrap()],
        default_device: None,
        busy_on_busy: false,
        admin: false,
        address: None,
    }
}

fn phone(id: &str, owner: &str) -> Device {
    Device {
        id: id.parse().unwrap(),
        alias: format!("Telefon {id}"),
        kind: DeviceKind::Register,
        owner: owner.parse().ok(),
        dnd: false,
        phonelines: vec![],
        groups: vec![],
        credentials: Some(Credentials {
            user: format!("7654321{id}").parse().unwrap(),
            password: Secret::new("geheim".into()),
            server: "sipgate.de".into(),
            outbound_proxy: "sipgate.de".into(),
        }),
        emergency_address: None,
    }
}

fn extension(digits: &str, endpoint: &str) -> Number {
    Number {
        id: NumberId::new(digits),
        digits: digits.into(),
        kind: NumberKind::Extension,
        endpoint: endpoint.parse().ok(),
    }
}

fn office() -> Snapshot {
    let mut house = Snapshot::default();
    for user in [user("w0", "Mara Beispiel", "101"), user("w1", "Jörg Muster", "102")] {
        house.users.insert(user.id.clone(), user);
    }
    let line = Phoneline { id: "p0".parse().unwrap(), alias: "Mara".into(), owner: "w0".parse().unwrap() };
    house.phonelines.insert(line.id.clone(), line);
    let mut shared = phone("e2", "w1");
    shared.phonelines.push("p0".parse().unwrap());
    shared.groups.push("g0".parse().unwrap());
    let mut quiet = phone("e3", "w0");
    quiet.dnd = true;
    for device in [phone("e0", "w0"), phone("e1", "w1"), shared, quiet] {
        house.devices.insert(device.id.clone(), device);
    }
    house.groups.insert("g0".parse().unwrap(), Group { id: "g0".parse().unwrap(), alias: "Zentrale".into() });
    house.numbers =
        vec![extension("200", "g0"), extension("300", "e1"), extension("110", "p0"), extension("999", "p9")];
    house.indexed()
}

fn rung(house: &Snapshot, digits: &str) -> Option<Vec<String>> {
    let to = house.destination(&digits.parse().unwrap())?;
    Some(house.phones_of(to).map(|d| d.id.to_string()).collect())
}

#[test]
fn an_extension_rings_every_phone_of_its_person_but_no_silenced_one() {
    let house = office();
    assert_eq!(rung(&house, "101"), Some(vec!["e0".into(), "e2".into()]));
    assert_eq!(rung(&house, "102"), Some(vec!["e1".into(), "e2".into()]));
    assert_eq!(rung(&house, "200"), Some(vec!["e2".into()]));
    assert_eq!(rung(&house, "300"), Some(vec!["e1".into()]));
}

#[test]
fn a_number_that_leads_nowhere_is_no_destination() {
    assert_eq!(rung(&office(), "999"), None);
    assert_eq!(rung(&office(), "555"), None);
}

#[test]
fn a_phone_is_found_by_its_login_and_shown_by_its_owner() {
    let house = office();
    let device = house.device_of_login("7654321e0").unwrap();
    assert_eq!(house.shown(device), ("Mara Beispiel".into(), "101".into()));
    assert!(house.device_of_login("7654321e9").is_none());
}

#[test]
fn an_assigned_extension_wins_over_the_one_a_user_lists() {
    let mut house = office();
    house.numbers.push(extension("101", "p0"));
    house.users.get_mut(&"w1".parse::<UserId>().unwrap()).unwrap().extensions.push("101".parse().unwrap());
    let house = house.indexed();
    let w0 = Destination::User("w0".parse().unwrap());
    assert_eq!(house.destination(&"101".parse().unwrap()), Some(&w0));
}

#[test]
fn a_device_without_owner_shows_its_own_name_and_extension() {
    let mut house = office();
    let id = "e1".parse().unwrap();
    house.devices.get_mut(&id).unwrap().owner = None;
    let house = house.indexed();
    assert_eq!(house.shown(&house.devices[&id]), ("Telefon e1".into(), "300".into()));
}

#[test]
fn an_own_outside_number_leads_into_the_house() {
    let mut house = office();
    let mut number = extension("+4930555010", "g0");
    number.kind = NumberKind::Landline;
    house.numbers.push(number);
    let house = house.indexed();
    let group = Destination::Group("g0".parse().unwrap());
    assert_eq!(house.destination_of_number(&"+4930555010".parse().unwrap()), Some(group));
    assert_eq!(house.destination_of_number(&"+4930555011".parse().unwrap()), None);
}

#[test]
fn of_several_extensions_the_lowest_names_a_person() {
    let mut house = office();
    house.numbers.extend([extension("250", "w1"), extension("130", "w1"), extension("100", "p9")]);
    let house = house.indexed();
    assert_eq!(house.extension_of(&Destination::User("w1".parse().unwrap())), Some("102".into()));
    assert_eq!(house.extension_of(&Destination::Group("g0".parse().unwrap())), Some("200".into()));
    assert_eq!(house.extension_of(&Destination::User("w9".parse().unwrap())), None);
}
