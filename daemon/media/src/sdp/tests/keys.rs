//! Keys in descriptions (RFC 4568).

use super::*;
use crate::srtp::{LONGEST_KEY, Suite};

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
        ("RTP/SAVP", keys.as_str(), off, Err(Unacceptable::KeysOff)),
        ("RTP/SAVP", keys.as_str(), optional, Ok(())),
        ("RTP/SAVPF", keys.as_str(), required, Ok(())),
        ("RTP/SAVP", strange, optional, Err(Unacceptable::Keys)),
        ("UDP/TLS/RTP/SAVPF", keys.as_str(), required, Err(Unacceptable::Keys)),
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
fn who_insists_on_closed_voice_is_offered_nothing_else_and_may_hear_an_answer_again() {
    let mut keys = KeyAgreement::new(Security::Optional);
    let offered = format!("a=crypto:7 AES_CM_128_HMAC_SHA1_80 inline:{SECRET}\r\n");
    let offer = parse(&with_keys("RTP/SAVP", &offered)).under(Security::Optional);
    let answer = keys.answer(audio(&offer), draw()).unwrap();
    let before = keys.keys();
    keys.answered(audio(&offer)).expect("our answer said again is an offer of the same key");
    assert_eq!(keys.keys(), before);
    assert_eq!(keys.offer(draw()).lines, answer.lines);
    let text = parse(DESK).anchored_with(&anchor("192.0.2.1"), &keys.offer(draw()));
    assert!(String::from_utf8(text).unwrap().contains("m=audio 20000 RTP/SAVP 9"));
    assert_eq!(keys.anew().keys(), None);
    assert!(!keys.anew().insist(), "it is known to insist");

    let mut keys = KeyAgreement::new(Security::Optional);
    assert_eq!([keys.insist(), keys.insist()], [true, false]);
    assert_eq!([Security::Off, Security::Required].map(|one| KeyAgreement::new(one).insist()), [false; 2]);
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
