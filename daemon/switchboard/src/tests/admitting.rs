//! One more ordinary call is refused before those that there are suffer; calls for help never are.

use std::sync::Arc;

use media::relay::Event;

use super::cloud::line_of;
use super::help::{PHONES, calls, office_over, rules};
use super::line::Line;
use super::office::Office;
use super::said::Said;
use crate::dialling::Outgoing;
use crate::{Input, Shortage};

const BERLIN: &str = "+4930999999";

fn strained(office: &mut Office, strained: bool) {
    office.happens(Input::Relay(Event::Strained(strained)));
}

/// Dials, and is refused for want of room.
fn is_turned_away(office: &mut Office, phone: &'static str, number: &str) -> Said {
    let (line, first) = office.tries(phone, number);
    let last = if first.status() == 100 { office.hears(phone) } else { first };
    assert_eq!(last.status(), 503, "{}", last.0);
    office.acknowledges(&line, &last);
    last
}

#[test]
fn a_box_with_all_it_can_do_takes_no_more_calls_until_it_can() {
    let mut office = Office::open();
    let (mut here, there) = office.talk("mara", "102", "joerg");
    strained(&mut office, true);
    let refusal = is_turned_away(&mut office, "lena", "101");
    assert!(refusal.header("Warning").contains("as many calls as it can"), "{}", refusal.0);
    assert_eq!(refusal.header("Reason"), "Q.850;cause=42");
    assert_eq!(office.board.picture().shortage, Some(Shortage::Box));
    office.hangs_up(&mut here, &there);
    strained(&mut office, false);
    assert_eq!(office.board.picture().shortage, None);
    let (mut lena, mara) = office.talk("lena", "102", "joerg");
    office.hangs_up(&mut lena, &mara);
}

#[test]
fn who_calls_for_help_is_never_turned_away() {
    let mut office = office_over(&PHONES, rules(), &[line_of("e0"), line_of("e3")]);
    strained(&mut office, true);
    let mut line = calls(&mut office, "mara", "sip:112@sipgate.de");
    let help = office.rings("cloud");
    office.picks_up(&help);
    office.is_connected(&mut line);
    office.hangs_up(&mut line, &help);
}

/// Mara talks with somebody outside, over an access that carries one call.
fn talks_outside() -> (Office, Line, Line) {
    let mut office = Office::with_lines(&["mara", "joerg", "lena"], &[line_of("e0"), line_of("e1")]);
    office.happens(Input::Outgoing(Arc::new(Outgoing { uplink: Some(1), ..Outgoing::default() })));
    let mut mara = office.dials("mara", BERLIN);
    let world = office.world_rings();
    office.picks_up(&world);
    office.is_connected(&mut mara);
    (office, mara, world)
}

#[test]
fn a_full_access_takes_no_more_calls_out_or_in_and_the_house_goes_on() {
    let (mut office, mut mara, world) = talks_outside();
    assert_eq!(office.board.picture().shortage, Some(Shortage::Uplink));
    let refusal = is_turned_away(&mut office, "joerg", BERLIN);
    assert!(refusal.header("Warning").contains("internet connection"), "{}", refusal.0);
    assert_eq!(refusal.header("Reason"), "Q.850;cause=34");
    let caller = office.world_calls("sip:7654321e1@192.0.2.1:5060", "<sip:+49301111111@sipgate.de>", "");
    let answers = office.hears_all("cloud");
    let refusal = answers.iter().find(|said| said.status() >= 300).unwrap();
    assert_eq!((refusal.status(), refusal.header("Reason")), (503, "Q.850;cause=34"));
    office.acknowledges(&caller, refusal);
    let (mut lena, joerg) = office.talk("lena", "102", "joerg");
    office.hangs_up(&mut lena, &joerg);
    office.hangs_up(&mut mara, &world);
    assert_eq!(office.board.picture().shortage, None);
}
