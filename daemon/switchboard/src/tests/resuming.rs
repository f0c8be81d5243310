//! The box falls while people talk, and gets up again: they talk on.

use std::time::{Duration, SystemTime};

use account::CallOutcome;
use media::relay::{Command, Event};
use media::srtp::Marks;

use super::cloud::line_of;
use super::{MINUTE, Office, SECOND};
use crate::{CallStage, Input};

/// Long enough for a call to be written down.
const SOON: Duration = Duration::from_millis(300);

#[test]
fn a_call_goes_on_and_either_side_can_end_it() {
    for caller_ends in [true, false] {
        let mut office = Office::open();
        let (mut here, mut there) = office.talk("mara", "102", "joerg");
        office.passes(10 * SECOND);
        office.falls_and_gets_up(false);
        office.nobody_hears_anything();
        let picture = office.board.picture();
        let [call] = &picture.calls[..] else { panic!("{:?}", picture.calls) };
        assert_eq!(
            (call.stage, &*call.caller.name, &*call.callee.number),
            (CallStage::Talking, "Mara", "102")
        );
        office.passes(20 * SECOND);
        if caller_ends {
            office.hangs_up(&mut here, &there);
        } else {
            office.hangs_up(&mut there, &here);
        }
        let [record] = &office.records[..] else { panic!("{:?}", office.records) };
        assert_eq!((record.outcome, record.talked), (CallOutcome::Answered, 30 * SECOND));
        assert_eq!(record.started, SystemTime::UNIX_EPOCH);
        assert_eq!(office.kept.len(), 0);
    }
}

#[test]
fn what_is_asked_within_it_is_passed_on_as_before() {
    let mut office = Office::open();
    let (mut here, there) = office.talk("mara", "102", "joerg");
    office.passes(SOON);
    let before = office.kept.clone();
    office.falls_and_gets_up(false);
    let held = office.phone("mara").voice("sendonly");
    office.asks(&mut here, "INVITE", "", &held);
    let passed_on = office.hears("joerg");
    assert!(passed_on.is_request("INVITE") && passed_on.body().contains("a=sendonly"), "{}", passed_on.0);
    assert_eq!(passed_on.header("Call-ID"), there.call_id);
    assert!(passed_on.number() > there.invite.number());
    let answer = office.phone("joerg").voice("recvonly");
    office.replies(&there, &passed_on, 200, &answer);
    assert!(office.hears("joerg").is_request("ACK"));
    assert!(office.hears("mara").is_answer(100, "INVITE"));
    office.learns(&mut here);
    office.confirms(&here, "");
    office.passes(SOON);
    assert_ne!(office.kept, before, "written down as it is now");
    office.falls_and_gets_up(false);
    assert_eq!(office.board.picture().calls[0].stage, CallStage::Held, "after a second fall too");
}

#[test]
fn who_does_not_refresh_a_session_that_was_agreed_before_is_given_up() {
    let mut office = Office::open();
    let voice = office.phone("mara").voice("sendrecv");
    let lines = "Supported: timer\r\nSession-Expires: 300;refresher=uac\r\n";
    let (mut here, _) = office.tries_with("mara", "sip:102@sipgate.de", lines, &voice);
    let there = office.rings("joerg");
    office.picks_up(&there);
    office.is_connected(&mut here);
    office.passes(100 * SECOND);
    office.falls_and_gets_up(false);
    office.passes(160 * SECOND);
    office.nobody_hears_anything();
    office.passes(10 * SECOND);
    assert_eq!(office.hears_bye(&here).header("Reason"), "SIP;cause=408;text=\"Session expired\"");
    office.hears_bye(&there);
}

#[test]
fn a_call_whose_sockets_are_gone_is_ended_properly() {
    let mut office = Office::open();
    let (here, there) = office.talk("mara", "102", "joerg");
    office.passes(MINUTE);
    office.falls_and_gets_up(true);
    for line in [&here, &there] {
        assert_eq!(office.hears_bye(line).header("Reason"), "SIP;cause=503;text=\"Restarting\"");
    }
    assert_eq!(office.records[0].talked, MINUTE);
    assert_eq!(office.kept.len(), 0);
}

#[test]
fn sockets_whose_call_nobody_knows_are_closed() {
    let mut office = Office::open();
    office.talk("mara", "102", "joerg");
    office.passes(SOON);
    office.kept.clear();
    office.falls_and_gets_up(false);
    assert_eq!(office.relay.in_use.len(), 0);
    assert!(office.board.picture().calls.is_empty());
}

#[test]
fn what_nobody_can_read_is_forgotten() {
    let mut office = Office::open();
    office.talk("mara", "102", "joerg");
    office.passes(SOON);
    let other = account::Secret::new("{\"edition\":99}".into());
    office.kept.values_mut().for_each(|text| *text = other.clone());
    office.falls_and_gets_up(false);
    assert_eq!((office.kept.len(), office.relay.in_use.len()), (0, 0));
}

#[test]
fn a_call_on_a_line_is_ended_with_the_proof_that_its_provider_wants() {
    let mut office = Office::with_lines(&["mara"], &[line_of("e0")]);
    let mut mara = office.dials("mara", "+4930999999");
    let world = office.world_rings();
    office.picks_up(&world);
    office.is_connected(&mut mara);
    office.passes(SOON);
    office.falls_and_gets_up(false);
    office.asks(&mut mara, "BYE", "", "");
    assert!(office.hears("mara").is_answer(200, "BYE"));
    let bye = office.hears_bye(&world);
    assert!(bye.header("Proxy-Authorization").contains("username="), "{}", bye.0);
    assert!(!bye.header("Proxy-Authorization").contains("nc=00000002"), "used before: {}", bye.0);
    assert_eq!(office.records[0].callee.number, "+4930999999");
}

#[test]
fn keys_stay_and_no_number_is_used_twice() {
    let mut office = Office::closed_call();
    let [leg, _] = office.relay.legs();
    let before = office.relay.expected();
    let marks = Box::new(Marks::default());
    office.happens(Input::Relay(Event::Numbered { leg, marks: marks.clone() }));
    office.passes(SOON);
    office.falls_and_gets_up(false);
    let numbered = office.relay.said.iter().find_map(|command| {
        if let Command::Number { leg, marks } = command { Some((leg.slot, marks.clone())) } else { None }
    });
    assert_eq!(numbered, Some((leg.slot, marks)));
    let plan = |plans: &[(media::relay::LegId, media::relay::LegPlan)]| {
        plans.iter().rfind(|(one, _)| one.slot == leg.slot).unwrap().1.clone()
    };
    let after = office.relay.expected();
    assert!(plan(&before).keys.is_some());
    assert_eq!(plan(&after), plan(&before), "the relay hears the same as before");
}

#[test]
fn an_orderly_restart_leaves_those_alone_who_talk_and_tells_those_who_ring() {
    let mut office = Office::open();
    let (mut here, there) = office.talk("mara", "102", "joerg");
    let lena = office.dials("lena", "101");
    let ringing = office.rings("mara2");
    office.says(&ringing, 180);
    office.hears_all("lena");
    office.hears_all("mara");
    office.happens(Input::Restart);
    office.falls_silent(&ringing);
    let refusal = office.hears("lena");
    assert_eq!(refusal.status(), 503);
    office.acknowledges(&lena, &refusal);
    assert_eq!(office.is_refused("lena", "102"), 503);
    office.hears_all("mara");
    assert_eq!(office.kept.len(), 1, "at once");
    office.falls_and_gets_up(false);
    office.hangs_up(&mut here, &there);
}

#[test]
fn a_phone_whose_connection_ended_is_reached_over_its_next_one() {
    let mut office = Office::open();
    let (mut here, there) = office.talk("mara", "103", "lena");
    office.passes(SOON);
    office.falls_and_gets_up(false);
    office.phone_mut("lena").flow.connection = 77;
    assert_eq!(office.registers("lena", "").status(), 200);
    office.hangs_up(&mut here, &there);
}

#[test]
fn nothing_is_written_of_a_call_that_is_over_at_once_and_nothing_twice() {
    let mut office = Office::open();
    let (mut here, there) = office.talk("mara", "102", "joerg");
    office.passes(Duration::from_millis(100));
    assert_eq!(office.kept.len(), 0);
    office.hangs_up(&mut here, &there);
    office.passes(MINUTE);
    assert_eq!(office.kept.len(), 0);
}
