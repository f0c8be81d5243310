//! RFC 5359 2: services.

use std::sync::Arc;

use account::{Blocklist, Number, NumberId, NumberKind, Restrictions};
use sip::package::dialog_info::Stage;

use super::super::cloud::trunk;
use super::super::line::Line;
use super::super::office::{account, id};
use super::super::said::Said;
use super::super::watching::lamp;
use super::super::{Office, SECOND, forwarding};
use crate::Input;

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

    /// Sends a REFER outside any call and proves who it is; an answer, if there is one at once.
    fn clicks(&mut self, line: &mut Line, lines: &str) -> Option<Said> {
        loop {
            let proof = self.phone_mut(line.phone).proof("REFER", &line.target);
            self.asks(line, "REFER", &format!("{proof}{lines}"), "");
            let answer = self.phone_mut(line.phone).mail.pop_front()?;
            if answer.status() != 401 {
                return Some(answer);
            }
            self.phone_mut(line.phone).challenged(&answer);
        }
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

/// Bob lets a music server play to Alice: he offers her its address in place of his own.
#[test]
fn section_2_3_music_on_hold() {
    let mut office = Office::open();
    let (alice, mut bob) = office.talk("mara", "102", "joerg");
    let [_, leg] = office.relay.legs();
    office.relay.said.clear();
    let music = office.phone("joerg").voice("sendonly").replace("192.0.2.12", "192.0.2.66");
    bob.invite = office.asks(&mut bob, "INVITE", "", &music);
    assert!(office.hears("joerg").is_answer(100, "INVITE"));
    let hold = office.hears("mara");
    assert!(hold.body().contains("a=sendonly\r\n") && !hold.body().contains("192.0.2.66"), "{}", hold.0);
    let voice = office.phone("mara").voice("recvonly");
    office.replies(&alice, &hold, 200, &voice);
    assert!(office.hears("mara").is_request("ACK"));
    office.is_connected(&mut bob);
    let from =
        office.relay.expected().into_iter().rev().find(|(of, _)| *of == leg).and_then(|(_, plan)| plan.rtp);
    assert_eq!(from, Some("192.0.2.66:40000".parse().unwrap()), "the music is let in, and goes to Alice");
    office.turns(&mut bob, "sendrecv", &alice, "sendrecv");
    office.hangs_up(&mut bob, &alice);
}

/// Bob asks Carol by text whether she takes the call, and hands Alice on when she says yes.
#[test]
fn section_2_6_transfer_instant_messaging() {
    let mut office = Office::open();
    let (mut alice, mut bob) = office.talk("mara", "102", "joerg");
    for (asks, number, answers, text) in
        [("joerg", "103", "lena", "Alice fragt nach dir?"), ("lena", "102", "joerg", "Gern.")]
    {
        office.writes(asks, number, text);
        let (line, read) = office.reads(answers);
        assert_eq!(read.body(), text);
        office.replies(&line, &read, 200, "");
        assert!(office.hears(asks).is_answer(200, "MESSAGE"));
    }
    assert!(office.refers(&mut bob, "sip:103@sipgate.de", "").is_answer(202, "REFER"));
    office.hears_news(&bob, 100);
    let carol = office.rings("lena");
    office.says_with_voice(&carol, 200);
    office.hears_news(&bob, 200);
    office.hears_bye(&bob);
    office.meet(&carol, &alice);
    office.hangs_up(&mut alice, &carol);
}

/// Bob talks with Alice and calls Carol besides; his phone mixes the two calls.
#[test]
fn section_2_10_third_party_is_added() {
    let mut office = Office::open();
    let (alice, mut bob) = office.talk("mara", "102", "joerg");
    office.turns(&mut bob, "sendonly", &alice, "recvonly");
    let (mut bob_too, carol) = office.talk("joerg", "103", "lena");
    office.turns(&mut bob, "sendrecv", &alice, "sendrecv");
    assert_eq!(office.board.picture().calls.len(), 2);
    office.nobody_hears_anything();
    office.hangs_up(&mut bob_too, &carol);
    office.hangs_up(&mut bob, &alice);
}

/// Carol asks to join the call of Alice and Bob: Bob's phone is asked, under the name it knows the call by, and mixes.
#[test]
fn section_2_11_third_party_joins() {
    let mut office = Office::open();
    let (mut alice, bob) = office.talk("mara", "102", "joerg");
    let tag = |text: &str| text.split_once(";tag=").unwrap().1.to_owned();
    let join = format!("Join: {}\r\n", Office::replaces(&bob));
    let voice = office.phone("lena").voice("sendrecv");
    let (mut carol, first) = office.tries_with("lena", "sip:102@sipgate.de", &join, &voice);
    assert_eq!(first.status(), 100, "{}", first.0);
    let joined = office.rings("joerg");
    let named = format!("{};to-tag={};from-tag={}", bob.call_id, tag(&bob.near), tag(&bob.far));
    assert_eq!(joined.invite.header("Join"), named, "Bob's own tag comes first");
    assert!(joined.invite.header("From").contains("<sip:103@sipgate.de>"));
    office.picks_up(&joined);
    office.is_connected(&mut carol);
    assert_eq!(office.board.picture().calls.len(), 2);
    office.hangs_up(&mut carol, &joined);
    // A phone that cannot mix says so, and the call goes on.
    let (carol, _) = office.tries_with("lena", "sip:102@sipgate.de", &join, &voice);
    let refused = office.rings("joerg");
    office.says(&refused, 488);
    assert!(office.hears("joerg").is_request("ACK"));
    let refusal = office.hears("lena");
    assert_eq!(refusal.status(), 488);
    office.acknowledges(&carol, &refusal);
    office.hangs_up(&mut alice, &bob);
}

/// The account names callers whom nobody here wants to hear from.
#[test]
fn section_2_13_incoming_call_screening() {
    let mut office = Office::with_lines(&["mara", "joerg", "lena"], &[trunk()]);
    let mut house = account();
    house.rules.blocked = Blocklist { numbers: ["4940123456".into()].into(), prefixes: ["43".into()].into() };
    house.numbers.push(Number {
        id: NumberId::new("n"),
        digits: "+4930555011".into(),
        kind: NumberKind::Landline,
        endpoint: Some(id("w1")),
    });
    office.happens(Input::Account(Arc::new(house.indexed())));
    for (caller, rings) in [("+4940123456", false), ("+4312345678", false), ("+4940123457", true)] {
        let world =
            office.world_calls("sip:+4930555011@192.0.2.1:5060", &format!("<sip:{caller}@sipgate.de>"), "");
        let heard = office.hears_all("cloud");
        let refused = heard.iter().find(|said| said.status() >= 300);
        assert_eq!(refused.is_none(), rings, "{caller}: {heard:?}");
        match refused {
            Some(refusal) => office.acknowledges(&world, refusal),
            None => {
                let bob = office.rings("joerg");
                office.says(&bob, 180);
                office.cancels(&world);
                office.falls_silent(&bob);
                office.hears_all("cloud");
            }
        }
    }
}

/// What the account does not let Alice call is refused before anybody outside is asked.
#[test]
fn section_2_14_outgoing_call_screening() {
    let mut office = Office::with_lines(&["mara", "joerg", "lena"], &[trunk()]);
    let mut house = account();
    house
        .rules
        .restrictions
        .insert(id("w0"), Restrictions { foreign_and_special: true, ..Restrictions::default() });
    office.happens(Input::Account(Arc::new(house.indexed())));
    assert_eq!(office.is_refused("mara", "+442079460000"), 403);
    assert_eq!(office.hears_all("cloud"), []);
    let mut inside = office.dials("mara", "102");
    let bob = office.rings("joerg");
    office.picks_up(&bob);
    office.is_connected(&mut inside);
    office.hangs_up(&mut inside, &bob);
}

/// Bob parks Alice at a phone that answers by itself, walks to another desk, and takes her back there.
#[test]
fn section_2_15_call_park() {
    let mut office = Office::open();
    let (alice, mut bob) = office.talk("mara", "102", "joerg");
    assert!(office.refers(&mut bob, "sip:103@sipgate.de", "").is_answer(202, "REFER"));
    office.hears_news(&bob, 100);
    let park = office.rings("lena");
    office.says_with_voice(&park, 200);
    office.hears_news(&bob, 200);
    office.hears_bye(&bob);
    office.meet(&park, &alice);
    let lines = format!("Replaces: {}\r\n", Office::replaces(&park));
    let voice = office.phone("mara2").voice("sendrecv");
    let (mut back, first) = office.tries_with("mara2", "sip:103@sipgate.de", &lines, &voice);
    assert_eq!(first.status(), 100, "{}", first.0);
    office.hears_bye(&park);
    let offer = office.hears("mara");
    let voice = office.phone("mara").voice("sendrecv");
    office.replies(&alice, &offer, 200, &voice);
    assert!(office.hears("mara").is_request("ACK"));
    office.is_connected(&mut back);
    office.hangs_up(&mut back, &alice);
}

/// Alice clicks a number at her desk; her phone there dials it. Nobody lets the phones of others dial.
#[test]
fn section_2_18_click_to_dial() {
    let mut office = Office::open();
    let whom = "Refer-To: <sip:102@sipgate.de>\r\nRefer-Sub: false\r\n";
    let mut click = office.line("mara2", "sip:7654321e0@sipgate.de");
    assert!(office.clicks(&mut click, whom).is_none());
    let refer = office.hears("mara");
    assert!(refer.is_request("REFER") && refer.header("Refer-To") == "<sip:102@sipgate.de>", "{}", refer.0);
    assert_eq!(
        (refer.header("Refer-Sub"), refer.header("Referred-By")),
        ("false", "\"Mara\" <sip:101@sipgate.de>")
    );
    let desk =
        Line { near: format!("{};tag=desk", refer.header("To")), ..office.line("mara", "sip:sipgate.de") };
    office.replies(&desk, &refer, 202, "");
    let taken = office.hears("mara2");
    assert!(taken.is_answer(202, "REFER") && taken.header("Refer-Sub") == "false", "{}", taken.0);
    let mut alice = office.dials("mara", "102");
    let bob = office.rings("joerg");
    office.picks_up(&bob);
    office.is_connected(&mut alice);
    office.hangs_up(&mut alice, &bob);
    let mut stranger = office.line("lena", "sip:101@sipgate.de");
    assert_eq!(office.clicks(&mut stranger, whom).map(|answer| answer.status()), Some(403));
    office.nobody_hears_anything();
}
