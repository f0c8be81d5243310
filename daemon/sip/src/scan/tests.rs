use super::*;

#[test]
fn quoted_strings_end_where_they_end() {
    for (text, length) in
        [(r#""""#, Some(2)), (r#""a"b"#, Some(3)), (r#""a\"b" c"#, Some(6)), (r#""a\\" "b""#, Some(5))]
    {
        assert_eq!(quoted_length(text.as_bytes()), length, "{text}");
    }
    for text in ["", "a", "\"", "\"a", r#""a\""#, r#""\"#] {
        assert_eq!(quoted_length(text.as_bytes()), None, "{text}");
    }
}

#[test]
fn quotes_and_escapes_are_taken_off() {
    for (text, plain) in [
        (r#""a b""#, "a b"),
        (r#""a\"b\\c""#, r#"a"b\c"#),
        ("token", "token"),
        ("\"", "\""),
        (r#""a\""#, "a"),
    ] {
        assert_eq!(&*unquoted(text.as_bytes()), plain.as_bytes(), "{text}");
    }
}

#[test]
fn commas_in_quotes_and_brackets_do_not_separate() {
    let split = |text: &'static str| {
        elements(text.as_bytes()).map(|part| String::from_utf8_lossy(part).into_owned()).collect::<Vec<_>>()
    };
    assert_eq!(split(r#""a, b" <sip:x,y@h>;p="1,2" , c"#), [r#""a, b" <sip:x,y@h>;p="1,2""#, "c"]);
    assert_eq!(split("a,\r\n b"), ["a", "b"]);
    assert_eq!(split("a,,b,"), ["a", "", "b", ""]);
    assert_eq!(split("\"open, a"), ["\"open, a"]);
}

#[test]
fn parameters() {
    let params = Params::parse(b" ; Tag = 1;lr;methods=\"INVITE; x, ACK\";empty=;").unwrap();
    assert_eq!(params.value(b"tag"), Some(&b"1"[..]));
    assert_eq!(params.value(b"METHODS"), Some(&b"\"INVITE; x, ACK\""[..]));
    assert!(params.has(b"lr") && params.value(b"lr").is_none() && !params.has(b"l"));
    assert_eq!(params.iter().count(), 5);
    assert!(Params::parse(b"x=1").is_none());
    assert_eq!(Params::parse(b"").unwrap().iter().count(), 0);
}

#[test]
fn careless_parameters_are_not_well_formed() {
    let well_formed = |text: &'static str| Params::parse(text.as_bytes()).unwrap().well_formed();
    for text in ["", ";", ";a", ";a=b;c=\"x;y\"", ";a=[::1]", ";+sip.instance=\"<urn:x>\""] {
        assert!(well_formed(text), "{text}");
    }
    for text in [";;a", ";a=", ";a=\"open", ";a b=c", ";<=1"] {
        assert!(!well_formed(text), "{text}");
    }
}
