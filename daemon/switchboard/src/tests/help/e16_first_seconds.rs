//! E16: somebody calls for help in the first seconds after a start. No line is registered yet, and none is passed over for that.

use std::time::Duration;

use super::{PHONES, calls, is_told_to_take_a_mobile_phone, line_used, ready, rules};
use crate::Input;
use crate::tests::cloud::line_of;
use crate::tests::office::Office;

/// A box that has just started: it knows who stands where, and nothing has happened on its lines.
fn just_started() -> Office {
    let mut office = Office::with(&PHONES);
    let ready = ready(&office, rules());
    office.happens(Input::Emergency(ready));
    PHONES.iter().for_each(|phone| drop(office.hears_all(phone)));
    office
}

#[test]
fn e16_the_line_of_the_place_is_registered_before_its_turn_and_carries_the_call() {
    let mut office = just_started();
    office.has_lines(&[line_of("e0"), line_of("e3")]);
    assert_eq!(office.hears_all("cloud"), [], "no line has had its turn");
    let mut line = calls(&mut office, "lena", "sip:112@sipgate.de");
    let register = office.hears("cloud");
    assert!(register.is_request("REGISTER") && line_used(&register) == "7654321e3", "{}", register.0);
    office.wants_password("cloud", &register, 401, "");
    let register = office.hears("cloud");
    office.takes("cloud", &register);
    let there = office.rings("cloud");
    assert_eq!(line_used(&there.invite), "7654321e3");
    office.picks_up(&there);
    office.is_connected(&mut line);
    office.hangs_up(&mut line, &there);
}

#[test]
fn e16_who_calls_before_the_box_knows_its_lines_is_connected_once_it_does() {
    let mut office = just_started();
    calls(&mut office, "lena", "sip:112@sipgate.de");
    office.nobody_hears_anything();
    office.has_lines(&[line_of("e0"), line_of("e3")]);
    office.cloud_answers();
    assert_eq!(line_used(&office.rings("cloud").invite), "7654321e3");
}

#[test]
fn e16_a_line_that_its_provider_does_not_register_is_tried_all_the_same() {
    let mut office = just_started();
    office.has_lines(&[line_of("e0"), line_of("e3")]);
    calls(&mut office, "lena", "sip:112@sipgate.de");
    let register = office.hears("cloud");
    office.cloud_says("cloud", &register, 403, "");
    let asked = office.rings("cloud");
    assert_eq!(line_used(&asked.invite), "7654321e3");
    office.wants_password("cloud", &asked.invite, 407, "");
    assert!(office.hears("cloud").is_request("ACK"));
    let proven = office.rings("cloud");
    assert!(proven.invite.header("Proxy-Authorization").contains("username="), "{}", proven.invite.0);
    assert_eq!(proven.invite.header("Contact"), "<sip:7654321e3@192.0.2.1:5060>");
}

#[test]
fn e16_a_provider_that_keeps_silent_is_left_after_one_and_a_half_seconds_for_the_next_line() {
    let mut office = just_started();
    office.has_lines(&[line_of("e0"), line_of("e3")]);
    calls(&mut office, "lena", "sip:112@sipgate.de");
    office.passes(Duration::from_millis(1400));
    let registers = |office: &mut Office| {
        let asked = office.hears_all("cloud");
        asked.iter().filter(|said| said.is_request("REGISTER")).map(line_used).collect::<Vec<_>>()
    };
    assert!(registers(&mut office).iter().all(|line| line == "7654321e3"), "the line of the place first");
    office.passes(Duration::from_millis(100));
    assert!(registers(&mut office).contains(&"7654321e0".to_owned()));
}

#[test]
fn e16_with_the_network_unplugged_the_caller_hears_at_once_to_take_a_mobile_phone() {
    let mut office = just_started();
    office.cloud.unplugged = true;
    office.has_lines(&[line_of("e0"), line_of("e3")]);
    let line = calls(&mut office, "lena", "sip:112@sipgate.de");
    is_told_to_take_a_mobile_phone(&mut office, &line);
}
