//! Provisional answers that must not get lost (RFC 3262).

use std::time::Duration;

use super::line::Line;
use super::said::Said;
use super::{Office, SECOND};

const KNOWS: &str = "Supported: 100rel\r\nAllow: INVITE, ACK, BYE, CANCEL, PRACK, UPDATE\r\n";
const INSISTS: &str = "Require: 100rel\r\n";

impl Office {
    /// Dials with these lines; the call is in the hands of the box.
    fn dials_with(&mut self, lines: &str, body: &str) -> Line {
        let (line, answer) = self.tries_with("mara", "sip:102@sipgate.de", lines, body);
        assert_eq!(answer.status(), 100, "{}", answer.0);
        line
    }

    fn dials_knowing(&mut self, lines: &str) -> Line {
        let voice = self.phone("mara").voice("sendrecv");
        self.dials_with(lines, &voice)
    }

    /// The callee answers provisionally and wants that confirmed.
    fn says_reliably(&mut self, line: &Line, status: u16, number: u32, body: &str) {
        let lines =
            format!("Require: 100rel\r\nRSeq: {number}\r\nAllow: INVITE, ACK, BYE, PRACK, UPDATE\r\n");
        self.replies_with(line, &line.invite, status, &lines, body);
    }

    /// The callee hears its answer confirmed.
    fn hears_prack(&mut self, line: &Line, number: u32) -> Said {
        let prack = self.hears(line.phone);
        assert!(prack.is_request("PRACK"), "{}", prack.0);
        assert_eq!(prack.header("RAck"), format!("{number} {} INVITE", line.invite.number()));
        self.replies(line, &prack, 200, "");
        prack
    }

    /// The caller hears a provisional answer that wants to be confirmed.
    fn hears_reliably(&mut self, line: &mut Line, status: u16) -> Said {
        let answer = self.hears(line.phone);
        assert!(answer.is_answer(status, "INVITE"), "{}", answer.0);
        assert_eq!(answer.header("Require"), "100rel");
        line.far = answer.header("To").into();
        line.target = answer.contact().into();
        answer
    }

    /// The caller confirms it.
    fn pracks(&mut self, line: &mut Line, answer: &Said, body: &str) -> Said {
        self.asks_pracking(line, answer.header("RSeq"), body);
        let confirmed = self.hears(line.phone);
        assert!(confirmed.is_answer(200, "PRACK"), "{}", confirmed.0);
        confirmed
    }

    fn asks_pracking(&mut self, line: &mut Line, number: &str, body: &str) -> Said {
        let rack = format!("RAck: {number} {} INVITE\r\n", line.invite.number());
        self.asks(line, "PRACK", &rack, body)
    }
}

#[test]
fn a_caller_that_insists_gets_every_answer_reliably_though_the_callee_knows_nothing_of_it() {
    let mut office = Office::open();
    let mut line = office.dials_knowing(INSISTS);
    let ringing = office.rings("joerg");
    assert_eq!(ringing.invite.header("Require"), "");
    office.says(&ringing, 180);
    let first = office.hears_reliably(&mut line, 180);
    office.passes(Duration::from_millis(3_600));
    assert_eq!(
        office.hears_all("mara"),
        [first.clone(), first.clone(), first.clone()],
        "after 0.5, 1.5 and 3.5 s"
    );
    office.pracks(&mut line, &first, "");
    office.passes(30 * SECOND);
    office.nobody_hears_anything();
    office.picks_up(&ringing);
    office.is_connected(&mut line);
    office.hangs_up(&mut line, &ringing);
}

#[test]
fn a_confirmation_of_nothing_is_refused() {
    let mut office = Office::open();
    let mut line = office.dials_knowing(INSISTS);
    let ringing = office.rings("joerg");
    office.says(&ringing, 180);
    let first = office.hears_reliably(&mut line, 180);
    office.asks_pracking(&mut line, "4711", "");
    assert!(office.hears("mara").is_answer(481, "PRACK"), "RFC 3262 3");
    office.pracks(&mut line, &first, "");
    office.asks_pracking(&mut line, first.header("RSeq"), "");
    assert!(office.hears("mara").is_answer(481, "PRACK"), "it is confirmed already");
}

#[test]
fn a_caller_that_never_confirms_loses_its_call() {
    let mut office = Office::open();
    let mut line = office.dials_knowing(INSISTS);
    let ringing = office.rings("joerg");
    office.says(&ringing, 180);
    office.hears_reliably(&mut line, 180);
    office.passes(32 * SECOND);
    let last = office.hears_all("mara").pop().unwrap();
    assert!(last.is_answer(504, "INVITE"), "RFC 3262 3: {}", last.0);
    office.acknowledges(&line, &last);
    office.falls_silent(&ringing);
}

#[test]
fn the_next_answer_waits_for_the_confirmation_of_the_one_before() {
    let mut office = Office::open();
    let mut line = office.dials_knowing(INSISTS);
    let ringing = office.rings("joerg");
    office.says(&ringing, 180);
    let first = office.hears_reliably(&mut line, 180);
    office.says_with_voice(&ringing, 183);
    office.nobody_hears_anything();
    office.pracks(&mut line, &first, "");
    let second = office.hears_reliably(&mut line, 183);
    let number = |answer: &Said| answer.header("RSeq").parse::<u32>().unwrap();
    assert_eq!(number(&second), number(&first) + 1);
    assert!(second.body().contains("m=audio"));
    office.pracks(&mut line, &second, "");
}

#[test]
fn a_callee_that_insists_is_confirmed_though_the_caller_knows_nothing_of_it() {
    let mut office = Office::open();
    let mut line = office.dials("mara", "102");
    let ringing = office.rings("joerg");
    assert!(ringing.invite.header("Supported").contains("100rel"));
    let voice = office.phone("joerg").voice("sendrecv");
    office.says_reliably(&ringing, 183, 7, &voice);
    let prack = office.hears_prack(&ringing, 7);
    assert!(prack.body().is_empty() && prack.tag("To") == "joerg");
    let heard = office.hears("mara");
    assert!(heard.is_answer(183, "INVITE") && heard.header("RSeq").is_empty());
    assert!(heard.body().contains("m=audio"));
    office.says_reliably(&ringing, 183, 7, &voice);
    office.says_reliably(&ringing, 180, 9, "");
    office.nobody_hears_anything();
    office.says_reliably(&ringing, 180, 8, "");
    office.hears_prack(&ringing, 8);
    office.says(&ringing, 200);
    let ack = office.hears("joerg");
    assert!(ack.is_request("ACK"), "its voice was said before: {}", ack.0);
    let accepted = office.is_connected(&mut line);
    assert!(accepted.body().contains("m=audio"), "this caller has heard no answer that counts");
    let bye = {
        office.asks(&mut line, "BYE", "", "");
        office.hears("mara");
        office.hears_bye(&ringing)
    };
    assert!(bye.number() > prack.number(), "RFC 3261 12.2.1.1");
}

#[test]
fn voice_is_agreed_upon_while_it_rings_when_both_know_how() {
    let mut office = Office::open();
    let mut line = office.dials_knowing(KNOWS);
    let ringing = office.rings("joerg");
    let voice = office.phone("joerg").voice("sendrecv");
    office.says_reliably(&ringing, 183, 1, &voice);
    office.hears_prack(&ringing, 1);
    let progress = office.hears_reliably(&mut line, 183);
    office.pracks(&mut line, &progress, "");
    office.says(&ringing, 200);
    assert!(office.hears("joerg").is_request("ACK"));
    let accepted = office.is_connected(&mut line);
    assert_eq!(accepted.body(), "", "offer and answer are through (RFC 3262 5)");
}

#[test]
fn an_answer_that_comes_before_the_confirmation_waits_for_it() {
    let mut office = Office::open();
    let mut line = office.dials_knowing(KNOWS);
    let ringing = office.rings("joerg");
    office.says_with_voice(&ringing, 183);
    let progress = office.hears_reliably(&mut line, 183);
    office.says_with_voice(&ringing, 200);
    office.nobody_hears_anything();
    office.pracks(&mut line, &progress, "");
    assert!(office.hears("joerg").is_request("ACK"));
    office.is_connected(&mut line);
    office.hangs_up(&mut line, &ringing);
}

#[test]
fn giving_up_while_an_answer_waits_hangs_up_on_who_answered() {
    let mut office = Office::open();
    let mut line = office.dials_knowing(KNOWS);
    let ringing = office.rings("joerg");
    office.says_with_voice(&ringing, 183);
    office.hears_reliably(&mut line, 183);
    office.says_with_voice(&ringing, 200);
    office.cancels(&line);
    let (_, over) = (office.hears("mara"), office.hears("mara"));
    assert_eq!(over.status(), 487);
    office.acknowledges(&line, &over);
    assert!(office.hears("joerg").is_request("ACK"));
    office.hears_bye(&ringing);
}

#[test]
fn a_new_offer_in_the_confirmation_is_answered() {
    let mut office = Office::open();
    let mut line = office.dials_knowing(KNOWS);
    let ringing = office.rings("joerg");
    office.says_with_voice(&ringing, 183);
    let progress = office.hears_reliably(&mut line, 183);
    let offer = office.phone("mara").voice("sendrecv").replace("40000", "41000");
    let [caller, _] = office.relay.legs();
    office.relay.said.clear();
    let confirmed = office.pracks(&mut line, &progress, &offer);
    assert!(confirmed.body().contains("m=audio"), "RFC 3262 5");
    let moved = office.relay.expected().into_iter().find(|(leg, _)| *leg == caller).unwrap();
    assert_eq!(moved.1.rtp, Some("192.0.2.11:41000".parse().unwrap()));
}

#[test]
fn a_phone_s_offer_is_answered_while_it_rings() {
    let mut office = Office::open();
    let mut line = office.dials_with(KNOWS, "");
    let ringing = office.rings("joerg");
    let voice = office.phone("joerg").voice("sendrecv");
    office.says_reliably(&ringing, 183, 1, &voice);
    office.nobody_hears_anything_but("mara");
    let offer = office.hears_reliably(&mut line, 183);
    assert!(offer.body().contains("m=audio"));
    let answer = office.phone("mara").voice("sendrecv");
    office.pracks(&mut line, &offer, &answer);
    let prack = office.hears_prack(&ringing, 1);
    assert!(prack.body().contains("m=audio"));
    office.says(&ringing, 200);
    let ack = office.hears("joerg");
    assert!(ack.is_request("ACK") && ack.body().is_empty());
    assert_eq!(office.is_connected(&mut line).body(), "");
    office.hangs_up(&mut line, &ringing);
}

#[test]
fn a_phone_is_not_asked_for_an_offer_that_nobody_could_answer() {
    let mut office = Office::open();
    office.dials_with("", "");
    assert!(!office.rings("joerg").invite.header("Supported").contains("100rel"));
}

#[test]
fn the_call_changes_while_it_rings() {
    let mut office = Office::open();
    let mut line = office.dials_knowing(KNOWS);
    let mut ringing = office.rings("joerg");
    let voice = office.phone("joerg").voice("sendrecv");
    office.says_reliably(&ringing, 183, 1, &voice);
    office.hears_prack(&ringing, 1);
    let progress = office.hears_reliably(&mut line, 183);
    office.pracks(&mut line, &progress, "");
    let offer = office.phone("mara").voice("sendonly");
    office.asks(&mut line, "UPDATE", "", &offer);
    let update = office.hears("joerg");
    assert!(update.is_request("UPDATE") && update.body().contains("a=sendonly"), "{}", update.0);
    let answer = office.phone("joerg").voice("recvonly");
    office.replies(&ringing, &update, 200, &answer);
    assert!(office.hears("mara").body().contains("a=recvonly"));
    let offer = office.phone("joerg").voice("sendrecv");
    office.asks(&mut ringing, "UPDATE", "", &offer);
    let update = office.hears("mara");
    assert!(update.is_request("UPDATE") && update.body().contains("a=sendrecv"), "{}", update.0);
    let answer = office.phone("mara").voice("sendrecv");
    office.replies(&line, &update, 200, &answer);
    assert!(office.hears("joerg").is_answer(200, "UPDATE"));
    office.says(&ringing, 200);
    assert!(office.hears("joerg").is_request("ACK"));
    office.is_connected(&mut line);
}

#[test]
fn two_phones_behind_one_contact_are_confirmed_each_for_itself() {
    let mut office = Office::open();
    let mut line = office.dials("mara", "102");
    let desk = office.rings("joerg");
    let mut twin = desk.clone();
    twin.near = twin.near.replace(";tag=joerg", ";tag=twin");
    let voice = office.phone("joerg").voice("sendrecv");
    office.says_reliably(&desk, 183, 5, &voice);
    assert_eq!(office.hears_prack(&desk, 5).tag("To"), "joerg");
    office.says_reliably(&twin, 183, 90, &voice);
    assert_eq!(office.hears_prack(&twin, 90).tag("To"), "twin");
    let early = office.hears_all("mara");
    let tags: Vec<_> = early.iter().map(|answer| answer.tag("To").to_owned()).collect();
    assert!(tags.windows(2).all(|pair| pair[0] == pair[1]), "the caller sees one call");
    office.says(&twin, 200);
    assert!(office.hears("joerg").tag("To") == "twin");
    office.is_connected(&mut line);
    office.hangs_up(&mut line, &twin);
}
