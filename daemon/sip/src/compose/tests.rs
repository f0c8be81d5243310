use std::net::SocketAddr;

use super::*;
use crate::flow::{Flow, Transport};
use crate::message::Message;
use crate::method::Method;
use crate::name::Name;
use crate::view::NameAddr;

fn flow(peer: &str) -> Flow {
    let address = |text: &str| text.parse::<SocketAddr>().unwrap();
    Flow { transport: Transport::Udp, local: address("192.0.2.250:5060"), peer: address(peer), connection: 0 }
}

fn lines(bytes: &[u8]) -> Vec<String> {
    String::from_utf8_lossy(bytes).split("\r\n").map(str::to_owned).collect()
}

const INVITE: &[u8] = b"INVITE sip:20@box SIP/2.0\r\n\
    v: SIP/2.0/UDP 192.168.0.7:5060;rport;branch=z9hG4bKa;x=\"1,2\", SIP/2.0/TCP old;branch=z9hG4bKb\r\n\
    Via: SIP/2.0/TLS oldest;received=192.0.2.77\r\n\
    Record-Route: <sip:p1;lr>, <sip:p2;lr>\r\n\
    f: \"J\xfcrgen\"\r\n <sip:10@box>;tag=from\r\nt: <sip:20@box>\r\ni: call@id\r\nCSeq: 0007 INVITE\r\nTimestamp: 54\r\nl: 0\r\n\r\n";

#[test]
fn an_answer_repeats_what_the_request_said() {
    let request = Message::parse(INVITE).unwrap();
    let answer = Response::to(&request, &flow("203.0.113.9:40123"), 180)
        .to_tag("ours")
        .header("Allow", "INVITE, ACK")
        .contact("<sip:20@192.0.2.250:5060>")
        .build();
    assert_eq!(
        lines(&answer),
        [
            "SIP/2.0 180 Ringing",
            "Via: SIP/2.0/UDP 192.168.0.7:5060;branch=z9hG4bKa;x=\"1,2\";received=203.0.113.9;rport=40123, \
             SIP/2.0/TCP old;branch=z9hG4bKb",
            "Via: SIP/2.0/TLS oldest;received=192.0.2.77",
            "Record-Route: <sip:p1;lr>, <sip:p2;lr>",
            "From: \"J\u{fffd}rgen\"   <sip:10@box>;tag=from",
            "Call-ID: call@id",
            "CSeq: 0007 INVITE",
            "Allow: INVITE, ACK",
            "Contact: <sip:20@192.0.2.250:5060>",
            "To: <sip:20@box>;tag=ours",
            "Content-Length: 0",
            "",
            "",
        ]
    );
    assert!(answer.windows(8).any(|bytes| bytes == b"\"J\xfcrgen\""), "bytes stay what they were");
}

#[test]
fn only_answers_that_found_a_dialog_carry_the_way_back() {
    let request = Message::parse(INVITE).unwrap();
    let has = |status, name| {
        let answer = Response::to(&request, &flow("203.0.113.9:1"), status).build();
        Message::parse(&answer).unwrap().header(name).is_some()
    };
    assert!(has(200, Name::RecordRoute) && !has(100, Name::RecordRoute) && !has(486, Name::RecordRoute));
    assert!(has(100, Name::Timestamp) && !has(200, Name::Timestamp));
}

/// RFC 3261 18.2.1 and RFC 3581 4: the address comes from the socket, whatever the Via claims.
#[test]
fn the_newest_hop_learns_where_it_was_seen() {
    for (via, peer, expected) in [
        ("SIP/2.0/UDP 192.0.2.1;branch=b", "192.0.2.1:5060", "SIP/2.0/UDP 192.0.2.1;branch=b"),
        (
            "SIP/2.0/UDP 192.0.2.1;rport",
            "192.0.2.1:5060",
            "SIP/2.0/UDP 192.0.2.1;received=192.0.2.1;rport=5060",
        ),
        (
            "SIP/2.0/UDP phone.lan;branch=b",
            "192.0.2.1:5060",
            "SIP/2.0/UDP phone.lan;branch=b;received=192.0.2.1",
        ),
        (
            "SIP/2.0/UDP h;received=6.6.6.6;rport=66;b",
            "192.0.2.1:9",
            "SIP/2.0/UDP h;b;received=192.0.2.1;rport=9",
        ),
        (
            "SIP/2.0/TCP [2001:db8::2]:5060;rport",
            "[2001:db8::3]:7",
            "SIP/2.0/TCP [2001:db8::2]:5060;received=2001:db8::3;rport=7",
        ),
        ("SIP/2.0/UDP [2001:db8::2];b", "[2001:db8::2]:7", "SIP/2.0/UDP [2001:db8::2];b"),
        ("SIP/2.0/UDP 192.0.2.1;b", "[::ffff:192.0.2.1]:7", "SIP/2.0/UDP 192.0.2.1;b"),
        (
            "SIP / 2.0 / UDP\r\n 192.0.2.9 ; b = c",
            "192.0.2.1:5",
            "SIP / 2.0 / UDP   192.0.2.9;b=c;received=192.0.2.1",
        ),
        ("nonsense, a", "192.0.2.1:5", "nonsense, a"),
    ] {
        let bytes = format!("OPTIONS sip:b SIP/2.0\r\nVia: {via}\r\n\r\n");
        let answer = Response::to(&Message::parse(bytes.as_bytes()).unwrap(), &flow(peer), 200).build();
        assert_eq!(lines(&answer)[1], format!("Via: {expected}"));
    }
}

#[test]
fn a_tag_is_given_once() {
    let tagged =
        b"BYE sip:b SIP/2.0\r\nVia: SIP/2.0/UDP h\r\nTo: \"a;tag=no\" <sip:a@b;tag=no>;tag=theirs\r\n\r\n";
    let answer =
        Response::to(&Message::parse(tagged).unwrap(), &flow("192.0.2.1:5"), 200).to_tag("ours").build();
    assert_eq!(lines(&answer)[2], "To: \"a;tag=no\" <sip:a@b;tag=no>;tag=theirs");
    let untagged = b"BYE sip:b SIP/2.0\r\nVia: SIP/2.0/UDP h\r\nTo: \";tag=no\" <sip:a@b;tag=no>\r\n\r\n";
    let answer =
        Response::to(&Message::parse(untagged).unwrap(), &flow("192.0.2.1:5"), 200).to_tag("ours").build();
    assert_eq!(Message::parse(&answer).unwrap().to_tag(), Some(&b"ours"[..]));
}

#[test]
fn bodies_are_bytes() {
    let body = [0, 255, b'\r', b'\n', 0xc3, 0x28];
    let request = Message::parse(INVITE).unwrap();
    let answer =
        Response::to(&request, &flow("192.0.2.1:5"), 200).body("application/octet-stream", &body).build();
    let answer = Message::parse(&answer).unwrap();
    assert_eq!((answer.body(), answer.content_type()), (&body[..], Some(&b"application/octet-stream"[..])));
    assert_eq!(answer.header(Name::ContentLength), Some(&b"6"[..]));
}

#[test]
fn nobody_smuggles_a_line() {
    let evil = "x\r\nContact: <sip:evil>\r\n\r\nBYE sip:b SIP/2.0\nl: 0\r";
    let request = Message::parse(INVITE).unwrap();
    let answer = Response::to(&request, &flow("192.0.2.1:5"), 200)
        .to_tag(evil)
        .header("X", evil)
        .header(evil, "x")
        .contact(evil)
        .body(evil, b"b")
        .build();
    let ours = Request::new(Method::Invite, evil)
        .via(Transport::Udp, evil, evil)
        .max_forwards(70)
        .from(evil)
        .to(evil)
        .call_id(evil)
        .cseq(1)
        .route_set([evil])
        .header("X", evil)
        .build();
    for (written, count) in [(&answer, 12), (&ours, 9)] {
        let message = Message::parse(written).unwrap();
        assert_eq!(message.all_headers().count(), count, "{:?}", lines(written));
    }
}

#[test]
fn a_request_of_ours() {
    let request = Request::new(Method::Invite, "sip:20@192.168.0.7:5060")
        .via(Transport::Tcp, "192.0.2.250:5060", "z9hG4bKours")
        .max_forwards(70)
        .from(format!("{};tag=1", name_addr("Anna \"A\"", "sip:10@box")))
        .to("<sip:20@box>")
        .call_id("abc")
        .cseq(4_294_967_295)
        .route_set(["<sip:p1;lr>", "<sip:p2;lr>"])
        .contact("<sip:10@192.0.2.250>")
        .body("application/sdp", b"v=0\r\n")
        .build();
    assert_eq!(
        lines(&request),
        [
            "INVITE sip:20@192.168.0.7:5060 SIP/2.0",
            "Via: SIP/2.0/TCP 192.0.2.250:5060;rport;branch=z9hG4bKours",
            "Max-Forwards: 70",
            "From: \"Anna \\\"A\\\"\" <sip:10@box>;tag=1",
            "To: <sip:20@box>",
            "Call-ID: abc",
            "CSeq: 4294967295 INVITE",
            "Route: <sip:p1;lr>",
            "Route: <sip:p2;lr>",
            "Contact: <sip:10@192.0.2.250>",
            "Content-Type: application/sdp",
            "Content-Length: 5",
            "",
            "v=0",
            "",
        ]
    );
}

#[test]
fn what_goes_beside_an_invite_repeats_it() {
    let invite = Request::new(Method::Invite, "sip:20@h")
        .via(Transport::Udp, "box", "z9hG4bK1")
        .max_forwards(70)
        .from("<sip:10@box>;tag=1")
        .to("<sip:20@box>")
        .call_id("abc")
        .cseq(7)
        .route_set(["<sip:p;lr>"])
        .contact("<sip:x>")
        .build();
    let invite = Message::parse(&invite).unwrap();
    let refusal = Message::parse(b"SIP/2.0 486 Busy\r\nTo: <sip:20@box>;tag=2\r\n\r\n").unwrap();
    let common = [
        "Via: SIP/2.0/UDP box;rport;branch=z9hG4bK1",
        "Route: <sip:p;lr>",
        "Max-Forwards: 70",
        "From: <sip:10@box>;tag=1",
    ];
    let ack = lines(&Request::ack(&invite, &refusal).build());
    assert_eq!(ack[0], "ACK sip:20@h SIP/2.0");
    assert_eq!(ack[1..5], common);
    assert_eq!(ack[5..9], ["To: <sip:20@box>;tag=2", "Call-ID: abc", "CSeq: 7 ACK", "Content-Length: 0"]);
    let cancel = lines(&Request::cancel(&invite).build());
    assert_eq!(cancel[1..5], common);
    assert_eq!(cancel[5..9], ["To: <sip:20@box>", "Call-ID: abc", "CSeq: 7 CANCEL", "Content-Length: 0"]);
}

/// A name from the account may contain anything; it stays a name.
#[test]
fn names_and_users_cannot_break_out() {
    for name in ["Anna", "Chef <sip:ceo@corp.test>", "a\"b\\", "\"", "\\", "a\r\nb", "M\u{fc}ller, Anna"] {
        let address = name_addr(name, "sip:10@box");
        let read = NameAddr::parse(address.as_bytes()).unwrap();
        assert_eq!(read.uri.raw(), b"sip:10@box", "{address}");
        assert_eq!(read.display_name().unwrap(), name.replace(['\r', '\n'], " "));
    }
    assert_eq!(name_addr("", "sip:a>@b\r\n"), "<sip:a@b>");
    assert_eq!(sip_uri("#31#+49 30", "box:5060"), "sip:%2331%23+49%2030@box:5060");
    assert_eq!(sip_uri("", "box"), "sip:box");
    assert_eq!(sip_uri("a@b:c<>\u{fc}", "box"), "sip:a%40b%3Ac%3C%3E%C3%BC@box");
}

#[test]
fn every_status_has_its_words() {
    assert_eq!(
        (reason(481), reason(299), reason(699)),
        ("Call/Transaction Does Not Exist", "OK", "Global Failure")
    );
}
