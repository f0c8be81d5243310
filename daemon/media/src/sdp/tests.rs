use super::*;
use crate::srtp::{LONGEST_KEY, Suite};
use proptest::prelude::*;
use std::net::IpAddr;

/// A desk phone: CRLF, telephone-event, an ordinary offer.
const DESK: &str = "v=0\r\no=root 1821 1821 IN IP4 192.168.77.31\r\ns=call\r\nc=IN IP4 192.168.77.31\r\nt=0 0\r\n\
    m=audio 52816 RTP/AVP 9 8 101\r\na=rtpmap:9 G722/8000\r\na=rtpmap:8 PCMA/8000\r\n\
    a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n";

/// A soft phone with everything it knows: no session connection, RTCP elsewhere, ICE, keys, video, its address in odd places.
const SOFT: &str = "v=0\no=alice 3 7 IN IP4 10.1.2.3\ns=on 10.1.2.3\ni=see http://10.1.2.3/\nt=0 0\na=group:BUNDLE a v\n\
    m=audio 4000/1 RTP/AVPF 111 0\nc=IN IP4 10.1.2.3\nb=AS:64\na=rtcp:4011 IN IP4 10.1.2.4\na=rtcp-mux\n\
    a=rtpmap:111 opus/48000/2\na=candidate:1 1 UDP 2130706431 10.1.2.9 4000 typ host\na=ice-ufrag:x\na=ice-pwd:y\n\
    a=ssrc:7 cname:alice@10.1.2.3\na=x-seen-from:10.1.2.4\na=x-kept:10.1.2.33\na=maxptime:60\n\
    a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAA\n\
    m=video 4002 RTP/AVPF 96\nc=IN IP4 10.1.2.5\na=rtpmap:96 VP8/90000\na=sendonly\n";

fn parse(text: &str) -> Session {
    Session::parse(text.as_bytes()).unwrap()
}

fn anchor(address: &str) -> Anchor {
    let origin = Origin { username: "gatehouse", id: 42, version: 3 };
    Anchor { address: address.parse().unwrap(), rtp_port: 20_000, origin }
}

fn anchored(text: &str) -> String {
    String::from_utf8(parse(text).anchored(&anchor("192.0.2.1"))).unwrap()
}

#[test]
fn reads_a_desk_phone() {
    let session = parse(DESK);
    let audio = session.audio().unwrap();
    assert_eq!((audio.kind, audio.port, audio.transport), (MediaKind::Audio, 52816, Transport::Avp));
    assert_eq!(audio.formats, ["9".into(), "8".into(), "101".into()]);
    assert_eq!(audio.host, Host::Address("192.168.77.31".parse().unwrap()));
    assert_eq!((audio.ptime, audio.direction, audio.keyed), (Some(20), Direction::SendReceive, false));
    assert_eq!((audio.rtcp, audio.rtcp_mux), (None, false));
    let signalling = "192.168.77.99".parse().unwrap();
    assert_eq!(audio.rtcp_address(signalling), Some("192.168.77.31:52817".parse().unwrap()));
}

#[test]
fn reads_a_soft_phone() {
    let session = parse(SOFT);
    let audio = session.audio().unwrap();
    assert_eq!(audio.rtcp, Some((4011, Some("10.1.2.4".parse().unwrap()))));
    assert!(audio.rtcp_mux && audio.keyed);
    assert_eq!(audio.clocks.hertz(111), 48_000);
    assert_eq!(session.media()[1].kind, MediaKind::Video);
    assert_eq!(session.media()[1].direction, Direction::SendOnly);
}

#[test]
fn reads_ipv6_and_ignores_the_ttl() {
    let session =
        parse("v=0\no=- 1 1 IN IP6 2001:db8::7\ns=-\nc=IN IP6 2001:db8::7\nm=audio 4000 RTP/AVP 8\n");
    assert_eq!(session.audio().unwrap().host, Host::Address("2001:db8::7".parse().unwrap()));
    let session = parse("v=0\nc=IN IP4 192.0.2.7/127\nm=audio 4000 RTP/AVP 8\n");
    assert_eq!(session.audio().unwrap().host, Host::Address("192.0.2.7".parse().unwrap()));
}

#[test]
fn direction_of_the_medium_wins_over_the_session() {
    for (session, medium, address, expected) in [
        ("", "", "192.0.2.7", Direction::SendReceive),
        ("a=sendonly\n", "", "192.0.2.7", Direction::SendOnly),
        ("a=sendonly\n", "a=recvonly\n", "192.0.2.7", Direction::ReceiveOnly),
        ("", "a=inactive\n", "192.0.2.7", Direction::Inactive),
        ("", "", "0.0.0.0", Direction::SendOnly),
        ("", "a=recvonly\n", "0.0.0.0", Direction::Inactive),
    ] {
        let text = format!("v=0\nc=IN IP4 {address}\n{session}m=audio 4000 RTP/AVP 8\n{medium}");
        assert_eq!(parse(&text).audio().unwrap().direction, expected, "{text}");
    }
}

#[test]
fn nobody_is_sent_to_a_group_or_a_broken_address() {
    let signalling: IpAddr = "192.0.2.9".parse().unwrap();
    for connection in
        ["c=IN IP4 224.1.2.3/127\n", "c=IN IP4 255.255.255.255\n", "c=IN IP4 300.1.1.1\n", "c=\n", ""]
    {
        let session = parse(&format!("v=0\n{connection}m=audio 4000 RTP/AVP 8\n"));
        assert_eq!(
            session.audio().unwrap().rtp_address(signalling).unwrap().ip(),
            signalling,
            "{connection}"
        );
    }
}

#[test]
fn acceptable_is_plain_voice() {
    for (media, expected) in [
        ("m=audio 4000 RTP/AVP 8\n", Ok(())),
        ("m=audio 4000 rtp/avpf 8\n", Ok(())),
        ("m=audio 4000 RTP/SAVP 8\nm=audio 4002 RTP/AVP 8\n", Ok(())),
        ("m=video 4000 RTP/AVP 96\nm=audio 4002 RTP/AVP 8\n", Ok(())),
        ("", Err(Unacceptable::NoAudio)),
        ("m=audio 0 RTP/AVP 8\n", Err(Unacceptable::NoAudio)),
        ("m=image 4000 udptl t38\n", Err(Unacceptable::NoAudio)),
        ("m=audio 4000 RTP/SAVP 8\n", Err(Unacceptable::Transport)),
        ("m=audio 9 UDP/TLS/RTP/SAVPF 111\n", Err(Unacceptable::Transport)),
    ] {
        assert_eq!(parse(&format!("v=0\nc=IN IP4 192.0.2.7\n{media}")).acceptable(), expected, "{media}");
    }
}

#[test]
fn refuses_what_is_no_description() {
    let many = |line: &str, count: usize| format!("v=0\n{}", line.repeat(count));
    for (text, fault) in [
        (String::new(), SdpError::Version),
        ("o=- 1 1 IN IP4 192.0.2.7\n".into(), SdpError::Version),
        ("v=1\n".into(), SdpError::Version),
        ("v=0\nhello\n".into(), SdpError::Line { number: 2 }),
        ("v=0\n\ns=a\rc=IN IP4 192.0.2.7\n".into(), SdpError::Line { number: 3 }),
        ("v=0\ns=a\0b\n".into(), SdpError::Line { number: 2 }),
        ("v=0\nm=audio 4000 RTP/AVP\n".into(), SdpError::MediaLine { number: 2 }),
        ("v=0\nm=audio many RTP/AVP 8\n".into(), SdpError::MediaLine { number: 2 }),
        ("v=0\nm=audio 65536 RTP/AVP 8\n".into(), SdpError::MediaLine { number: 2 }),
        (many("m=audio 4000 RTP/AVP 8\n", MOST_MEDIA + 1), SdpError::TooLarge),
        (many("a=x\n", MOST_LINES), SdpError::TooLarge),
        (many("a=a-long-attribute-of-thirty-two\n", 510), SdpError::TooLarge),
    ] {
        assert_eq!(Session::parse(text.as_bytes()).err(), Some(fault), "{text:.60}");
    }
    assert!(Session::parse(many("m=audio 4000 RTP/AVP 8\n", MOST_MEDIA).as_bytes()).is_ok());
    assert!(Session::parse(many("a=x\n", MOST_LINES - 1).as_bytes()).is_ok());
}

#[test]
fn anchors_a_desk_phone_and_touches_nothing_else() {
    let expected = DESK
        .replace("root 1821 1821 IN IP4 192.168.77.31", "gatehouse 42 3 IN IP4 192.0.2.1")
        .replace("192.168.77.31", "192.0.2.1")
        .replace("52816", "20000");
    assert_eq!(anchored(DESK), expected);
}

#[test]
fn anchors_a_soft_phone_without_a_trace_of_it() {
    let expected = "v=0\r\no=gatehouse 42 3 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n\
        m=audio 20000 RTP/AVPF 111 0\r\nb=AS:64\r\na=rtcp:20001 IN IP4 192.0.2.1\r\na=rtcp-mux\r\n\
        a=rtpmap:111 opus/48000/2\r\na=x-kept:10.1.2.33\r\na=maxptime:60\r\nm=video 0 RTP/AVPF 96\r\n";
    assert_eq!(anchored(SOFT), expected);
}

#[test]
fn anchors_with_an_ipv6_address() {
    let text = String::from_utf8(parse(DESK).anchored(&anchor("2001:db8::1"))).unwrap();
    assert!(text.contains("c=IN IP6 2001:db8::1\r\n") && text.contains(" IN IP6 2001:db8::1\r\ns="));
}

#[test]
fn the_old_hold_is_said_in_words() {
    let held = DESK.replace("c=IN IP4 192.168.77.31", "c=IN IP4 0.0.0.0");
    let text = anchored(&held);
    assert!(text.contains("c=IN IP4 192.0.2.1\r\n") && text.contains("a=sendonly\r\n"), "{text}");
    assert!(!text.contains("sendrecv") && !text.contains("0.0.0.0"), "{text}");
}

#[test]
fn only_plain_voice_of_two_offers_is_carried_on() {
    let text = "v=0\nc=IN IP4 192.0.2.7\nm=audio 4000 RTP/SAVP 8\na=crypto:1 X inline:A\nm=audio 4002 RTP/AVP 8\na=ptime:20\n";
    assert!(anchored(text).ends_with("m=audio 0 RTP/SAVP 8\r\nm=audio 20000 RTP/AVP 8\r\na=ptime:20\r\n"));
}

#[test]
fn a_refusal_stays_a_refusal() {
    assert!(anchored("v=0\nc=IN IP4 192.0.2.7\nm=audio 0 RTP/AVP 8\n").ends_with("m=audio 0 RTP/AVP 8\r\n"));
}

/// Lines of a description, some of them naming one of the addresses of 198.51.100.0/24.
fn lines() -> impl Strategy<Value = String> {
    let host = (1u8..=254).prop_map(|last| format!("198.51.100.{last}"));
    let line = prop_oneof![
        host.clone().prop_map(|host| format!("c=IN IP4 {host}")),
        host.clone().prop_map(|host| format!("a=rtcp:4001 IN IP4 {host}")),
        host.prop_map(|host| format!("a=candidate:1 1 UDP 1 {host} 4000 typ host")),
        Just("m=audio 4000 RTP/AVP 0 8".to_owned()),
        Just("m=video 4002 RTP/AVP 96".to_owned()),
        Just("a=sendonly".to_owned()),
        "[a-z]=[ -~]{0,20}",
    ];
    proptest::collection::vec(line, 0..12).prop_map(|lines| format!("v=0\r\n{}\r\n", lines.join("\r\n")))
}

proptest! {
    #[test]
    fn any_body_is_read_or_refused(body in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Session::parse(&body);
    }

    #[test]
    fn an_anchored_description_is_ours_alone(text in lines()) {
        if let Ok(session) = Session::parse(text.as_bytes()) {
            let anchored = session.anchored(&anchor("192.0.2.1"));
            let again = Session::parse(&anchored).unwrap();
            prop_assert_eq!(again.media().len(), session.media().len());
            prop_assert_eq!(again.audio().map(|audio| audio.direction), session.audio().map(|audio| audio.direction));
            prop_assert!(!String::from_utf8(anchored).unwrap().contains("198.51.100."));
        }
    }
}

/// 30 bytes of key and salt.
const SECRET: &str = "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz";

fn with_keys(transport: &str, lines: &str) -> String {
    format!("v=0\r\nc=IN IP4 192.0.2.7\r\nm=audio 4000 {transport} 8\r\na=ptime:20\r\n{lines}")
}

fn audio(session: &Session) -> &Media {
    session.audio().unwrap()
}

/// Random enough for a test, never the same twice.
fn draw() -> impl FnMut() -> [u8; LONGEST_KEY] {
    let mut next = 0;
    move || {
        next += 1;
        [next; LONGEST_KEY]
    }
}

#[test]
fn reads_the_keys_that_it_can_use() {
    let long = "A".repeat(62);
    for (line, expected) in [
        (format!("1 AES_CM_128_HMAC_SHA1_80 inline:{SECRET}"), Some((1, Suite::AesCm128Sha1With80, 0))),
        (
            format!("999999999 aes_cm_128_hmac_sha1_32 INLINE:{SECRET}|2^31"),
            Some((999_999_999, Suite::AesCm128Sha1With32, 0)),
        ),
        (
            format!("2 AES_CM_128_HMAC_SHA1_80 inline:{SECRET}|2^20|1:4"),
            Some((2, Suite::AesCm128Sha1With80, 4)),
        ),
        (format!("2 AES_CM_128_HMAC_SHA1_80 inline:{SECRET}|1:4"), Some((2, Suite::AesCm128Sha1With80, 4))),
        (
            format!("2 AES_CM_128_HMAC_SHA1_80 inline:{SECRET}|1048576 KDR=0 WSH=128 -odd"),
            Some((2, Suite::AesCm128Sha1With80, 0)),
        ),
        (format!("1 AES_256_CM_HMAC_SHA1_80 inline:{long}=="), Some((1, Suite::AesCm256Sha1With80, 0))),
        (format!("1 AES_256_CM_HMAC_SHA1_80 inline:{}=", "A".repeat(61) + "E"), None),
        (format!("1 AEAD_AES_128_GCM inline:{}", "A".repeat(38) + "=="), Some((1, Suite::AeadAes128Gcm, 0))),
        (format!("1 AES_CM_128_HMAC_SHA1_80 inline:{SECRET}|2^8"), None),
        (format!("1 AES_CM_128_HMAC_SHA1_80 inline:{SECRET}|2^64"), None),
        (format!("1 AES_CM_128_HMAC_SHA1_80 inline:{SECRET}|1:0"), None),
        (format!("1 AES_CM_128_HMAC_SHA1_80 inline:{SECRET}|1:129"), None),
        (format!("1 AES_CM_128_HMAC_SHA1_80 inline:{SECRET}|1:4|5"), None),
        (format!("1 AES_CM_128_HMAC_SHA1_80 inline:{SECRET}|1:4;inline:{SECRET}|2:4"), None),
        (format!("1 AES_CM_128_HMAC_SHA1_80 inline:{SECRET} UNENCRYPTED_SRTP"), None),
        (format!("1 AES_CM_128_HMAC_SHA1_80 inline:{SECRET} KDR=1"), None),
        (format!("1234567890 AES_CM_128_HMAC_SHA1_80 inline:{SECRET}"), None),
        (format!("x AES_CM_128_HMAC_SHA1_80 inline:{SECRET}"), None),
        (format!("1 F8_128_HMAC_SHA1_80 inline:{SECRET}"), None),
        (format!("1 AES_CM_128_HMAC_SHA1_80 uri:{SECRET}"), None),
        (format!("1 AES_CM_128_HMAC_SHA1_80 inline:{}", SECRET.trim_start_matches("WVNf")), None),
        ("1 AES_CM_128_HMAC_SHA1_80 inline:".to_owned() + &"A".repeat(2_000), None),
        ("1 AES_CM_128_HMAC_SHA1_80".to_owned(), None),
    ] {
        let session = parse(&with_keys("RTP/AVP", &format!("a=crypto:{line}\r\n")));
        let read = audio(&session).crypto.first().map(|crypto| (crypto.tag, crypto.key.suite(), crypto.mki));
        assert_eq!(read, expected, "{line:.80}");
        assert!(audio(&session).keyed);
    }
    let many = format!("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{SECRET}\r\n").repeat(20);
    assert_eq!(audio(&parse(&with_keys("RTP/AVP", &many))).crypto.len(), 8);
}

#[test]
fn what_is_acceptable_depends_on_the_device() {
    let keys = format!("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{SECRET}\r\n");
    let strange = "a=crypto:1 F8_128_HMAC_SHA1_80 inline:AAAA\r\n";
    let (off, optional, required) = (Security::Off, Security::Optional, Security::Required);
    for (transport, lines, security, expected) in [
        ("RTP/AVP", "", off, Ok(())),
        ("RTP/AVP", "", optional, Ok(())),
        ("RTP/AVP", "", required, Err(Unacceptable::Keys)),
        ("RTP/AVP", keys.as_str(), off, Ok(())),
        ("RTP/AVP", keys.as_str(), required, Ok(())),
        ("RTP/AVP", strange, optional, Ok(())),
        ("RTP/SAVP", keys.as_str(), off, Err(Unacceptable::Transport)),
        ("RTP/SAVP", keys.as_str(), optional, Ok(())),
        ("RTP/SAVPF", keys.as_str(), required, Ok(())),
        ("RTP/SAVP", strange, optional, Err(Unacceptable::Keys)),
        ("UDP/TLS/RTP/SAVPF", keys.as_str(), required, Err(Unacceptable::Transport)),
    ] {
        let session = parse(&with_keys(transport, lines)).under(security);
        assert_eq!(session.acceptable(), expected, "{transport} {lines} {security:?}");
    }
    let both = format!("v=0\nc=IN IP4 192.0.2.7\nm=audio 4000 RTP/SAVP 8\n{keys}m=audio 4002 RTP/AVP 8\n");
    for (security, port) in [(off, 4002), (optional, 4000), (required, 4000)] {
        assert_eq!(audio(&parse(&both).under(security)).port, port);
    }
}

#[test]
fn a_phones_key_is_answered_with_one_of_ours() {
    let mut keys = KeyAgreement::new(Security::Optional);
    let mut draw = draw();
    let lines = format!(
        "a=crypto:1 AES_CM_128_HMAC_SHA1_32 inline:{SECRET}\r\na=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:{SECRET}|2^31|1:4\r\n"
    );
    let offer = parse(&with_keys("RTP/SAVP", &lines)).under(Security::Optional);
    let answer = keys.answer(audio(&offer), &mut draw).unwrap();
    let agreed = keys.keys().unwrap();
    assert_eq!((agreed.ours.suite(), agreed.mki), (Suite::AesCm128Sha1With80, 4));
    assert_ne!(agreed.ours, agreed.theirs);

    let plain = parse(DESK);
    let text = String::from_utf8(plain.anchored_with(&anchor("192.0.2.1"), &answer)).unwrap();
    let ours = "AQEB".repeat(10);
    assert!(text.contains("m=audio 20000 RTP/SAVP 9 8 101\r\n"), "{text}");
    assert!(text.contains(&format!("a=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:{ours}\r\n")), "{text}");

    assert_eq!(keys.answer(audio(&offer), &mut draw), Ok(answer), "the same key again keeps ours");
    let renewed = lines.replace("WVN", "XVN");
    let renewed = parse(&with_keys("RTP/SAVP", &renewed)).under(Security::Optional);
    keys.answer(audio(&renewed), &mut draw).unwrap();
    let now = keys.keys().unwrap();
    assert!(now.ours != agreed.ours && now.theirs != agreed.theirs, "new keys both ways");

    let open = parse(&with_keys("RTP/AVP", "")).under(Security::Optional);
    assert_eq!(keys.answer(audio(&open), &mut draw).map(|answer| answer.lines), Ok(Vec::new()));
    assert_eq!(keys.keys(), None);
}

#[test]
fn our_offer_has_a_key_for_each_suite_and_the_phone_takes_one() {
    for (security, transport) in [(Security::Optional, "RTP/AVP"), (Security::Required, "RTP/SAVP")] {
        let mut keys = KeyAgreement::new(security);
        let lines = keys.offer(draw());
        let text = parse(DESK).anchored_with(&anchor("192.0.2.1"), &lines);
        let offered = Session::parse(&text).unwrap().under(security);
        assert_eq!(audio(&offered).crypto, lines.lines, "we read what we write");
        assert!(String::from_utf8(text).unwrap().contains(&format!("m=audio 20000 {transport} 9")));
        let suites: Vec<_> = lines.lines.iter().map(|line| line.key.suite()).collect();
        assert!(suites.contains(&Suite::AesCm128Sha1With80) && suites.contains(&Suite::AeadAes128Gcm));

        let taken = format!("a=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:{SECRET}\r\n");
        let answer = parse(&with_keys(transport, &taken)).under(security);
        keys.answered(audio(&answer)).unwrap();
        let agreed = keys.keys().unwrap();
        assert_eq!((&agreed.ours, &agreed.theirs), (&lines.lines[1].key, &audio(&answer).crypto[0].key));

        assert_eq!(
            keys.offer(draw()).lines,
            [lines.lines[1].clone()],
            "a session that goes on keeps its key"
        );
        for strange in ["3", "9"] {
            let wrong = taken.replace("crypto:2", &format!("crypto:{strange}"));
            let answer = parse(&with_keys(transport, &wrong)).under(security);
            assert_eq!(keys.answered(audio(&answer)), Err(Unacceptable::Keys), "{strange}");
        }
    }
}

#[test]
fn a_phone_may_decline_optional_keys_and_not_required_ones() {
    let declined = parse(&with_keys("RTP/AVP", ""));
    for (security, expected) in
        [(Security::Off, Ok(())), (Security::Optional, Ok(())), (Security::Required, Err(Unacceptable::Keys))]
    {
        let mut keys = KeyAgreement::new(security);
        let lines = keys.offer(draw());
        assert_eq!(lines.lines.is_empty(), security == Security::Off);
        assert_eq!((keys.answered(audio(&declined)), keys.keys()), (expected, None), "{security:?}");
    }
}

#[test]
fn keys_stand_after_the_lines_that_come_before_attributes() {
    let mut keys = KeyAgreement::new(Security::Optional);
    let text = parse("v=0\nc=IN IP4 0.0.0.0\nm=audio 4000 RTP/AVPF 8\nb=AS:64\nm=video 0 RTP/AVP 96\n")
        .anchored_with(&anchor("192.0.2.1"), &keys.offer(draw()));
    let text = String::from_utf8(text).unwrap();
    let order: Vec<_> = text.lines().map(|line| line.split([':', ' ']).next().unwrap()).collect();
    let ours = ["a=sendonly", "a=crypto", "a=crypto", "a=crypto", "a=crypto"];
    assert_eq!(order, [&["v=0", "o=gatehouse", "c=IN", "m=audio", "b=AS"][..], &ours, &["m=video"]].concat());
}

#[test]
fn a_description_is_shown_without_its_keys() {
    let lines = format!("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{SECRET}\r\n");
    let session = parse(&with_keys("RTP/AVP", &lines));
    let mut keys = KeyAgreement::new(Security::Required);
    let ours = keys.offer(draw());
    let shown = format!("{session:?} {keys:?} {ours:?} {:?}", audio(&session).crypto);
    assert!(!shown.contains(SECRET) && !shown.contains("[1, 1") && !shown.contains("87, 86"), "{shown}");
}
