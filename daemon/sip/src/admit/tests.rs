use super::*;

const SERVES: Serves<'static> = Serves {
    methods: &[Method::Invite, Method::Ack, Method::Cancel, Method::Options],
    extensions: &["timer"],
    bodies: &["application/sdp"],
};

fn judged(first: &str, rest: &str) -> Result<(), NotServed> {
    let bytes = format!("{first} SIP/2.0\r\n{rest}");
    SERVES.admit(&Message::parse(bytes.as_bytes()).expect("lines are sound"))
}

#[test]
fn what_is_served() {
    for (first, rest) in [
        (
            "INVITE sip:a@b",
            "Require: Timer\r\nAccept: text/plain, APPLICATION/sdp;level=1\r\nc: application/sdp\r\n\r\nv=0",
        ),
        ("INVITE tel:+4930", "e: identity\r\nc: Application/SDP;x=y\r\n\r\nv=0"),
        ("INVITE sip:a@b", "Accept: */*\r\n\r\n"),
        ("OPTIONS sip:b", "Accept: text/plain\r\nContent-Type: text/plain\r\n\r\n"),
        ("CANCEL sip:a@b", "Require: unheard-of\r\n\r\n"),
    ] {
        assert_eq!(judged(first, rest), Ok(()), "{first} {rest}");
    }
}

#[test]
fn what_is_not_served_and_how_it_is_told() {
    for (first, rest, why, status) in [
        ("REGISTER sip:b", "\r\n", NotServed::Method, 405),
        ("invite sip:b", "\r\n", NotServed::Method, 405),
        ("INVITE mailto:a@b", "\r\n", NotServed::Scheme, 416),
        ("INVITE sip:a@b", "Require: timer, path\r\n\r\n", NotServed::Extension, 420),
        ("INVITE sip:a@b", "c: text/plain\r\n\r\nhello", NotServed::Body, 415),
        ("INVITE sip:a@b", "\r\nhello", NotServed::Body, 415),
        ("INVITE sip:a@b", "e: gzip\r\nc: application/sdp\r\n\r\nv=0", NotServed::Body, 415),
        ("INVITE sip:a@b", "Accept: text/plain\r\n\r\n", NotServed::Answer, 406),
    ] {
        assert_eq!((judged(first, rest), why.status()), (Err(why), status), "{first} {rest}");
    }
}

#[test]
fn refusals_name_what_would_have_been_served() {
    let message = Message::parse(b"INVITE sip:a@b SIP/2.0\r\nRequire: path, timer\r\nRequire: x\r\n\r\n")
        .expect("sound");
    let told = |why| SERVES.explain(why, &message);
    assert_eq!(told(NotServed::Method), Some(("Allow", "INVITE, ACK, CANCEL, OPTIONS".into())));
    assert_eq!(told(NotServed::Extension), Some(("Unsupported", "path, x".into())));
    assert_eq!(told(NotServed::Body), Some(("Accept", "application/sdp".into())));
    assert_eq!(told(NotServed::Scheme), None);
}

#[test]
fn hops_are_counted_down() {
    let left = |headers: &str| {
        let bytes = format!("INVITE sip:a@b SIP/2.0\r\n{headers}\r\n");
        hops_left(&Message::parse(bytes.as_bytes()).expect("sound"))
    };
    assert_eq!(left("Max-Forwards: 1\r\n"), Ok(0));
    assert_eq!(left("Max-Forwards: 0\r\n"), Err(NotServed::Hops));
    assert_eq!(left(""), Ok(69));
    assert_eq!(NotServed::Hops.status(), 483);
}
