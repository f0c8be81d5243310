use std::time::{Duration, SystemTime};

use account::{AnonymousCallers, DeviceKind, NumberKind, RingOrder, Shown, Snapshot, Target};
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

/// What the cloud says beyond ringing.
fn rules() -> Vec<(Kind, Option<&'static str>, Value)> {
    vec![
        (
            Kind::Forwarding,
            Some("p0"),
            json!({"items": [{"alias": "Mobil", "destination": "+491570000001", "timeout": 15, "active": true},
                             {"alias": "Voicemail", "destination": "v0", "timeout": 25, "active": false},
                             {"alias": "?", "destination": "sip:x@y", "timeout": 0, "active": true}]}),
        ),
        (Kind::BlockAnonymous, Some("p0"), json!({"enabled": true, "target": "VOICEMAIL"})),
        (Kind::LineVoicemail, Some("p0"), json!({"items": [{"id": "v0", "timeout": 25, "active": true}]})),
        (
            Kind::Voicemail,
            None,
            json!([{"id": "v0", "alias": "Box", "belongsToEndpoint": {"extension": "p0", "type": "PHONELINE"}}]),
        ),
        (Kind::GroupMember, Some("g0"), json!({"items": [{"id": "w0", "firstname": "Mara"}]})),
        (
            Kind::Faxline,
            Some("w0"),
            json!([{"id": "f0", "alias": "Fax", "tagline": "Muster", "canReceive": true}]),
        ),
        (Kind::GroupFaxline, None, json!([{"id": "f1", "alias": "Fax", "canSend": true, "groupId": "g0"}])),
        (
            Kind::CallRestriction,
            None,
            json!([{"userId": "w0", "highCostForeignNumbers": true, "charged": false, "satellite": true}]),
        ),
        (
            Kind::Blocked,
            None,
            json!([{"phoneNumber": "+49305550966", "isBlock": false}, {"phoneNumber": "+4930555098", "isBlock": true},
                   {"phoneNumber": "anonymous", "isBlock": false}]),
        ),
        (Kind::CallerId, Some("e0"), json!({"value": "+4930555010"})),
        (Kind::LocalPrefix, Some("e0"), json!({"value": "030", "active": true})),
    ]
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

#[test]
fn what_becomes_of_calls_that_do_not_simply_ring_is_typed() {
    let (house, notices) = typed(&[office(), rules()].concat());
    let line = &house.rules.lines[&"p0".parse().unwrap()];
    let tos: Vec<&Target> = line.forwardings.iter().map(|entry| &entry.to).collect();
    let (mobile, mailbox) = ("+491570000001".parse().unwrap(), "v0".parse().unwrap());
    assert_eq!(tos, [&Target::Number(mobile), &Target::Inside(mailbox), &Target::Other("sip:x@y".into())]);
    assert_eq!(line.forwardings[0].after, Duration::from_secs(15));
    assert!(line.forwardings[0].active && !line.forwardings[1].active);
    assert_eq!(line.anonymous, AnonymousCallers::Voicemail);
    assert_eq!(line.answering[0].after, Some(Duration::from_secs(25)));
    let mailbox = house.endpoint(&"v0".parse().unwrap()).unwrap();
    assert_eq!(house.name_of(&mailbox), Some("Box"));
    assert_eq!(house.rules.groups[&"g0".parse().unwrap()].members, ["w0".parse().unwrap()]);
    let fax = |id: &str| &house.rules.faxlines[&id.parse().unwrap()];
    assert_eq!((&fax("f0").of, fax("f0").receives), (&"w0".parse().ok(), true));
    assert_eq!((&fax("f1").of, fax("f1").receives), (&"g0".parse().ok(), false));
    let may_not = &house.rules.restrictions[&"w0".parse().unwrap()];
    assert!(may_not.expensive_countries && !may_not.charged && may_not.others.contains("satellite"));
    assert!(house.rules.blocked.blocks(&"+493055509811".parse().unwrap()));
    let sender = &house.rules.senders[&"e0".parse().unwrap()];
    assert_eq!(sender.shows, Some(Shown::Number("+4930555010".parse().unwrap())));
    assert_eq!(sender.local_prefix.as_ref().unwrap().digits, "030".into());
    assert_eq!(notices, [Notice::new(Kind::Blocked, "phoneNumber", Problem::Unreadable)]);
}

#[test]
fn a_number_of_a_neo_account_leads_to_its_channel_and_rings_who_answers_there() {
    let id = "0b4e9d6c-7a51-4f0e-9a3e-1f5a2b3c4d5e";
    let mut answers = office();
    answers.push((
        Kind::Routing,
        None,
        json!([{"e164Number": "+4930555010", "type": "GERMAN_LANDLINE",
                "routing": {"targetType": "CHANNEL", "targetId": id, "displayAlias": "Zentrale"}}]),
    ));
    answers.push((
        Kind::Channel,
        None,
        json!({"items": [{"id": id, "name": "Zentrale", "users": [{"id": "w0", "deviceIds": ["e0", "e9"]}],
            "settings": {"greetingAudioFileId": "a1", "ringingOrder": {"type": "LONGEST_IDLE", "users": ["w0"]},
                "queue": {"respectWaitingTime": true, "waitingAudioFileId": null},
                "users": {"ringTime": 20, "followUpTime": 99_999}}}]}),
    ));
    let (house, notices) = typed(&answers);
    let to = house.destination_of_number(&"+4930555010".parse().unwrap()).unwrap();
    assert_eq!(house.phones_of(&to).map(|phone| phone.id.as_str()).collect::<Vec<_>>(), ["e0"]);
    let channel = &house.rules.channels[&id.parse().unwrap()];
    assert_eq!(channel.ringing, RingOrder::Other("LONGEST_IDLE".into()));
    assert_eq!((channel.ring_time, channel.follow_up_time), (Some(Duration::from_secs(20)), None));
    assert!(channel.queue.as_ref().is_some_and(|queue| queue.longest_first && queue.audio.is_none()));
    assert_eq!(
        notices,
        [("followUpTime", Problem::Unreadable), ("ringingOrder.type", Problem::UnknownValue)]
            .map(|(field, problem)| Notice::new(Kind::Channel, field, problem))
    );
}

#[test]
fn rules_of_another_shape_are_absent_and_said() {
    let (house, notices) = typed(&[
        (Kind::Forwarding, Some("p0"), json!({"items": [{"destination": "v0", "timeout": "soon"}, 7]})),
        (Kind::BlockAnonymous, Some("p0"), json!({"enabled": true, "target": "ROBOT"})),
        (Kind::Channel, None, json!([{"id": "c-1", "name": "Alt"}])),
    ]);
    let line = &house.rules.lines[&"p0".parse().unwrap()];
    assert!(line.forwardings.is_empty());
    assert_eq!(line.anonymous, AnonymousCallers::Other("ROBOT".into()));
    assert!(house.rules.channels.is_empty());
    for (kind, field, problem) in [
        (Kind::Forwarding, "timeout", Problem::WrongType),
        (Kind::BlockAnonymous, "target", Problem::UnknownValue),
        (Kind::Channel, "id", Problem::Unreadable),
    ] {
        assert!(notices.contains(&Notice::new(kind, field, problem)), "{kind} {field}");
    }
}
