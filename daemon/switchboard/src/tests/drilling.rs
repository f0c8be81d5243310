//! The outside lines count as lost for a while, and the house is watched meanwhile.

use super::cloud::line_of;
use super::office::Office;
use super::{MINUTE, SECOND};
use crate::drill::{DrillEnd, DrillRefused};

const BERLIN: &str = "+493055577788";

fn office() -> Office {
    Office::with_lines(&["mara", "joerg"], &[line_of("e0"), line_of("e1")])
}

#[test]
fn nothing_leads_out_and_the_house_goes_on() {
    let mut office = office();
    office.board.begin_drill(office.now, 5 * MINUTE).unwrap();
    assert_eq!(office.board.begin_drill(office.now, MINUTE), Err(DrillRefused::UnderWay));
    assert_eq!(office.is_refused("mara", BERLIN), 503);
    let (mut line, there) = office.talk("mara", "102", "joerg");
    office.hangs_up(&mut line, &there);
    office.cloud_works(6 * MINUTE);
    let report = office.board.picture().drill.1.unwrap();
    assert_eq!((report.how, report.ended - report.drill.began), (DrillEnd::TimeUp, 5 * MINUTE));
    assert_eq!((report.calls, report.answered, report.refused_out, report.turned_away), (1, 1, 1, 0));
    assert_eq!((report.phones.0, report.lines), (2, (2, 2)), "nothing was unregistered");
    office.dials("mara", BERLIN);
    assert!(office.cloud_hears().is_request("INVITE"), "and then calls go out again");
}

#[test]
fn somebody_outside_finds_nobody_as_on_that_day() {
    let mut office = office();
    office.board.begin_drill(office.now, 5 * MINUTE).unwrap();
    let line = office.world_calls("sip:7654321e1@192.0.2.1:5060", "<sip:4915700000012@sipgate.de>", "");
    assert_eq!(office.hears("cloud").status(), 100);
    let refusal = office.hears("cloud");
    office.acknowledges(&line, &refusal);
    assert_eq!(refusal.status(), 503, "{}", refusal.0);
    office.board.end_drill(office.now, DrillEnd::Stopped);
    let report = office.board.picture().drill.1.unwrap();
    assert_eq!((report.how, report.turned_away), (DrillEnd::Stopped, 1));
}

#[test]
fn a_call_for_help_goes_out_and_ends_it() {
    let mut office = super::help::office();
    office.board.begin_drill(office.now, 5 * MINUTE).unwrap();
    super::help::calls(&mut office, "mara", "sip:112@sipgate.de");
    assert!(office.hears("cloud").is_request("INVITE"));
    let picture = office.board.picture();
    assert_eq!((picture.drill.0, picture.drill.1.unwrap().how), (None, DrillEnd::Help));
    assert_eq!(office.board.begin_drill(office.now, MINUTE), Err(DrillRefused::Help));
}

#[test]
fn nobody_is_cut_off_for_it() {
    let mut office = office();
    office.dials("mara", BERLIN);
    office.passes(SECOND);
    assert_eq!(office.board.begin_drill(office.now, MINUTE), Err(DrillRefused::Outside));
    let mut inside = Office::with(&["mara"]);
    assert_eq!(inside.board.begin_drill(inside.now, MINUTE), Err(DrillRefused::NoLines));
}
