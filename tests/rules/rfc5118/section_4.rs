//! RFC 5118 4: one test for each of its sections.

use std::net::{IpAddr, SocketAddr};

use media::sdp::Session;
use sip::compose::Response;
use sip::validate::Invalid;
use sip::view::Host;
use sip::{Flow, Message, Transport};

use super::file;
use crate::verdict::Verdict::{Accepted, Refused};
use crate::verdict::verdict;

fn ip(text: &str) -> Option<IpAddr> {
    Some(text.parse().expect("an address"))
}

fn host(message: &Message<'_>) -> Option<IpAddr> {
    message.uri()?.host.as_ref().and_then(Host::ip)
}

#[test]
fn section_4_1_a_valid_message_with_an_ipv6_reference() {
    let bytes = file("ipv6-good");
    assert_eq!(verdict(&bytes), Accepted);
    let message = Message::parse(&bytes).expect("valid");
    assert_eq!(host(&message), ip("2001:db8::10"));
    assert_eq!(message.via().and_then(|via| via.host.ip()), ip("2001:db8::9:1"));
    let contact = message.contact().and_then(|contact| contact.uri.host);
    assert_eq!(contact.and_then(|host| host.ip()), ip("2001:db8::1"));
}

#[test]
fn section_4_2_an_invalid_message_with_an_ipv6_reference() {
    let bytes = file("ipv6-bad");
    assert_eq!(verdict(&bytes), Refused(400));
    assert_eq!(Message::parse(&bytes).expect("lines are sound").validate(), Err(Invalid::RequestUri));
}

/// What stands in the brackets is the address, whatever its author meant.
#[test]
fn section_4_3_a_port_that_is_none() {
    let bytes = file("port-ambiguous");
    assert_eq!(verdict(&bytes), Accepted);
    let message = Message::parse(&bytes).expect("valid");
    assert_eq!((host(&message), message.uri().and_then(|uri| uri.port)), (ip("2001:db8::10:5070"), None));
}

#[test]
fn section_4_4_a_port_that_is_one() {
    let bytes = file("port-unambiguous");
    assert_eq!(verdict(&bytes), Accepted);
    let message = Message::parse(&bytes).expect("valid");
    assert_eq!((host(&message), message.uri().and_then(|uri| uri.port)), (ip("2001:db8::10"), Some(5070)));
}

/// Brackets around a received address are read, never written (RFC 3261 25.1 `via-received`).
#[test]
fn section_4_5_brackets_in_received() {
    for name in ["via-received-param-with-delim", "via-received-param-no-delim"] {
        let bytes = file(name);
        assert_eq!(verdict(&bytes), Accepted, "{name}");
        let message = Message::parse(&bytes).expect("valid");
        assert_eq!(message.via().and_then(|via| via.received()), ip("2001:db8::9:255"), "{name}");
        let answer = Response::to(&message, &flow("[2001:db8::77]:4711"), 200).build();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        assert!(answer.contains(";received=2001:db8::77"), "{answer}");
    }
}

fn flow(peer: &str) -> Flow {
    let peer: SocketAddr = peer.parse().expect("an address");
    let local = "[2001:db8::10]:5060".parse().expect("an address");
    Flow { transport: Transport::Udp, local, peer, connection: 0 }
}

#[test]
fn section_4_6_ipv6_in_a_session_description() {
    let bytes = file("ipv6-in-sdp");
    assert_eq!(verdict(&bytes), Accepted);
    let message = Message::parse(&bytes).expect("valid");
    assert_eq!(voice_address(&message), ip("2001:db8::20"));
}

/// Where the first medium of the description wants its voice.
fn voice_address(message: &Message<'_>) -> Option<IpAddr> {
    let session = Session::parse(message.body()).expect("a description");
    let elsewhere = "198.51.100.1".parse().expect("an address");
    session.media().first()?.rtp_address(elsewhere).map(|address| address.ip())
}

#[test]
fn section_4_7_both_families_on_the_way() {
    let bytes = file("mult-ip-in-header");
    assert_eq!(verdict(&bytes), Accepted);
    let message = Message::parse(&bytes).expect("valid");
    let hops: Vec<_> = message.vias().map(|via| (via.host.ip(), via.port, via.received())).collect();
    assert_eq!(
        hops,
        [
            (ip("2001:db8::9:1"), Some(6050), None),
            (ip("192.0.2.1"), None, None),
            (ip("2001:db8::9:255"), None, ip("192.0.2.200")),
        ]
    );
}

#[test]
fn section_4_8_both_families_in_a_session_description() {
    let bytes = file("mult-ip-in-sdp");
    assert_eq!(verdict(&bytes), Accepted);
    let message = Message::parse(&bytes).expect("valid");
    assert_eq!(voice_address(&message), ip("192.0.2.1"));
    assert_eq!(Session::parse(message.body()).expect("a description").media().len(), 2);
}

#[test]
fn section_4_9_ipv4_inside_of_ipv6() {
    let bytes = file("ipv4-mapped-ipv6");
    assert_eq!(verdict(&bytes), Accepted);
    let message = Message::parse(&bytes).expect("valid");
    let via = message.via().expect("a hop");
    assert_eq!((via.host.ip(), via.port), (ip("::ffff:192.0.2.10"), Some(19823)));
    assert_eq!(voice_address(&message).map(|found| found.to_canonical()), ip("192.0.2.2"));
    // Heard on a socket for both families: the hop named itself rightly, so nothing is added to it.
    let answer = Response::to(&message, &flow("[::ffff:192.0.2.10]:19823"), 200).build();
    assert!(!String::from_utf8_lossy(&answer).contains("received"));
}

/// The grammar of RFC 3261 makes three colons of two; both must be borne.
#[test]
fn section_4_10_a_colon_too_many() {
    for name in ["ipv6-bug-abnf-3-colons", "ipv6-correct-abnf-2-colons"] {
        let bytes = file(name);
        assert_eq!(verdict(&bytes), Accepted, "{name}");
        let message = Message::parse(&bytes).expect("valid");
        assert_eq!(host(&message), ip("2001:db8::192.0.2.1"), "{name}");
    }
}
