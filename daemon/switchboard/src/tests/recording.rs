//! What is remembered of calls.

use std::time::{Duration, SystemTime};

use account::{CallOutcome, CallRecord};

use super::{Office, SECOND};

fn only(office: &Office) -> CallRecord {
    let [record] = &office.records[..] else { panic!("{:?}", office.records) };
    record.clone()
}

fn device(party: &account::CallParty) -> Option<&str> {
    party.device.as_ref().map(account::DeviceId::as_str)
}

#[test]
fn an_answered_call_is_remembered_with_who_really_talked() {
    let mut office = Office::open();
    office.passes(7 * SECOND);
    let mut here = office.dials("joerg", "101");
    let there = office.rings("mara2");
    office.passes(4 * SECOND);
    office.hears_all("mara");
    office.says_with_voice(&there, 200);
    office.hears_all("mara2");
    office.is_connected(&mut here);
    office.hears_all("mara");
    office.passes(60 * SECOND);
    office.hangs_up(&mut here, &there);
    let record = only(&office);
    assert_eq!((record.outcome, record.status), (CallOutcome::Answered, 200));
    assert_eq!(record.started, SystemTime::UNIX_EPOCH + 7 * SECOND);
    assert_eq!((record.ringing, record.talked), (4 * SECOND, 60 * SECOND));
    assert_eq!((device(&record.caller), &*record.caller.number), (Some("e1"), "102"));
    assert_eq!((device(&record.callee), &*record.callee.number), (Some("e2"), "101"));
    assert_eq!(record.callee.name, "Mara");
}

#[test]
fn every_unanswered_call_is_remembered_with_its_reason() {
    let rows = [
        (486, CallOutcome::Busy, 486),
        (600, CallOutcome::Busy, 600),
        (603, CallOutcome::Missed, 603),
        (503, CallOutcome::Missed, 480),
        (488, CallOutcome::Failed, 488),
    ];
    for (said, outcome, status) in rows {
        let mut office = Office::open();
        office.dials("mara", "102");
        let ringing = office.rings("joerg");
        office.passes(3 * SECOND);
        office.says(&ringing, said);
        let record = only(&office);
        assert_eq!((record.outcome, record.status), (outcome, status));
        assert_eq!((record.ringing, record.talked), (3 * SECOND, Duration::ZERO));
        assert_eq!((device(&record.callee), &*record.callee.number), (None, "102"));
    }
}

#[test]
fn giving_up_and_nobody_at_home_are_remembered() {
    let mut office = Office::open();
    let line = office.dials("mara", "102");
    office.passes(2 * SECOND);
    office.cancels(&line);
    let record = only(&office);
    assert_eq!((record.outcome, record.status, record.ringing), (CallOutcome::Cancelled, 487, 2 * SECOND));
    office.records.clear();
    office.hears_all("mara");
    office.hears_all("joerg");
    office.dials("mara", "7654321e1");
    let ringing = office.hears_all("joerg");
    assert!(!ringing.is_empty());
    office.passes(120 * SECOND);
    let record = only(&office);
    assert_eq!((record.outcome, record.status), (CallOutcome::Missed, 480));
    assert_eq!(device(&record.callee), Some("e1"), "that very phone was called");
}

#[test]
fn a_call_that_could_not_even_ring_is_remembered() {
    let rows = [
        ("103", CallOutcome::Missed, 480, "Lena"),
        ("555", CallOutcome::Failed, 404, ""),
        ("030123456", CallOutcome::Failed, 503, ""),
        ("101", CallOutcome::Busy, 486, "Mara"),
    ];
    for (number, outcome, status, name) in rows {
        let mut office = Office::with(&["mara", "joerg"]);
        office.is_refused("mara", number);
        let record = only(&office);
        assert_eq!((record.outcome, record.status, record.ringing), (outcome, status, Duration::ZERO));
        assert_eq!((&*record.callee.number, &*record.callee.name), (number, name));
        assert_eq!((&*record.caller.number, device(&record.caller)), ("101", Some("e0")));
    }
}

#[test]
fn records_have_names_of_their_own() {
    let mut office = Office::with(&["mara"]);
    for _ in 0..3 {
        office.is_refused("mara", "102");
    }
    let mut ids: Vec<_> = office.records.iter().map(|record| record.id.clone()).collect();
    ids.dedup();
    assert_eq!(ids.len(), 3);
}

#[test]
fn the_messages_of_a_call_are_known_by_its_name_on_every_leg() {
    let mut office = Office::open();
    let mut here = office.dials("joerg", "101");
    let there = office.rings("mara2");
    office.says_with_voice(&there, 200);
    office.is_connected(&mut here);
    let heard = ["joerg", "mara", "mara2"].map(|phone| office.hears_all(phone)).concat();
    office.hangs_up(&mut here, &there);
    let name = only(&office).id;
    let known = |id: &str| office.legs.iter().any(|(call, leg)| *call == name && leg == id);
    assert!(!heard.is_empty() && office.legs.len() == 3, "the caller and two phones: {:?}", office.legs);
    for message in heard {
        assert!(known(message.header("Call-ID")), "{message:?}");
    }
}

#[test]
fn a_call_that_never_rang_has_a_name_too() {
    let mut office = Office::open();
    office.dials("joerg", "4711");
    let name = only(&office).id;
    assert_eq!(office.legs.iter().filter(|(call, _)| *call == name).count(), 1, "{:?}", office.legs);
}
