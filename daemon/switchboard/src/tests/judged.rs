//! How voice came through, as it stands in the record of a call.

use std::time::Duration;

use account::Unheard;
use media::relay::{self, Event, LegStatistics};

use super::Office;
use crate::Input;

fn heard(packets: u64, lost: u64) -> LegStatistics {
    let jitter = Duration::from_millis(4);
    LegStatistics { packets, lost, gaps: lost, jitter, sent: packets, ..LegStatistics::default() }
}

#[test]
fn both_sides_of_a_call_are_judged_when_it_is_over() {
    let mut office = Office::open();
    let (mut here, there) = office.talk("mara", "102", "joerg");
    let [caller, callee] = office.relay.legs();
    office.relay.heard.extend([(caller, heard(500, 0)), (callee, heard(350, 150))]);
    office.hangs_up(&mut here, &there);
    let [(call, voice)] = &office.judged[..] else { panic!("{:?}", office.judged) };
    assert_eq!(*call, office.records[0].id);
    assert_eq!((voice.caller.packets, voice.caller.loss(), voice.caller.mos), (500, 0, Some(439)));
    assert_eq!((voice.callee.packets, voice.callee.loss()), (350, 3_000));
    assert!(voice.callee.mos < Some(310), "{:?}", voice.callee.mos);
    let counts = office.board.counts();
    assert_eq!((counts.judged, counts.packets, counts.lost, counts.bad), (1, 850, 150, 1));
}

#[test]
fn who_is_not_heard_is_named_while_they_talk_and_afterwards() {
    let mut office = Office::open();
    let (mut here, there) = office.talk("mara", "102", "joerg");
    let [caller, callee] = office.relay.legs();
    office.happens(Input::Relay(Event::Unheard { leg: callee, why: relay::Unheard::Elsewhere }));
    assert_eq!(office.board.picture().calls[0].unheard, [None, Some(Unheard::Elsewhere)]);
    office.relay.heard.insert(caller, heard(500, 0));
    office.hangs_up(&mut here, &there);
    let [(_, voice)] = &office.judged[..] else { panic!("{:?}", office.judged) };
    assert_eq!((voice.caller.unheard, voice.callee.unheard), (None, Some(Unheard::Elsewhere)));
    assert_eq!((voice.callee.mos, office.board.counts().unheard), (None, 1));
}

#[test]
fn a_call_in_which_nobody_talked_is_not_judged() {
    let mut office = Office::open();
    let here = office.dials("mara", "102");
    let _there = office.rings("joerg");
    office.cancels(&here);
    office.hears("mara");
    assert_eq!(office.records.len(), 1);
    assert!(office.judged.is_empty(), "{:?}", office.judged);
}
