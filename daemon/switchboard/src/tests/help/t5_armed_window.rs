//! Tests with a control centre, T5: two people arm the box, and one call for help leaves for real although it is not commissioned.

use emergency::appointment::{ArmRefused, End, LENGTH, Stage, Wish};
use emergency::dialled::Visitors;
use emergency::{Commissioned, Numbers, Rules};
use sip::locate::Target;

use super::{PHONES, calls, line_used, office_over, rules};
use crate::HelpStage;
use crate::lines::Line;
use crate::tests::SECOND;
use crate::tests::cloud::line_of;
use crate::tests::office::{Office, REAL};

/// Its provider stands in no book (RFC 5737): it is a real one.
fn office_by(rules: Rules) -> Office {
    let line = |device: &str| Line { servers: vec![Target::named(REAL, None).unwrap()], ..line_of(device) };
    let mut office = office_over(&PHONES, rules, &[line("e0"), line("e3")]);
    office.hears_all("provider");
    office
}

fn office() -> Office {
    office_by(rules())
}

fn arms(office: &mut Office) {
    office.board.appoint(office.now, Wish::Arm, "mara").unwrap();
    assert_eq!(office.board.appoint(office.now, Wish::Confirm, "mara"), Err(ArmRefused::SamePerson));
    office.board.appoint(office.now, Wish::Confirm, "jo").unwrap();
}

fn leaves_nowhere(office: &mut Office, phone: &'static str) {
    calls(office, phone, "sip:112@sipgate.de");
    office.cloud_works(20 * SECOND);
    assert_eq!(office.hears_all("provider"), []);
    assert_eq!(office.board.picture().help.last().unwrap().stage, HelpStage::NotReached);
}

#[test]
fn t5_one_call_leaves_for_real_over_all_its_lines_and_no_other_does() {
    let mut office = office();
    leaves_nowhere(&mut office, "joerg");
    office.board.appoint(office.now, Wish::Arm, "mara").unwrap();
    leaves_nowhere(&mut office, "mara2");
    office.board.appoint(office.now, Wish::Disarm, "mara").unwrap();
    arms(&mut office);
    calls(&mut office, "mara", "sip:112@sipgate.de");
    let first = office.rings("provider");
    assert_eq!(first.invite.first_line(), "INVITE sip:112@sipgate.de SIP/2.0");
    office.says(&first, 503);
    assert!(office.hears("provider").is_request("ACK"));
    let second = office.rings("provider");
    assert_ne!(line_used(&second.invite), line_used(&first.invite), "the same call over the next line");
    let told = office.board.picture().test_call;
    assert_eq!((told.stage, told.ended), (None, Some((office.now, End::Called))));
    calls(&mut office, "lena", "sip:112@sipgate.de");
    let asked = office.hears_all("provider");
    assert!(asked.iter().all(|said| !said.is_request("INVITE")), "the second caller's does not leave");
}

#[test]
fn t5_after_15_minutes_nothing_leaves_and_the_page_hears_of_it() {
    let mut office = office();
    arms(&mut office);
    let armed = office.board.picture();
    let until = office.now + LENGTH;
    let (by, confirmed) = ("mara".into(), "jo".into());
    assert_eq!(armed.test_call.stage, Some(Stage::Armed { by, confirmed, until }));
    office.cloud_works(LENGTH);
    let over = office.board.picture();
    assert_eq!((over.test_call.stage, over.test_call.ended), (None, Some((until, End::TimeUp))));
    assert!(over.edition > armed.edition);
    leaves_nowhere(&mut office, "mara");
}

#[test]
fn t5_a_restart_disarms() {
    let mut office = office();
    arms(&mut office);
    office.falls_and_gets_up(false);
    assert_eq!(office.board.picture().test_call.stage, None);
}

#[test]
fn t5_a_commissioned_box_has_nothing_to_arm() {
    let mut office = office_by(Rules { commissioned: Commissioned::Yes, ..rules() });
    let refused = office.board.appoint(office.now, Wish::Arm, "mara");
    assert_eq!(refused, Err(ArmRefused::Commissioned));
    calls(&mut office, "mara", "sip:112@sipgate.de");
    assert!(office.rings("provider").invite.first_line().contains("112"));
}

#[test]
fn t5_a_rehearsal_says_whether_the_call_would_leave() {
    let numbers = Numbers::new("0", Visitors::Understood, Some("*99*1")).unwrap();
    let mut office = office_by(Rules { numbers, ..rules() });
    let mut rehearsed = |arm: bool| {
        if arm {
            arms(&mut office);
        }
        let (line, _) = office.tries("mara", "*99*1");
        let shown = office.hears("mara").body().to_owned();
        let over = office.hears("mara");
        office.acknowledges(&line, &over);
        shown
    };
    assert!(rehearsed(false).ends_with("Notrufe gehen NOCH NICHT hinaus."));
    assert!(rehearsed(true).ends_with("Rückruf +4930555010."), "and armed it stays");
    assert!(matches!(office.board.picture().test_call.stage, Some(Stage::Armed { .. })));
}
