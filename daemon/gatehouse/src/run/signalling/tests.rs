//! What is kept of messages, for how long, and what of it is shown.

use std::time::{Duration, SystemTime};

use billing::Privacy;
use bytes::Bytes;
use sip::{Flow, Message, Transport};
use tokio::sync::watch;

use super::ladder::{self, Shown};
use super::{Ended, LARGEST, RECENT, Signalling, Want, pcapng};

const SECOND: Duration = Duration::from_secs(1);

fn flow(host: u8, transport: Transport) -> Flow {
    Flow {
        transport,
        local: ([192, 0, 2, 1], 5060).into(),
        peer: ([192, 0, 2, host], 5062).into(),
        connection: 0,
    }
}

fn request(method: &str, id: &str, body: &str) -> String {
    format!(
        "{method} sip:102@box SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK1\r\nFrom: \"Mara\" <sip:101@box>;tag=1\r\nTo: <sip:102@box>\r\n\
         Call-ID: {id}\r\nCSeq: 1 {method}\r\nMax-Forwards: 70\r\nAuthorization: Digest response=\"canary\"\r\nContent-Type: text/plain\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn answer(status: &str, id: &str, method: &str) -> Bytes {
    let head = format!(
        "SIP/2.0 {status}\r\nVia: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK1\r\nFrom: <sip:101@box>;tag=1\r\nTo: <sip:102@box>;tag=2\r\n"
    );
    Bytes::from(format!("{head}Call-ID: {id}\r\nCSeq: 1 {method}\r\nContent-Length: 0\r\n\r\n"))
}

fn arrives(signalling: &mut Signalling, host: u8, text: &str) {
    signalling.arrived(flow(host, Transport::Udp), &Message::parse(text.as_bytes()).unwrap());
}

fn recording() -> (watch::Sender<Privacy>, Signalling) {
    let (privacy, told) = watch::channel(Privacy::Complete);
    (privacy, Signalling::new(told))
}

/// Mara calls, the box rings one phone over TLS; somebody registers meanwhile.
fn a_call(signalling: &mut Signalling) {
    signalling.belongs("now-7".into(), "one".into());
    signalling.belongs("now-7".into(), "two".into());
    arrives(signalling, 7, &request("REGISTER", "other", ""));
    arrives(signalling, 7, &request("INVITE", "one", "canary"));
    signalling.leaves(flow(8, Transport::Tls), &Bytes::from(request("INVITE", "two", "canary")));
    signalling.leaves(flow(7, Transport::Udp), &answer("486 Busy Here", "one", "INVITE"));
    signalling.leaves(flow(7, Transport::Udp), &answer("200 OK", "other", "REGISTER"));
}

#[test]
fn a_call_is_told_as_its_messages_on_every_leg() {
    let (_privacy, mut signalling) = recording();
    a_call(&mut signalling);
    let told = signalling.tell(Want::Recent, SystemTime::now());
    let list = ladder::list(&told);
    assert_eq!(list["calls"].as_array().map(Vec::len), Some(1), "{list}");
    let first = &list["calls"][0];
    assert_eq!(
        (&first["from"], &first["from_name"], &first["to"]),
        (&"101".into(), &"Mara".into(), &"102".into())
    );
    assert_eq!((&first["status"], &first["messages"]), (&486.into(), &3.into()));
    let one = ladder::one(&told, "now-7", Shown::Lines).unwrap();
    assert_eq!(one["parties"], serde_json::json!(["192.0.2.7:5062", "192.0.2.8:5062"]));
    let lines: Vec<_> = one["ladder"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["way"].as_str(), it["party"].as_u64(), it["what"].as_str()))
        .collect();
    let expected = [("in", 0, "INVITE 102"), ("out", 1, "INVITE 102"), ("out", 0, "486 Busy Here")];
    assert_eq!(lines, expected.map(|(way, party, what)| (Some(way), Some(party), Some(what))));
    assert!(!one.to_string().contains("Max-Forwards") && ladder::one(&told, "now-8", Shown::Lines).is_none());
    let whole = ladder::one(&told, "now-7", Shown::Texts).unwrap().to_string();
    assert!(whole.contains("Max-Forwards: 70") && !whole.contains("canary"), "{whole}");
}

#[test]
fn the_oldest_makes_room_and_nothing_grows() {
    let (_privacy, mut signalling) = recording();
    let body = "x".repeat(20_000);
    for number in 0..200 {
        arrives(&mut signalling, 7, &request("INVITE", &format!("call-{number}"), &body));
        signalling.belongs(format!("{number}"), format!("call-{number}"));
    }
    let told = signalling.tell(Want::Recent, SystemTime::now());
    let held: usize = told.passed.iter().map(|it| it.bytes.len()).sum();
    assert!((RECENT / 2..=RECENT).contains(&held), "{held}");
    assert_eq!(ladder::list(&told)["calls"][0]["call"], "199", "the newest are there");
    for number in 0..5_000 {
        signalling.belongs(format!("{number}"), format!("call-{number}"));
    }
    assert!(signalling.tell(Want::Recent, SystemTime::now()).legs.len() <= 1_024);
}

#[test]
fn who_wants_no_records_has_none() {
    let (privacy, mut signalling) = recording();
    a_call(&mut signalling);
    privacy.send_replace(Privacy::Shortened);
    let told = signalling.tell(Want::Recent, SystemTime::now());
    assert!(told.silent && told.passed.is_empty());
    arrives(&mut signalling, 7, &request("INVITE", "three", ""));
    privacy.send_replace(Privacy::Complete);
    assert!(
        signalling.tell(Want::Recent, SystemTime::now()).passed.is_empty(),
        "what was there before is gone too"
    );
}

#[test]
fn a_capture_holds_everything_until_its_time_or_room_is_over() {
    let (_privacy, mut signalling) = recording();
    let now = SystemTime::now();
    assert!(signalling.tell(Want::Capture, now).capture.is_none());
    signalling.tell(Want::Begin(60 * SECOND), now);
    a_call(&mut signalling);
    let told = signalling.tell(Want::Captured, now);
    assert_eq!((told.passed.len(), told.capture.unwrap().ended), (5, None));
    assert_eq!(
        signalling.tell(Want::Begin(SECOND), now).capture.unwrap().messages,
        5,
        "the one under way goes on"
    );
    let ended = |told: super::Told| told.capture.and_then(|capture| capture.ended);
    assert_eq!(ended(signalling.tell(Want::Capture, now + 61 * SECOND)), Some(Ended::InTime));
    a_call(&mut signalling);
    assert_eq!(signalling.tell(Want::Captured, now + 62 * SECOND).passed.len(), 5);
    assert!(signalling.tell(Want::Capture, now + 3_700 * SECOND).capture.is_none(), "nobody came for it");

    signalling.tell(Want::Begin(60 * SECOND), now);
    let body = "x".repeat(60_000);
    for _ in 0..LARGEST / 60_000 + 1 {
        arrives(&mut signalling, 7, &request("MESSAGE", "text", &body));
    }
    let told = signalling.tell(Want::Capture, now);
    assert!(told.capture.unwrap().bytes <= LARGEST);
    assert_eq!(ended(told), Some(Ended::Full));
    assert!(signalling.tell(Want::Forget, now).capture.is_none());
}

#[test]
fn the_file_of_a_capture_is_whole_and_holds_no_secret() {
    let (_privacy, mut signalling) = recording();
    let now = SystemTime::now();
    signalling.tell(Want::Begin(60 * SECOND), now);
    a_call(&mut signalling);
    let v6 = Flow {
        local: "[2001:db8::1]:5060".parse().unwrap(),
        peer: "[2001:db8::2]:5060".parse().unwrap(),
        ..flow(9, Transport::Udp)
    };
    signalling.leaves(v6, &answer("200 OK", "one", "BYE"));
    let file = pcapng::file(&signalling.tell(Want::Captured, now).passed);
    let (mut at, mut kinds) = (0, Vec::new());
    let number = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap());
    while at < file.len() {
        let length = number(at + 4) as usize;
        assert_eq!((length % 4, number(at + length - 4) as usize), (0, length));
        kinds.push(number(at));
        at += length;
    }
    assert_eq!(kinds, [0x0a0d_0d0a, 1, 6, 6, 6, 6, 6, 6]);
    let text = String::from_utf8_lossy(&file);
    assert!(
        text.contains("INVITE sip:102@box") && text.contains("carried over TLS") && !text.contains("canary")
    );
}
