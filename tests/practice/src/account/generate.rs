//! Accounts of any size and generation, for load tests and for what an office file does not show.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::Shape;

/// Midnight before the first generated event, as seconds since 1970: 2026-11-20.
const EVENING: i64 = 1_795_132_800;

/// Users of one channel of a generated neo account.
const CHANNEL: u32 = 10;

/// The document of an account with `users` users and `history` calls, newest first in time.
pub(super) fn document(shape: Shape, users: u32, history: u32) -> Value {
    let product = if shape == Shape::Trunk { "TRUNKING" } else { "TEAM" };
    let generation = match shape {
        Shape::Neo => "neo",
        Shape::Mixed => "mixed",
        Shape::Classic | Shape::Trunk | Shape::Empty => "classic",
    };
    let mut document = json!({
        "generation": generation,
        "tokens": {"token-PRACTICE": {"secret": "practice-secret", "user": "w0", "scopes": ["all"]}},
        "account": {"company": "Lasttest GmbH", "mainProductType": product, "logoUrl": "", "verified": true,
                    "historyLifeTime": "UNLIMITED"},
        "userinfo": {"domain": "sipgate.de", "masterSipId": "7654321", "locale": "de_DE"},
        "balance": {"amount": 1_000_000, "currency": "EUR"},
        "addresses": {"1": {"addressId": "1", "countrycode": "DE", "state": "", "postcode": "10115", "city": "Berlin",
                            "street": "Musterallee", "number": "1", "address1": "", "address2": "",
                            "type": "BUSINESS", "emergencyState": "SUCCESS"}},
    });
    let parts: &[(&str, Value)] = &match shape {
        Shape::Classic => vec![
            ("users", each(users, "w", user)),
            ("devices", each(users, "e", |n| device(n, &[format!("p{n}")]))),
            ("phonelines", each(users, "p", phoneline)),
            ("numbers", each(users, "", |n| extension(n, "p"))),
            ("history", each(history, "h", |n| call(n, users))),
        ],
        Shape::Neo => neo(users, history),
        Shape::Trunk => vec![
            ("users", each(1, "w", |n| json!({"firstname": "Anna", "lastname": "Anlage", "admin": n == 0}))),
            ("trunks", trunk()),
            ("blocks", block()),
            ("numbers", each(users.min(10), "", direct_line)),
        ],
        Shape::Mixed => mixed(users, history),
        Shape::Empty => vec![("users", each(1, "w", |n| json!({"lastname": "Neu", "admin": n == 0})))],
    };
    if let Some(document) = document.as_object_mut() {
        document.extend(parts.iter().map(|(name, part)| ((*name).to_owned(), part.clone())));
    }
    document
}

/// The first half of the users with lines, the others with channels, and a trunk with direct lines.
fn mixed(users: u32, history: u32) -> Vec<(&'static str, Value)> {
    let lines = users / 2;
    let channels = (users - lines).div_ceil(CHANNEL);
    let events = history / 2 / channels.max(1);
    let lines_of = |n: u32| if n < lines { vec![format!("p{n}")] } else { Vec::new() };
    let channels = (0..channels).map(|n| (channel_id(n), channel(n, lines..users, events)));
    let mut numbers = each(users, "", |n| extension(n, if n < lines { "p" } else { "e" }));
    if let (Some(numbers), Value::Object(more)) = (numbers.as_object_mut(), each(10, "direct", direct_line)) {
        numbers.extend(more);
    }
    vec![
        ("users", each(users, "w", user)),
        ("devices", each(users, "e", |n| device(n, &lines_of(n)))),
        ("phonelines", each(lines, "p", phoneline)),
        ("channels", channels.collect::<Map<_, _>>().into()),
        ("trunks", trunk()),
        ("blocks", block()),
        ("numbers", numbers),
        ("history", each(history / 2, "h", |n| call(n, lines))),
    ]
}

fn trunk() -> Value {
    json!({"t0": {"alias": "Anlagenanschluss", "_password": "practice-t0"}})
}

fn block() -> Value {
    json!({"b0": {"prefix": "+493055570", "type": "GERMAN_LANDLINE_BLOCK"}})
}

/// Channels instead of lines: extensions lead to devices, outside numbers to channels.
fn neo(users: u32, history: u32) -> Vec<(&'static str, Value)> {
    let channels = users.div_ceil(CHANNEL);
    let events = history / channels.max(1);
    let all: BTreeMap<String, Value> =
        (0..channels).map(|n| (channel_id(n), channel(n, 0..users, events))).collect();
    let outside = |n: u32| {
        let (number, local) = (format!("+4930555{n:04}"), format!("030 555{n:04}"));
        json!({"number": number, "localized": local, "type": "LANDLINE", "endpointId": channel_id(n)})
    };
    let mut numbers = each(users, "", |n| extension(n, "e"));
    if let (Some(numbers), Value::Object(more)) =
        (numbers.as_object_mut(), each(channels, "outside", outside))
    {
        numbers.extend(more);
    }
    vec![
        ("users", each(users, "w", user)),
        ("devices", each(users, "e", |n| device(n, &[]))),
        ("numbers", numbers),
        ("channels", json!(all)),
    ]
}

fn channel_id(n: u32) -> String {
    format!("0b4e9d6c-7a51-4f0e-9a3e-{n:012x}")
}

fn channel(n: u32, users: Range<u32>, events: u32) -> Value {
    let first = users.start + n * CHANNEL;
    let mine = first..users.end.min(first + CHANNEL);
    let id = channel_id(n);
    let members =
        mine.clone().map(|user| json!({"id": format!("w{user}"), "deviceIds": [format!("e{user}")]}));
    let order = mine.rev().map(|user| format!("w{user}"));
    json!({
        "name": format!("Kanal {n}"), "owner": null, "locale": "de_DE", "createdAt": "2026-01-05T08:00:00Z",
        "users": members.collect::<Vec<_>>(),
        "settings": {
            "greetingAudioFileId": "greeting-1", "queue": {"respectWaitingTime": true, "waitingAudioFileId": "music-1"},
            "ringingOrder": {"type": "ORDERED", "users": order.collect::<Vec<_>>()},
            "users": {"ringTime": 20, "followUpTime": 10}, "smsSim": null, "voiceboxAccessNumber": null,
        },
        "_events": (0..events).map(|event| channel_event(&id, event)).collect::<Vec<_>>(),
    })
}

fn channel_event(channel: &str, n: u32) -> Value {
    let (number, at) = (format!("+491575550{:04}", n % 10_000), moment(i64::from(n)));
    json!({
        "eventId": format!("{channel}-{n}"), "type": "CALL", "createdAt": at, "recordings": [],
        "call": {"callSid": format!("C{n}"), "channelId": channel, "direction": "INCOMING", "from": number,
                 "to": "+49305550000", "owner": "w0", "startedAt": at, "establishedAt": at, "terminatedAt": at,
                 "state": "FINISHED", "terminatedReason": "TERMINATED"},
    })
}

fn call(n: u32, users: u32) -> Value {
    let (line, at) = (format!("p{}", n % users.max(1)), moment(i64::from(n)));
    json!({
        "source": format!("+491575550{:04}", n % 10_000), "target": format!("+4930555{:04}", n % users.max(1)),
        "sourceAlias": "", "targetAlias": "", "type": "CALL", "created": at, "lastModified": at,
        "direction": "INCOMING", "incoming": true, "status": "PICKUP", "connectionIds": [line], "read": false,
        "archived": false, "note": "", "starred": false, "labels": [], "callId": format!("A{n}"), "recordings": [],
        "endpoints": [{"type": "ROUTED", "endpoint": {"extension": line, "type": "PHONELINE"}}],
        "duration": 30 + n % 600, "callStatus": "SUCCESS",
    })
}

/// One event a minute, the first of them the newest.
fn moment(minutes_ago: i64) -> String {
    let at =
        OffsetDateTime::from_unix_timestamp(EVENING - minutes_ago * 60).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    at.format(&Rfc3339).unwrap_or_default()
}

fn each(count: u32, letter: &str, make: impl Fn(u32) -> Value) -> Value {
    Value::Object((0..count).map(|n| (format!("{letter}{n}"), make(n))).collect::<Map<_, _>>())
}

fn user(n: u32) -> Value {
    json!({"firstname": "Anna", "lastname": format!("Beispiel {n}"), "email": format!("w{n}@example.org"),
           "defaultDevice": format!("e{n}"), "busyOnBusy": false, "addressId": "1",
           "directDialIds": [(1000 + n).to_string()], "timezone": "Europe/Berlin", "admin": n == 0})
}

fn device(n: u32, lines: &[String]) -> Value {
    json!({"_owner": format!("w{n}"), "_password": format!("practice-e{n}"), "_phonelines": lines, "_groups": [],
           "alias": format!("Telefon {n}"), "type": "REGISTER", "dnd": false, "emergencyAddressId": "1"})
}

fn phoneline(n: u32) -> Value {
    json!({"_owner": format!("w{n}"), "alias": format!("Anna Beispiel {n}")})
}

fn extension(n: u32, letter: &str) -> Value {
    let digits = (1000 + n).to_string();
    json!({"number": digits, "localized": digits, "type": "QUICKDIAL", "endpointId": format!("{letter}{n}")})
}

fn direct_line(n: u32) -> Value {
    let (number, local) = (format!("+493055570{n}"), format!("030 55570{n}"));
    json!({"number": number, "localized": local, "type": "LANDLINE", "endpointId": "t0", "_block": "b0"})
}
