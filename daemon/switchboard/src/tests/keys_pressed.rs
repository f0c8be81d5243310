//! Keys pressed travel under each side's own number (RFC 4733 2.4.1, RFC 3264 6.1), and as each side understands them.

use media::dtmf::{Digit, Press};
use media::payload::Passage;
use media::relay::{Command, Event, LegId, LegPlan};

use super::cloud::line_of;
use super::line::Line;
use super::{Office, SECOND};
use crate::Input;

const INFO: (&str, &str) = ("Content-Type: application/dtmf-relay\r\n", "Signal=5\r\nDuration=160\r\n");

fn five() -> Press {
    Press::usual(Digit::named('5').unwrap())
}

/// What the relay was told to press since this was asked last.
fn pressed(office: &mut Office) -> Vec<(LegId, Press)> {
    let told = office.relay.said.drain(..).filter_map(|said| {
        let Command::Press { leg, press } = said else { return None };
        Some((leg, press))
    });
    told.collect()
}

/// Mara talks to Jörg, whose phone takes no events and says this besides.
fn talk_with_one_without_events(office: &mut Office, lines: &str) -> (Line, Line) {
    let mut here = office.dials("mara", "102");
    let there = office.rings("joerg");
    let plain = office.phone("joerg").voice("sendrecv").replace("8 101", "8");
    let plain = plain.replace("a=rtpmap:101 telephone-event/8000\r\n", "");
    office.replies_with(&there, &there.invite, 200, lines, &plain);
    office.hears("joerg");
    office.is_connected(&mut here);
    (here, there)
}

/// Mara tells of a key by INFO.
fn tells(office: &mut Office, line: &mut Line) {
    office.asks(line, "INFO", INFO.0, INFO.1);
}

/// The latest plan of a leg.
fn plan(plans: &[(LegId, LegPlan)], leg: LegId) -> &LegPlan {
    &plans.iter().rfind(|(one, _)| *one == leg).unwrap().1
}

#[test]
fn a_key_gets_the_number_that_the_other_side_expects_whichever_the_phone_uses() {
    let mut office = Office::open();
    let mut here = office.dials("mara", "102");
    let there = office.rings("joerg");
    let clouds = office.phone("joerg").voice("sendrecv").replace("101", "113");
    office.replies(&there, &there.invite, 200, &clouds);
    office.hears("joerg");
    office.is_connected(&mut here);
    let [caller, callee] = office.relay.legs();
    let plans = office.relay.expected();
    let passages = |leg| {
        let map = plan(&plans, leg).payloads.clone().unwrap();
        [101, 113, 8, 0, 18].map(|number| map.passage(number))
    };
    let key = |number| Passage::Events(Some(number));
    let rest = [Passage::As(8), Passage::Refused, Passage::Refused];
    assert_eq!(passages(caller), [[key(113), key(113)].as_slice(), &rest].concat()[..]);
    assert_eq!(passages(callee), [[key(101), key(101)].as_slice(), &rest].concat()[..]);
}

#[test]
fn who_takes_no_keys_as_events_is_sent_none() {
    let mut office = Office::open();
    let mut here = office.dials("mara", "102");
    let there = office.rings("joerg");
    let plain = office.phone("joerg").voice("sendrecv").replace("8 101", "8");
    let plain = plain.replace("a=rtpmap:101 telephone-event/8000\r\n", "");
    office.replies(&there, &there.invite, 200, &plain);
    office.hears("joerg");
    office.is_connected(&mut here);
    let [caller, _] = office.relay.legs();
    let plans = office.relay.expected();
    assert_eq!(plan(&plans, caller).payloads.as_ref().unwrap().passage(101), Passage::Events(None));
}

#[test]
fn a_key_told_by_info_is_pressed_as_an_event_for_who_takes_events() {
    let mut office = Office::open();
    let (mut here, there) = office.talk("mara", "102", "joerg");
    let [_, callee] = office.relay.legs();
    tells(&mut office, &mut here);
    assert_eq!(pressed(&mut office), [(callee, five())]);
    assert!(office.hears("mara").is_answer(200, "INFO"));
    office.nobody_hears_anything();
    office.hangs_up(&mut here, &there);
}

#[test]
fn a_key_told_by_info_reaches_the_provider_in_the_voice() {
    let mut office = Office::with_lines(&["mara"], &[line_of("e0")]);
    let mut mara = office.dials("mara", "+4930999999");
    let world = office.world_rings();
    office.picks_up(&world);
    office.is_connected(&mut mara);
    let [_, line] = office.relay.legs();
    tells(&mut office, &mut mara);
    assert_eq!(pressed(&mut office), [(line, five())]);
    assert!(office.hears("mara").is_answer(200, "INFO"));
}

#[test]
fn a_phone_that_tells_of_keys_both_ways_presses_each_once() {
    let mut office = Office::open();
    let (mut here, _) = office.talk("mara", "102", "joerg");
    let [caller, _] = office.relay.legs();
    office.happens(Input::Relay(Event::Pressed { leg: caller, press: five(), passed: true }));
    tells(&mut office, &mut here);
    assert_eq!(pressed(&mut office), []);
    assert!(office.hears("mara").is_answer(200, "INFO"));
}

#[test]
fn info_is_passed_on_to_who_takes_that_alone() {
    let mut office = Office::open();
    let (mut here, there) = talk_with_one_without_events(&mut office, "Allow: INVITE, ACK, BYE, INFO\r\n");
    for status in [200, 415] {
        tells(&mut office, &mut here);
        let info = office.hears("joerg");
        assert!(info.is_request("INFO"));
        assert_eq!((info.header("Content-Type"), info.body()), ("application/dtmf-relay", INFO.1));
        office.nobody_hears_anything();
        office.replies(&there, &info, status, "");
        assert!(office.hears("mara").is_answer(status, "INFO"));
    }
    assert_eq!(pressed(&mut office), []);
    assert_eq!(office.board.in_memory()[6..8], [1, 1], "only the INVITEs of the call are remembered");
    office.hangs_up(&mut here, &there);
}

#[test]
fn who_takes_neither_hears_the_tone() {
    let mut office = Office::open();
    let (mut here, _) = talk_with_one_without_events(&mut office, "Allow: INVITE, ACK, BYE\r\n");
    let [_, callee] = office.relay.legs();
    tells(&mut office, &mut here);
    assert_eq!(pressed(&mut office), [(callee, five())]);
    assert!(office.hears("mara").is_answer(200, "INFO"));
}

#[test]
fn an_event_becomes_info_or_a_tone_for_who_takes_no_events() {
    for (allow, told) in [("INVITE, ACK, BYE, INFO", true), ("INVITE, ACK, BYE", false)] {
        let mut office = Office::open();
        let (mut here, there) = talk_with_one_without_events(&mut office, &format!("Allow: {allow}\r\n"));
        let [caller, callee] = office.relay.legs();
        pressed(&mut office);
        office.happens(Input::Relay(Event::Pressed { leg: caller, press: five(), passed: false }));
        if told {
            let info = office.hears("joerg");
            assert!(info.is_request("INFO"), "{}", info.0);
            assert_eq!((info.header("Content-Type"), info.body()), ("application/dtmf-relay", INFO.1));
            office.replies(&there, &info, 200, "");
            assert_eq!(pressed(&mut office), []);
        } else {
            assert_eq!(pressed(&mut office), [(callee, five())]);
        }
        office.passes(40 * SECOND);
        office.nobody_hears_anything();
        office.hangs_up(&mut here, &there);
    }
}
