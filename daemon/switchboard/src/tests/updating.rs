//! UPDATE: a call changes without a new INVITE (RFC 3311).

use super::line::Line;
use super::said::Said;
use super::{Office, SECOND};
use crate::CallStage;

const ALLOWS: &str = "Allow: INVITE, ACK, BYE, CANCEL, UPDATE\r\n";

impl Office {
    /// Two phones in a call; both say that they take UPDATE.
    fn talk_of_updaters(&mut self) -> (Line, Line) {
        let voice = self.phone("mara").voice("sendrecv");
        let (mut here, _) = self.tries_with("mara", "sip:102@sipgate.de", ALLOWS, &voice);
        let there = self.rings("joerg");
        let voice = self.phone("joerg").voice("sendrecv");
        self.replies_with(&there, &there.invite, 200, ALLOWS, &voice);
        assert!(self.hears("joerg").is_request("ACK"));
        self.is_connected(&mut here);
        (here, there)
    }

    fn updates(&mut self, line: &mut Line, direction: &str) {
        let voice = self.phone(line.phone).voice(direction);
        self.asks(line, "UPDATE", "", &voice);
    }

    fn is_updated(&mut self, phone: &str) -> Said {
        let update = self.hears(phone);
        assert!(update.is_request("UPDATE"), "{}", update.0);
        update
    }
}

#[test]
fn an_update_is_passed_on_and_answered_with_the_answer() {
    let mut office = Office::open();
    let (mut here, there) = office.talk_of_updaters();
    office.updates(&mut here, "sendonly");
    let update = office.is_updated("joerg");
    assert!(update.body().contains("a=sendonly\r\n") && update.header("Contact").contains("192.0.2.1"));
    office.nobody_hears_anything();
    let voice = office.phone("joerg").voice("recvonly");
    office.replies(&there, &update, 200, &voice);
    let answer = office.hears("mara");
    assert!(answer.is_answer(200, "UPDATE") && answer.body().contains("a=recvonly\r\n"));
    assert!(answer.contact().contains("192.0.2.1"), "a target refresh names where we are");
    assert_eq!(office.board.picture().calls[0].stage, CallStage::Held);
    office.nobody_hears_anything();
}

#[test]
fn a_phone_that_knows_no_update_is_asked_by_invite() {
    let mut office = Office::open();
    let (mut here, there) = office.talk("mara", "102", "joerg");
    office.updates(&mut here, "sendonly");
    let invite = office.hears("joerg");
    assert!(invite.is_request("INVITE") && invite.body().contains("a=sendonly\r\n"), "{}", invite.0);
    let voice = office.phone("joerg").voice("recvonly");
    office.replies(&there, &invite, 200, &voice);
    let ack = office.hears("joerg");
    assert!(ack.is_request("ACK"));
    assert!(office.hears("mara").is_answer(200, "UPDATE"));
    office.replies(&there, &invite, 200, &voice);
    assert_eq!(office.hears("joerg"), ack, "RFC 3261 13.2.2.4");
}

#[test]
fn an_update_without_an_offer_moves_the_phone_and_bothers_nobody_else() {
    let mut office = Office::open();
    let (mut here, mut there) = office.talk_of_updaters();
    office.asks(&mut here, "UPDATE", "Contact: <sip:new@192.0.2.11:5099>\r\n", "");
    assert!(office.hears("mara").is_answer(200, "UPDATE"));
    office.nobody_hears_anything();
    office.asks(&mut there, "INFO", "", "");
    assert_eq!(office.hears("mara").first_line(), "INFO sip:new@192.0.2.11:5099 SIP/2.0");
}

#[test]
fn a_second_offer_of_the_same_phone_comes_too_soon() {
    let mut office = Office::open();
    let (mut here, there) = office.talk_of_updaters();
    for method in ["UPDATE", "INVITE"] {
        office.updates(&mut here, "sendonly");
        let first = office.is_updated("joerg");
        let voice = office.phone("mara").voice("sendonly");
        let again = office.asks(&mut here, method, "", &voice);
        let refusal = office.hears_all("mara").pop().unwrap();
        assert!(refusal.is_answer(500, method), "RFC 3311 5.2, RFC 3261 14.2: {}", refusal.0);
        let pause: u32 = refusal.header("Retry-After").parse().unwrap();
        assert!(pause <= 10);
        if method == "INVITE" {
            here.invite = again;
            office.acknowledges(&here, &refusal);
        }
        let voice = office.phone("joerg").voice("recvonly");
        office.replies(&there, &first, 200, &voice);
        assert!(office.hears("mara").is_answer(200, "UPDATE"));
    }
}

#[test]
fn an_offer_that_crosses_another_waits() {
    let mut office = Office::open();
    let (mut here, mut there) = office.talk_of_updaters();
    office.updates(&mut here, "sendonly");
    let crossed = office.is_updated("joerg");
    office.updates(&mut there, "sendonly");
    assert!(office.hears("joerg").is_answer(491, "UPDATE"), "RFC 3311 5.2");
    office.replies(&there, &crossed, 491, "");
    assert!(office.hears("mara").is_answer(491, "UPDATE"));
    assert_eq!(office.board.picture().calls[0].stage, CallStage::Talking);
}

#[test]
fn an_update_before_the_first_offer_is_answered_comes_too_soon() {
    let mut office = Office::open();
    let voice = office.phone("mara").voice("sendrecv");
    let (mut here, _) = office.tries_with("mara", "sip:102@sipgate.de", ALLOWS, &voice);
    let there = office.rings("joerg");
    office.says(&there, 180);
    let ringing = office.hears("mara");
    here.far = ringing.header("To").into();
    here.target = ringing.contact().into();
    office.updates(&mut here, "sendrecv");
    let refusal = office.hears("mara");
    assert!(refusal.is_answer(500, "UPDATE") && !refusal.header("Retry-After").is_empty());
    office.nobody_hears_anything();
}

#[test]
fn a_phone_that_forgot_the_call_says_so_to_an_update() {
    let mut office = Office::open();
    let (mut here, there) = office.talk_of_updaters();
    office.updates(&mut here, "sendonly");
    let update = office.is_updated("joerg");
    office.replies(&there, &update, 481, "");
    assert!(office.hears("mara").is_answer(481, "UPDATE"));
    office.hears_bye(&here);
    office.passes(SECOND);
    assert!(office.board.picture().calls.is_empty());
}
