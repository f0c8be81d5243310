//! How voice came through, as it stands in the record of a call.

use std::time::Duration;

use account::Unheard;
use media::relay::{self, Event, LegStatistics};
use media::rtcp::VoipMetrics;

use super::Office;
use super::cloud::line_of;
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
fn what_comes_over_a_line_is_told_apart_from_what_comes_from_the_house() {
    let mut office = Office::with_lines(&["mara"], &[line_of("e0")]);
    let mut mara = office.dials("mara", "+4930999999");
    let world = office.world_rings();
    office.picks_up(&world);
    office.is_connected(&mut mara);
    let [caller, callee] = office.relay.legs();
    office.relay.heard.extend([(caller, heard(500, 0)), (callee, heard(350, 150))]);
    office.asks(&mut mara, "BYE", "", "");
    office.hears("mara");
    let counts = office.board.counts();
    assert_eq!((counts.packets_wan, counts.lost_wan, counts.bad_wan), (350, 150, 1));
    assert_eq!((counts.packets, counts.lost, counts.bad), (850, 150, 1));
}

#[test]
fn rfc3611_4_7_what_a_phone_says_in_its_extended_reports_is_kept() {
    let mut office = Office::open();
    let (mut here, there) = office.talk("mara", "102", "joerg");
    let [caller, callee] = office.relay.legs();
    let phone =
        VoipMetrics { loss_rate: 128, mos_listening: 42, mos_conversation: 127, ..VoipMetrics::default() };
    let said = LegStatistics { phone: Some(phone), ..heard(500, 0) };
    office.relay.heard.extend([(caller, heard(500, 0)), (callee, said)]);
    office.hangs_up(&mut here, &there);
    let [(_, voice)] = &office.judged[..] else { panic!("{:?}", office.judged) };
    let phone = voice.callee.phone.unwrap();
    assert_eq!((phone.lost, phone.mos_listening, phone.mos_conversation), (Some(5_000), Some(420), None));
    assert_eq!(voice.caller.phone, None);
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
