use super::*;

const SOUND: &[(&str, &str)] = &[
    ("Via", "SIP/2.0/UDP h;branch=z9hG4bK1"),
    ("From", "<sip:a@b>;tag=1"),
    ("To", "<sip:a@b>"),
    ("Call-ID", "1"),
    ("CSeq", "1 REGISTER"),
];

/// A sound REGISTER with one header replaced, or added, or (with an empty value) left out.
fn judged(name: &str, value: &str) -> Result<(), Invalid> {
    let mut lines: Vec<_> = SOUND.iter().filter(|(known, _)| *known != name).copied().collect();
    if !value.is_empty() {
        lines.push((name, value));
    }
    request("REGISTER sip:box SIP/2.0", &lines)
}

fn request(first: &str, lines: &[(&str, &str)]) -> Result<(), Invalid> {
    let lines: String = lines.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    Message::parse(format!("{first}\r\n{lines}\r\n").as_bytes()).expect("lines are sound").validate()
}

#[test]
fn ordinary_phones_pass() {
    for (name, value) in [
        ("User-Agent", "x"),
        ("Contact", "*"),
        ("Contact", r#"<sip:a@b>;reg-id=1;+sip.instance="<urn:uuid:1>";methods="INVITE, ACK", <tel:+4930>"#),
        ("Via", "SIP/2.0/UDP [2001:db8::2];rport;branch=z9hG4bK1"),
        ("Via", "SIP/2.0/DTLS-UDP h;branch=z9hG4bK1"),
        ("From", "M\u{fc}ller <sip:a@b>;tag=1"),
        ("To", "<sip:#31#@b>"),
        ("Date", "yesterday"),
        ("Expires", "soon"),
        ("Authorization", "Digest username=\"a\""),
        ("Route", "<sip:box;lr>"),
    ] {
        assert_eq!(judged(name, value), Ok(()), "{name}: {value}");
    }
}

#[test]
fn what_every_message_must_have() {
    for name in MANDATORY {
        assert_eq!(judged(name.text(), ""), Err(Invalid::Missing(name)));
    }
}

#[test]
fn what_cannot_be_read() {
    for (name, value) in [
        (Name::Via, "SIP/2.0/UDP h,"),
        (Name::Via, "SIP/2.0/UDP h;;x"),
        (Name::From, "\"open <sip:a@b>"),
        (Name::From, "<sip:a@b>;tag="),
        (Name::CallId, "a b"),
        (Name::CSeq, "2147483648 REGISTER"),
        (Name::MaxForwards, "256"),
        (Name::Contact, "<sip:a@b>,"),
        (Name::Contact, "*, <sip:a@b>"),
        (Name::Contact, "*;expires=0"),
        (Name::Route, "<tel:+4930>"),
        (Name::To, "<tel:+4930>"),
        (Name::Authorization, "\"quoted\""),
        (Name::RAck, "1 INVITE"),
        (Name::Replaces, "id;to-tag=1"),
        (Name::Join, "id;from-tag=1"),
    ] {
        assert_eq!(judged(name.text(), value), Err(Invalid::Malformed(name)), "{value}");
        assert_eq!(Invalid::Malformed(name).status(), 400);
    }
}

#[test]
fn what_stands_twice() {
    for name in SINGLE {
        let value =
            SOUND.iter().find(|(known, _)| *known == name.text()).map_or("<sip:a@b>", |(_, value)| value);
        let lines = [SOUND, &[(name.text(), value), (name.text(), value)]].concat();
        let found = request("REGISTER sip:box SIP/2.0", &lines);
        let unreadable = [Name::MaxForwards, Name::RAck, Name::Join, Name::Replaces].contains(&name);
        let expected = if unreadable { Invalid::Malformed(name) } else { Invalid::Repeated(name) };
        assert_eq!(found, Err(expected), "{name:?}");
    }
}

#[test]
fn first_lines() {
    let first = |line: &str| request(line, SOUND);
    assert_eq!(first("REGISTER sip:box SIP/3.0"), Err(Invalid::Version));
    assert_eq!(first("REGISTER <sip:box> SIP/2.0"), Err(Invalid::RequestUri));
    assert_eq!(first("REGISTER sip:box?a=b SIP/2.0"), Err(Invalid::RequestUri));
    assert_eq!(first("OPTIONS sip:box SIP/2.0"), Err(Invalid::MethodMismatch));
    assert_eq!(first("SIP/2.0 200 OK"), Ok(()));
    assert_eq!(Invalid::Version.status(), 505);
}

#[test]
fn the_star_belongs_to_register_only() {
    let lines: Vec<_> = SOUND.iter().copied().filter(|(name, _)| *name != "CSeq").collect();
    let lines = [&lines[..], &[("CSeq", "1 INVITE"), ("Contact", "*")]].concat();
    assert_eq!(request("INVITE sip:box SIP/2.0", &lines), Err(Invalid::Malformed(Name::Contact)));
}

#[test]
fn an_answer_with_two_hops_is_for_somebody_else() {
    let lines = [SOUND, &[("Via", "SIP/2.0/UDP other;branch=z9hG4bK2")]].concat();
    assert_eq!(request("SIP/2.0 200 OK", &lines), Err(Invalid::NotForUs));
    assert_eq!(request("REGISTER sip:box SIP/2.0", &lines), Ok(()));
}
