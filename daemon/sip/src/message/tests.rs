use proptest::prelude::*;

use super::*;
use crate::lex::{MAX_HEADER, MAX_HEADERS, MAX_MESSAGE};
use crate::view::Contact;

fn with_headers(headers: &str) -> Vec<u8> {
    format!("OPTIONS sip:box SIP/2.0\r\n{headers}\r\n").into_bytes()
}

fn refused(bytes: &[u8]) -> ParseError {
    Message::parse(bytes).map(|_| ()).expect_err("no message")
}

#[test]
fn line_ends_alone_are_a_sign_of_life() {
    for bytes in [&b""[..], b"\r\n", b"\r\n\r\n", b"\n"] {
        assert_eq!(refused(bytes), ParseError::KeepAlive);
    }
    assert_eq!(ParseError::KeepAlive.status(), None);
}

#[test]
fn line_ends_before_the_first_line_are_skipped() {
    let bytes = [b"\r\n\r\n", &with_headers("l: 0\r\n")[..]].concat();
    assert_eq!(Message::parse(&bytes).unwrap().method(), Some(Method::Options));
}

#[test]
fn first_lines() {
    let request = |line: &str| Message::parse(format!("{line}\r\n\r\n").as_bytes()).map(|_| ());
    for line in
        ["INVITE sip:a@b SIP/2.0", "x!%*_+`'~ a:b SIP/10.21", "SIP/2.0 200 OK", "SIP/2.0 180 ", "sip/2.0 699"]
    {
        assert_eq!(request(line), Ok(()), "{line}");
    }
    for line in [
        "INVITE sip:a@b",
        "INVITE  sip:a@b SIP/2.0",
        "INVITE sip:a@b  SIP/2.0",
        "INVITE sip:a@b SIP/2.0 ",
        " INVITE sip:a@b SIP/2.0",
        "INV(ITE sip:a@b SIP/2.0",
        "GET / HTTP/1.1",
        "SIP/2.0 99 Low",
        "SIP/2.0 700 High",
        "SIP/2.0 2000 Long",
        "SIP/2.0 +20 Sign",
        "SIP/2. 200 OK",
        "SIP/2.0.0 200 OK",
    ] {
        assert_eq!(request(line), Err(ParseError::StartLine), "{line}");
    }
}

#[test]
fn headers_may_be_folded_spaced_and_short() {
    let bytes = with_headers("t \t : <sip:a@b>\r\n ;tag=1\r\nSubject:\r\nX-Raw:\tJ\u{fc}\r\n");
    let message = Message::parse(&bytes).unwrap();
    assert_eq!(message.header(Name::To), Some(&b"<sip:a@b>\r\n ;tag=1"[..]));
    assert_eq!(message.to_tag(), Some(&b"1"[..]));
    assert_eq!(message.header(Name::Subject), Some(&b""[..]));
    assert_eq!(message.text(Name::To).unwrap(), "<sip:a@b>   ;tag=1");
    assert_eq!(message.other_header(b"x-raw"), Some("J\u{fc}".as_bytes()));
}

#[test]
fn bytes_that_are_not_utf_8_cost_no_header() {
    let mut bytes = with_headers("From: \"J");
    bytes.truncate(bytes.len() - 2);
    bytes.extend_from_slice(b"\xfcrgen\" <sip:j@b>;tag=2\r\nCall-ID: 7\r\n\r\n");
    let message = Message::parse(&bytes).unwrap();
    assert_eq!(message.from().unwrap().display_name().unwrap(), "J\u{fffd}rgen");
    assert_eq!(message.call_id(), Some(&b"7"[..]));
}

#[test]
fn broken_lines_break_the_message() {
    for headers in ["no colon\r\n", ": empty\r\n", "na me: x\r\n", "na\"me: x\r\n"] {
        assert_eq!(refused(&with_headers(headers)), ParseError::HeaderLine, "{headers}");
    }
    for headers in ["a: x\n", "a: x\rb\r\n", "a: x\ny: z\r\n"] {
        assert_eq!(refused(&with_headers(headers)), ParseError::LineEnd, "{headers}");
    }
    assert_eq!(refused(b"OPTIONS sip:box SIP/2.0\r\nl: 0\r\n"), ParseError::Unfinished);
    assert_eq!(refused(b"OPTIONS sip:box SIP/2.0\r\nl: 0\r"), ParseError::Unfinished);
}

#[test]
fn one_content_length_and_only_digits() {
    for value in ["+5", "-5", "5 5", "five", "", "0x5", "5;x", "18446744073709551616"] {
        let error = refused(&with_headers(&format!("Content-Length: {value}\r\n")));
        assert_eq!(error, ParseError::ContentLength, "{value}");
    }
    for headers in ["l: 0\r\nContent-Length: 0\r\n", "l: 1\r\nContent-Length : 0\r\n"] {
        assert_eq!(refused(&with_headers(headers)), ParseError::ContentLength);
    }
    assert_eq!(refused(&with_headers("l: 18446744073709551615\r\n")), ParseError::BodyMissing);
}

#[test]
fn the_body_of_a_datagram() {
    let body = |headers: &str, rest: &str| {
        let bytes = [with_headers(headers), rest.into()].concat();
        Message::parse(&bytes).map(|message| String::from_utf8_lossy(message.body()).into_owned())
    };
    assert_eq!(body("", "hello").as_deref(), Ok("hello"), "without a length the rest is the body");
    assert_eq!(body("Content-Length : 3\r\n", "hello").as_deref(), Ok("hel"), "what follows is ignored");
    assert_eq!(body("l: 6\r\n", "hello"), Err(ParseError::BodyMissing));
}

#[test]
fn limits() {
    let long = |length: usize| with_headers(&format!("a: {}\r\n", "x".repeat(length - 3)));
    assert!(Message::parse(&long(MAX_HEADER)).is_ok());
    assert_eq!(refused(&long(MAX_HEADER + 1)), ParseError::HeaderTooLong);
    let folded = with_headers(&format!("a: x\r\n{}", " xxxxxxx\r\n".repeat(MAX_HEADER / 8)));
    assert_eq!(refused(&folded), ParseError::HeaderTooLong);
    assert!(Message::parse(&with_headers(&"a: x\r\n".repeat(MAX_HEADERS))).is_ok());
    assert_eq!(refused(&with_headers(&"a: x\r\n".repeat(MAX_HEADERS + 1))), ParseError::TooManyHeaders);
    let mut large = with_headers("");
    large.resize(MAX_MESSAGE, b'x');
    assert!(Message::parse(&large).is_ok());
    large.push(b'x');
    assert_eq!(refused(&large), ParseError::TooLarge);
    assert_eq!(ParseError::TooLarge.status(), Some(513));
}

#[test]
fn an_owned_message_lends_the_same_view() {
    for count in [3, 64, 65, 200] {
        let bytes =
            [with_headers(&"Via: SIP/2.0/UDP h;branch=z9hG4bK1\r\n".repeat(count)), b"body".into()].concat();
        let message = Message::parse(&bytes).unwrap();
        let owned = OwnedMessage::parse(Bytes::from(bytes.clone())).unwrap();
        for kept in [&owned, &message.to_owned()] {
            let lent = kept.message();
            assert!(lent.all_headers().eq(message.all_headers()));
            assert_eq!((lent.start(), lent.body()), (message.start(), message.body()));
            assert_eq!(lent.vias().count(), count);
        }
    }
}

#[test]
fn an_owned_message_ends_where_the_message_ends() {
    let bytes = [with_headers("l: 2\r\n"), b"xyz".into()].concat();
    assert!(OwnedMessage::parse(Bytes::from(bytes)).unwrap().bytes().ends_with(b"\r\n\r\nxy"));
}

#[test]
fn a_broken_request_can_still_be_answered() {
    let broken =
        b"INVITE  sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nbroken line\r\nbare\nVia: x\r\n\
        From: <sip:a@b>;tag=1\r\nCall-ID: 9\r\nContent-Length: 7\r\n\r\n";
    assert!(Message::parse(broken).is_err());
    let request = Message::salvage(broken).unwrap();
    assert_eq!(request.method(), Some(Method::Invite));
    assert_eq!((request.call_id(), request.from_tag()), (Some(&b"9"[..]), Some(&b"1"[..])));
    assert!(request.body().is_empty());
}

#[test]
fn what_nobody_can_be_told_is_not_salvaged() {
    for bytes in [
        &b"ACK  sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h\r\n\r\n"[..],
        b"SIP/2.0 9999 No\r\nVia: SIP/2.0/UDP h\r\n\r\n",
        b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP h\r\nbroken\r\n\r\n",
        b"INVITE  sip:a@b SIP/2.0\r\nTo: <sip:a@b>\r\n\r\n",
        b"GET / HTTP/1.1\r\nVia: SIP/2.0/UDP h\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01",
    ] {
        assert!(Message::salvage(bytes).is_none(), "{}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn a_request_cut_off_is_salvaged_up_to_the_cut() {
    let request = Message::salvage(b"OPTIONS sip:b SIP/2.0\r\nVia: SIP/2.0/UDP h\r\nCall-ID: 1\r\nFro");
    assert_eq!(request.and_then(|request| request.call_id()), Some(&b"1"[..]));
}

#[test]
fn a_header_folded_without_end_is_left_out_with_all_its_lines() {
    let endless = "\r\n folded".repeat(6_000);
    let text =
        format!("OPTIONS sip:b SIP/2.0\r\nSubject: x{endless}\r\nVia: SIP/2.0/UDP h\r\nCall-ID: 1\r\n\r\n");
    let request = Message::salvage(text.as_bytes()).unwrap();
    let names = request.all_headers().map(|header| header.name);
    assert_eq!(names.collect::<Vec<_>>(), [Name::Via, Name::CallId]);
}

/// Reads everything a message offers and checks that nothing points outside of it.
fn read_everything(bytes: &[u8]) {
    let Ok(message) = Message::parse(bytes) else {
        if let Some(request) = Message::salvage(bytes) {
            inside(bytes, request.all_headers().map(|header| header.value));
        }
        return;
    };
    let _ = message.validate();
    inside(bytes, message.all_headers().flat_map(|header| [header.written, header.value]));
    inside(bytes, [message.body(), message.bytes(), message.version()].into_iter());
    inside(bytes, message.vias().flat_map(|via| [via.host.raw(), via.transport, via.params.raw()]));
    for address in message.routes().chain(message.record_routes()).chain(message.from()).chain(message.to()) {
        inside(bytes, [address.uri.raw(), address.display_raw(), address.params.raw()].into_iter());
        let _ = (address.display_name(), address.uri.user_decoded(), address.uri.same_as(&address.uri));
    }
    for contact in message.contacts() {
        if let Contact::Address(address) = contact {
            let _ = (address.q(), address.expires(), address.instance(), address.reg_id());
        }
    }
    for params in message.authorizations().chain(message.proxy_authorizations()) {
        let _ = (params.value(b"nonce"), params.raw(b"response"));
    }
    let _ =
        (message.cseq(), message.rack(), message.max_forwards(), message.expires(), message.content_type());
    assert!(message.to_owned().message().all_headers().eq(message.all_headers()));
}

fn inside<'a>(bytes: &[u8], mut parts: impl Iterator<Item = &'a [u8]>) {
    let whole = bytes.as_ptr_range();
    assert!(parts.all(|part| part.is_empty()
        || (whole.start <= part.as_ptr_range().start && part.as_ptr_range().end <= whole.end)));
}

const SEED: &[u8] = b"INVITE sip:u;x=1@[2001:db8::1]:5060;transport=tcp SIP/2.0\r\n\
    Via: SIP/2.0/UDP 192.0.2.1:5060;rport;branch=z9hG4bKa,\r\n SIP / 2.0 / TCP h;received=192.0.2.9\r\n\
    f: \"A \\\"<sip:x@y>\" <sip:a%23@b>;tag=1\r\nt: sip:u@b;tag=2\r\ni: 1@h\r\nCSeq: 1 INVITE\r\n\
    m: <sip:a@b;ob>;q=0.5;+sip.instance=\"<urn:uuid:1>\", *\r\nRoute: <sip:r;lr>\r\n\
    Authorization: Digest username=\"a\", nonce=\"n\", nc=00000001, response=\"r\"\r\n\
    RAck: 1 2 INVITE\r\nContent-Type: application/sdp\r\nl: 5\r\n\r\nv=0\r\n";

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        read_everything(&bytes);
    }

    #[test]
    fn any_damage_to_a_message_is_survived(
        changes in prop::collection::vec((0..SEED.len(), any::<u8>()), 1..8),
        cut in 0..SEED.len(),
        twice in any::<bool>(),
    ) {
        let mut bytes = SEED.to_vec();
        for (place, byte) in changes {
            bytes[place] = byte;
        }
        if twice {
            bytes.drain(cut..);
        }
        read_everything(&bytes);
    }

    #[test]
    fn any_mixture_of_grammar_is_survived(parts in prop::collection::vec(
        prop::sample::select(vec![
            "INVITE ", "sip:a@b ", "SIP/2.0", "\r\n", "\r\n ", "Via", ": ", "SIP/2.0/UDP h", ";", ",", "\"", "\\", "<", ">",
            "=", "From", "To", "Contact", "CSeq", "l", "0", "18446744073709551615", "%", "%4", "[", "]", ":", "@", "?", "*",
            "Authorization", "Digest ", "branch", "tag", " ", "\t", "\r", "\n", "\0",
        ]), 0..60))
    {
        let text = format!("INVITE sip:a@b SIP/2.0\r\n{}\r\n\r\n", parts.concat());
        read_everything(text.as_bytes());
        read_everything(parts.concat().as_bytes());
    }
}
