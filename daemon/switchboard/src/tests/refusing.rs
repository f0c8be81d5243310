//! Calls that cannot be, and requests that cannot be served.

use std::sync::Arc;

use account::UserId;
use sip::seed::Seed;
use sip::transaction::{Limits, Transactions};

use super::office::{account, id};
use super::{Office, SECOND};
use crate::Input;

#[test]
fn whom_nobody_can_reach_is_said_why() {
    let mut office = Office::with(&["mara", "joerg"]);
    let rows = [("555", 404), ("nobody", 404), ("103", 480), ("7654321e1", 486), ("030123456", 503)];
    office.phone_mut("joerg").mail.clear();
    for (number, status) in rows {
        if status == 486 {
            assert_eq!(office.is_refused("joerg", "102"), 486, "the only phone is the one in hand");
        } else {
            assert_eq!(office.is_refused("mara", number), status, "{number}");
        }
    }
    office.passes(10 * SECOND);
    office.nobody_hears_anything();
}

#[test]
fn what_cannot_be_connected_never_rings() {
    let mut office = Office::open();
    let voice = office.phone("mara").voice("sendrecv");
    let secure = voice.replace("RTP/AVP", "RTP/SAVP");
    let rows = [
        ("sip:102@sipgate.de", "Max-Forwards: 0\r\n", &*voice, 483),
        ("sip:102@example.com", "", &*voice, 404),
        ("sip:102@sipgate.de", "", &*secure, 488),
        ("sip:102@sipgate.de", "", "v=7\r\n", 400),
        ("sip:102@sipgate.de", "Content-Type: text/plain\r\n", "hello", 415),
        ("sip:102@sipgate.de", "Require: 100rel, gin\r\n", &*voice, 420),
        ("mailto:102@sipgate.de", "", &*voice, 416),
    ];
    for (uri, lines, body, status) in rows {
        let (line, first) = office.tries_with("mara", uri, lines, body);
        let last = if first.status() == 100 { office.hears("mara") } else { first };
        assert_eq!(last.status(), status, "{uri} {lines}");
        office.acknowledges(&line, &last);
        match status {
            420 => assert_eq!(last.header("Unsupported"), "gin"),
            415 => assert_eq!(last.header("Accept"), "application/sdp"),
            _ => {}
        }
    }
    office.passes(10 * SECOND);
    office.nobody_hears_anything();
    assert!(office.board.picture().calls.is_empty());
}

#[test]
fn unknown_methods_are_told_the_known_ones() {
    let mut office = Office::open();
    for method in ["NOTIFY", "FROBNICATE"] {
        let mut line = office.line("mara", "sip:102@sipgate.de");
        office.asks(&mut line, method, "", "");
        let answer = office.hears("mara");
        assert_eq!(answer.status(), 405);
        assert_eq!(
            answer.header("Allow"),
            "INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, INFO, UPDATE, PRACK, REFER, MESSAGE, SUBSCRIBE, PUBLISH"
        );
    }
}

#[test]
fn a_question_asked_twice_is_answered_alike() {
    let mut office = Office::open();
    for (method, lines, status) in
        [("OPTIONS", "", 200), ("FROBNICATE", "", 405), ("OPTIONS", "Max-Forwards: x\r\n", 400)]
    {
        let mut line = office.line("mara", "sip:sipgate.de");
        let request = office.asks(&mut line, method, lines, "");
        office.post("mara", &request.0);
        let (answer, copy) = (office.hears("mara"), office.hears("mara"));
        assert_eq!((answer.status(), &answer), (status, &copy), "RFC 3261 8.2.7");
    }
    assert_eq!(office.board.counts().invalid, 2);
}

#[test]
fn refusals_of_different_calls_have_different_tags() {
    let mut office = Office::open();
    let tags = ["555", "556"].map(|number| {
        let (line, _) = office.tries("mara", number);
        let refusal = office.hears("mara");
        office.acknowledges(&line, &refusal);
        refusal.tag("To").to_owned()
    });
    assert!(tags[0] != tags[1] && tags[0].len() >= 8, "{tags:?}");
}

#[test]
fn garbage_is_counted_and_answered_where_it_can_be() {
    let mut office = Office::open();
    office.post("mara", "\u{1}\u{2}\u{3} nonsense\r\n\r\n");
    office.nobody_hears_anything();
    let mut line = office.line("mara", "sip:sipgate.de");
    line.cseq = 1;
    let broken = office.phone_mut("mara").write(&line, "OPTIONS", "Content-Length: 99\r\n", "");
    office.post("mara", &broken.0);
    assert_eq!(office.hears("mara").status(), 400);
    assert_eq!(office.board.counts().unreadable, 2);
}

#[test]
fn requests_for_calls_that_do_not_exist() {
    let mut office = Office::open();
    for method in ["INVITE", "BYE", "INFO", "UPDATE", "PRACK", "REFER"] {
        let mut line = office.line("mara", "sip:gatehouse@192.0.2.1:5060");
        line.far = "<sip:102@sipgate.de>;tag=unknown".into();
        let voice = office.phone("mara").voice("sendrecv");
        line.invite = office.asks(&mut line, method, "", &voice);
        let answer = office.hears("mara");
        assert!(answer.is_answer(481, method), "{}", answer.0);
        assert_eq!(office.board.in_memory()[8], 0, "a stranger's {method} leaves nothing behind");
        if method == "INVITE" {
            office.acknowledges(&line, &answer);
        }
    }
}

#[test]
fn a_phone_s_refusal_is_the_call_s() {
    for (status, told) in [(486, 486), (600, 600), (603, 603), (488, 488), (401, 480), (302, 480), (503, 480)]
    {
        let mut office = Office::open();
        let line = office.dials("mara", "102");
        let ringing = office.rings("joerg");
        office.says(&ringing, status);
        assert!(office.hears("joerg").is_request("ACK"));
        let refusal = office.hears("mara");
        assert_eq!(refusal.status(), told);
        office.acknowledges(&line, &refusal);
        office.passes(10 * SECOND);
        office.nobody_hears_anything();
    }
}

#[test]
fn a_person_is_busy_when_all_phones_are() {
    let mut office = Office::open();
    let line = office.dials("joerg", "101");
    let (desk, cordless) = (office.rings("mara"), office.rings("mara2"));
    office.says(&desk, 486);
    assert!(office.hears("mara").is_request("ACK"));
    office.nobody_hears_anything_but("mara2");
    office.says(&cordless, 503);
    let refusal = office.hears("joerg");
    assert_eq!(refusal.status(), 486, "busy says more than not there");
    office.acknowledges(&line, &refusal);
}

#[test]
fn who_takes_one_call_at_a_time_is_free_again_afterwards() {
    let mut office = Office::open();
    let mut house = account();
    house.users.get_mut(&id::<UserId>("w0")).unwrap().busy_on_busy = true;
    office.happens(Input::Account(Arc::new(house.indexed())));
    for _ in 0..2 {
        let mut line = office.dials("lena", "200");
        let desks = ["mara", "mara2", "joerg"].map(|phone| office.rings(phone));
        assert_eq!(office.is_refused("joerg", "101"), 486, "it rings there");
        desks[..2].iter().for_each(|desk| office.says(desk, 180));
        office.hears("lena");
        office.picks_up(&desks[2]);
        office.is_connected(&mut line);
        desks[..2].iter().for_each(|desk| drop(office.falls_silent(desk)));
        let second = office.dials("joerg", "101");
        let [one, other] = ["mara", "mara2"].map(|phone| office.rings(phone));
        office.says(&other, 486);
        office.says(&one, 603);
        assert!(office.hears("mara").is_request("ACK") && office.hears("mara2").is_request("ACK"));
        let refusal = office.hears("joerg");
        assert_eq!(refusal.status(), 603, "who declines says more than who is busy");
        office.acknowledges(&second, &refusal);
        office.hangs_up(&mut line, &desks[2]);
    }
}

#[test]
fn who_declines_declines_on_every_phone() {
    let mut office = Office::open();
    office.dials("joerg", "101");
    let (desk, cordless) = (office.rings("mara"), office.rings("mara2"));
    office.says(&cordless, 180);
    office.hears("joerg");
    office.says(&desk, 603);
    assert_eq!(office.falls_silent(&cordless).header("Reason"), "");
    assert_eq!(office.hears("joerg").status(), 603);
}

#[test]
fn a_connection_that_is_gone_ends_the_attempt_at_once() {
    let mut office = Office::open();
    let line = office.dials("mara", "103");
    let ringing = office.rings("lena");
    office.happens(Input::Unreachable(office.phone(ringing.phone).flow));
    let refusal = office.hears("mara");
    assert_eq!(refusal.status(), 480);
    office.acknowledges(&line, &refusal);
}

#[test]
fn a_box_that_can_ring_nobody_says_so_at_once() {
    let mut office = Office::open();
    let full = Limits { sent: 0, reserve: 0, ..Limits::default() };
    office.board.wires.tx = Transactions::new(full, &mut Seed::new([3; 32]));
    assert_eq!(office.is_refused("joerg", "101"), 480);
    assert!(office.board.picture().calls.is_empty());
}

#[test]
fn a_phone_without_power_is_given_up_after_half_a_minute() {
    let mut office = Office::open();
    office.dials("mara", "102");
    office.passes(31 * SECOND);
    office.nobody_hears_anything_but("joerg");
    office.passes(SECOND);
    assert_eq!(office.hears("mara").status(), 480);
}

#[test]
fn without_voice_ports_there_is_no_call_and_the_relay_is_asked_again() {
    let mut office = Office::open();
    office.relay.full = true;
    let mut lines = Vec::new();
    while office.board.picture().room > 0 {
        lines.push(office.dials("mara", "102"));
    }
    assert_eq!(lines.len(), 128);
    assert_eq!(office.is_refused("lena", "102"), 503);
    office.relay.full = false;
    assert_eq!(office.is_refused("lena", "102"), 503);
    office.hears_all("joerg");
    office.dials("lena", "102");
    office.rings("joerg");
}
