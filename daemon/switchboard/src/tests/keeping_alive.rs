//! Signs of life (RFC 4028): each phone agrees with the box for itself.

use std::time::Duration;

use super::line::Line;
use super::said::Said;
use super::{MINUTE, Office, SECOND};

const KNOWS: &str = "Supported: timer\r\nAllow: INVITE, ACK, BYE, CANCEL, UPDATE\r\n";

impl Office {
    /// Two phones in a call, with what each says about its session.
    fn talk_with_sessions(&mut self, caller: &str, callee: &str) -> (Line, Line, Said) {
        let voice = self.phone("mara").voice("sendrecv");
        let (mut here, first) = self.tries_with("mara", "sip:102@sipgate.de", caller, &voice);
        assert_eq!(first.status(), 100, "{}", first.0);
        let there = self.rings("joerg");
        let voice = self.phone("joerg").voice("sendrecv");
        self.replies_with(&there, &there.invite, 200, callee, &voice);
        assert!(self.hears("joerg").is_request("ACK"));
        let accepted = self.is_connected(&mut here);
        (here, there, accepted)
    }

    fn is_refreshed_by(&mut self, line: &Line, method: &str) -> Said {
        let refresh = self.hears(line.phone);
        assert!(refresh.is_request(method), "{}", refresh.0);
        refresh
    }
}

#[test]
fn a_session_that_would_be_too_short_is_refused_with_the_least_there_is() {
    let mut office = Office::open();
    let voice = office.phone("mara").voice("sendrecv");
    let lines = format!("{KNOWS}Session-Expires: 60\r\n");
    let (line, first) = office.tries_with("mara", "sip:102@sipgate.de", &lines, &voice);
    let refusal = if first.status() == 100 { office.hears("mara") } else { first };
    assert_eq!((refusal.status(), refusal.header("Min-SE")), (422, "90"));
    office.acknowledges(&line, &refusal);
    office.nobody_hears_anything();
}

#[test]
fn a_caller_that_stops_refreshing_is_hung_up_on_together_with_the_callee() {
    let mut office = Office::open();
    let (mut here, there, accepted) =
        office.talk_with_sessions(&format!("{KNOWS}Session-Expires: 300\r\n"), "");
    assert_eq!(accepted.header("Session-Expires"), "300;refresher=uac");
    assert!(accepted.header("Require").contains("timer"), "RFC 4028 9");
    office.passes(150 * SECOND);
    office.asks(&mut here, "UPDATE", "Session-Expires: 300;refresher=uac\r\n", "");
    let answer = office.hears("mara");
    assert!(answer.is_answer(200, "UPDATE"));
    assert_eq!(answer.header("Session-Expires"), "300;refresher=uac");
    office.passes(267 * SECOND);
    office.nobody_hears_anything();
    office.passes(2 * SECOND);
    assert_eq!(office.hears_bye(&here).header("Reason"), "SIP;cause=408;text=\"Session expired\"");
    office.hears_bye(&there);
}

#[test]
fn the_box_refreshes_a_caller_that_wants_it_to() {
    let mut office = Office::open();
    let lines = format!("{KNOWS}Session-Expires: 200;refresher=uas\r\n");
    let (here, _, accepted) = office.talk_with_sessions(&lines, "");
    assert_eq!(accepted.header("Session-Expires"), "200;refresher=uas");
    for _ in 0..3 {
        office.passes(100 * SECOND);
        let update = office.is_refreshed_by(&here, "UPDATE");
        assert_eq!(update.header("Session-Expires"), "200;refresher=uac");
        assert!(update.body().is_empty());
        office.replies_with(&here, &update, 200, "Session-Expires: 200;refresher=uac\r\n", "");
        office.nobody_hears_anything();
    }
    office.passes(100 * SECOND);
    let update = office.is_refreshed_by(&here, "UPDATE");
    office.replies(&here, &update, 481, "");
    office.hears_bye(&here);
}

#[test]
fn a_callee_without_update_is_refreshed_by_invite_with_what_it_was_told() {
    let mut office = Office::open();
    let lines = "Supported: timer\r\nSession-Expires: 200;refresher=uac\r\n";
    let (_, there, accepted) = office.talk_with_sessions("", lines);
    assert_eq!(accepted.header("Session-Expires"), "", "this caller knows nothing of it");
    office.relay.expected();
    office.passes(100 * SECOND);
    let invite = office.is_refreshed_by(&there, "INVITE");
    assert_eq!(invite.body(), there.invite.body());
    let voice = office.phone("joerg").voice("sendrecv");
    office.replies_with(&there, &invite, 200, lines, &voice);
    let ack = office.hears("joerg");
    assert!(ack.is_request("ACK"));
    office.replies_with(&there, &invite, 200, lines, &voice);
    assert_eq!(office.hears("joerg"), ack);
    assert_eq!(office.relay.expected(), []);
    office.nobody_hears_anything();
}

#[test]
fn a_refresh_that_crosses_a_change_is_made_again_a_little_later() {
    let mut office = Office::open();
    let lines = "Supported: timer\r\nSession-Expires: 200;refresher=uac\r\n";
    let (_, there, _) = office.talk_with_sessions("", lines);
    office.passes(100 * SECOND);
    let invite = office.is_refreshed_by(&there, "INVITE");
    office.replies(&there, &invite, 491, "");
    assert!(office.hears("joerg").is_request("ACK"));
    office.passes(Duration::from_millis(2_099));
    office.nobody_hears_anything();
    let latest = office.now + Duration::from_millis(1_901);
    while office.phone("joerg").mail.is_empty() {
        office.passes(Duration::from_millis(1));
        assert!(office.now <= latest, "RFC 3261 14.1");
    }
    let again = office.is_refreshed_by(&there, "INVITE");
    let voice = office.phone("joerg").voice("sendrecv");
    office.replies_with(&there, &again, 200, lines, &voice);
    assert!(office.hears("joerg").is_request("ACK"));
}

#[test]
fn a_change_refreshes_too_and_each_side_hears_of_its_own_session() {
    let mut office = Office::open();
    let callee = "Supported: timer\r\nSession-Expires: 400;refresher=uas\r\n";
    let (mut here, there, _) = office.talk_with_sessions(&format!("{KNOWS}Session-Expires: 300\r\n"), callee);
    office.passes(140 * SECOND);
    let voice = office.phone("mara").voice("sendrecv");
    here.invite = office.asks(&mut here, "INVITE", "Supported: timer\r\nSession-Expires: 300\r\n", &voice);
    office.hears("mara");
    let invite = office.hears("joerg");
    assert_eq!(invite.header("Session-Expires"), "400;refresher=uas");
    let voice = office.phone("joerg").voice("sendrecv");
    office.replies_with(&there, &invite, 200, callee, &voice);
    assert!(office.hears("joerg").is_request("ACK"));
    assert_eq!(office.is_connected(&mut here).header("Session-Expires"), "300;refresher=uac");
    office.passes(260 * SECOND);
    office.nobody_hears_anything();
}

#[test]
fn a_callee_that_finds_the_session_too_short_is_asked_again() {
    let mut office = Office::open();
    let mut line = office.dials("mara", "102");
    let first = office.rings("joerg");
    assert_eq!(first.invite.header("Session-Expires"), "1800");
    office.replies_with(&first, &first.invite, 422, "Min-SE: 3600\r\n", "");
    assert!(office.hears("joerg").is_request("ACK"));
    let second = office.rings("joerg");
    let asked = (second.invite.header("Session-Expires"), second.invite.header("Min-SE"));
    assert_eq!(asked, ("3600", "3600"));
    assert_eq!(second.invite.number(), first.invite.number() + 1);
    assert_eq!(second.call_id, first.call_id);
    office.picks_up(&second);
    office.is_connected(&mut line);
    office.hangs_up(&mut line, &second);
}

#[test]
fn phones_that_know_nothing_of_sessions_are_left_alone() {
    let mut office = Office::open();
    let (mut here, there) = office.talk("mara", "102", "joerg");
    office.passes(120 * MINUTE);
    office.nobody_hears_anything();
    office.hangs_up(&mut here, &there);
}
