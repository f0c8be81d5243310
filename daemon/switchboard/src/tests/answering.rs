//! Somebody picks up.

use super::office::NAME;
use super::{Office, SECOND};

const ELSEWHERE: &str = "SIP;cause=200;text=\"Call completed elsewhere\"";

#[test]
fn the_first_to_answer_wins_and_the_others_fall_silent() {
    let mut office = Office::open();
    let mut line = office.dials("lena", "200");
    let desks = ["mara", "joerg", "mara2"].map(|phone| office.rings(phone));
    for desk in &desks {
        office.says(desk, 180);
    }
    assert_eq!(office.hears("lena").status(), 180);
    office.picks_up(&desks[1]);
    let accepted = office.is_connected(&mut line);
    for desk in [&desks[0], &desks[2]] {
        assert_eq!(office.falls_silent(desk).header("Reason"), ELSEWHERE);
    }
    assert!(accepted.header("P-Asserted-Identity").ends_with("<sip:102@sipgate.de>"));
    let call = &office.board.picture().calls[0];
    assert_eq!((&*call.callee.name, &*call.callee.number), (NAME, "102"));
    office.nobody_hears_anything();
}

#[test]
fn a_phone_that_was_not_heard_of_yet_is_silenced_as_soon_as_it_speaks() {
    let mut office = Office::open();
    office.dials("joerg", "101");
    let (fast, slow) = (office.rings("mara"), office.rings("mara2"));
    office.picks_up(&fast);
    office.nobody_hears_anything_but("joerg");
    office.says(&slow, 180);
    assert_eq!(office.falls_silent(&slow).header("Reason"), ELSEWHERE);
}

#[test]
fn two_phones_answer_at_the_same_moment() {
    let mut office = Office::open();
    let mut line = office.dials("joerg", "101");
    let (first, second) = (office.rings("mara"), office.rings("mara2"));
    office.says(&second, 180);
    office.hears("joerg");
    office.picks_up(&first);
    office.is_connected(&mut line);
    assert!(office.hears("mara2").is_request("CANCEL"));
    office.picks_up(&second);
    assert!(office.hears("mara2").is_request("BYE"));
    office.nobody_hears_anything();
    let device = office.board.picture().calls[0].callee.device.as_ref().map(ToString::to_string);
    assert_eq!(device.as_deref(), Some("e0"), "the first one keeps the call");
    office.hangs_up(&mut line, &first);
    assert_eq!(office.records[0].callee.device.as_ref().map(ToString::to_string).as_deref(), Some("e0"));
}

#[test]
fn a_repeated_200_of_the_callee_gets_the_same_ack_again() {
    let mut office = Office::open();
    let mut line = office.dials("mara", "102");
    let ringing = office.rings("joerg");
    let voice = office.phone("joerg").voice("sendrecv");
    office.replies(&ringing, &ringing.invite, 200, &voice);
    let ack = office.hears("joerg");
    assert!(ack.is_request("ACK") && ack.body().is_empty());
    office.is_connected(&mut line);
    office.replies(&ringing, &ringing.invite, 200, &voice);
    assert_eq!(office.hears("joerg"), ack);
    office.nobody_hears_anything();
}

#[test]
fn a_second_200_from_behind_the_same_contact_is_hung_up_on() {
    let mut office = Office::open();
    let mut line = office.dials("mara", "102");
    let ringing = office.rings("joerg");
    office.picks_up(&ringing);
    office.is_connected(&mut line);
    let mut twin = ringing.clone();
    twin.near = twin.near.replace(";tag=joerg", ";tag=twin");
    office.picks_up(&twin);
    let bye = office.hears("joerg");
    assert!(bye.is_request("BYE") && bye.tag("To") == "twin", "RFC 3261 13.2.2.4");
    assert_eq!(office.board.picture().calls.len(), 1);
}

#[test]
fn our_200_is_repeated_until_the_caller_confirms_it() {
    let mut office = Office::open();
    let mut line = office.dials("mara", "102");
    let ringing = office.rings("joerg");
    office.picks_up(&ringing);
    let accepted = office.learns(&mut line);
    office.passes(2 * SECOND);
    assert_eq!(office.hears_all("mara"), [accepted.clone(), accepted]);
    office.confirms(&line, "");
    office.passes(40 * SECOND);
    office.nobody_hears_anything();
}

#[test]
fn a_caller_that_never_confirms_is_hung_up_on_together_with_the_callee() {
    let mut office = Office::open();
    office.dials("mara", "102");
    let ringing = office.rings("joerg");
    office.picks_up(&ringing);
    office.passes(32 * SECOND);
    let bye = office.hears("joerg");
    assert!(bye.is_request("BYE"));
    assert_eq!(bye.header("Reason"), "SIP;cause=408;text=\"No ACK\"");
    assert!(office.hears_all("mara").last().unwrap().is_request("BYE"));
}

#[test]
fn a_phone_that_answers_without_saying_where_its_voice_is_has_not_answered() {
    let mut office = Office::open();
    let line = office.dials("mara", "102");
    let ringing = office.rings("joerg");
    office.says(&ringing, 200);
    assert!(office.hears("joerg").is_request("ACK") && office.hears("joerg").is_request("BYE"));
    let refusal = office.hears("mara");
    assert_eq!(refusal.status(), 488);
    office.acknowledges(&line, &refusal);
}

#[test]
fn an_offer_may_come_from_the_callee_and_its_answer_in_the_ack() {
    let mut office = Office::open();
    let (mut line, first) = office.tries_with("mara", "sip:102@sipgate.de", "", "");
    assert_eq!(first.status(), 100);
    let ringing = office.rings("joerg");
    assert_eq!(ringing.invite.body(), "");
    office.says_with_voice(&ringing, 200);
    office.nobody_hears_anything_but("mara");
    let [caller, callee] = office.relay.legs();
    office.relay.said.clear();
    assert!(office.learns(&mut line).body().contains("m=audio 20002 RTP/AVP"));
    assert_eq!(office.relay.expected(), []);
    let answer = office.phone("mara").voice("sendrecv");
    office.confirms(&line, &answer);
    let ack = office.hears("joerg");
    assert!(ack.is_request("ACK") && ack.body().contains("m=audio 20004 RTP/AVP"));
    let legs: Vec<_> = office.relay.expected().into_iter().map(|(leg, plan)| (leg, plan.rtp)).collect();
    let there = |text: &str| Some(text.parse().unwrap());
    assert_eq!(legs, [(callee, there("192.0.2.12:40000")), (caller, there("192.0.2.11:40000"))]);
    office.says_with_voice(&ringing, 200);
    assert_eq!(office.hears("joerg"), ack);
}
