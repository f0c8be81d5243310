//! Voice that does not come.

use std::time::Duration;

use media::relay::{Event, LegId};

use super::{Office, SECOND};
use crate::{CallStage, Input};

impl Office {
    fn is_silent(&mut self, leg: LegId, since: Duration) {
        self.happens(Input::Relay(Event::Silent { leg, since }));
    }
}

const LIMIT: Duration = Duration::from_secs(30);

#[test]
fn two_phones_without_power_end_their_call() {
    let mut office = Office::open();
    let (here, there) = office.talk("mara", "102", "joerg");
    let [one, other] = office.relay.legs();
    office.is_silent(one, LIMIT);
    office.nobody_hears_anything();
    office.passes(SECOND);
    office.is_silent(other, LIMIT);
    assert_eq!(office.hears_bye(&here).header("Reason"), "SIP;cause=408;text=\"No voice\"");
    office.hears_bye(&there);
}

#[test]
fn who_listens_for_long_is_not_hung_up_on() {
    let mut office = Office::open();
    let (here, there) = office.talk("mara", "102", "joerg");
    let [listener, _] = office.relay.legs();
    for round in 1..10 {
        office.is_silent(listener, round * LIMIT);
        office.passes(LIMIT);
        office.nobody_hears_anything();
    }
    office.is_silent(listener, 10 * LIMIT - SECOND);
    office.nobody_hears_anything();
    office.is_silent(listener, 10 * LIMIT);
    office.hears_bye(&here);
    office.hears_bye(&there);
}

#[test]
fn two_who_take_turns_are_not_hung_up_on() {
    let mut office = Office::open();
    office.talk("mara", "102", "joerg");
    let [one, other] = office.relay.legs();
    for leg in [one, other, one, other] {
        office.is_silent(leg, LIMIT);
        office.passes(15 * SECOND);
    }
    office.nobody_hears_anything();
}

#[test]
fn silence_on_hold_is_what_everybody_expects() {
    let mut office = Office::open();
    let (mut here, there) = office.talk("mara", "102", "joerg");
    let [one, other] = office.relay.legs();
    let voice = office.phone("mara").voice("sendonly");
    office.asks(&mut here, "INVITE", "", &voice);
    let request = office.hears("joerg");
    let voice = office.phone("joerg").voice("recvonly");
    office.replies(&there, &request, 200, &voice);
    office.hears_all("joerg");
    office.hears("mara");
    office.is_connected(&mut here);
    assert_eq!(office.board.picture().calls[0].stage, CallStage::Held);
    for round in 1..60 {
        office.passes(LIMIT);
        office.is_silent(one, round * LIMIT);
        office.is_silent(other, round * LIMIT);
    }
    office.nobody_hears_anything();
    office.is_silent(one, Duration::from_secs(3_600));
    office.hears_bye(&here);
}

#[test]
fn broken_voice_ends_the_call() {
    let mut office = Office::open();
    let (here, _) = office.talk("mara", "102", "joerg");
    let [leg, _] = office.relay.legs();
    office.happens(Input::Relay(Event::Lost { leg }));
    assert!(office.hears_bye(&here).header("Reason").contains("cause=500"));
}

#[test]
fn silence_while_it_rings_means_nothing() {
    let mut office = Office::open();
    office.dials("mara", "102");
    let [one, other] = office.relay.legs();
    office.is_silent(one, LIMIT);
    office.is_silent(other, LIMIT);
    assert_eq!(office.board.picture().calls.len(), 1);
    office.nobody_hears_anything_but("joerg");
}
