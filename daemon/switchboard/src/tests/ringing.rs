//! Phones ring.

use account::SipUser;

use super::office::id;
use super::{MINUTE, Office, SECOND};
use crate::CallStage;

#[test]
fn an_extension_rings_however_it_is_dialled() {
    let dialled = [
        "sip:102@sipgate.de",
        "sip:102*@sipgate.de",
        "sip:%31%30%32@sipgate.de",
        "sip:102@192.0.2.1:5060;user=phone",
        "sip:102;phone-context=sipgate.de@sipgate.de",
        "tel:102",
        "tel:1-02;phone-context=+4930",
        "sip:7654321e1@sipgate.de",
    ];
    let mut office = Office::open();
    for uri in dialled {
        let voice = office.phone("mara").voice("sendrecv");
        let (line, answer) = office.tries_with("mara", uri, "", &voice);
        assert_eq!(answer.status(), 100, "{uri}");
        let ringing = office.rings("joerg");
        assert_eq!(ringing.invite.first_line(), "INVITE sip:7654321e1@192.0.2.12:5062 SIP/2.0");
        office.says(&ringing, 486);
        assert!(office.hears("joerg").is_request("ACK"));
        let refusal = office.hears("mara");
        office.acknowledges(&line, &refusal);
        assert_eq!(refusal.status(), 486);
    }
}

#[test]
fn the_caller_hears_that_it_rings_and_everything_under_one_name() {
    let mut office = Office::open();
    let mut line = office.dials("mara", "102");
    let ringing = office.rings("joerg");
    office.says(&ringing, 100);
    office.nobody_hears_anything();
    office.says(&ringing, 180);
    let first = office.hears("mara");
    assert!(first.is_answer(180, "INVITE") && first.body().is_empty());
    assert_eq!(office.board.picture().calls[0].stage, CallStage::Ringing);
    office.says(&ringing, 180);
    office.says(&ringing, 182);
    office.nobody_hears_anything();
    office.passes(3 * SECOND);
    office.picks_up(&ringing);
    let accepted = office.is_connected(&mut line);
    assert_eq!(first.tag("To"), accepted.tag("To"));
    assert_eq!(office.board.picture().calls[0].stage, CallStage::Talking);
}

#[test]
fn a_tone_of_the_only_phone_is_heard_before_it_is_answered() {
    let mut office = Office::open();
    office.dials("mara", "102");
    let ringing = office.rings("joerg");
    let [caller, callee] = office.relay.legs();
    office.relay.said.clear();
    office.says_with_voice(&ringing, 183);
    let progress = office.hears("mara");
    assert!(progress.is_answer(183, "INVITE") && progress.body().contains("m=audio 20002 RTP/AVP"));
    let expected: Vec<_> = office.relay.expected().into_iter().map(|(leg, plan)| (leg, plan.rtp)).collect();
    let at = |host: &str| Some(format!("{host}:40000").parse().unwrap());
    let both = [(caller, at("192.0.2.11")), (callee, at("192.0.2.12"))];
    assert_eq!(expected, both, "the caller's keys have other numbers from now on");
    office.says(&ringing, 180);
    office.nobody_hears_anything();
}

#[test]
fn with_several_phones_the_caller_hears_one_ringing_tone() {
    let mut office = Office::open();
    office.dials("joerg", "101");
    let (desk, cordless) = (office.rings("mara"), office.rings("mara2"));
    office.says_with_voice(&desk, 183);
    let ringing = office.hears("joerg");
    assert!(ringing.is_answer(180, "INVITE") && ringing.body().is_empty());
    office.says(&cordless, 180);
    office.nobody_hears_anything();
    office.says(&cordless, 486);
    assert!(office.hears("mara2").is_request("ACK"));
    office.says_with_voice(&desk, 183);
    assert!(office.hears("joerg").body().contains("m=audio"), "it is alone now");
}

#[test]
fn a_phone_that_rings_for_long_is_mentioned_every_minute() {
    let mut office = Office::open();
    let line = office.dials("mara", "102");
    let ringing = office.rings("joerg");
    office.says(&ringing, 180);
    let first = office.hears("mara");
    office.passes(MINUTE - SECOND);
    office.nobody_hears_anything();
    office.passes(SECOND);
    assert_eq!(office.hears("mara"), first);
    office.passes(MINUTE - SECOND);
    office.nobody_hears_anything();
    office.passes(SECOND);
    office.falls_silent(&ringing);
    let over = office.hears("mara");
    assert_eq!(over.status(), 480, "nobody answered");
    office.acknowledges(&line, &over);
    office.nobody_hears_anything();
    assert!(office.board.picture().calls.is_empty());
}

#[test]
fn one_login_in_two_places_rings_in_both() {
    let mut office = Office::open();
    office.registers("joerg", "Contact: <sip:second@192.0.2.12:5099>\r\n");
    assert_eq!(office.board.registrar.of(&id::<SipUser>("7654321e1")).len(), 2);
    office.dials("mara", "102");
    let (one, other) = (office.rings("joerg"), office.rings("joerg"));
    assert_ne!(one.call_id, other.call_id);
    office.picks_up(&one);
    office.says(&other, 180);
    let cancel = office.hears("joerg");
    assert_eq!(cancel.first_line(), "CANCEL sip:second@192.0.2.12:5099 SIP/2.0");
}

#[test]
fn a_call_does_not_go_round_in_circles() {
    let mut office = Office::open();
    let voice = office.phone("mara").voice("sendrecv");
    office.tries_with("mara", "sip:102@sipgate.de", "Max-Forwards: 5\r\n", &voice);
    assert_eq!(office.rings("joerg").invite.header("Max-Forwards"), "4");
}

#[test]
fn a_group_rings_everybody_but_the_one_who_calls() {
    let mut office = Office::open();
    office.dials("joerg", "200");
    office.rings("mara");
    office.rings("mara2");
    office.nobody_hears_anything_but("joerg");
}
