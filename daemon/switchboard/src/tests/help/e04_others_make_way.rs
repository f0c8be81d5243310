//! E4: all channels, all bandwidth or all voice ports are taken, and somebody calls for help.

use std::sync::Arc;
use std::time::Duration;

use media::relay::{Command, Recorded};

use super::{PHONES, calls, line_used, office_over, rules};
use crate::Input;
use crate::dialling::Outgoing;
use crate::tests::SECOND;
use crate::tests::cloud::{line_of, trunk};
use crate::tests::line::Line;
use crate::tests::mailbox;
use crate::tests::office::Office;
use crate::tests::second_lines::JOERG;

pub(super) const BERLIN: &str = "+4930999999";

pub(super) fn office(limit: Option<u16>) -> Office {
    let limited = |device: &str| crate::lines::Line { limit, ..line_of(device) };
    office_over(&PHONES, rules(), &[limited("e0"), limited("e3")])
}

/// A phone talks with somebody outside.
pub(super) fn talks_outside(office: &mut Office, phone: &'static str) -> (Line, Line) {
    let mut line = office.dials(phone, BERLIN);
    let world = office.rings("cloud");
    office.picks_up(&world);
    office.is_connected(&mut line);
    office.passes(SECOND);
    (line, world)
}

/// The world is hung up on with this reason, and help is asked for at once.
fn made_way(office: &mut Office, world: &Line) -> Line {
    let bye = office.hears_bye(world);
    assert_eq!(bye.header("Reason"), "preemption;cause=1;text=\"UA Preemption\"", "{}", bye.0);
    assert_eq!(bye.header("Call-ID"), world.invite.header("Call-ID"));
    let help = office.rings("cloud");
    assert!(help.invite.first_line().contains("sip:112@"), "{}", help.invite.0);
    help
}

fn plays(office: &Office) -> usize {
    office.relay.said.iter().filter(|said| matches!(said, Command::Play { .. })).count()
}

#[test]
fn e04_on_a_full_line_the_youngest_ordinary_call_makes_way_and_hears_why() {
    let mut office = office(Some(2));
    let (mut first, elder) = talks_outside(&mut office, "mara");
    let (second, younger) = talks_outside(&mut office, "mara");
    let (mut desk, colleague) = office.talk("joerg", "103", "lena");
    let mut line = calls(&mut office, "mara2", "sip:112@sipgate.de");
    let help = made_way(&mut office, &younger);
    assert_eq!(line_used(&help.invite), "7654321e0");
    assert_eq!(plays(&office), 1, "whoever talked hears a tone");
    assert_eq!(office.hears_all("mara"), []);
    office.picks_up(&help);
    office.is_connected(&mut line);
    office.passes(SECOND);
    let bye = office.hears_bye(&second);
    assert!(bye.header("Reason").starts_with("preemption;cause=1"), "{}", bye.0);
    office.nobody_hears_anything();
    office.hangs_up(&mut line, &help);
    office.hangs_up(&mut first, &elder);
    office.hangs_up(&mut desk, &colleague);
}

#[test]
fn e04_who_hangs_up_while_the_tone_plays_is_not_hung_up_on_again() {
    let mut office = office(Some(1));
    let (mut mara, world) = talks_outside(&mut office, "mara");
    calls(&mut office, "mara2", "sip:112@sipgate.de");
    made_way(&mut office, &world);
    office.asks(&mut mara, "BYE", "", "");
    assert!(office.hears("mara").is_answer(200, "BYE"));
    office.passes(2 * SECOND);
    assert_eq!(office.hears_all("mara"), []);
}

#[test]
fn e04_a_call_that_still_rings_makes_way_and_a_call_for_help_never_does() {
    let mut office = office(Some(1));
    let mara = office.dials("mara", BERLIN);
    let world = office.rings("cloud");
    office.says(&world, 180);
    assert_eq!(office.hears("mara").status(), 180);
    calls(&mut office, "mara2", "sip:112@sipgate.de");
    let told = office.hears("mara");
    assert_eq!(told.status(), 503);
    assert!(told.header("Warning").contains("needed for an emergency call"), "{}", told.0);
    office.acknowledges(&mara, &told);
    let cancel = office.hears("cloud");
    assert!(cancel.is_request("CANCEL") && cancel.header("Reason").starts_with("preemption"), "{}", cancel.0);
    assert!(office.rings("cloud").invite.first_line().contains("sip:112@"));
    office.replies(&world, &cancel, 200, "");
    office.says(&world, 487);
    assert!(office.hears("cloud").is_request("ACK"));
    calls(&mut office, "joerg", "sip:112@sipgate.de");
    let more = office.rings("cloud");
    assert_eq!((line_used(&more.invite), office.board.picture().calls.len()), ("7654321e0".into(), 2));
}

#[test]
fn e04_on_a_full_uplink_the_youngest_ordinary_call_makes_way() {
    let mut office = office(None);
    office.happens(Input::Outgoing(Arc::new(Outgoing { uplink: Some(1), ..Outgoing::default() })));
    let (_, world) = talks_outside(&mut office, "lena");
    calls(&mut office, "mara", "sip:112@sipgate.de");
    made_way(&mut office, &world);
}

#[test]
fn e04_without_any_voice_port_those_of_the_youngest_ordinary_call_are_taken() {
    let mut office = office(None);
    let (_, elder) = talks_outside(&mut office, "lena");
    let (_, younger) = talks_outside(&mut office, "lena");
    office.relay.full = true;
    while office.board.picture().room > 0 {
        office.dials("joerg", "103");
    }
    office.hears_all("joerg");
    office.hears_all("lena");
    for _ in 0..2 {
        calls(&mut office, "mara", "sip:112@sipgate.de");
        assert!(office.rings("cloud").invite.first_line().contains("112"), "the reserve serves two");
    }
    let mut line = calls(&mut office, "mara", "sip:112@sipgate.de");
    let help = made_way(&mut office, &younger);
    office.picks_up(&help);
    office.is_connected(&mut line);
    let _ = elder;
}

#[test]
fn e04_legs_that_were_mixed_with_a_third_hear_each_other_alone() {
    let mut office = office(None);
    let (mut waits, world) = talks_outside(&mut office, "lena");
    let hold = office.wants(&mut waits, "sendonly", "cloud");
    office.agrees(&world, &hold, "recvonly");
    office.is_connected(&mut waits);
    let _ = talks_outside(&mut office, "lena");
    let [a, b] = office.relay.legs();
    office.presses(a, "*3");
    assert_eq!(office.mixed().len(), 1);
    office.relay.full = true;
    while office.board.picture().room > 0 {
        office.dials("mara2", "103");
    }
    for phone in ["mara2", "joerg", "cloud", "lena"] {
        office.hears_all(phone);
    }
    (0..2).for_each(|_| drop(calls(&mut office, "mara", "sip:112@sipgate.de")));
    office.relay.said.clear();
    calls(&mut office, "mara", "sip:112@sipgate.de");
    assert!(office.relay.said.contains(&Command::Join { a, b }));
}

/// What the legs were used for before is over: nobody who calls for help is recorded, or hears what the box plays.
#[test]
fn e04_a_mailbox_makes_way_as_well_and_records_nobody_who_calls_for_help() {
    let mut office = office_over(&PHONES, rules(), &[line_of("e0"), trunk()]);
    office.happens(mailbox::with_number(mailbox::house(Some(Duration::ZERO), true)));
    office.happens(mailbox::wanted());
    let uri = format!("sip:{JOERG}@192.0.2.1:5060");
    let mut world = office.world_calls(&uri, "<sip:+4930123456@sipgate.de>", "");
    let [leg, other] = office.relay.legs();
    office.heard_from_the_box(&mut world);
    office.confirms(&world, "");
    office.played(leg);
    office.played(leg);
    office.passes(5 * SECOND);
    office.relay.full = true;
    while office.board.picture().room > 0 {
        office.dials("mara2", "103");
    }
    (0..2).for_each(|_| drop(calls(&mut office, "mara", "sip:112@sipgate.de")));
    office.relay.said.clear();
    calls(&mut office, "mara", "sip:112@sipgate.de");
    let said = &office.relay.said;
    let ends = said.iter().position(|told| *told == Command::EndRecording { leg }).expect("no recording");
    let begins = said.iter().position(|told| matches!(told, Command::Expect { .. })).unwrap_or(said.len());
    assert!(ends < begins);
    assert!([leg, other].iter().all(|leg| said.contains(&Command::Hush { leg: *leg })));
    office.file_closes(leg, Recorded::Whole);
    assert_eq!(office.messages[0].length, 5 * SECOND, "what was said before is kept");
}
