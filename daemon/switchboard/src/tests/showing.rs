//! What the other side may know: names, privacy, reasons, and the way a call took.

use super::{Office, SECOND};

#[test]
fn a_caller_that_wants_to_stay_unknown_is() {
    for wish in ["id", "user;id", "header"] {
        let mut office = Office::open();
        let voice = office.phone("mara").voice("sendrecv");
        office.tries_with("mara", "sip:102@sipgate.de", &format!("Privacy: {wish}\r\n"), &voice);
        let invite = office.rings("joerg").invite;
        assert!(invite.header("From").starts_with("\"Anonymous\" <sip:anonymous@anonymous.invalid>;tag="));
        assert!(!invite.0.contains("Mara") && !invite.0.contains("101@"), "{}", invite.0);
        assert_eq!(invite.header("Privacy"), "id");
        assert_eq!(office.board.picture().calls[0].caller.name, "Mara", "the office knows");
    }
}

#[test]
fn a_phone_may_choose_among_its_own_numbers_only() {
    let mut office = Office::open();
    for (wish, shown) in [("sip:7654321e0@sipgate.de", "7654321e0"), ("sip:102@sipgate.de", "101")] {
        let voice = office.phone("mara").voice("sendrecv");
        let lines = format!("P-Preferred-Identity: <{wish}>\r\n");
        office.tries_with("mara", "sip:102@sipgate.de", &lines, &voice);
        let invite = office.rings("joerg").invite;
        assert_eq!(invite.header("P-Asserted-Identity"), format!("\"Mara\" <sip:{shown}@sipgate.de>"));
    }
}

#[test]
fn a_callee_that_wants_to_stay_unknown_is() {
    let mut office = Office::open();
    let mut line = office.dials("mara", "200");
    let ringing = office.rings("joerg");
    let voice = office.phone("joerg").voice("sendrecv");
    office.replies_with(&ringing, &ringing.invite, 200, "Privacy: id\r\n", &voice);
    let accepted = office.is_connected(&mut line);
    assert_eq!(accepted.header("P-Asserted-Identity"), "");
}

#[test]
fn the_reason_of_a_caller_that_gives_up_reaches_the_phones() {
    let mut office = Office::open();
    let line = office.dials("mara", "102");
    let ringing = office.rings("joerg");
    office.says(&ringing, 180);
    office.hears("mara");
    let reason = "Reason: SIP;cause=200;text=\"Call completed elsewhere\"\r\n";
    let cancel = Office::beside(&line.invite, "CANCEL", line.invite.header("To"));
    office.post("mara", &cancel.replace("Content-Length", &format!("{reason}Content-Length")));
    let cancel = office.falls_silent(&ringing);
    assert_eq!(cancel.header("Reason"), "SIP;cause=200;text=\"Call completed elsewhere\"");
}

#[test]
fn the_reason_of_who_hangs_up_reaches_the_other_side() {
    let mut office = Office::open();
    let (mut here, there) = office.talk("mara", "102", "joerg");
    office.asks(&mut here, "BYE", "Reason: Q.850;cause=16;text=\"Terminated\"\r\n", "");
    assert!(office.hears("mara").is_answer(200, "BYE"));
    assert_eq!(office.hears_bye(&there).header("Reason"), "Q.850;cause=16;text=\"Terminated\"");
}

#[test]
fn a_phone_that_forwards_within_the_house_is_followed() {
    let mut office = Office::open();
    let mut line = office.dials("mara", "102");
    let ringing = office.rings("joerg");
    office.replies_with(&ringing, &ringing.invite, 302, "Contact: <sip:103@sipgate.de>\r\n", "");
    assert!(office.hears("joerg").is_request("ACK"));
    let third = office.rings("lena");
    assert!(third.invite.header("Diversion").ends_with("<sip:102@sipgate.de>;reason=unconditional"));
    assert!(
        third.invite.header("History-Info").starts_with("<sip:102@sipgate.de?Reason="),
        "{}",
        third.invite.0
    );
    assert!(third.invite.header("From").contains("<sip:101@sipgate.de>"));
    office.picks_up(&third);
    office.is_connected(&mut line);
    office.hangs_up(&mut line, &third);
}

#[test]
fn a_phone_cannot_send_a_call_out_of_the_house_or_round_in_circles() {
    for target in
        ["sip:103@example.com", "sip:0301234567@sipgate.de", "sip:102@sipgate.de", "sip:112@sipgate.de"]
    {
        let mut office = Office::open();
        let line = office.dials("mara", "102");
        let ringing = office.rings("joerg");
        office.replies_with(&ringing, &ringing.invite, 302, &format!("Contact: <{target}>\r\n"), "");
        assert!(office.hears("joerg").is_request("ACK"));
        let refusal = office.hears("mara");
        assert_eq!(refusal.status(), 480, "{target}");
        office.acknowledges(&line, &refusal);
        office.passes(SECOND);
        office.nobody_hears_anything();
    }
}

#[test]
fn the_beginning_of_an_extension_wants_more_digits() {
    let mut office = Office::open();
    for (dialled, status) in [("10", 484), ("1", 484), ("20", 484), ("3", 404), ("11", 484), ("1x", 404)] {
        assert_eq!(office.is_refused("mara", dialled), status, "{dialled}");
    }
}

#[test]
fn a_request_that_comes_over_two_paths_is_served_once() {
    let mut office = Office::open();
    let line = office.dials("mara", "102");
    office.rings("joerg");
    let other_path = line.invite.0.replace("branch=z9hG4bK-mara", "branch=z9hG4bK-other");
    office.post("mara", &other_path);
    assert_eq!(office.hears("mara").status(), 482, "RFC 3261 8.2.2.2");
    office.nobody_hears_anything();
}
