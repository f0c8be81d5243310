//! RFC 5359 2: services.

use sip::package::dialog_info::Stage;

use super::super::line::Line;
use super::super::watching::lamp;
use super::super::{Office, SECOND, forwarding};

impl Office {
    /// Holds, or takes back; the other side agrees with `answer`.
    fn turns(&mut self, line: &mut Line, direction: &str, other: &Line, answer: &str) {
        let voice = self.phone(line.phone).voice(direction);
        line.invite = self.asks(line, "INVITE", "", &voice);
        assert!(self.hears(line.phone).is_answer(100, "INVITE"));
        let request = self.hears(other.phone);
        assert!(request.is_request("INVITE") && request.body().contains(&format!("a={direction}\r\n")));
        let voice = self.phone(other.phone).voice(answer);
        self.replies(other, &request, 200, &voice);
        assert!(self.hears(other.phone).is_request("ACK"));
        assert!(self.is_connected(line).body().contains(&format!("a={answer}\r\n")));
    }

    /// The two whose partners left are asked for their voice, and each is given the other's.
    fn meets_in_place(&mut self, near: &Line, far: &Line) {
        let invite = self.hears(near.phone);
        assert!(invite.is_request("INVITE") && invite.body().is_empty(), "{}", invite.0);
        let offer = self.phone(near.phone).voice("sendrecv");
        self.replies(near, &invite, 200, &offer);
        let carried = self.hears(far.phone);
        let answer = self.phone(far.phone).voice("sendrecv");
        self.replies(far, &carried, 200, &answer);
        assert!(self.hears(far.phone).is_request("ACK"));
        assert!(self.hears(near.phone).is_request("ACK"));
    }
}

#[test]
fn section_2_1_call_hold() {
    let mut office = Office::open();
    let (mut here, there) = office.talk("mara", "102", "joerg");
    office.turns(&mut here, "sendonly", &there, "recvonly");
    office.turns(&mut here, "sendrecv", &there, "sendrecv");
    office.hangs_up(&mut here, &there);
    office.nobody_hears_anything();
}

/// Alice holds Bob, asks Carol, and comes back to Bob.
#[test]
fn section_2_2_consultation_hold() {
    let mut office = Office::open();
    let (mut first, bob) = office.talk("mara", "102", "joerg");
    office.turns(&mut first, "sendonly", &bob, "recvonly");
    let (mut second, carol) = office.talk("mara", "103", "lena");
    assert_eq!(office.board.picture().calls.len(), 2);
    office.hangs_up(&mut second, &carol);
    office.nobody_hears_anything();
    office.turns(&mut first, "sendrecv", &bob, "sendrecv");
    office.hangs_up(&mut first, &bob);
}

/// Bob hands Alice on to Carol without asking her.
#[test]
fn section_2_4_transfer_unattended() {
    let mut office = Office::open();
    let (mut alice, mut bob) = office.talk("mara", "102", "joerg");
    assert!(office.refers(&mut bob, "sip:103@sipgate.de", "").is_answer(202, "REFER"));
    office.hears_news(&bob, 100);
    let carol = office.rings("lena");
    office.says_with_voice(&carol, 200);
    office.hears_news(&bob, 200);
    office.hears_bye(&bob);
    office.meet(&carol, &alice);
    assert_eq!(office.parties(), ("101".into(), "103".into()));
    office.hangs_up(&mut alice, &carol);
}

/// Bob holds Alice, asks Carol first, and then joins the two.
#[test]
fn section_2_5_transfer_attended() {
    let mut office = Office::open();
    let (mut alice, mut first) = office.talk("mara", "102", "joerg");
    office.turns(&mut first, "sendonly", &alice, "recvonly");
    let (second, carol) = office.talk("joerg", "103", "lena");
    let target = Office::replaces(&second).replace(';', "%3B").replace('=', "%3D");
    let answer = office.refers(&mut first, &format!("sip:gatehouse@192.0.2.1?Replaces={target}"), "");
    assert!(answer.is_answer(202, "REFER"), "{}", answer.0);
    office.hears_news(&first, 200);
    office.hears_bye(&first);
    office.hears_bye(&second);
    office.meets_in_place(&alice, &carol);
    assert_eq!(office.parties(), ("101".into(), "103".into()));
    office.hangs_up(&mut alice, &carol);
}

#[test]
fn section_2_7_call_forwarding_unconditional() {
    let mut office = forwarding::office(&[(0, "w2")]);
    let mut alice = office.dials("mara", "102");
    let carol = office.rings("lena");
    assert_eq!(office.hears_all("joerg"), []);
    office.picks_up(&carol);
    office.is_connected(&mut alice);
    office.hangs_up(&mut alice, &carol);
}

#[test]
fn section_2_8_call_forwarding_busy() {
    let mut office = forwarding::office(&[(20, "w2")]);
    let mut alice = office.dials("mara", "102");
    let bob = office.rings("joerg");
    office.says(&bob, 486);
    assert!(office.hears("joerg").is_request("ACK"));
    let carol = office.rings("lena");
    office.picks_up(&carol);
    office.is_connected(&mut alice);
    office.hangs_up(&mut alice, &carol);
}

#[test]
fn section_2_9_call_forwarding_no_answer() {
    let mut office = forwarding::office(&[(20, "w2")]);
    let mut alice = office.dials("mara", "102");
    let bob = office.rings_aloud("joerg", "mara");
    office.passes(20 * SECOND);
    office.falls_silent(&bob);
    let carol = office.rings("lena");
    office.picks_up(&carol);
    office.is_connected(&mut alice);
    office.hangs_up(&mut alice, &carol);
}

/// Bill sees that Bob's phone rings and takes the call to his own desk.
#[test]
fn section_2_16_call_pickup() {
    let mut office = Office::open();
    let mut alice = office.dials("mara", "102");
    let bob = office.rings_aloud("joerg", "mara");
    let lines = format!("Replaces: {};early-only\r\n", Office::replaces(&bob));
    let voice = office.phone("lena").voice("sendrecv");
    let (mut bill, first) = office.tries_with("lena", "sip:102@sipgate.de", &lines, &voice);
    assert_eq!(first.status(), 100, "{}", first.0);
    office.falls_silent(&bob);
    office.is_connected(&mut bill);
    office.is_connected(&mut alice);
    office.hangs_up(&mut alice, &bill);
}

/// Bob is busy; Alice is told when he is free, and calls again.
#[test]
fn section_2_17_automatic_redial() {
    let mut office = Office::open();
    let (mut lena, bob) = office.talk("lena", "102", "joerg");
    let first = office.dials("mara", "102");
    let second = office.rings("joerg");
    office.says(&second, 486);
    assert!(office.hears("joerg").is_request("ACK"));
    let busy = office.hears("mara");
    assert_eq!(busy.status(), 486);
    office.acknowledges(&first, &busy);
    let (lamp_of_bob, seen) = office.watches("mara", "sip:102@sipgate.de", "dialog");
    assert_eq!(lamp(&seen).1.len(), 1, "his call with Lena");
    office.hangs_up(&mut lena, &bob);
    office.passes(SECOND);
    assert_eq!(lamp(&office.is_told(&lamp_of_bob)).1[0].0, Stage::Terminated);
    let mut alice = office.dials("mara", "102");
    let bob = office.rings_aloud("joerg", "mara");
    office.picks_up(&bob);
    office.is_connected(&mut alice);
}

/// Every place where somebody may be is tried; who answers there is found, the others fall silent.
#[test]
fn section_2_12_find_me() {
    let mut office = Office::open();
    let mut here = office.dials("lena", "101");
    let (desk, cordless) = (office.rings("mara"), office.rings("mara2"));
    office.says(&desk, 180);
    office.says(&cordless, 180);
    assert!(office.hears("lena").is_answer(180, "INVITE"));
    office.picks_up(&cordless);
    office.is_connected(&mut here);
    office.falls_silent(&desk);
    office.hangs_up(&mut here, &cordless);
}
