//! RFC 4475 3.1.1: valid messages. A parser that refuses one of them loses real calls.

use sip::name::Name;
use sip::view::{Contact, Host, NameAddr};
use sip::{Message, Method, Start};

use super::{Accepted, NotServed, Verdict, check, file};

/// `intmeth` and `esc02` ask for methods nobody knows. The RFC proposes 501; the box says 405 with Allow,
/// as to every method it does not serve (RFC 3261 8.2.1). `mpart01` is sound, but nobody here reads
/// multipart bodies.
pub(super) const VERDICTS: &[(&str, Verdict)] = &[
    ("wsinv", Accepted),
    ("intmeth", NotServed(405)),
    ("esc01", Accepted),
    ("escnull", Accepted),
    ("esc02", NotServed(405)),
    ("lwsdisp", Accepted),
    ("longreq", Accepted),
    ("dblreq", Accepted),
    ("semiuri", Accepted),
    ("transports", Accepted),
    ("mpart01", NotServed(415)),
    ("unreason", Accepted),
    ("noreason", Accepted),
];

#[test]
fn valid_messages_are_taken() {
    check(VERDICTS);
}

fn hosts<'a>(message: &Message<'a>) -> Vec<&'a [u8]> {
    message.vias().map(|via| via.host.raw()).collect()
}

fn user<'a>(address: &NameAddr<'a>) -> &'a [u8] {
    address.uri.user.expect("a user")
}

#[test]
#[expect(clippy::cognitive_complexity, reason = "one message, looked at from all sides")]
fn wsinv_3_1_1_1() {
    let bytes = file("wsinv");
    let message = Message::parse(&bytes).expect("valid");
    let (from, to) = (message.from().expect("From"), message.to().expect("To"));
    assert_eq!(from.display_name().as_deref(), Some(r#"J Rosenberg \""#));
    assert_eq!((user(&from), from.tag()), (&b"jdrosen"[..], Some(&b"98asjd8"[..])));
    assert_eq!((user(&to), to.tag()), (&b"vivekg"[..], Some(&b"1918181833n"[..])));
    assert!(message.uri().expect("URI").params.has(b"unknownparam"));
    assert_eq!(message.max_forwards(), Some(68));
    let cseq = message.cseq().expect("CSeq");
    assert_eq!((cseq.number, cseq.method), (9, Method::Invite));
    assert_eq!(hosts(&message), [&b"192.0.2.2"[..], b"spindle.example.com", b"192.168.255.111"]);
    let branches: Vec<_> = message.vias().map(|via| via.branch().expect("branch")).collect();
    assert_eq!(branches, [&b"390skdjuw"[..], b"z9hG4bK9ikj8", b"z9hG4bK30239"]);
    let contact = message.contact().expect("Contact");
    assert_eq!(contact.display_name().as_deref(), Some(r#"Quoted string """#));
    assert_eq!((contact.q(), contact.params.value(b"newparam")), (330, Some(&b"newvalue"[..])));
    assert!(contact.params.has(b"secondparam"));
    assert_eq!(message.header(Name::Subject), Some(&b""[..]));
    assert_eq!(message.other_header(b"UnknownHeaderWithUnusualValue"), Some(&b";;,,;;,;"[..]));
    let route = message.routes().next().expect("Route");
    assert_eq!(route.uri.host.map(|host: Host<'_>| host.raw()), Some(&b"services.example.com"[..]));
    assert_eq!(message.body().len(), 150);
}

#[test]
fn intmeth_3_1_1_2() {
    let bytes = file("intmeth");
    let message = Message::parse(&bytes).expect("valid");
    let method = Method::Other(b"!interesting-Method0123456789_*+`.%indeed'~");
    assert_eq!(message.method(), Some(method));
    assert_eq!(message.cseq().map(|cseq| (cseq.number, cseq.method)), Some((139_122_385, method)));
    let uri = message.uri().expect("URI");
    assert_eq!(uri.user, Some(&b"1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*"[..]));
    assert_eq!(uri.password, Some(&b"&it+has=1,weird!*pas$wo~d_too.(doesn't-it)"[..]));
    let to = message.to().expect("To");
    assert_eq!(to.display_name().as_deref(), Some("BEL:\u{7} NUL:\0 DEL:\u{7f}"));
    let from = message.from().expect("From");
    assert_eq!(from.display_name().as_deref(), Some("token1~` token2'+_ token3*%!.-"));
    assert_eq!(from.params.value(b"fromParam''~+*_!.-%"), Some("\"работающий\"".as_bytes()));
    assert_eq!(from.tag(), Some(&b"_token~1'+`*%!-."[..]));
    assert_eq!(message.call_id(), Some(&br#"intmeth.word%ZK-!.*_+'@word`~)(><:\/"][?}{"#[..]));
    assert_eq!(message.other_header(b"extensionHeader-!.%*+_`'~"), Some("\u{feff}大停電".as_bytes()));
}

#[test]
fn esc01_3_1_1_3() {
    let bytes = file("esc01");
    let message = Message::parse(&bytes).expect("valid");
    let user = message.uri().and_then(|uri| uri.user_decoded());
    assert_eq!(user.as_deref(), Some(&b"sips:user@example.com"[..]));
    assert_eq!(message.to().and_then(|to| to.uri.user_decoded()).as_deref(), Some(&b"user"[..]));
    assert_eq!(
        message.from().and_then(|from| from.uri.user_decoded()).as_deref(),
        Some(&b"I have spaces"[..])
    );
    let contact = message.contact().expect("Contact");
    assert_eq!(contact.uri.user_decoded().as_deref(), Some(&b"caller"[..]));
    assert_eq!(contact.uri.params.value(b"n%61me"), Some(&b"v%61lue%25%34%31"[..]));
}

#[test]
fn escnull_3_1_1_4() {
    let bytes = file("escnull");
    let message = Message::parse(&bytes).expect("valid");
    assert_eq!(message.to().and_then(|to| to.uri.user_decoded()).as_deref(), Some(&b"null-\0-null"[..]));
    let contacts: Vec<_> = message
        .contacts()
        .map(|contact| match contact {
            Contact::Address(address) => address.uri,
            Contact::Any => panic!("an address"),
        })
        .collect();
    assert_eq!(contacts.len(), 2);
    assert!(!contacts[0].same_as(&contacts[1]), "one null is not two");
}

#[test]
fn esc02_3_1_1_5() {
    let bytes = file("esc02");
    let message = Message::parse(&bytes).expect("valid");
    assert_eq!(message.method(), Some(Method::Other(b"RE%47IST%45R")));
    assert_eq!(message.to().and_then(|to| to.display_name()).as_deref(), Some("%Z%45"));
    assert_eq!(message.contacts().count(), 2, "C%6Fntact is another header");
}

#[test]
fn lwsdisp_3_1_1_6() {
    let bytes = file("lwsdisp");
    let from = Message::parse(&bytes).expect("valid").from().expect("From");
    assert_eq!((from.display_name().as_deref(), user(&from)), (Some("caller"), &b"caller"[..]));
}

#[test]
fn longreq_3_1_1_7() {
    let bytes = file("longreq");
    let message = Message::parse(&bytes).expect("valid");
    assert_eq!(message.vias().count(), 34);
    let last = message.vias().last().expect("a hop");
    assert_eq!(last.received(), Some("192.0.2.5".parse().expect("an address")));
    assert_eq!(last.branch().map(<[u8]>::len), Some(4 + 50 * 4 + 11));
    assert_eq!(message.from_tag().map(<[u8]>::len), Some(2 + 50 * 3 + 3));
    assert_eq!(message.to().and_then(|to| to.uri.port), Some(6000));
    assert_eq!(message.body().len(), 150);
}

#[test]
fn dblreq_3_1_1_8() {
    let bytes = file("dblreq");
    let message = Message::parse(&bytes).expect("valid");
    assert_eq!(message.method(), Some(Method::Register));
    assert!(message.body().is_empty());
    assert!(message.bytes().ends_with(b"Content-Length: 0\r\n\r\n"), "what follows is noise");
}

#[test]
fn semiuri_3_1_1_9() {
    let bytes = file("semiuri");
    let message = Message::parse(&bytes).expect("valid");
    let uri = message.uri().expect("URI");
    assert_eq!(uri.user_decoded().as_deref(), Some(&b"user;par=u@example.net"[..]));
    assert_eq!(uri.host.map(|host| host.raw()), Some(&b"example.com"[..]));
    assert_eq!(message.words(Name::Accept).count(), 6);
}

#[test]
fn transports_3_1_1_10() {
    let bytes = file("transports");
    let message = Message::parse(&bytes).expect("valid");
    let transports: Vec<_> = message.vias().map(|via| via.transport).collect();
    assert_eq!(transports, [&b"UDP"[..], b"SCTP", b"TLS", b"UNKNOWN", b"TCP"]);
    assert_eq!(message.call_id(), Some(&b"transports.kijh4akdnaqjkwendsasfdj"[..]));
}

#[test]
fn mpart01_3_1_1_11() {
    let bytes = file("mpart01");
    let message = Message::parse(&bytes).expect("valid");
    assert_eq!(message.validate(), Ok(()));
    assert_eq!(message.content_type(), Some(&b"multipart/mixed"[..]));
    assert_eq!(message.body().len(), 553);
    assert!(message.body().contains(&0), "the second part is binary");
    assert_eq!(message.to_owned().message().body(), message.body());
}

#[test]
fn unreason_3_1_1_12() {
    let bytes = file("unreason");
    let message = Message::parse(&bytes).expect("valid");
    let reason = "= 2**3 * 5**2 но сто девяносто девять - простое".as_bytes();
    assert_eq!(message.start(), Start::Response { status: 200, reason });
}

#[test]
fn noreason_3_1_1_13() {
    let bytes = file("noreason");
    let message = Message::parse(&bytes).expect("valid");
    assert_eq!(message.start(), Start::Response { status: 100, reason: b"" });
}
