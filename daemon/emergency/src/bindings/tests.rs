//! What tells a place is normalised, checked, and looked up by the narrowest network.

use super::{Bindings, BindingsRefused, Key, KeyRefused, Mac, Mark};
use crate::place::{Civic, Location, LocationId, LocationKind, Places};

fn sites(numbers: &[u32]) -> Places {
    let site = |id: &u32| Location {
        id: LocationId(*id),
        parent: None,
        kind: LocationKind::Site,
        name: String::new(),
        cloud: None,
        civic: Civic::default(),
        coordinates: None,
    };
    Places::new(numbers.iter().map(site).collect()).unwrap()
}

fn net(text: &str, place: u32) -> (Key, LocationId) {
    (Key::Subnet(text.parse().unwrap()), LocationId(place))
}

#[test]
fn a_hardware_address_is_the_same_however_written() {
    let plain: Mac = "0c383e112233".parse().unwrap();
    for same in ["0C:38:3E:11:22:33", "0c-38-3e-11-22-33", "0c38.3e11.2233"] {
        assert_eq!(same.parse(), Ok(plain));
    }
    for bad in ["", "0c383e11223", "0c383e1122334", "0c383e11223g", "ä"] {
        assert!(bad.parse::<Mac>().is_err(), "{bad}");
    }
    assert_eq!(plain.access_point(), "0c383e112230".parse().unwrap(), "virtual networks of one access point");
}

#[test]
fn the_narrowest_network_tells() {
    let places = sites(&[1, 2, 3, 4, 5]);
    let all = vec![
        net("10.0.0.0/8", 1),
        net("10.1.0.0/16", 2),
        net("10.1.2.0/24", 3),
        net("10.1.2.7/32", 4),
        net("2001:db8::/32", 5),
    ];
    let bindings = Bindings::new(all, &places).unwrap();
    let rows = [
        ("10.9.9.9", Some((1, 8))),
        ("10.1.9.9", Some((2, 16))),
        ("10.1.2.9", Some((3, 24))),
        ("10.1.2.7", Some((4, 32))),
        ("2001:db8::7", Some((5, 32))),
        ("192.0.2.1", None),
    ];
    for (address, tells) in rows {
        let found = bindings.of_address(address.parse().unwrap());
        assert_eq!(found, tells.map(|(place, prefix)| (LocationId(place), prefix)), "{address}");
    }
}

#[test]
fn bindings_that_contradict_are_refused() {
    let places = sites(&[1]);
    let twice = vec![net("10.0.0.0/8", 1), net("10.9.9.9/8", 1)];
    let why = Bindings::new(twice, &places).unwrap_err();
    assert_eq!(why, BindingsRefused::Twice(net("10.0.0.0/8", 1).0));
    let nowhere = Bindings::new(vec![(Key::Mark(Mark::Vlan(7)), LocationId(9))], &places).unwrap_err();
    assert_eq!(nowhere, BindingsRefused::NoPlace(Key::Mark(Mark::Vlan(7))));
}

#[test]
fn every_sign_has_one_written_form() {
    let rows = [
        ("device", " e4 ", "e4"),
        ("subnet", "192.0.2.7/24", "192.0.2.0/24"),
        ("subnet", "2001:db8::1/64", "2001:db8::/64"),
        ("port", "0C:38:3E:11:22:33|Gi1/0/12", "0c383e112233|Gi1/0/12"),
        ("port", "sw-keller | 12", "sw-keller|12"),
        ("access_point", "0c-38-3e-11-22-3f", "0c383e112230"),
        ("base", "0C-38-3E-11-22-33", "0c383e112233"),
        ("stated", "Haus B", "Haus B"),
        ("vlan", "20", "20"),
    ];
    for (kind, text, plain) in rows {
        let key = Key::read(kind, text).unwrap();
        assert_eq!(key.written(), (kind, plain.to_owned()));
        assert_eq!(Key::read(kind, plain).unwrap(), key);
    }
}

#[test]
fn a_sign_written_wrongly_is_refused_with_how_to_write_it() {
    let rows = [
        ("device", "7654321e4"),
        ("subnet", "192.0.2.0"),
        ("port", "only-a-switch"),
        ("port", "|12"),
        ("access_point", "0c383e"),
        ("base", "dect|12"),
        ("stated", ""),
        ("vlan", "4095"),
        ("vlan", "0"),
    ];
    for (kind, text) in rows {
        assert!(matches!(Key::read(kind, text), Err(KeyRefused::Form { .. })), "{kind} {text}");
    }
    assert_eq!(Key::read("raum", "1").unwrap_err(), KeyRefused::Kind("raum".into()));
    assert!(Key::read("stated", &"x".repeat(513)).is_err());
}
