//! Browsers, as Chromium writes its voice.

use super::*;
use crate::relay::{Flow, LegPlan, RtcpPath};
use crate::srtp::LONGEST_KEY;

const PRINT: &str =
    "sha-256 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:3D:4B:65:2E:7D:46:3F:54:42:CD:54:F1";

fn door() -> Door {
    Door { port: 29_998, fingerprint: crate::dtls::Fingerprint::parse(PRINT).unwrap() }
}

/// An offer (`actpass`) or an answer (`active`).
fn page(name: &str, setup: &str) -> String {
    format!(
        "v=0\r\no=- 4611 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE audio\r\na=extmap-allow-mixed\r\n\
         a=msid-semantic: WMS 7f\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111 8 0 126\r\nc=IN IP4 0.0.0.0\r\n\
         a=rtcp:9 IN IP4 0.0.0.0\r\na=candidate:1 1 udp 2113937151 8a2f.local 51234 typ host\r\na=ice-ufrag:{name}\r\n\
         a=ice-pwd:longenoughpassword0000001\r\na=ice-options:trickle\r\na=fingerprint:{PRINT}\r\na=setup:{setup}\r\n\
         a=mid:audio\r\na=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\na=sendrecv\r\na=msid:7f 3e\r\na=rtcp-mux\r\n\
         a=rtcp-rsize\r\na=rtpmap:111 opus/48000/2\r\na=rtcp-fb:111 transport-cc\r\na=rtpmap:8 PCMA/8000\r\n\
         a=rtpmap:0 PCMU/8000\r\na=rtpmap:126 telephone-event/8000\r\na=ssrc:7 cname:x\r\n"
    )
}

fn at_the_door() -> Anchor {
    Anchor { door: Some(door()), ..anchor("192.0.2.1") }
}

fn audio(session: &Session) -> &Media {
    session.audio().unwrap()
}

#[test]
fn a_page_that_calls_is_answered_at_the_door() {
    let offer = parse(&page("abcd", "actpass")).under(Security::Browser);
    assert_eq!(audio(&offer).direction, Direction::SendReceive, "its address zero is no hold");
    let mut keys = KeyAgreement::new(Security::Browser);
    let lines = keys.answer(audio(&offer), || [7; LONGEST_KEY]).unwrap();
    let text = String::from_utf8(parse(DESK).anchored_with(&at_the_door(), &lines)).unwrap();
    let meeting = keys.meeting().unwrap();
    assert_eq!(&*meeting.theirs.name, "abcd");
    for line in [
        "a=ice-lite",
        "a=group:BUNDLE audio",
        "m=audio 29998 UDP/TLS/RTP/SAVPF 9 8 101",
        "a=mid:audio",
        &format!("a=ice-ufrag:{}", meeting.ours.name),
        &format!("a=ice-pwd:{}", meeting.ours.password()),
        &format!("a=fingerprint:{PRINT}"),
        "a=setup:passive",
        "a=rtcp-mux",
        "a=candidate:1 1 UDP 2130706431 192.0.2.1 29998 typ host",
        "a=ptime:20",
    ] {
        assert_eq!(text.lines().filter(|one| *one == line).count(), 1, "{line} in\n{text}");
    }
    assert!(text.find("a=ice-lite") < text.find("m="), "of the session");
    let read = parse(&text).media[0].clone();
    assert_eq!((read.transport, read.port), (Transport::Dtls, 29_998));
}

#[test]
fn a_desk_phone_hears_of_a_page_what_it_would_of_a_desk_phone() {
    let text = anchored(&page("abcd", "actpass"));
    assert!(text.contains("m=audio 20000 RTP/AVP 111 8 0 126\r\n"), "{text}");
    assert!(text.contains("a=rtpmap:8 PCMA/8000\r\n") && text.contains("a=rtcp:20001 "), "{text}");
    for foreign in
        ["ice", "candidate", "fingerprint", "setup", "mid", "mux", "ssrc", "extmap", "-fb", "0.0.0.0"]
    {
        assert!(!text.contains(foreign), "{foreign} in\n{text}");
    }
}

#[test]
fn a_page_that_is_called_gets_an_offer_and_its_answer_settles_how_it_is_met() {
    let mut keys = KeyAgreement::new(Security::Browser);
    let lines = keys.offer(|| [7; LONGEST_KEY]);
    assert_eq!(keys.meeting(), None, "nothing is agreed before its answer");
    let text = String::from_utf8(parse(DESK).anchored_with(&at_the_door(), &lines)).unwrap();
    assert!(text.contains("a=group:BUNDLE 0\r\n") && text.contains("a=mid:0\r\n"), "{text}");
    assert!(text.contains("a=setup:actpass\r\n"), "RFC 8842 5.2: {text}");
    assert_eq!(keys.answered(audio(&parse(DESK))), Err(Unacceptable::Keys), "open voice is no answer");
    let waits = parse(&page("abcd", "passive")).media[0].clone();
    assert_eq!(keys.answered(&waits), Err(Unacceptable::Keys), "nor one that leaves the handshake to us");
    let silent = parse(&page("abcd", "active").replace("a=ice-pwd", "a=x-pwd")).media[0].clone();
    assert_eq!(keys.answered(&silent), Err(Unacceptable::Keys), "nor is one that cannot be met");
    keys.answered(audio(&parse(&page("abcd", "active")))).unwrap();
    let met = keys.meeting().unwrap();
    assert_eq!((&*met.theirs.name, keys.keys()), ("abcd", None));
    assert_eq!(keys.offer(|| [9; LONGEST_KEY]), lines, "what is offered again stays");
}

#[test]
fn who_names_itself_anew_is_met_anew() {
    let mut keys = KeyAgreement::new(Security::Browser);
    let mut answer = |name: &str, random| {
        let offer = parse(&page(name, "actpass")).under(Security::Browser);
        keys.answer(audio(&offer), || [random; LONGEST_KEY]).unwrap();
        keys.meeting().unwrap().ours
    };
    let first = answer("abcd", 1);
    assert_eq!(answer("abcd", 2), first);
    assert_ne!(answer("efgh", 3), first);
}

#[test]
fn the_relay_is_never_told_to_send_a_page_open_voice() {
    let session =
        parse(&page("abcd", "actpass").replace("audio 9", "audio 51234").replace("0.0.0.0", "192.0.2.7"));
    let plan = LegPlan::of(&session, "192.0.2.9".parse().unwrap(), RtcpPath::Shared).unwrap();
    assert_eq!((plan.rtp, plan.rtcp, plan.sends), (None, None, Flow::Open));
}

#[test]
fn who_only_waits_to_be_called_upon_is_refused() {
    for (from, to) in [("setup:actpass", "setup:passive"), (PRINT, "sha-1 4A:AD"), ("ice-ufrag", "x-ufrag")] {
        let session = parse(&page("abcd", "actpass").replace(from, to)).under(Security::Browser);
        assert_eq!(session.acceptable(), Err(Unacceptable::Keys), "{to}");
    }
    let open = parse(DESK).under(Security::Browser);
    assert_eq!(open.acceptable(), Err(Unacceptable::Transport));
}
