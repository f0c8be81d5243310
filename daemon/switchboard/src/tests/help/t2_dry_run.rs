//! Tests without a control centre, T2: a number of the house's own is called over the line that a call for help would take.

use std::sync::Arc;

use emergency::dialled::Visitors;
use emergency::{Numbers, Rules};

use super::e04_others_make_way::{office as office_of, talks_outside};
use super::{PHONES, line_used, office_with, ready, rules};
use crate::Input;
use crate::dialling::{Limits, Outgoing, Prefixes};
use crate::tests::MINUTE;
use crate::tests::line::Line;
use crate::tests::office::{Office, id};
use crate::tests::said::Said;

const CODE: &str = "*99*2";
const OWN: &str = "+4930123456";

fn trying() -> Rules {
    let numbers = Numbers::new("0", Visitors::Understood, Some("*99*1")).unwrap();
    let numbers = numbers.with_dry_run(CODE, id(OWN), "030123456").unwrap();
    Rules { numbers, alarm: vec![id("103"), id("101")], alarm_calls: vec![id("102")], ..rules() }
}

/// The phone dials the code; what it shows then.
fn dials(office: &mut Office, phone: &'static str) -> (Line, String) {
    let voice = office.phone(phone).voice("sendrecv");
    let uri = format!("sip:{CODE}@sipgate.de");
    let (line, first) = office.tries_with(phone, &uri, "Privacy: id\r\n", &voice);
    assert_eq!(first.status(), 100, "{}", first.0);
    let shown = office.hears(phone);
    assert!(shown.is_request("MESSAGE") && shown.header("From").starts_with("\"PROBE\" "), "{}", shown.0);
    (line, shown.body().to_owned())
}

/// The caller hears why not; nobody was asked.
fn is_refused(office: &mut Office, phone: &'static str) -> Said {
    let (line, _) = dials(office, phone);
    let over = office.hears(phone);
    office.acknowledges(&line, &over);
    office.nobody_hears_anything();
    over
}

#[test]
fn t2_the_line_of_the_place_calls_the_own_number_and_shows_what_a_control_centre_would_see() {
    let mut office = office_with(&PHONES, trying());
    for (phone, user, number) in [("mara", "7654321e0", "4930555010"), ("lena", "7654321e3", "4930555013")] {
        let (mut line, text) = dials(&mut office, phone);
        let line_says =
            format!("Leitung {user} nennt diese Adresse, Rückruf +{number}. Angerufen wird {OWN}.");
        assert!(text.starts_with("PROBE 112: ") && text.ends_with(&line_says), "{text}");
        let there = office.world_rings();
        let invite = &there.invite;
        assert_eq!(invite.first_line(), format!("INVITE sip:{OWN}@sipgate.de SIP/2.0"));
        assert_eq!(line_used(invite), user);
        assert_eq!(invite.header("P-Preferred-Identity"), format!("<sip:{number}@sipgate.de>"));
        assert_eq!((invite.header("Privacy"), invite.header("Priority")), ("", ""), "{}", invite.0);
        office.picks_up(&there);
        office.is_connected(&mut line);
        let picture = office.board.picture();
        assert!(picture.help.is_empty() && !picture.calls_for_help, "an ordinary call");
        assert_eq!(picture.stays_until(office.now), None, "the box may be restarted");
        office.hangs_up(&mut line, &there);
        office.nobody_hears_anything();
        assert_eq!(office.board.picture().called_for_help, [], "nobody is awaited to call back");
        assert_eq!(office.records.last().unwrap().callee.number, OWN);
    }
}

#[test]
fn t2_a_line_that_fails_is_left_for_the_next_as_help_would() {
    let mut office = office_with(&PHONES, trying());
    dials(&mut office, "lena");
    let first = office.world_rings();
    assert_eq!(line_used(&first.invite), "7654321e3");
    office.says(&first, 503);
    assert!(office.hears("cloud").is_request("ACK"));
    let second = office.rings("cloud");
    assert_eq!(
        (line_used(&second.invite).as_str(), second.invite.first_line().contains(OWN)),
        ("7654321e0", true)
    );
}

#[test]
fn t2_nobody_makes_way_for_it() {
    let mut office = office_of(Some(1));
    let ready = ready(&office, trying());
    office.happens(Input::Emergency(ready));
    talks_outside(&mut office, "mara");
    dials(&mut office, "mara2");
    assert_eq!(line_used(&office.rings("cloud").invite), "7654321e3", "the other line has room");
    assert_eq!(is_refused(&mut office, "joerg").status(), 503);
    assert_eq!(office.board.picture().calls.len(), 2, "nobody was cut off");
}

#[test]
fn t2_the_rules_of_the_house_apply() {
    let mut office = office_with(&PHONES, trying());
    let blocked = Prefixes::read([OWN], crate::dialling::Country::GERMANY).unwrap();
    office.happens(Input::Outgoing(Arc::new(Outgoing { blocked, ..Outgoing::default() })));
    assert_eq!(is_refused(&mut office, "mara").status(), 403);
    let limits = Some(Limits { person: 1, night_divides_by: 1, ..Limits::default() });
    office.happens(Input::Outgoing(Arc::new(Outgoing { limits, ..Outgoing::default() })));
    let (line, _) = dials(&mut office, "mara");
    let there = office.rings("cloud");
    office.says(&there, 180);
    assert_eq!(office.hears("mara").status(), 180);
    office.cancels(&line);
    assert!(office.hears("mara").is_answer(200, "CANCEL"));
    assert!(office.hears_all("mara").iter().any(|said| said.is_answer(487, "INVITE")));
    assert!(office.falls_silent(&there).is_request("CANCEL"));
    office.hears_all("cloud");
    assert_eq!(is_refused(&mut office, "mara").status(), 403, "the fraud guard counts it");
}

#[test]
fn t2_lines_that_count_as_lost_do_not_carry_it() {
    let mut office = office_with(&PHONES, trying());
    office.board.begin_drill(office.now, 5 * MINUTE).unwrap();
    assert_eq!(is_refused(&mut office, "mara").status(), 503);
    assert!(office.board.picture().drill.0.is_some(), "and the drill goes on");
}

#[test]
fn t2_without_its_code_there_is_none_and_nobody_outside_begins_it() {
    let mut office = office_with(&PHONES, rules());
    assert_eq!(office.is_refused("mara", CODE), 404);
    let mut office = office_with(&PHONES, trying());
    let line =
        office.world_calls(&format!("sip:{CODE}@192.0.2.1:5060"), "<sip:4915700000012@sipgate.de>", "");
    let answers = office.hears_all("cloud");
    assert!(answers.iter().all(|said| !said.is_request("INVITE")), "{}", line.target);
    assert!(answers.last().is_some_and(|last| last.status() >= 400), "it is refused");
}
