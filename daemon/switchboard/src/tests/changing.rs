//! Calls change while they are up.

use media::relay::{Flow as Voice, LegPlan};

use super::line::Line;
use super::said::Said;
use super::{Office, SECOND};
use crate::{CallStage, Input};

impl Office {
    /// Sends a re-INVITE with this direction and returns what the other phone gets of it.
    pub(super) fn wants(&mut self, line: &mut Line, direction: &str, other: &str) -> Said {
        let voice = self.phone(line.phone).voice(direction);
        line.invite = self.asks(line, "INVITE", "", &voice);
        assert!(self.hears(line.phone).is_answer(100, "INVITE"));
        let passed_on = self.hears(other);
        assert!(passed_on.is_request("INVITE"), "{}", passed_on.0);
        passed_on
    }

    /// The other phone agrees to it.
    pub(super) fn agrees(&mut self, line: &Line, request: &Said, direction: &str) {
        let voice = self.phone(line.phone).voice(direction);
        self.replies(line, request, 200, &voice);
        assert!(self.hears(line.phone).is_request("ACK"));
    }

    fn stage(&self) -> CallStage {
        self.board.picture().calls[0].stage
    }
}

fn directions(plans: &[(media::relay::LegId, LegPlan)]) -> Vec<(Voice, Voice)> {
    plans.iter().map(|(_, plan)| (plan.sends, plan.receives)).collect()
}

#[test]
fn hold_and_back() {
    use Voice::{Held, Open};
    let mut office = Office::open();
    let (mut here, there) = office.talk("mara", "102", "joerg");
    office.relay.expected();
    let hold = office.wants(&mut here, "sendonly", "joerg");
    assert!(hold.body().contains("a=sendonly\r\n") && !hold.header("Contact").contains("mara"));
    office.agrees(&there, &hold, "recvonly");
    let held = office.is_connected(&mut here);
    assert!(held.body().contains("a=recvonly\r\n"));
    assert_eq!(office.stage(), CallStage::Held);
    assert_eq!(directions(&office.relay.expected()), [(Open, Held), (Held, Open)]);

    let back = office.wants(&mut here, "sendrecv", "joerg");
    office.agrees(&there, &back, "sendrecv");
    office.is_connected(&mut here);
    assert_eq!(office.stage(), CallStage::Talking);
    assert_eq!(directions(&office.relay.expected()), [(Open, Open), (Open, Open)]);
    office.passes(40 * SECOND);
    office.nobody_hears_anything();
    office.hangs_up(&mut here, &there);
}

#[test]
fn a_refresh_changes_nothing() {
    let mut office = Office::open();
    let (mut here, there) = office.talk("mara", "102", "joerg");
    office.relay.expected();
    let refresh = office.wants(&mut here, "sendrecv", "joerg");
    assert_eq!(refresh.body(), there.invite.body(), "not even the version (RFC 3264 8)");
    office.agrees(&there, &refresh, "sendrecv");
    office.is_connected(&mut here);
    assert_eq!(office.relay.expected(), [], "the relay does not learn anew");
}

#[test]
fn a_phone_that_names_a_new_contact_is_asked_there() {
    let mut office = Office::open();
    let (mut here, mut there) = office.talk("mara", "102", "joerg");
    let voice = office.phone("mara").voice("sendrecv");
    let moved = "Contact: <sip:new@192.0.2.11:5099>\r\n";
    here.invite = office.asks(&mut here, "INVITE", moved, &voice);
    office.hears("mara");
    let request = office.hears("joerg");
    office.phone_mut("joerg").login = "newer";
    office.agrees(&there, &request, "sendrecv");
    office.is_connected(&mut here);
    office.asks(&mut there, "INFO", "", "");
    assert_eq!(office.hears("mara").first_line(), "INFO sip:new@192.0.2.11:5099 SIP/2.0");
    office.asks(&mut here, "INFO", "", "");
    assert_eq!(office.hears("joerg").first_line(), "INFO sip:newer@192.0.2.12:5062 SIP/2.0");
}

#[test]
fn the_callee_may_hold_as_well() {
    let mut office = Office::open();
    let (here, mut there) = office.talk("mara", "102", "joerg");
    let hold = office.wants(&mut there, "inactive", "mara");
    office.agrees(&here, &hold, "inactive");
    office.is_connected(&mut there);
    assert_eq!(office.stage(), CallStage::Held);
    office.hangs_up(&mut there, &here);
}

#[test]
fn a_change_may_come_without_an_offer() {
    let mut office = Office::open();
    let (mut here, there) = office.talk("mara", "102", "joerg");
    office.relay.expected();
    here.invite = office.asks(&mut here, "INVITE", "", "");
    office.hears("mara");
    let request = office.hears("joerg");
    assert!(request.is_request("INVITE") && request.body().is_empty());
    let offer = office.phone("joerg").voice("sendrecv");
    office.replies(&there, &request, 200, &offer);
    office.nobody_hears_anything_but("mara");
    assert!(office.learns(&mut here).body().contains("m=audio"));
    assert_eq!(office.relay.expected(), []);
    let answer = office.phone("mara").voice("recvonly");
    office.confirms(&here, &answer);
    let ack = office.hears("joerg");
    assert!(ack.is_request("ACK") && ack.body().contains("a=recvonly"));
    assert_eq!(office.stage(), CallStage::Held, "the answer decides");
    office.replies(&there, &request, 200, &offer);
    assert_eq!(office.hears("joerg"), ack);
}

#[test]
fn when_both_want_a_change_at_once_both_are_told_to_wait() {
    let mut office = Office::open();
    let (mut here, mut there) = office.talk("mara", "102", "joerg");
    let from_here = office.wants(&mut here, "sendonly", "joerg");
    let voice = office.phone("joerg").voice("sendonly");
    there.invite = office.asks(&mut there, "INVITE", "", &voice);
    let (_, refusal) = (office.hears("joerg"), office.hears("joerg"));
    assert!(refusal.is_answer(491, "INVITE"), "RFC 3261 14.2");
    office.acknowledges(&there, &refusal);
    office.replies(&there, &from_here, 491, "");
    assert!(office.hears("joerg").is_request("ACK"));
    let refusal = office.hears("mara");
    assert!(refusal.is_answer(491, "INVITE"));
    office.acknowledges(&here, &refusal);
    assert_eq!(office.stage(), CallStage::Talking);
    let again = office.wants(&mut here, "sendonly", "joerg");
    office.agrees(&there, &again, "recvonly");
    office.is_connected(&mut here);
    assert_eq!(office.stage(), CallStage::Held);
}

#[test]
fn a_change_waits_until_the_call_itself_is_confirmed() {
    let mut office = Office::open();
    let mut here = office.dials("mara", "102");
    let mut there = office.rings("joerg");
    office.picks_up(&there);
    let voice = office.phone("joerg").voice("sendonly");
    there.invite = office.asks(&mut there, "INVITE", "", &voice);
    let (_, refusal) = (office.hears("joerg"), office.hears("joerg"));
    assert!(refusal.is_answer(491, "INVITE"));
    office.acknowledges(&there, &refusal);
    office.is_connected(&mut here);
    let again = office.wants(&mut there, "sendonly", "mara");
    office.agrees(&here, &again, "recvonly");
    office.is_connected(&mut there);
}

#[test]
fn a_refused_change_leaves_everything_as_it_was() {
    let mut office = Office::open();
    let (mut here, there) = office.talk("mara", "102", "joerg");
    office.relay.expected();
    let request = office.wants(&mut here, "sendonly", "joerg");
    office.replies(&there, &request, 488, "");
    assert!(office.hears("joerg").is_request("ACK"));
    let refusal = office.hears("mara");
    assert!(refusal.is_answer(488, "INVITE"));
    office.acknowledges(&here, &refusal);
    assert_eq!((office.relay.expected().len(), office.stage()), (0, CallStage::Talking));
    let again = office.wants(&mut here, "sendonly", "joerg");
    office.agrees(&there, &again, "recvonly");
    office.is_connected(&mut here);
}

#[test]
fn a_change_with_voice_that_nobody_can_relay_is_refused_here() {
    let mut office = Office::open();
    let (mut here, there) = office.talk("mara", "102", "joerg");
    let secure = office.phone("mara").voice("sendrecv").replace("RTP/AVP", "RTP/SAVP");
    here.invite = office.asks(&mut here, "INVITE", "", &secure);
    let (_, refusal) = (office.hears("mara"), office.hears("mara"));
    assert!(refusal.is_answer(488, "INVITE"));
    office.acknowledges(&here, &refusal);
    office.nobody_hears_anything();
    office.hangs_up(&mut here, &there);
}

#[test]
fn a_phone_that_forgot_the_call_ends_it() {
    let mut office = Office::open();
    let (mut here, there) = office.talk("mara", "102", "joerg");
    let request = office.wants(&mut here, "sendonly", "joerg");
    office.replies(&there, &request, 481, "");
    assert!(office.hears("joerg").is_request("ACK"));
    let refusal = office.hears("mara");
    assert!(refusal.is_answer(481, "INVITE"));
    office.acknowledges(&here, &refusal);
    assert_eq!(office.hears_bye(&here).header("Reason"), "SIP;cause=481");
    office.hears_bye(&there);
    assert!(office.board.picture().calls.is_empty());
}

#[test]
fn a_phone_that_vanished_during_a_change_ends_the_call() {
    let mut office = Office::open();
    let (mut here, _) = office.talk("mara", "102", "joerg");
    office.wants(&mut here, "sendonly", "joerg");
    office.passes(32 * SECOND);
    let refusal = office.hears("mara");
    assert!(refusal.is_answer(408, "INVITE"));
    office.acknowledges(&here, &refusal);
    office.hears_bye(&here);
}

#[test]
fn a_change_can_be_taken_back() {
    let mut office = Office::open();
    let (mut here, there) = office.talk("mara", "102", "joerg");
    let request = office.wants(&mut here, "sendonly", "joerg");
    office.replies(&there, &request, 100, "");
    office.cancels(&here);
    assert!(office.hears("mara").is_answer(200, "CANCEL"));
    let cancel = office.hears("joerg");
    assert!(cancel.is_request("CANCEL"));
    office.replies(&there, &cancel, 200, "");
    office.replies(&there, &request, 487, "");
    assert!(office.hears("joerg").is_request("ACK"));
    let over = office.hears("mara");
    assert!(over.is_answer(487, "INVITE"));
    office.acknowledges(&here, &over);
    assert_eq!(office.stage(), CallStage::Talking);
}

#[test]
fn a_change_that_is_never_confirmed_ends_the_call() {
    let mut office = Office::open();
    let (mut here, there) = office.talk("mara", "102", "joerg");
    let request = office.wants(&mut here, "sendonly", "joerg");
    office.agrees(&there, &request, "recvonly");
    office.passes(32 * SECOND);
    assert_eq!(office.hears_bye(&there).header("Reason"), "SIP;cause=408;text=\"No ACK\"");
    assert!(office.hears_all("mara").last().unwrap().is_request("BYE"));
}

#[test]
fn a_call_ends_in_the_middle_of_a_change() {
    for agreed in [false, true] {
        let mut office = Office::open();
        let (mut here, mut there) = office.talk("mara", "102", "joerg");
        let request = office.wants(&mut here, "sendonly", "joerg");
        if agreed {
            office.agrees(&there, &request, "recvonly");
            office.learns(&mut here);
        }
        office.asks(&mut there, "BYE", "", "");
        assert!(office.hears("joerg").is_answer(200, "BYE"));
        if !agreed {
            let over = office.hears("mara");
            assert!(over.is_answer(487, "INVITE"));
            office.acknowledges(&here, &over);
        }
        office.hears_bye(&here);
        office.passes(30 * SECOND);
        office.nobody_hears_anything_but("joerg");
    }
}

#[test]
fn a_change_is_taken_back_when_the_call_ends() {
    let mut office = Office::open();
    let (mut here, there) = office.talk("mara", "102", "joerg");
    let request = office.wants(&mut here, "sendonly", "joerg");
    office.replies(&there, &request, 100, "");
    office.asks(&mut here, "BYE", "", "");
    let last = office.hears_all("joerg");
    assert!(last[0].is_request("CANCEL") && last[1].is_request("BYE"), "{last:?}");
}

#[test]
fn the_ack_of_a_change_is_repeated_for_copies_of_its_200() {
    let mut office = Office::open();
    let (mut here, there) = office.talk("mara", "102", "joerg");
    let request = office.wants(&mut here, "sendonly", "joerg");
    let voice = office.phone("joerg").voice("recvonly");
    let mut acks = Vec::new();
    office.replies(&there, &request, 200, &voice);
    acks.push(office.hears("joerg"));
    office.replies(&there, &request, 200, &voice);
    acks.push(office.hears("joerg"));
    office.is_connected(&mut here);
    office.replies(&there, &request, 200, &voice);
    acks.push(office.hears("joerg"));
    assert!(acks[0].is_request("ACK") && acks.iter().all(|ack| *ack == acks[0]), "{acks:?}");
}

#[test]
fn a_phone_that_comes_back_on_another_connection_is_found_there() {
    let mut office = Office::open();
    let (mut here, mut there) = office.talk("mara", "103", "lena");
    office.happens(Input::Closed(office.phone("lena").flow));
    office.phone_mut("lena").flow.connection = 99;
    let hold = office.wants(&mut there, "sendonly", "mara");
    office.agrees(&here, &hold, "recvonly");
    office.is_connected(&mut there);
    office.hangs_up(&mut here, &there);
}
