//! RFC 3665 3: session establishment.

use super::super::{Office, SECOND};

#[test]
fn section_3_1_successful_session_establishment() {
    let mut office = Office::open();
    let mut here = office.dials("mara", "102");
    let mut there = office.rings("joerg");
    assert!(there.invite.body().contains("m=audio"));
    office.says(&there, 180);
    let ringing = office.hears("mara");
    assert!(ringing.is_answer(180, "INVITE") && !ringing.contact().is_empty());
    office.picks_up(&there);
    let accepted = office.is_connected(&mut here);
    assert!(accepted.body().contains("m=audio") && accepted.tag("To") == ringing.tag("To"));
    office.asks(&mut there, "BYE", "", "");
    assert!(office.hears("joerg").is_answer(200, "BYE"));
    office.hears_bye(&here);
    office.nobody_hears_anything();
}

/// Two hops of the caller's own before the box: answers go back through both, requests of ours too.
#[test]
fn section_3_2_session_establishment_through_two_proxies() {
    let mut office = Office::open();
    let hops = "Via: SIP/2.0/UDP ss2.example:5060;branch=z9hG4bK721e4.1\r\n\
                Via: SIP/2.0/UDP ss1.example:5060;branch=z9hG4bK2d4790.1;received=192.0.2.111\r\n\
                Via: SIP/2.0/UDP client.example:5060;branch=z9hG4bK74b43\r\n\
                Record-Route: <sip:ss2.example;lr>, <sip:ss1.example;lr>\r\n";
    let voice = office.phone("mara").voice("sendrecv");
    let (mut here, first) = office.tries_with("mara", "sip:102@sipgate.de", hops, &voice);
    assert!(first.is_answer(100, "INVITE"));
    let mut there = office.rings("joerg");
    assert_eq!(there.invite.headers("Via").count(), 1, "a call of our own");
    assert_eq!(there.invite.header("Record-Route"), "");
    office.picks_up(&there);
    let accepted = office.is_connected(&mut here);
    let hosts: Vec<_> = accepted.headers("Via").filter_map(|via| via.split([' ', ';']).nth(1)).collect();
    assert_eq!(hosts, ["ss2.example:5060", "ss1.example:5060", "client.example:5060"]);
    assert_eq!(accepted.header("Record-Route"), "<sip:ss2.example;lr>, <sip:ss1.example;lr>");
    office.asks(&mut there, "BYE", "", "");
    office.hears("joerg");
    let bye = office.hears_bye(&here);
    assert_eq!(bye.headers("Route").collect::<Vec<_>>(), ["<sip:ss2.example;lr>", "<sip:ss1.example;lr>"]);
}

/// Proofs for others stand beside ours; ours is found, and none of them is passed on.
#[test]
fn section_3_3_session_establishment_with_multiple_proxy_authentication() {
    let mut office = Office::open();
    let theirs = "Digest username=\"alice\", realm=\"atlanta.example.com\", nonce=\"wf84f1c\", \
                  uri=\"sip:102@sipgate.de\", response=\"42ce3cef44b22f50c6a6071bc8\"";
    let others = format!("Proxy-Authorization: {theirs}\r\nAuthorization: {theirs}\r\n");
    let voice = office.phone("mara").voice("sendrecv");
    let (mut here, first) = office.tries_with("mara", "sip:102@sipgate.de", &others, &voice);
    assert!(first.is_answer(100, "INVITE"), "{}", first.0);
    let there = office.rings("joerg");
    assert!(!there.invite.0.contains("uthorization"), "{}", there.invite.0);
    office.picks_up(&there);
    office.is_connected(&mut here);
    office.hangs_up(&mut here, &there);
}

/// One way to the called fails, another leads there.
#[test]
fn section_3_4_successful_session_with_proxy_failure() {
    let mut office = Office::open();
    let mut here = office.dials("joerg", "101");
    let (gone, there) = (office.rings("mara"), office.rings("mara2"));
    let way = office.phone(gone.phone).flow;
    office.happens(crate::Input::Unreachable(way));
    office.picks_up(&there);
    office.is_connected(&mut here);
    office.hangs_up(&mut here, &there);
    office.nobody_hears_anything_but("mara");
}

/// Neither side learns an address of the other; both speak to the box (the kit checks every message).
#[test]
fn section_3_5_session_through_a_sip_alg() {
    let mut office = Office::open();
    let (mut here, there) = office.talk("mara", "103", "lena");
    assert!(there.invite.body().contains("c=IN IP4 192.0.2.1\r\n"));
    assert!(there.invite.contact().contains("@192.0.2.1:5060"));
    let plans = office.relay.expected();
    let ends: Vec<_> =
        plans.iter().filter_map(|(_, plan)| plan.rtp).map(|end| end.ip().to_string()).collect();
    assert!(ends.contains(&"192.0.2.11".into()) && ends.contains(&"192.0.2.14".into()), "{ends:?}");
    office.hangs_up(&mut here, &there);
}

#[test]
fn section_3_6_session_with_sdp_in_ack() {
    let mut office = Office::open();
    let (mut here, first) = office.tries_with("mara", "sip:102@sipgate.de", "", "");
    assert!(first.is_answer(100, "INVITE"));
    let there = office.rings("joerg");
    assert_eq!(there.invite.body(), "");
    office.says(&there, 180);
    assert!(office.hears("mara").is_answer(180, "INVITE"));
    office.says_with_voice(&there, 200);
    assert!(office.learns(&mut here).body().contains("m=audio"));
    let answer = office.phone("mara").voice("sendrecv");
    office.confirms(&here, &answer);
    let ack = office.hears("joerg");
    assert!(ack.is_request("ACK") && ack.body().contains("m=audio"));
    office.hangs_up(&mut here, &there);
}

#[test]
fn section_3_7_session_with_re_invite_ip_address_change() {
    let mut office = Office::open();
    let (mut here, mut there) = office.talk("mara", "102", "joerg");
    office.relay.expected();
    let moved = office.phone("joerg").voice("sendrecv").replace("192.0.2.12", "192.0.2.99");
    there.invite = office.asks(&mut there, "INVITE", "Contact: <sip:joerg@192.0.2.99:5062>\r\n", &moved);
    assert!(office.hears("joerg").is_answer(100, "INVITE"));
    let passed_on = office.hears("mara");
    assert!(passed_on.is_request("INVITE") && !passed_on.0.contains("192.0.2.99"));
    let voice = office.phone("mara").voice("sendrecv");
    office.replies(&here, &passed_on, 200, &voice);
    assert!(office.hears("mara").is_request("ACK"));
    office.is_connected(&mut there);
    let ends: Vec<_> = office.relay.expected().into_iter().filter_map(|(_, plan)| plan.rtp).collect();
    assert!(ends.contains(&"192.0.2.99:40000".parse().unwrap()), "{ends:?}");
    office.asks(&mut here, "BYE", "", "");
    office.hears("mara");
    let bye = office.hears_bye(&there);
    assert_eq!(bye.first_line(), "BYE sip:joerg@192.0.2.99:5062 SIP/2.0");
}

#[test]
fn section_3_8_unsuccessful_no_answer() {
    let mut office = Office::open();
    let here = office.dials("mara", "102");
    let there = office.rings("joerg");
    office.says(&there, 180);
    office.hears("mara");
    office.passes(20 * SECOND);
    office.cancels(&here);
    assert!(office.hears("mara").is_answer(200, "CANCEL"));
    let over = office.hears("mara");
    assert!(over.is_answer(487, "INVITE"));
    office.acknowledges(&here, &over);
    office.falls_silent(&there);
    office.passes(40 * SECOND);
    office.nobody_hears_anything();
}

#[test]
fn section_3_9_unsuccessful_busy() {
    let mut office = Office::open();
    let here = office.dials("mara", "102");
    let there = office.rings("joerg");
    office.says(&there, 486);
    assert!(office.hears("joerg").is_request("ACK"));
    let busy = office.hears("mara");
    assert!(busy.is_answer(486, "INVITE"));
    office.acknowledges(&here, &busy);
    office.passes(40 * SECOND);
    office.nobody_hears_anything();
}

/// The INVITE is repeated for 32 seconds (timer A doubles, RFC 3261 17.1.1.2), then the caller is told.
#[test]
fn section_3_10_unsuccessful_no_response_from_user_agent() {
    let mut office = Office::open();
    let here = office.dials("mara", "102");
    office.passes(32 * SECOND);
    let heard = office.hears_all("joerg");
    assert_eq!(heard.len(), 7, "at 0, 0.5, 1.5, 3.5, 7.5, 15.5 and 31.5 s");
    assert!(heard.iter().all(|copy| *copy == heard[0]));
    let silence = office.hears("mara");
    assert!(silence.is_answer(480, "INVITE"));
    office.acknowledges(&here, &silence);
    office.passes(40 * SECOND);
    office.nobody_hears_anything();
}

#[test]
fn section_3_11_unsuccessful_temporarily_unavailable() {
    let mut office = Office::open();
    let here = office.dials("mara", "102");
    let there = office.rings("joerg");
    office.says(&there, 180);
    assert!(office.hears("mara").is_answer(180, "INVITE"));
    office.says(&there, 480);
    assert!(office.hears("joerg").is_request("ACK"));
    let away = office.hears("mara");
    assert!(away.is_answer(480, "INVITE"));
    office.acknowledges(&here, &away);
}
