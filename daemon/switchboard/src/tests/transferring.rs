//! Somebody hands a call on, or takes it from somebody else.

use super::cloud::trunk;
use super::line::Line;
use super::said::Said;
use super::{MINUTE, Office, SECOND};
use crate::CallStage;

impl Office {
    /// Asks the box to put somebody else in this phone's place; returns the box's answer.
    pub(super) fn refers(&mut self, line: &mut Line, target: &str, lines: &str) -> Said {
        self.asks(line, "REFER", &format!("Refer-To: <{target}>\r\n{lines}"), "");
        self.hears(line.phone)
    }

    /// The phone hears how its transfer goes.
    pub(super) fn hears_news(&mut self, line: &Line, status: u16) -> Said {
        let news = self.hears(line.phone);
        assert!(news.is_request("NOTIFY"), "{}", news.0);
        assert!(news.header("Event").starts_with("refer"));
        assert_eq!(news.header("Content-Type"), "message/sipfrag;version=2.0");
        assert!(news.body().starts_with(&format!("SIP/2.0 {status} ")), "{}", news.0);
        let state = if status < 200 { "active" } else { "terminated" };
        assert!(news.header("Subscription-State").starts_with(state), "{}", news.0);
        self.replies(line, &news, 200, "");
        news
    }

    /// The newcomer's offer goes to the one who stays; the newcomer is confirmed by the answer.
    pub(super) fn meet(&mut self, newcomer: &Line, stays: &Line) {
        let invite = self.hears(stays.phone);
        assert!(invite.is_request("INVITE") && invite.body().contains("m=audio"), "{}", invite.0);
        assert_eq!(invite.header("Call-ID"), stays.call_id, "it keeps its dialog");
        let voice = self.phone(stays.phone).voice("sendrecv");
        self.replies(stays, &invite, 200, &voice);
        assert!(self.hears(stays.phone).is_request("ACK"));
        let ack = self.hears(newcomer.phone);
        assert!(ack.is_request("ACK") && ack.body().contains("m=audio"), "{}", ack.0);
    }

    /// Where the voice of these phones goes: each must hear the other through a pair of joined legs.
    pub(super) fn parties(&self) -> (String, String) {
        let call = &self.board.picture().calls[0];
        (call.caller.number.clone(), call.callee.number.clone())
    }

    /// This call, as a header of somebody else names it.
    pub(super) fn replaces(line: &Line) -> String {
        let tag = |text: &str| text.split_once(";tag=").map_or_else(|| "0".into(), |(_, tag)| tag.to_owned());
        format!("{};to-tag={};from-tag={}", line.call_id, tag(&line.far), tag(&line.near))
    }
}

#[test]
fn a_call_is_handed_on_without_asking() {
    let mut office = Office::open();
    let (here, mut there) = office.talk("mara", "102", "joerg");
    let answer = office.refers(&mut there, "sip:103@sipgate.de", "");
    assert!(answer.is_answer(202, "REFER"), "{}", answer.0);
    office.hears_news(&there, 100);
    let third = office.rings("lena");
    assert!(third.invite.header("From").contains("<sip:101@sipgate.de>"), "whom Lena will talk with");
    assert!(third.invite.header("Referred-By").contains("sip:102@sipgate.de"));
    office.says(&third, 180);
    office.hears_news(&there, 180);
    office.says_with_voice(&third, 200);
    office.hears_news(&there, 200);
    office.hears_bye(&there);
    office.meet(&third, &here);
    office.says_with_voice(&third, 200);
    assert!(office.hears("lena").is_request("ACK"), "RFC 3261 13.2.2.4");
    assert_eq!(office.parties(), ("101".into(), "103".into()));
    office.passes(MINUTE);
    office.nobody_hears_anything();
    let (mut here, third) = (here, third);
    office.hangs_up(&mut here, &third);
}

#[test]
fn a_call_is_handed_on_to_somebody_outside() {
    let mut office = Office::with_lines(&["mara", "joerg"], &[trunk()]);
    let (here, mut there) = office.talk("mara", "102", "joerg");
    assert_eq!(office.refers(&mut there, "sip:+493055577788@sipgate.de", "").status(), 202);
    office.hears_news(&there, 100);
    let asked = office.rings("cloud");
    assert_eq!(asked.invite.body(), "", "the offer comes from there");
    office.wants_password("cloud", &asked.invite, 407, "");
    assert!(office.hears("cloud").is_request("ACK"));
    let world = office.rings("cloud");
    assert!(world.invite.header("Proxy-Authorization").contains("username=\"7654321t0\""));
    office.says_with_voice(&world, 200);
    office.hears_news(&there, 200);
    office.hears_bye(&there);
    office.meet(&world, &here);
    assert_eq!(office.parties(), ("101".into(), "+493055577788".into()));
    let mut here = here;
    office.hangs_up(&mut here, &world);
}

#[test]
fn the_caller_hands_its_call_on() {
    let mut office = Office::open();
    let (mut here, mut there) = office.talk("mara", "102", "joerg");
    assert_eq!(office.refers(&mut here, "sip:103@sipgate.de", "").status(), 202);
    office.hears_news(&here, 100);
    let mut third = office.rings("lena");
    office.says_with_voice(&third, 200);
    office.hears_news(&here, 200);
    office.hears_bye(&here);
    office.meet(&third, &there);
    let voice = office.phone("lena").voice("sendonly");
    third.invite = office.asks(&mut third, "INVITE", "", &voice);
    assert!(office.hears("lena").is_answer(100, "INVITE"));
    let hold = office.hears("joerg");
    assert!(hold.is_request("INVITE") && hold.body().contains("a=sendonly"), "she is in her seat");
    let voice = office.phone("joerg").voice("recvonly");
    office.replies(&there, &hold, 200, &voice);
    assert!(office.hears("joerg").is_request("ACK"));
    office.is_connected(&mut third);
    assert_eq!(office.board.picture().calls[0].stage, CallStage::Held);
    office.hangs_up(&mut there, &third);
}

#[test]
fn a_call_that_nobody_takes_stays_with_who_handed_it_on() {
    let mut office = Office::open();
    let (mut here, mut there) = office.talk("mara", "102", "joerg");
    assert_eq!(office.refers(&mut there, "sip:103@sipgate.de", "").status(), 202);
    office.hears_news(&there, 100);
    let third = office.rings("lena");
    office.says(&third, 486);
    assert!(office.hears("lena").is_request("ACK"));
    office.hears_news(&there, 486);
    office.nobody_hears_anything();
    assert_eq!(office.refers(&mut there, "sip:103@sipgate.de", "").status(), 202, "he may try again");
    office.hears_news(&there, 100);
    let third = office.rings("lena");
    office.says(&third, 180);
    office.hears_news(&there, 180);
    office.passes(2 * MINUTE);
    office.falls_silent(&third);
    office.hears_news(&there, 480);
    office.hangs_up(&mut here, &there);
}

#[test]
fn who_hands_on_may_leave_at_once() {
    for taken in [true, false] {
        let mut office = Office::open();
        let (mut here, mut there) = office.talk("mara", "102", "joerg");
        office.refers(&mut there, "sip:103@sipgate.de", "");
        office.hears_news(&there, 100);
        let third = office.rings("lena");
        office.asks(&mut there, "BYE", "", "");
        assert!(office.hears("joerg").is_answer(200, "BYE"));
        office.nobody_hears_anything();
        if taken {
            office.says_with_voice(&third, 200);
            office.meet(&third, &here);
            office.hangs_up(&mut here, &third);
        } else {
            office.says(&third, 603);
            assert!(office.hears("lena").is_request("ACK"));
            assert_eq!(office.hears_bye(&here).header("Reason"), "SIP;cause=480;text=\"Transfer failed\"");
        }
        office.nobody_hears_anything();
    }
}

#[test]
fn who_was_to_be_handed_on_hangs_up() {
    let mut office = Office::open();
    let (mut here, mut there) = office.talk("mara", "102", "joerg");
    office.refers(&mut there, "sip:103@sipgate.de", "");
    office.hears_news(&there, 100);
    let third = office.rings("lena");
    office.says(&third, 180);
    office.hears_news(&there, 180);
    office.asks(&mut here, "BYE", "", "");
    assert!(office.hears("mara").is_answer(200, "BYE"));
    office.falls_silent(&third);
    office.hears_news(&there, 487);
    office.hears_bye(&there);
    office.nobody_hears_anything();
}

#[test]
fn the_news_of_a_transfer_can_be_declined() {
    let mut office = Office::open();
    let (_, mut there) = office.talk("mara", "102", "joerg");
    let answer =
        office.refers(&mut there, "sip:103@sipgate.de", "Refer-Sub: false\r\nRequire: norefersub\r\n");
    assert_eq!((answer.status(), answer.header("Refer-Sub")), (200, "false"), "RFC 4488 4");
    office.rings("lena");
    office.nobody_hears_anything();
}

#[test]
fn what_cannot_be_called_cannot_be_handed_to() {
    let mut office = Office::open();
    let (_, mut there) = office.talk("mara", "102", "joerg");
    for (target, status) in
        [("sip:555@sipgate.de", 404), ("sip:103@example.com", 404), ("sip:112@sipgate.de", 503)]
    {
        assert_eq!(office.refers(&mut there, target, "").status(), status, "{target}");
    }
    office.asks(&mut there, "REFER", "", "");
    assert_eq!(office.hears("joerg").status(), 400);
    office.nobody_hears_anything();
}

#[test]
fn two_calls_become_one() {
    for first_call_is_his in [true, false] {
        let mut office = Office::open();
        let (mut here, mut with_mara) = office.talk("mara", "102", "joerg");
        let (mut with_lena, third) = office.talk("joerg", "103", "lena");
        let (first, second, near, far) = if first_call_is_his {
            (&mut with_mara, &with_lena, &here, &third)
        } else {
            (&mut with_lena, &with_mara, &third, &here)
        };
        let target = Office::replaces(second).replace(';', "%3B").replace('=', "%3D");
        let answer = office.refers(first, &format!("sip:gatehouse@192.0.2.1?Replaces={target}"), "");
        assert!(answer.is_answer(202, "REFER"), "{}", answer.0);
        office.hears_news(first, 200);
        office.hears_bye(first);
        office.hears_bye(second);
        let invite = office.hears(near.phone);
        assert!(invite.is_request("INVITE") && invite.body().is_empty(), "{}", invite.0);
        assert_eq!(invite.header("Call-ID"), near.call_id);
        let offer = office.phone(near.phone).voice("sendrecv");
        office.replies(near, &invite, 200, &offer);
        let carried = office.hears(far.phone);
        assert!(carried.is_request("INVITE") && carried.body().contains("m=audio"));
        let answer = office.phone(far.phone).voice("sendrecv");
        office.replies(far, &carried, 200, &answer);
        assert!(office.hears(far.phone).is_request("ACK"));
        let ack = office.hears(near.phone);
        assert!(ack.is_request("ACK") && ack.body().contains("m=audio"));
        assert_eq!(office.board.picture().calls.len(), 1);
        assert_eq!(office.records.len(), 1);
        office.passes(MINUTE);
        office.nobody_hears_anything();
        office.hangs_up(&mut here, &third);
    }
}

#[test]
fn a_call_that_only_rings_is_handed_on_too() {
    let mut office = Office::open();
    let (here, mut with_mara) = office.talk("mara", "102", "joerg");
    let mut with_lena = office.dials("joerg", "103");
    let ringing = office.rings("lena");
    office.says(&ringing, 180);
    with_lena.far = office.hears("joerg").header("To").into();
    let target = Office::replaces(&with_lena).replace(';', "%3B").replace('=', "%3D");
    let over = office.refers(&mut with_mara, &format!("sip:gatehouse@192.0.2.1?Replaces={target}"), "");
    assert!(over.is_answer(487, "INVITE"), "{}", over.0);
    office.acknowledges(&with_lena, &over);
    assert!(office.hears("joerg").is_answer(202, "REFER"));
    office.hears_news(&with_mara, 100);
    assert!(office.hears("lena").is_request("CANCEL"));
    let third = office.rings("lena");
    office.says(&ringing, 487);
    assert!(office.hears("lena").is_request("ACK"));
    office.says_with_voice(&third, 200);
    office.hears_news(&with_mara, 200);
    office.hears_bye(&with_mara);
    office.meet(&third, &here);
}

#[test]
fn a_phone_takes_the_place_of_another() {
    let mut office = Office::open();
    let (here, there) = office.talk("mara", "102", "joerg");
    let lines = format!("Replaces: {}\r\n", Office::replaces(&there));
    let voice = office.phone("lena").voice("sendrecv");
    let (mut third, first) = office.tries_with("lena", "sip:102@sipgate.de", &lines, &voice);
    assert_eq!(first.status(), 100, "{}", first.0);
    office.hears_bye(&there);
    let invite = office.hears("mara");
    assert!(invite.is_request("INVITE") && invite.header("Call-ID") == here.call_id);
    let answer = office.phone("mara").voice("sendrecv");
    office.replies(&here, &invite, 200, &answer);
    assert!(office.hears("mara").is_request("ACK"));
    office.is_connected(&mut third);
    assert_eq!(office.parties(), ("101".into(), "103".into()));
    office.hangs_up(&mut third, &here);
}

#[test]
fn a_ringing_call_is_picked_up_from_another_desk() {
    let mut office = Office::open();
    let mut line = office.dials("mara", "102");
    let ringing = office.rings("joerg");
    office.says(&ringing, 180);
    office.hears("mara");
    let lines = format!("Replaces: {};early-only\r\n", Office::replaces(&ringing));
    let voice = office.phone("lena").voice("sendrecv");
    let (mut third, first) = office.tries_with("lena", "sip:102@sipgate.de", &lines, &voice);
    assert_eq!(first.status(), 100, "{}", first.0);
    let cancel = office.falls_silent(&ringing);
    assert!(cancel.header("Reason").contains("cause=200"));
    assert!(office.is_connected(&mut third).body().contains("m=audio"));
    office.is_connected(&mut line);
    assert_eq!(office.parties(), ("101".into(), "103".into()));
    office.passes(MINUTE);
    office.nobody_hears_anything();
    office.hangs_up(&mut line, &third);
}

#[test]
fn what_is_not_there_cannot_be_taken() {
    let mut office = Office::open();
    let (here, there) = office.talk("mara", "102", "joerg");
    let voice = office.phone("lena").voice("sendrecv");
    let early = format!("Replaces: {};early-only\r\n", Office::replaces(&there));
    let wrong = Office::replaces(&there).replace("from-tag=joerg", "from-tag=guess");
    let both = format!("Join: {}\r\nReplaces: {}\r\n", Office::replaces(&here), Office::replaces(&there));
    for (lines, status) in [
        (early, 486),
        (format!("Replaces: {wrong}\r\n"), 481),
        ("Replaces: x;to-tag=y;from-tag=z\r\n".into(), 481),
        (both, 400),
        ("Join: x;to-tag=y;from-tag=z\r\n".into(), 481),
    ] {
        let (line, first) = office.tries_with("lena", "sip:102@sipgate.de", &lines, &voice);
        let refusal = if first.status() == 100 { office.hears("lena") } else { first };
        assert_eq!(refusal.status(), status, "{lines}");
        office.acknowledges(&line, &refusal);
    }
    office.nobody_hears_anything();
}

#[test]
fn a_transfer_from_outside_the_call_needs_the_password_and_a_part_in_the_call() {
    let mut office = Office::open();
    let (here, there) = office.talk("mara", "102", "joerg");
    let tag = |text: &str| text.split_once(";tag=").unwrap().1.to_owned();
    let about = format!(
        "Refer-To: <sip:103@sipgate.de>\r\nTarget-Dialog: {};local-tag={};remote-tag={}\r\n",
        there.call_id,
        tag(&there.near),
        tag(&there.far)
    );
    let mut stranger = office.line("lena", "sip:sipgate.de");
    assert_eq!(office.asks_proven(&mut stranger, "REFER", &about, "").status(), 403);
    let mut aside = office.line("joerg", "sip:sipgate.de");
    let answer = office.asks_proven(&mut aside, "REFER", &about, "");
    assert_eq!(answer.status(), 202, "{}", answer.0);
    aside.far = answer.header("To").into();
    let news = office.hears_news(&aside, 100);
    assert_eq!(news.header("Call-ID"), aside.call_id);
    let third = office.rings("lena");
    office.says_with_voice(&third, 200);
    office.hears_news(&aside, 200);
    office.hears_bye(&there);
    office.meet(&third, &here);
    office.passes(SECOND);
    office.nobody_hears_anything();
}
