//! RFC 4475 3.2 to 3.4: sound lines, wrong meaning; and a phone older than RFC 3261.

use std::net::IpAddr;
use std::time::Instant;

use sip::Message;
use sip::admit::{NotServed as Why, hops_left};
use sip::digest::{Guard, Stale, Verdict as Proof};
use sip::validate::Invalid;
use sip::view::Scheme;
use sip::{Name, ParseError};

use super::{Accepted, Dropped, NotServed, Refused, SERVES, Verdict, check, file};

pub(super) const VERDICTS: &[(&str, Verdict)] = &[
    // 3.2 transaction layer
    ("badbranch", Accepted),
    // 3.3 application layer
    ("insuf", Refused(400)),
    ("unkscm", NotServed(416)),
    ("novelsc", NotServed(416)),
    ("unksm2", Refused(400)),
    ("bext01", NotServed(420)),
    ("invut", NotServed(415)),
    ("regaut01", Accepted),
    ("multi01", Refused(400)),
    ("mcl01", Refused(400)),
    ("bcast", Dropped),
    ("zeromf", Accepted),
    ("cparam01", Accepted),
    ("cparam02", Accepted),
    ("regescrt", Accepted),
    ("sdp01", NotServed(406)),
    // 3.4 backward compatibility
    ("inv2543", Accepted),
];

#[test]
fn meanings_are_judged() {
    check(VERDICTS);
}

#[test]
fn a_branch_of_nothing_but_the_cookie_is_not_unique_3_2_1() {
    let bytes = file("badbranch");
    let via = Message::parse(&bytes).expect("valid").via().expect("Via");
    assert_eq!((via.branch(), via.unique_branch()), (Some(&b"z9hG4bK"[..]), None));
}

#[test]
fn faults_are_named() {
    let fault = |name: &str| Message::parse(&file(name)).expect(name).validate().expect_err(name);
    assert_eq!(fault("insuf"), Invalid::Missing(Name::From));
    assert_eq!(fault("unksm2"), Invalid::Malformed(Name::To));
    assert_eq!(fault("multi01"), Invalid::Repeated(Name::CSeq));
    assert_eq!(fault("bcast"), Invalid::NotForUs);
    assert_eq!(Message::parse(&file("mcl01")).map(|_| ()), Err(ParseError::ContentLength));
}

#[test]
fn unknown_extensions_are_listed_3_3_5() {
    let bytes = file("bext01");
    let message = Message::parse(&bytes).expect("valid");
    let listed = Some(("Unsupported", "nothingSupportsThis, nothingSupportsThisEither".to_owned()));
    assert_eq!(SERVES.explain(Why::Extension, &message), listed);
}

#[test]
fn an_unknown_scheme_of_proof_proves_nothing_3_3_7() {
    let bytes = file("regaut01");
    let message = Message::parse(&bytes).expect("valid");
    let (now, source) = (Instant::now(), IpAddr::from([192, 0, 2, 253]));
    let mut guard = Guard::new("example.com", &[1; 32], now);
    assert_eq!(guard.check(now, &message, source, |_| None), Proof::Challenge(Stale::No));
}

#[test]
fn a_request_without_hops_goes_no_further_3_3_11() {
    let bytes = file("zeromf");
    assert_eq!(hops_left(&Message::parse(&bytes).expect("valid")), Err(Why::Hops));
}

#[test]
fn brackets_decide_whose_parameter_it_is_3_3_12() {
    for (name, of_contact, of_uri) in [("cparam01", true, false), ("cparam02", false, true)] {
        let bytes = file(name);
        let contact = Message::parse(&bytes).expect(name).contact().expect(name);
        let found = (contact.params.has(b"unknownparam"), contact.uri.params.has(b"unknownparam"));
        assert_eq!(found, (of_contact, of_uri), "{name}");
    }
}

#[test]
fn an_escaped_route_stays_in_the_contact_3_3_14() {
    let bytes = file("regescrt");
    let message = Message::parse(&bytes).expect("valid");
    assert_eq!(
        message.contact().map(|contact| contact.uri.headers),
        Some(&b"Route=%3Csip:sip.example.com%3E"[..])
    );
    assert_eq!(message.routes().count(), 0);
}

#[test]
fn a_phone_of_rfc_2543_is_understood_3_4_1() {
    let bytes = file("inv2543");
    let message = Message::parse(&bytes).expect("valid");
    assert_eq!((message.from_tag(), message.max_forwards()), (None, None));
    assert_eq!(message.via().and_then(|via| via.branch()), None);
    assert_eq!(hops_left(&message), Ok(69));
    assert!(message.body().ends_with(b"m=audio 49217 RTP/AVP 0\r\n"), "the rest of the datagram is the body");
    let uri = message.from().expect("From").uri;
    assert_eq!((uri.scheme, uri.params.value(b"user")), (Scheme::Sip, Some(&b"phone"[..])));
}
