use super::*;

fn uri(text: &str) -> Uri<'_> {
    Uri::parse(text.as_bytes()).unwrap_or_else(|| panic!("{text}"))
}

#[test]
fn parts_of_an_address() {
    let uri = uri("SIPS:a;b?c:pw@[2001:db8::1]:5061;transport=TLS;lr?Subject=x&y=z");
    assert_eq!(uri.scheme, Scheme::Sips);
    assert_eq!((uri.user, uri.password), (Some(&b"a;b?c"[..]), Some(&b"pw"[..])));
    assert_eq!(uri.host.and_then(|host| host.ip()), Some("2001:db8::1".parse().unwrap()));
    assert_eq!(
        (uri.port, uri.transport(), uri.headers),
        (Some(5061), Some(&b"TLS"[..]), &b"Subject=x&y=z"[..])
    );
    assert_eq!(uri.to_string(), "SIPS:a;b?c:pw@[2001:db8::1]:5061;transport=TLS;lr?Subject=x&y=z");
}

#[test]
fn numbers_keep_their_plus_and_star_codes_their_hash() {
    let tel = uri("tel:+49-30-123;phone-context=+49");
    assert_eq!((tel.scheme, tel.user), (Scheme::Tel, Some(&b"+49-30-123"[..])));
    assert_eq!(tel.params.value(b"phone-context"), Some(&b"+49"[..]));
    assert_eq!(uri("sip:#31#0301234@box").user, Some(&b"#31#0301234"[..]));
    assert_eq!(uri("sip:%2331%23@box").user_decoded().as_deref(), Some(&b"#31#"[..]));
    assert_eq!(uri("sip:100%@box").user_decoded().as_deref(), Some(&b"100%"[..]));
}

/// RFC 5118 4.10: the third colon is borne only where the grammar of RFC 3261 makes it.
#[test]
fn a_colon_too_many() {
    let host = |text: &'static str| Uri::parse(text.as_bytes()).and_then(|uri| uri.host?.ip());
    assert_eq!(host("sip:a@[2001:db8:::192.0.2.1]:5070"), Some("2001:db8::192.0.2.1".parse().unwrap()));
    assert_eq!(host("sip:[:::192.0.2.1]"), Some("::192.0.2.1".parse().unwrap()));
    for text in ["sip:[2001:db8:::1]", "sip:[::::192.0.2.1]", "sip:[1::2:::192.0.2.1]", "sip:[1:::192.0.2]"] {
        assert!(Uri::parse(text.as_bytes()).is_none(), "{text}");
    }
}

#[test]
fn foreign_kinds_are_kept_whole() {
    let isbn = uri("isbn:2983792873");
    assert_eq!((isbn.scheme, isbn.raw(), isbn.host), (Scheme::Other(b"isbn"), &b"isbn:2983792873"[..], None));
}

#[test]
fn what_is_no_uri() {
    for text in [
        "",
        "sip:",
        "sip",
        ":a",
        "1sip:a",
        "sip:a@",
        "sip:@b",
        "sip:a@b@c",
        "sip:a@b:0",
        "sip:a@b:65536",
        "sip:a@b:x",
        "sip:a b@c",
        "sip:a@b;x=\"1\"",
        "sip:<a@b>",
        "sip:a@[::1",
        "sip:a@[::1]x",
        "sip:a@b/c",
        "sip:a@*",
        "tel:",
        "tel:;x",
        "sip:a\r\n@b",
        "sip:a@b\0",
    ] {
        assert!(Uri::parse(text.as_bytes()).is_none(), "{text}");
    }
}

/// The examples of RFC 3261 19.1.4 and what a registrar meets besides.
#[test]
fn equal_addresses() {
    for (one, other) in [
        ("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"),
        ("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"),
        ("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;newparam=5"),
        (
            "sip:b.com;transport=tcp;method=REGISTER?to=sip:bob%40b.com",
            "sip:b.com;method=REGISTER;transport=tcp?to=sip:bob%40b.com",
        ),
        ("sip:a@b.com?subject=p&priority=u", "sip:a@b.com?priority=u&subject=p"),
        ("sip:a@[2001:db8::1]", "sip:a@[2001:DB8:0::1]"),
        ("isbn:12", "ISBN:12"),
    ] {
        assert!(uri(one).same_as(&uri(other)) && uri(other).same_as(&uri(one)), "{one} {other}");
    }
}

#[test]
fn different_addresses() {
    for (one, other) in [
        ("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"),
        ("sip:bob@biloxi.com", "sips:bob@biloxi.com"),
        ("sip:bob@biloxi.com;transport=udp", "sip:bob@biloxi.com;transport=tcp"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp"),
        ("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next"),
        ("sip:carol@chicago.com;user=phone", "sip:carol@chicago.com"),
        ("sip:a%3Ab@c", "sip:a:b@c"),
        ("sip:%00@h", "sip:%00%00@h"),
        ("sip:h", "sip:a@h"),
    ] {
        assert!(!uri(one).same_as(&uri(other)) && !uri(other).same_as(&uri(one)), "{one} {other}");
    }
}

/// An address made to keep us busy is compared byte by byte.
#[test]
fn long_addresses_are_compared_by_their_bytes() {
    let many: String = (0..200).map(|number| format!(";p{number}")).collect();
    let (one, other) = (format!("sip:a@b{many}"), format!("sip:a@B{many}"));
    assert!(uri(&one).same_as(&uri(&one)) && !uri(&one).same_as(&uri(&other)));
    let twice = uri("sip:a@b;x=1;x=2");
    assert!(twice.same_as(&twice) && !twice.same_as(&uri("sip:a@b;x=3")));
}
