use proptest::prelude::*;

use super::*;
use crate::flow::Transport;

fn address(value: &str) -> NameAddr<'_> {
    NameAddr::parse(value.as_bytes()).unwrap_or_else(|| panic!("{value}"))
}

fn register(headers: &str) -> Vec<u8> {
    format!("REGISTER sip:box SIP/2.0\r\n{headers}\r\n").into_bytes()
}

/// The name a caller chose must never become the address of somebody else.
#[test]
fn a_display_name_is_never_an_address() {
    let cases = [
        (r#""Chef <sip:ceo@corp.test>" <sip:u@b.t>"#, r#"Chef <sip:ceo@corp.test>"#),
        (r#""Chef\" <sip:ceo@corp.test>" <sip:u@b.t>"#, r#"Chef" <sip:ceo@corp.test>"#),
        (r#""<sip:ceo@corp.test>;tag=9"<sip:u@b.t>"#, "<sip:ceo@corp.test>;tag=9"),
        (r#""a\\" <sip:u@b.t>"#, r"a\"),
        (r#""sip:ceo@corp.test, " <sip:u@b.t>;tag=1"#, "sip:ceo@corp.test, "),
    ];
    for (value, display) in cases {
        let address = address(value);
        assert_eq!(
            (address.uri.raw(), address.display_name().as_deref()),
            (&b"sip:u@b.t"[..], Some(display)),
            "{value}"
        );
    }
}

#[test]
fn addresses_people_write() {
    for (value, uri, display) in [
        ("<sip:u@b.t>", "sip:u@b.t", None),
        ("sip:u@b.t", "sip:u@b.t", None),
        ("sip:u@b.t;tag=1", "sip:u@b.t", None),
        ("Anna B. Meier<sip:u@b.t>", "sip:u@b.t", Some("Anna B. Meier")),
        ("M\u{fc}ller <sip:u@b.t>", "sip:u@b.t", Some("M\u{fc}ller")),
        ("\"\" <sip:u@b.t>", "sip:u@b.t", Some("")),
        ("<tel:+4930>", "tel:+4930", None),
        ("\"a\"\r\n <sip:u@b.t>\r\n ; tag=1", "sip:u@b.t", Some("a")),
    ] {
        let address = address(value);
        assert_eq!(
            (address.uri.raw(), address.display_name().as_deref()),
            (uri.as_bytes(), display),
            "{value}"
        );
    }
}

#[test]
fn what_is_no_address() {
    for value in [
        "",
        "\"open <sip:u@b.t>",
        "<sip:u@b.t",
        "Bell, A <sip:u@b.t>",
        "<>",
        "<sip:>",
        "a <sip:u@b.t> x",
        "< sip:u@b.t >",
        "sip:u@b.t?Route=x",
        "\"a\" sip:u@b.t x",
        "a;b <sip:u@b.t>",
        "x\"y\" <sip:u@b.t>",
    ] {
        assert!(NameAddr::parse(value.as_bytes()).is_none(), "{value}");
    }
}

#[test]
fn parameters_belong_inside_or_outside_of_the_brackets() {
    let address =
        address(r#"<sip:u@b.t;ob>;reg-id=1;+sip.instance="<urn:uuid:1>";methods="INVITE, ACK";expires=99"#);
    assert!(address.uri.params.has(b"ob") && !address.params.has(b"ob"));
    assert_eq!(address.instance().as_deref(), Some(&b"<urn:uuid:1>"[..]));
    assert_eq!((address.reg_id(), address.expires(), address.q()), (Some(1), Some(99), 1000));
}

#[test]
fn preferences() {
    for (value, expected) in
        [("0.7", 700), ("1", 1000), ("0", 0), ("1.000", 1000), ("0.333", 333), ("1.1", 1000), ("x", 1000)]
    {
        assert_eq!(address(&format!("<sip:a@b>;q={value}")).q(), expected, "{value}");
    }
}

#[test]
fn contacts_in_lists_and_the_star() {
    let bytes = register("m: <sip:a@b>;x=\"1,2\", \"c, d\" <sip:c@d>\r\nContact: <tel:+4930>\r\n");
    let message = Message::parse(&bytes).unwrap();
    let uris: Vec<_> = message.addresses(Name::Contact).map(|contact| contact.uri.raw()).collect();
    assert_eq!(uris, [&b"sip:a@b"[..], b"sip:c@d", b"tel:+4930"]);
    let bytes = register("Contact: *\r\n");
    let message = Message::parse(&bytes).unwrap();
    assert!(matches!(message.contacts().next(), Some(Contact::Any)));
    assert!(message.contact().is_none());
}

#[test]
fn vias() {
    let via = |text: &'static str| Via::parse(text.as_bytes());
    let six = via("SIP/2.0/TLS [2001:db8::2]:5061;rport;branch=z9hG4bKx;alias").unwrap();
    assert_eq!((six.host.ip(), six.port), (Some("2001:db8::2".parse().unwrap()), Some(5061)));
    assert_eq!(six.known_transport(), Some(Transport::Tls));
    assert!(six.wants_rport() && six.rport().is_none() && six.alias());
    assert_eq!(six.unique_branch(), Some(&b"z9hG4bKx"[..]));
    let answered = via("SIP/2.0/UDP h.example : 5060 ;received=192.0.2.9;rport=4711;branch=old").unwrap();
    assert_eq!((answered.received(), answered.rport()), (Some("192.0.2.9".parse().unwrap()), Some(4711)));
    assert_eq!(
        (answered.host.raw(), answered.port, answered.unique_branch()),
        (&b"h.example"[..], Some(5060), None)
    );
    assert_eq!(via("SIP/2.0/DTLS-UDP h").unwrap().known_transport(), None);
    let refused = [
        "",
        "SIP/2.0/UDP",
        "SIP/7.0/UDP h",
        "HTTP/2.0/UDP h",
        "SIP/2.0/UDP h:0",
        "SIP/2.0/UDP h:70000",
        "SIP/2.0/UDP [::g]",
        "SIP/2.0/UDP a b",
    ];
    assert!(refused.into_iter().all(|text| via(text).is_none()));
}

#[test]
fn sequence_numbers() {
    assert_eq!(
        CSeq::parse(b"0009\r\n  INVITE").map(|cseq| (cseq.number, cseq.method)),
        Some((9, Method::Invite))
    );
    assert_eq!(CSeq::parse(b"2147483647 BYE").map(|cseq| cseq.number), Some(CSeq::MAX));
    for value in ["2147483648 BYE", "-1 BYE", "+1 BYE", "1", "BYE 1", "1 B YE", ""] {
        assert_eq!(CSeq::parse(value.as_bytes()), None, "{value}");
    }
}

#[test]
fn numbers_of_other_headers() {
    let bytes = register(
        "Max-Forwards: 0070\r\nExpires: 4294967296\r\nMin-SE: 90;x\r\nRAck: 3 7 INVITE\r\nRSeq: 5\r\n",
    );
    let message = Message::parse(&bytes).unwrap();
    assert_eq!((message.max_forwards(), message.expires()), (Some(70), Some(u32::MAX)));
    assert_eq!((message.seconds(Name::MinSe), message.rseq()), (Some(90), Some(5)));
    assert_eq!(message.rack().map(|rack| (rack.rseq, rack.cseq.number)), Some((3, 7)));
    let bytes = register("Max-Forwards: 256\r\nExpires: soon\r\n");
    let message = Message::parse(&bytes).unwrap();
    assert_eq!((message.max_forwards(), message.expires()), (None, None));
}

#[test]
fn words_of_lists() {
    let bytes = register(
        "k: timer , 100rel\r\nSupported:\r\nSupported: path,\r\nAllow: INVITE,FOO\r\nc: application/SDP ;x=y\r\n",
    );
    let message = Message::parse(&bytes).unwrap();
    assert_eq!(message.supported().collect::<Vec<_>>(), [&b"timer"[..], b"100rel", b"path"]);
    assert!(message.supports(b"100REL") && !message.supports(b"gruu"));
    assert_eq!(message.allow().collect::<Vec<_>>(), [Method::Invite, Method::Other(b"FOO")]);
    assert!(message.has_content_type(b"application/sdp"));
}

#[test]
fn proofs_keep_the_text_they_were_made_of() {
    let bytes = register(
        "Authorization: digest\r\n username=\"a\\\"b\",realm = \"R\", uri=\"sip:box;x=%41\" ,nc=0000000a,algorithm=\"md5\"\r\n\
         Authorization: NoOneKnows opaque\r\n",
    );
    let message = Message::parse(&bytes).unwrap();
    let mut all = message.authorizations();
    let digest = all.next().unwrap();
    assert!(digest.is_digest());
    assert_eq!(digest.raw(b"username"), Some(&br#""a\"b""#[..]));
    assert_eq!(digest.value(b"USERNAME").as_deref(), Some(&b"a\"b"[..]));
    assert_eq!(
        (digest.value(b"uri").as_deref(), digest.raw(b"nc")),
        (Some(&b"sip:box;x=%41"[..]), Some(&b"0000000a"[..]))
    );
    assert!(!all.next().unwrap().is_digest());
    assert_eq!(format!("{digest:?}"), "AuthParams(hidden)");
}

/// Reads one value as every header there is a reader for; what is written again is read as the same.
fn read_as_everything(value: &[u8]) {
    if let Some(reason) = Reason::parse(value) {
        let again = reason.to_string();
        assert_eq!(Reason::parse(again.as_bytes()).map(|again| again.cause), Some(reason.cause), "{again}");
    }
    if let Some(expires) = SessionExpires::parse(value) {
        assert_eq!(SessionExpires::parse(expires.to_string().as_bytes()), Some(expires));
    }
    if let Some(dialog) = NamedDialog::parse(value) {
        assert_eq!(NamedDialog::parse(&dialog.written().unwrap()), Some(dialog));
    }
    if let Some(warning) = Warning::parse(value) {
        let again = warning.to_string();
        assert_eq!(Warning::parse(again.as_bytes()).map(|again| again.code), Some(warning.code), "{again}");
    }
    if let Some(state) = SubscriptionState::parse(value) {
        assert_eq!(SubscriptionState::parse(state.to_string().as_bytes()), Some(state));
    }
    if let Some(event) = Event::parse(value) {
        assert!(event.same_as(&Event::parse(event.to_string().as_bytes()).unwrap()));
    }
    let _ = (Privacy::parse(value), Pointer::parse(value), MediaRange::parse(value).map(|range| range.q()));
    let _ = NameAddr::parse(value)
        .map(|address| (address.uri.header(b"Replaces"), address.uri.without_headers()));
}

proptest! {
    #[test]
    fn any_value_is_survived_as_any_header(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        read_as_everything(&bytes);
    }

    #[test]
    fn any_mixture_of_words_is_survived_as_any_header(parts in prop::collection::vec(
        prop::sample::select(vec![
            "SIP", "Q.850", ";cause=", "200", ";text=", "\"", "\\", "399 ", "box ", ";to-tag=", ";from-tag=", ";early-only",
            "active", "terminated", ";reason=", ";expires=", ";id=", "dialog", ";refresher=uas", "90", "<", ">", "sip:a@b",
            "?", "&", "=", "%", "%4", "Reason", "Privacy", ",", " ", "\t", "/", "*", "id", "\u{fc}",
        ]), 0..24))
    {
        read_as_everything(parts.concat().as_bytes());
    }
}
