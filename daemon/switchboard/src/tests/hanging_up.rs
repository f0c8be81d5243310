//! Calls end.

use super::{Office, SECOND};
use crate::Input;

#[test]
fn either_side_hangs_up() {
    let mut office = Office::open();
    let (mut here, there) = office.talk("mara", "103", "lena");
    office.hangs_up(&mut here, &there);
    let (here, mut there) = office.talk("mara", "103", "lena");
    office.hangs_up(&mut there, &here);
    office.nobody_hears_anything();
    assert!(office.board.picture().calls.is_empty());
}

#[test]
fn both_hang_up_at_the_same_moment() {
    let mut office = Office::open();
    let (mut here, mut there) = office.talk("mara", "102", "joerg");
    office.asks(&mut here, "BYE", "", "");
    assert!(office.hears("mara").is_answer(200, "BYE"));
    office.asks(&mut there, "BYE", "", "");
    let ours = office.hears("joerg");
    assert!(ours.is_request("BYE"));
    office.replies(&there, &ours, 481, "");
    assert!(office.hears("joerg").is_answer(481, "BYE"));
    office.passes(40 * SECOND);
    office.nobody_hears_anything();
}

#[test]
fn a_caller_gives_up_before_anything_rings() {
    let mut office = Office::open();
    let line = office.dials("mara", "102");
    let ringing = office.rings("joerg");
    office.cancels(&line);
    assert!(office.hears("mara").is_answer(200, "CANCEL"));
    let over = office.hears("mara");
    assert!(over.is_answer(487, "INVITE"));
    office.acknowledges(&line, &over);
    office.nobody_hears_anything();
    office.says(&ringing, 180);
    office.falls_silent(&ringing);
    office.passes(40 * SECOND);
    office.nobody_hears_anything();
}

#[test]
fn a_caller_gives_up_while_it_rings() {
    let mut office = Office::open();
    let line = office.dials("joerg", "101");
    let (desk, cordless) = (office.rings("mara"), office.rings("mara2"));
    office.says(&desk, 180);
    office.says(&cordless, 180);
    let ringing = office.hears("joerg");
    office.cancels(&line);
    let (heard, over) = (office.hears("joerg"), office.hears("joerg"));
    assert!(heard.is_answer(200, "CANCEL") && over.is_answer(487, "INVITE"));
    assert_eq!((ringing.tag("To"), ringing.tag("To")), (heard.tag("To"), over.tag("To")));
    office.acknowledges(&line, &over);
    for phone in [&desk, &cordless] {
        assert_eq!(office.falls_silent(phone).header("Reason"), "");
    }
}

#[test]
fn giving_up_crosses_the_answer() {
    let mut office = Office::open();
    let line = office.dials("mara", "102");
    let ringing = office.rings("joerg");
    office.says(&ringing, 180);
    office.hears("mara");
    office.cancels(&line);
    let (_, over) = (office.hears("mara"), office.hears("mara"));
    assert_eq!(over.status(), 487);
    office.acknowledges(&line, &over);
    assert!(office.hears("joerg").is_request("CANCEL"));
    office.picks_up(&ringing);
    office.hears_bye(&ringing);
    office.nobody_hears_anything();
    assert!(office.board.picture().calls.is_empty());
}

#[test]
fn giving_up_comes_too_late_for_an_answered_call() {
    let mut office = Office::open();
    let mut line = office.dials("mara", "102");
    let ringing = office.rings("joerg");
    office.picks_up(&ringing);
    office.cancels(&line);
    office.is_connected(&mut line);
    assert!(office.hears("mara").is_answer(200, "CANCEL"));
    assert_eq!(office.board.picture().calls.len(), 1, "RFC 3261 9.2");
    office.hangs_up(&mut line, &ringing);
}

#[test]
fn hanging_up_while_it_rings_is_giving_up() {
    let mut office = Office::open();
    let mut line = office.dials("mara", "102");
    let ringing = office.rings("joerg");
    office.says(&ringing, 180);
    let early = office.hears("mara");
    line.far = early.header("To").into();
    line.target = early.contact().into();
    office.asks(&mut line, "BYE", "", "");
    assert!(office.hears("mara").is_answer(200, "BYE"));
    assert!(office.hears("mara").is_answer(487, "INVITE"));
    office.falls_silent(&ringing);
}

#[test]
fn a_callee_that_hangs_up_at_once_waits_for_the_caller_s_ack() {
    let mut office = Office::open();
    let mut line = office.dials("mara", "102");
    let mut ringing = office.rings("joerg");
    office.picks_up(&ringing);
    office.asks(&mut ringing, "BYE", "", "");
    assert!(office.hears("joerg").is_answer(200, "BYE"));
    office.learns(&mut line);
    office.nobody_hears_anything();
    assert!(office.board.picture().calls.is_empty(), "for people it is over");
    office.confirms(&line, "");
    office.hears_bye(&line);
    office.passes(40 * SECOND);
    office.nobody_hears_anything();
}

#[test]
fn a_caller_that_hangs_up_without_an_ack_is_not_told_again_that_it_was_answered() {
    let mut office = Office::open();
    let (mut line, _) = office.tries_with("mara", "sip:102@sipgate.de", "", "");
    let ringing = office.rings("joerg");
    office.says_with_voice(&ringing, 200);
    office.learns(&mut line);
    office.asks(&mut line, "BYE", "", "");
    assert!(office.hears("mara").is_answer(200, "BYE"));
    assert!(office.hears("joerg").is_request("ACK"), "its 200 wants one even now");
    office.hears_bye(&ringing);
    office.passes(40 * SECOND);
    office.nobody_hears_anything();
}

#[test]
fn requests_out_of_order_are_not_served() {
    let mut office = Office::open();
    let (mut here, there) = office.talk("mara", "102", "joerg");
    here.cseq = 50;
    office.asks(&mut here, "INFO", "", "");
    let info = office.hears("joerg");
    office.replies(&there, &info, 200, "");
    assert!(office.hears("mara").is_answer(200, "INFO"));
    here.cseq = 10;
    office.asks(&mut here, "BYE", "", "");
    assert!(office.hears("mara").is_answer(500, "BYE"), "RFC 3261 12.2.2");
    office.nobody_hears_anything();
    here.cseq = 60;
    office.hangs_up(&mut here, &there);
}

#[test]
fn a_stranger_who_knows_half_of_a_call_cannot_end_it() {
    let mut office = Office::open();
    let (here, _) = office.talk("mara", "102", "joerg");
    let mut stranger = here.clone();
    stranger.phone = "lena";
    stranger.near = "<sip:101@sipgate.de>;tag=guess".into();
    office.asks(&mut stranger, "BYE", "", "");
    assert!(office.hears("lena").is_answer(481, "BYE"));
    office.nobody_hears_anything();
}

#[test]
fn when_the_box_stops_everybody_is_told() {
    let mut office = Office::open();
    office.talk("mara", "102", "joerg");
    let line = office.dials("lena", "101");
    let ringing = office.rings("mara2");
    office.hears("mara");
    office.says(&ringing, 180);
    office.hears("lena");
    office.happens(Input::Goodbye);
    for phone in ["joerg", "mara"] {
        let bye = office.hears(phone);
        assert!(bye.is_request("BYE"), "{}", bye.0);
        assert_eq!(bye.header("Reason"), "SIP;cause=503;text=\"Restarting\"");
    }
    let refusal = office.hears("lena");
    assert!(refusal.is_answer(503, "INVITE"));
    office.acknowledges(&line, &refusal);
    office.falls_silent(&ringing);
    assert_eq!(office.is_refused("joerg", "103"), 503);
}

#[test]
fn a_goodbye_that_waits_for_an_ack_is_said_when_the_box_stops() {
    let mut office = Office::open();
    office.dials("mara", "102");
    let mut ringing = office.rings("joerg");
    office.picks_up(&ringing);
    office.asks(&mut ringing, "BYE", "", "");
    assert!(office.hears("mara").is_answer(200, "INVITE"));
    office.nobody_hears_anything_but("joerg");
    office.happens(Input::Goodbye);
    assert!(office.hears("mara").is_request("BYE"));
}

#[test]
fn a_call_survives_a_new_account() {
    let mut office = Office::open();
    let (mut here, there) = office.talk("mara", "102", "joerg");
    office.happens(Input::Account(std::sync::Arc::default()));
    assert_eq!(office.board.picture().calls[0].caller.name, "Mara");
    assert_eq!(office.board.picture().bindings, 0);
    office.hangs_up(&mut here, &there);
}
