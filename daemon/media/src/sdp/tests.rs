use super::*;
use proptest::prelude::*;
use std::net::IpAddr;

mod browsers;
mod keys;
mod spoken;
mod translating;

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
    Anchor { address: address.parse().unwrap(), rtp_port: 20_000, door: None, origin }
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
        ("m=image 4000 udptl t38\n", Ok(())),
        ("m=image 4000 RTP/AVP 96\n", Err(Unacceptable::NoAudio)),
        ("m=audio 4000 RTP/SAVP 8\n", Err(Unacceptable::KeysOff)),
        ("m=audio 9 UDP/TLS/RTP/SAVPF 111\n", Err(Unacceptable::Keys)),
        ("m=audio 4000 TCP/RTP/AVP 8\n", Err(Unacceptable::Transport)),
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

#[test]
fn plain_voice_is_g711_and_keys_in_packets_of_20_ms() {
    let plain = |text: &str| String::from_utf8(parse(text).plain().anchored(&anchor("192.0.2.1"))).unwrap();
    let offer = "v=0\nc=IN IP4 192.0.2.7\nm=video 4002 RTP/AVP 96\na=rtpmap:96 H264/90000\n\
                 m=audio 4000 RTP/AVP 111 9 0 8 13 101\na=rtpmap:111 opus/48000/2\na=fmtp:111 usedtx=1\n\
                 a=rtpmap:0 PCMU/8000\na=rtpmap:101 telephone-event/8000\na=fmtp:101 0-16\na=ptime:30\n\
                 a=maxptime:60\na=sendrecv\n";
    let voice = plain(offer);
    let voice = voice.split_once("m=audio").unwrap().1;
    assert_eq!(
        voice,
        " 20000 RTP/AVP 8 0 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\n\
         a=sendrecv\r\na=ptime:20\r\n"
    );
    let modern = "v=0\nc=IN IP4 192.0.2.7\nm=audio 4000 RTP/AVP 111 101\na=rtpmap:111 opus/48000/2\n";
    assert_eq!(plain(modern), anchored(modern), "what else it has is better than nothing");
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
