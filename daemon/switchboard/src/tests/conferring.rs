//! Three hear each other: Mara has Jörg on hold, talks with Lena and presses *3.

use media::dtmf::{Digit, Press};
use media::playback::Sound;
use media::relay::{Command, Event, Flow, LegId};
use media::tone::Tone;

use super::help::{calls, office_with, rules};
use super::line::Line;
use super::said::Said;
use super::{Office, SECOND};
use crate::{CallStage, Input};

const BOTH: [CallStage; 2] = [CallStage::Conference; 2];

/// Everybody of Mara's two calls, and her legs in both and those of the others.
struct Three {
    to_joerg: Line,
    joerg: Line,
    to_lena: Line,
    lena: Line,
    held: [LegId; 2],
    talks: [LegId; 2],
}

impl Office {
    /// Mara has Jörg on hold and talks with Lena.
    fn two_calls(&mut self) -> Three {
        let (mut to_joerg, joerg) = self.talk("mara", "102", "joerg");
        let held = self.relay.legs();
        let hold = self.wants(&mut to_joerg, "sendonly", "joerg");
        self.agrees(&joerg, &hold, "recvonly");
        self.is_connected(&mut to_joerg);
        let (to_lena, lena) = self.talk("mara", "103", "lena");
        let talks = self.relay.legs();
        Three { to_joerg, joerg, to_lena, lena, held, talks }
    }

    pub(super) fn presses(&mut self, leg: LegId, keys: &str) {
        for key in keys.chars() {
            let press = Press::usual(Digit::named(key).unwrap());
            self.happens(Input::Relay(Event::Pressed { leg, press, passed: true }));
        }
    }

    /// Mara has pressed the keys: Jörg is taken back.
    fn confers(&mut self) -> Three {
        let three = self.two_calls();
        self.presses(three.talks[0], "*3");
        self.takes_joerg_back(&three);
        three
    }

    fn takes_joerg_back(&mut self, three: &Three) {
        let back = self.hears("joerg");
        assert!(back.is_request("INVITE") && back.body().contains("a=sendrecv"), "{}", back.0);
        assert_eq!(back.header("Call-ID"), three.joerg.call_id);
        self.agrees(&three.joerg, &back, "sendrecv");
        self.nobody_hears_anything();
    }

    /// This phone is asked for an offer, the other one answers it, and both are in one call.
    fn are_brought_together(&mut self, newcomer: &Line, stays: &Line) {
        let fetch = self.hears(newcomer.phone);
        assert!(fetch.is_request("INVITE") && fetch.body().is_empty(), "{}", fetch.0);
        let voice = self.phone(newcomer.phone).voice("sendrecv");
        self.replies(newcomer, &fetch, 200, &voice);
        let carried = self.hears(stays.phone);
        assert!(carried.is_request("INVITE") && carried.body().contains("m=audio"), "{}", carried.0);
        self.agrees(stays, &carried, "sendrecv");
        assert!(self.hears(newcomer.phone).is_request("ACK"));
    }

    fn stages(&self) -> Vec<CallStage> {
        self.board.picture().calls.iter().map(|call| call.stage).collect()
    }

    /// Who is mixed since this was asked last.
    pub(super) fn mixed(&mut self) -> Vec<[LegId; 3]> {
        let told = self.relay.said.drain(..).filter_map(|said| {
            let Command::Confer { legs } = said else { return None };
            Some(legs)
        });
        told.collect()
    }
}

fn hangs_up(office: &mut Office, line: &mut Line) -> Said {
    office.asks(line, "BYE", "", "");
    let answer = office.hears(line.phone);
    assert!(answer.is_answer(200, "BYE"), "{}", answer.0);
    answer
}

fn joins(office: &Office, legs: [LegId; 2]) -> bool {
    let [a, b] = legs;
    office.relay.said.contains(&Command::Join { a, b })
}

#[test]
fn a_star_and_a_three_let_all_hear_each_other() {
    let mut office = Office::open();
    office.happens(Input::HoldMusic(Some(Sound::Tone(Tone::DIAL))));
    let three = office.two_calls();
    office.presses(three.talks[0], "*3");
    assert!(office.relay.said.contains(&Command::Hush { leg: three.held[1] }), "no music any more");
    let back = office.hears("joerg");
    assert!(back.is_request("INVITE") && back.body().contains("a=sendrecv"), "{}", back.0);
    assert_eq!(office.mixed(), [[three.talks[0], three.talks[1], three.held[1]]]);
    office.agrees(&three.joerg, &back, "sendrecv");
    let open = |office: &mut Office| office.relay.expected().pop().map(|(leg, plan)| (leg, plan.sends));
    assert_eq!(open(&mut office), Some((three.held[1], Flow::Open)), "he may speak again");
    assert_eq!(office.stages(), BOTH);
    office.presses(three.talks[0], "*3");
    assert_eq!(office.mixed().len(), 0, "it is so already");
    office.nobody_hears_anything();
}

#[test]
fn keys_told_by_info_do_as_well_and_others_do_nothing() {
    let mut office = Office::open();
    let mut three = office.two_calls();
    for keys in ["*13", "33", "3*"] {
        office.presses(three.talks[0], keys);
    }
    office.presses(three.talks[1], "*3");
    office.presses(three.talks[0], "*");
    office.passes(4 * SECOND);
    office.presses(three.talks[0], "3");
    assert_eq!(office.mixed().len(), 0, "not by these, not by Lena, not after a while");
    for key in ["*", "3"] {
        let line = &mut three.to_lena;
        office.asks(line, "INFO", "Content-Type: application/dtmf-relay\r\n", &format!("Signal={key}\r\n"));
        assert!(office.hears("mara").is_answer(200, "INFO"));
    }
    assert_eq!(office.mixed().len(), 1);
    office.takes_joerg_back(&three);
}

#[test]
fn without_somebody_on_hold_a_key_is_a_key() {
    let mut office = Office::open();
    let (mut here, there) = office.talk("mara", "102", "joerg");
    let [host, _] = office.relay.legs();
    office.presses(host, "*3");
    assert_eq!(office.mixed().len(), 0);
    // Of another phone of hers.
    let (mut other, lena) = office.talk("mara2", "103", "lena");
    let hold = office.wants(&mut other, "sendonly", "lena");
    office.agrees(&lena, &hold, "recvonly");
    office.is_connected(&mut other);
    office.presses(host, "*3");
    assert_eq!(office.mixed().len(), 0);
    office.hangs_up(&mut here, &there);
}

#[test]
fn one_who_was_on_hold_goes_and_two_go_on() {
    let mut office = Office::open();
    let mut three = office.confers();
    office.relay.said.clear();
    office.hangs_up(&mut three.joerg, &three.to_joerg);
    assert!(joins(&office, three.talks));
    assert_eq!((office.stages(), office.parties()), (vec![CallStage::Talking], ("101".into(), "103".into())));
    office.nobody_hears_anything();
    office.hangs_up(&mut three.to_lena, &three.lena);
}

#[test]
fn the_other_one_goes_and_two_go_on() {
    let mut office = Office::open();
    let mut three = office.confers();
    office.relay.said.clear();
    hangs_up(&mut office, &mut three.lena);
    office.hears_bye(&three.to_joerg);
    office.are_brought_together(&three.joerg, &three.to_lena);
    assert!(joins(&office, three.talks));
    assert_eq!((office.stages(), office.parties()), (vec![CallStage::Talking], ("101".into(), "102".into())));
    office.nobody_hears_anything();
    office.hangs_up(&mut three.to_lena, &three.joerg);
}

#[test]
fn who_brought_them_together_goes_and_the_others_go_on() {
    let mut office = Office::open();
    let mut three = office.confers();
    office.relay.said.clear();
    hangs_up(&mut office, &mut three.to_lena);
    office.hears_bye(&three.to_joerg);
    office.are_brought_together(&three.joerg, &three.lena);
    assert!(joins(&office, three.talks));
    assert_eq!((office.stages(), office.parties()), (vec![CallStage::Talking], ("102".into(), "103".into())));
    office.nobody_hears_anything();
    office.hangs_up(&mut three.lena, &three.joerg);
}

#[test]
fn who_takes_one_back_on_the_phone_has_two_calls_again() {
    let mut office = Office::open();
    let mut three = office.confers();
    let back = office.wants(&mut three.to_joerg, "sendrecv", "joerg");
    office.relay.said.clear();
    office.agrees(&three.joerg, &back, "sendrecv");
    office.is_connected(&mut three.to_joerg);
    assert!(joins(&office, three.held) && joins(&office, three.talks));
    assert_eq!(office.stages(), [CallStage::Talking; 2]);
    office.hangs_up(&mut three.to_joerg, &three.joerg);
    office.hangs_up(&mut three.to_lena, &three.lena);
}

#[test]
fn who_puts_the_other_on_hold_leaves_both_waiting() {
    let mut office = Office::open();
    let mut three = office.confers();
    office.happens(Input::HoldMusic(Some(Sound::Tone(Tone::DIAL))));
    let hold = office.wants(&mut three.to_lena, "sendonly", "lena");
    office.relay.said.clear();
    office.agrees(&three.lena, &hold, "recvonly");
    office.is_connected(&mut three.to_lena);
    assert!(joins(&office, three.held) && joins(&office, three.talks));
    let again = office.hears("joerg");
    assert!(again.is_request("INVITE") && again.body().contains("a=sendonly"), "{}", again.0);
    office.agrees(&three.joerg, &again, "recvonly");
    for leg in [three.held[1], three.talks[1]] {
        let plays = |said: &Command| matches!(said, Command::Play { leg: one, .. } if *one == leg);
        assert!(office.relay.said.iter().any(plays), "music for {leg:?}");
    }
    assert_eq!(office.stages(), [CallStage::Held; 2]);
}

#[test]
fn a_phone_that_asks_anew_is_taken_back_anew() {
    let mut office = Office::open();
    let mut three = office.confers();
    let refresh = office.wants(&mut three.joerg, "sendrecv", "mara");
    office.agrees(&three.to_joerg, &refresh, "sendonly");
    let accepted = office.is_connected(&mut three.joerg);
    assert!(accepted.body().contains("a=sendonly"), "{}", accepted.0);
    office.takes_joerg_back(&three);
    assert_eq!(office.stages(), BOTH);
    office.passes(SECOND);
    office.nobody_hears_anything();
}

#[test]
fn a_phone_that_does_not_want_to_be_taken_back_is_heard_no_more_than_before() {
    let mut office = Office::open();
    let three = office.two_calls();
    office.presses(three.talks[0], "*3");
    let back = office.hears("joerg");
    office.replies(&three.joerg, &back, 488, "");
    assert!(office.hears("joerg").is_request("ACK"));
    assert_eq!(office.stages(), BOTH, "he listens");
    office.nobody_hears_anything();
}

#[test]
fn a_phone_with_both_on_hold_may_dial_for_it() {
    let mut office = Office::open();
    let (_, refusal) = office.tries("mara", "*3");
    assert_eq!(refusal.status(), 100);
    let refusal = office.hears("mara");
    assert_eq!(refusal.status(), 404, "there is nobody to bring together");
    let mut three = office.two_calls();
    let hold = office.wants(&mut three.to_lena, "sendonly", "lena");
    office.agrees(&three.lena, &hold, "recvonly");
    office.is_connected(&mut three.to_lena);
    let mut to_both = office.dials("mara", "*3");
    office.hears_bye(&three.to_lena);
    let back = office.hears("lena");
    assert!(back.is_request("INVITE") && back.body().contains("a=sendrecv"), "{}", back.0);
    assert_eq!(office.mixed().len(), 0);
    office.agrees(&three.lena, &back, "sendrecv");
    let accepted = office.is_connected(&mut to_both);
    assert!(accepted.header("Contact").ends_with(">;isfocus"), "RFC 4579 5.1: {}", accepted.0);
    office.takes_joerg_back(&three);
    assert_eq!(office.mixed(), [[three.talks[0], three.talks[1], three.held[1]]]);
    assert_eq!(office.stages(), BOTH);
    office.hangs_up(&mut three.joerg, &three.to_joerg);
    office.hangs_up(&mut three.lena, &to_both);
}

#[test]
fn nobody_comes_to_a_call_for_help() {
    let mut office = office_with(&["mara", "joerg"], rules());
    let (mut to_joerg, joerg) = office.talk("mara", "102", "joerg");
    let hold = office.wants(&mut to_joerg, "sendonly", "joerg");
    office.agrees(&joerg, &hold, "recvonly");
    office.is_connected(&mut to_joerg);
    let mut line = calls(&mut office, "mara", "sip:112@sipgate.de");
    let help = super::help::proven(&mut office);
    office.picks_up(&help);
    office.is_connected(&mut line);
    let [host, far] = office.relay.legs();
    office.presses(host, "*3");
    office.presses(far, "*3");
    assert_eq!(office.mixed().len(), 0);
    office.nobody_hears_anything_but("joerg");
    office.hears_all("joerg");
}
