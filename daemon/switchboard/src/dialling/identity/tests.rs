use account::rules::{Sender, Shown};
use account::{Destination, Device, DeviceKind, E164, Group, Number, NumberId, NumberKind, Snapshot, User};

use super::{Presented, Presenting, diversion};
use crate::dialling::Wish;
use crate::lines::DialIn;

const DIRECT: &str = "+4930555011";
const MARA: &str = "+4930555012";
const GROUP: &str = "+4930555010";
const TRUNK: &str = "+4930555000";
const STRANGER: &str = "+4940123456";

fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

/// Mara has e0; it rings for g0 too. e1 is nobody's.
fn house(numbers: &[(&str, &str)], shows: Option<Shown>) -> Snapshot {
    let mut house = Snapshot::default();
    let mara = User {
        id: id("w0"),
        name: "Mara".into(),
        extensions: vec![],
        default_device: None,
        busy_on_busy: false,
        admin: false,
        address: None,
    };
    house.users.insert(mara.id.clone(), mara);
    house.groups.insert(id("g0"), Group { id: id("g0"), alias: "Zentrale".into() });
    for (device, owner) in [("e0", Some("w0")), ("e1", None)] {
        let device = Device {
            id: id(device),
            alias: device.into(),
            kind: DeviceKind::Register,
            owner: owner.map(id),
            dnd: false,
            phonelines: vec![],
            groups: if owner.is_some() { vec![id("g0")] } else { vec![] },
            credentials: None,
            emergency_address: None,
        };
        house.devices.insert(device.id.clone(), device);
    }
    house.numbers = numbers
        .iter()
        .map(|(digits, to)| Number {
            id: NumberId::new(digits),
            digits: (*digits).into(),
            kind: NumberKind::Landline,
            endpoint: Some(id(to)),
        })
        .collect();
    house.rules.senders.insert(id("e0"), Sender { shows, local_prefix: None });
    house.indexed()
}

fn number(text: &str) -> Presented {
    Presented::Number(id(text))
}

/// Numbers and what they lead to, what the account sets, what the phone prefers, what the line may show, what is shown.
type Row<'a> = (&'a [(&'a str, &'a str)], Option<Shown>, Option<&'a str>, &'a [&'a str], Presented);

#[test]
fn the_nearest_number_is_shown_that_the_line_may_show() {
    let all = [(DIRECT, "e0"), (MARA, "w0"), (GROUP, "g0")];
    let rows: [Row<'_>; 15] = [
        (&all, None, None, &[TRUNK, DIRECT, MARA, GROUP], number(DIRECT)),
        (&all[1..], None, None, &[TRUNK, DIRECT, MARA, GROUP], number(MARA)),
        (&all[2..], None, None, &[TRUNK, DIRECT, MARA, GROUP], number(GROUP)),
        (&[], None, None, &[TRUNK, DIRECT], number(TRUNK)),
        (&all, None, None, &[TRUNK, GROUP], number(GROUP)),
        (&all, None, None, &[], Presented::Chosen),
        (&all, Some(Shown::Number(id(MARA))), None, &[TRUNK, DIRECT, MARA], number(MARA)),
        (&all, Some(Shown::Number(id(STRANGER))), None, &[TRUNK, DIRECT], number(DIRECT)),
        (&all, Some(Shown::Other("?".into())), None, &[TRUNK, DIRECT], number(DIRECT)),
        (&all, None, Some("+4930555010"), &[DIRECT, GROUP], number(GROUP)),
        (&all, None, Some("4930555010"), &[DIRECT, GROUP], number(GROUP)),
        (&all, Some(Shown::Number(id(MARA))), Some(GROUP), &[MARA, GROUP], number(GROUP)),
        (&all, None, Some(STRANGER), &[TRUNK, STRANGER, DIRECT], number(DIRECT)),
        (&all, None, Some(""), &[TRUNK, DIRECT], number(DIRECT)),
        (&all, Some(Shown::Nothing), None, &[TRUNK, DIRECT], Presented::Hidden(Some(id(DIRECT)))),
    ];
    for (numbers, shows, prefers, may_show, presented) in rows {
        let house = house(numbers, shows.clone());
        let may_show: Vec<E164> = may_show.iter().map(|number| id(number)).collect();
        let who = Destination::Device(id("e0"));
        let caller = Presenting { house: &house, who: &who, prefers, wish: Wish::AsUsual };
        assert_eq!(
            caller.on_line(&may_show, &DialIn::default()),
            presented,
            "{numbers:?} {shows:?} {prefers:?} {may_show:?}"
        );
    }
}

#[test]
fn whoever_wants_to_stay_unknown_does() {
    let house = house(&[(DIRECT, "e0")], None);
    let who = Destination::Device(id("e0"));
    let caller = Presenting { house: &house, who: &who, prefers: Some(DIRECT), wish: Wish::Hidden };
    assert_eq!(caller.on_line(&[id(DIRECT)], &DialIn::default()), Presented::Hidden(Some(id(DIRECT))));
    assert_eq!(caller.on_line(&[], &DialIn::default()), Presented::Hidden(None));
}

#[test]
fn a_call_that_is_sent_on_shows_who_had_it_sent() {
    let house = house(&[(GROUP, "g0"), (MARA, "w0")], None);
    for (who, shown) in [
        (Destination::Group(id("g0")), GROUP),
        (Destination::User(id("w0")), MARA),
        (Destination::Device(id("e1")), TRUNK),
    ] {
        let caller = Presenting { house: &house, who: &who, prefers: None, wish: Wish::AsUsual };
        assert_eq!(caller.on_line(&[id(TRUNK), id(GROUP), id(MARA)], &DialIn::default()), number(shown));
    }
    assert_eq!(diversion(&id(GROUP), "sip.example"), "<sip:4930555010@sip.example>");
}
