use std::time::SystemTime;

use account::{DeviceKind, NumberKind, Snapshot};
use serde_json::{Value, json};

use super::assemble;
use crate::{Documents, Fetched, Kind, Notice, Problem, Scope, Source, plan};

fn scope(kind: Kind, owner: Option<&str>) -> Scope {
    Scope { kind, owner: owner.map(str::to_owned) }
}

fn typed(answers: &[(Kind, Option<&str>, Value)]) -> (Snapshot, Vec<Notice>) {
    let mut fetched = Fetched::new(SystemTime::UNIX_EPOCH);
    for (kind, owner, answer) in answers {
        fetched.read(&scope(*kind, *owner), Source::V2, answer.clone()).unwrap();
    }
    let mut known = Documents::default();
    known.apply(plan(&known, &fetched));
    assemble(&known)
}

fn office() -> Vec<(Kind, Option<&'static str>, Value)> {
    vec![
        (Kind::Identity, None, json!({"sub": "w0", "domain": "sipgate.de", "masterSipId": "7654321"})),
        (Kind::Account, None, json!({"company": "Muster GmbH", "mainProductType": "TEAM"})),
        (
            Kind::User,
            None,
            json!([{"id": "w0", "firstname": "Mara", "lastname": "Beispiel", "directDialIds": ["101"],
                    "defaultDevice": "e0", "busyOnBusy": true, "addressId": 88, "admin": true}]),
        ),
        (
            Kind::Device,
            Some("w0"),
            json!({"items": [{"id": "e0", "alias": "Empfang", "type": "REGISTER", "dnd": false,
                "activePhonelines": [{"id": "p0", "alias": "Mara"}], "activeGroups": [{"id": "g0", "alias": "Zentrale"}],
                "credentials": {"username": "7654321e0", "password": "geheim", "sipServer": "sipgate.de",
                                "outboundProxy": "proxy.sipgate.de"}, "emergencyAddressId": 88}]}),
        ),
        (Kind::Phoneline, Some("w0"), json!({"items": [{"id": "p0", "alias": "Mara"}]})),
        (Kind::Group, None, json!({"items": [{"id": "g0", "alias": "Zentrale"}]})),
        (
            Kind::Number,
            None,
            json!({"items": [
                {"id": "1", "number": "101", "type": "QUICKDIAL", "endpointId": "p0"},
                {"id": "2", "number": "+4930555010", "type": "LANDLINE", "endpointId": ""}]}),
        ),
        (
            Kind::Address,
            None,
            json!([{"addressId": "88", "street": "Musterallee", "number": "1", "postcode": "10115",
                                        "city": "Berlin", "countrycode": "DE", "emergencyState": "SUCCESS"}]),
        ),
        (Kind::Balance, None, json!({"amount": 412_300, "currency": "EUR"})),
    ]
}

#[test]
fn an_office_is_typed_whole_and_without_a_notice() {
    let (house, notices) = typed(&office());
    assert_eq!(notices, []);
    assert_eq!(house.identity.company, "Muster GmbH");
    let phone = house.device_of_login("7654321e0").unwrap();
    assert_eq!(house.shown(phone), ("Mara Beispiel".into(), "101".into()));
    let login = phone.credentials.as_ref().unwrap();
    assert_eq!((login.password.expose(), login.outbound_proxy.as_str()), ("geheim", "proxy.sipgate.de"));
    assert_eq!(phone.emergency_address, house.owner(phone).unwrap().address);
    let address = house.addresses.values().next().unwrap();
    assert_eq!(address.line, "Musterallee 1, 10115 Berlin, DE");
    assert_eq!(house.balance.as_ref().unwrap().ten_thousandths, 412_300);
    let to = house.destination(&"101".parse().unwrap()).unwrap();
    assert_eq!(house.phones_of(to).count(), 1);
    assert_eq!(house.taken, Some(SystemTime::UNIX_EPOCH));
}

#[test]
fn a_login_told_by_the_newer_interface_alone_is_enough() {
    let mut answers = office();
    answers[3].2 = json!([{"id": "e0", "alias": "Empfang", "type": "register",
                           "sipCredentials": {"password": "geheim"}}]);
    let (house, notices) = typed(&answers);
    let login = house.device_of_login("7654321e0").unwrap().credentials.as_ref().unwrap();
    assert_eq!((login.server.as_str(), login.outbound_proxy.as_str()), ("sipgate.de", "sipgate.de"));
    assert_eq!(notices, [Notice::new(Kind::Device, "credentials.username", Problem::Missing)]);
}

#[test]
fn both_shapes_of_numbers_and_addresses_are_read() {
    let (house, notices) = typed(&[
        (
            Kind::Number,
            None,
            json!([{"e164Number": "+4930555010", "type": "GERMAN_LANDLINE", "routing": {"targetType": "USER", "targetId": "w0"}},
                   {"e164Number": "+493055502", "type": "GERMAN_LANDLINE_BLOCK", "routing": null},
                   {"number": "+491570000001", "type": ["MOBILE"]}]),
        ),
        (
            Kind::Address,
            None,
            json!([{"id": 5, "streetAddress": "Weg 2", "postalCode": "50667", "locality": "Köln"}]),
        ),
    ]);
    assert_eq!(notices, []);
    let kinds: Vec<NumberKind> = house.numbers.iter().map(|n| n.kind).collect();
    assert_eq!(kinds, [NumberKind::Mobile, NumberKind::Landline, NumberKind::Other]);
    assert_eq!(house.numbers[1].endpoint, "w0".parse().ok());
    assert_eq!(house.addresses.values().next().unwrap().line, "Weg 2, 50667 Köln");
}

#[test]
fn a_direct_dial_may_name_the_number_object() {
    let mut answers = office();
    answers[2].2 = json!([{"id": "w0", "lastname": "Beispiel", "directDialIds": ["1"], "admin": true}]);
    let (house, notices) = typed(&answers);
    assert_eq!(house.users.values().next().unwrap().extensions, ["101".parse().unwrap()]);
    assert_eq!(notices, []);
}

#[test]
fn a_field_of_another_type_is_absent_and_said() {
    let mut answers = office();
    answers[2].2 = json!([{"id": "w0", "lastname": {"de": "Beispiel"}, "directDialIds": "101", "busyOnBusy": "perhaps",
                           "defaultDevice": "p0", "addressId": null}]);
    answers[3].2 =
        json!([{"id": "e0", "alias": "A\r\nVia: x", "type": "TELEPATHY", "activePhonelines": [7, {}]}]);
    let (house, notices) = typed(&answers);
    let user = house.users.values().next().unwrap();
    assert_eq!((user.extensions.len(), user.busy_on_busy, &user.default_device), (0, false, &None));
    let device = house.devices.values().next().unwrap();
    assert_eq!((device.alias.as_str(), device.kind), ("AVia: x", DeviceKind::Other));
    for (kind, field, problem) in [
        (Kind::User, "lastname", Problem::WrongType),
        (Kind::User, "directDialIds", Problem::WrongType),
        (Kind::User, "busyOnBusy", Problem::WrongType),
        (Kind::User, "defaultDevice", Problem::Unreadable),
        (Kind::Device, "type", Problem::UnknownValue),
        (Kind::Device, "activePhonelines", Problem::Unreadable),
    ] {
        assert!(notices.contains(&Notice::new(kind, field, problem)), "{kind} {field}");
    }
}

#[test]
fn what_cannot_be_typed_is_left_out_and_the_rest_stays() {
    let (house, notices) = typed(&[
        (Kind::User, None, json!([{"id": "e7", "lastname": "Irrtum"}, {"id": "w1", "lastname": "Muster"}])),
        (Kind::Phoneline, None, json!([{"id": "p0", "alias": "ohne Besitzer"}])),
    ]);
    assert_eq!(house.users.len(), 1);
    assert!(house.phonelines.is_empty());
    assert!(notices.contains(&Notice::new(Kind::User, "id", Problem::Unreadable)));
    assert!(notices.contains(&Notice::new(Kind::Phoneline, "owner", Problem::Missing)));
}

#[test]
fn a_phone_without_a_login_is_known_but_cannot_register() {
    let mut answers = office();
    answers[3].2 = json!([{"id": "e0", "alias": "Empfang", "type": "REGISTER"}]);
    let (house, notices) = typed(&answers);
    assert!(house.device_of_login("7654321e0").is_none());
    assert_eq!(notices, [Notice::new(Kind::Device, "credentials", Problem::Missing)]);
}

#[test]
fn a_token_that_sees_only_a_part_says_so() {
    let mut answers = office();
    answers[2].2[0]["admin"] = json!(false);
    let (_, notices) = typed(&answers);
    assert_eq!(notices, [Notice::new(Kind::Identity, "sub", Problem::NotAdmin)]);
}
