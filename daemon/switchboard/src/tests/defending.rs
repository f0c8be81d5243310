//! Somebody who is no phone.

use crate::access::{Access, Rule};
use crate::{Input, WhyRefused, WhyShutOut};

use super::Office;
use super::office::id;

#[test]
fn a_scanner_hears_nothing_and_the_page_shows_it() {
    let mut office = Office::with(&["joerg"]);
    for method in ["OPTIONS", "REGISTER", "INVITE"] {
        let mut line = office.line("mara", "sip:100@sipgate.de");
        office.asks(&mut line, method, "User-Agent: friendly-scanner\r\n", "");
    }
    office.nobody_hears_anything();
    let picture = office.board.picture();
    assert_eq!((picture.shut_out.len(), picture.counts.unanswered), (1, 3));
    assert_eq!(picture.shut_out[0].why, WhyShutOut::Scanner);
    assert_eq!(office.is_refused("joerg", "555"), 404, "others are served");
}

#[test]
fn whoever_tries_one_login_after_another_is_not_answered_but_may_call_for_help() {
    let mut office = Office::empty();
    for login in ["100", "101", "102", "103", "104"] {
        office.phone_mut("mara").login = login;
        assert_eq!(office.registers("mara", "").status(), 403);
    }
    let mut line = office.line("mara", "sip:sipgate.de");
    office.asks(&mut line, "REGISTER", "", "");
    office.nobody_hears_anything();
    let picture = office.board.picture();
    assert_eq!(picture.shut_out[0].why, WhyShutOut::TriesLogins);
    assert!(picture.refused.iter().all(|refused| refused.why == WhyRefused::UnknownLogin));
    assert_eq!(picture.refused.len(), 5);
    let mut line = office.line("mara", "sip:112@sipgate.de");
    office.asks(&mut line, "INVITE", "", "");
    assert_eq!(office.hears("mara").status(), 401, "heard, and treated like everybody's call");
}

#[test]
fn the_admin_can_see_why_a_phone_is_refused_until_it_is_served() {
    let mut office = Office::empty();
    office.phone_mut("mara").password = "falsch";
    assert_eq!(office.registers("mara", "").status(), 403);
    let seen = office.board.picture().refused;
    assert_eq!((seen[0].login.as_str(), seen[0].why), ("7654321e0", WhyRefused::WrongPassword));
    assert_eq!(seen[0].agent, "Desk/1.0");
    office.phone_mut("mara").password = "geheim";
    assert_eq!(office.registers("mara", "Expires: 30\r\n").status(), 423);
    assert_eq!(office.board.picture().refused[0].why, WhyRefused::TooBrief);
    assert_eq!(office.registers("mara", "").status(), 200);
    assert_eq!(office.board.picture().refused, []);
}

#[test]
fn a_certificate_speaks_for_the_login_it_names_and_for_no_other() {
    for (names, served) in [
        (vec!["sip:7654321e3@sipgate.de"], true),
        (vec!["phone-3.example", "7654321e3"], true),
        (vec!["sip:7654321e3@example.com"], false),
        (vec!["sip:7654321e0@sipgate.de", "7654321e0"], false),
        (vec![], false),
    ] {
        let mut office = Office::empty();
        let flow = office.phone("lena").flow;
        let shown = names.iter().map(ToString::to_string).collect();
        office.happens(Input::Certified { flow, names: shown });
        let mut line = office.line("lena", "sip:sipgate.de");
        line.far = "<sip:7654321e3@sipgate.de>".into();
        office.asks(&mut line, "REGISTER", "", "");
        let status = office.hears("lena").status();
        assert_eq!(status, if served { 200 } else { 401 }, "{names:?}");
        office.happens(Input::Closed(flow));
        office.phone_mut("lena").flow.connection = 77;
        office.asks(&mut line, "REGISTER", "", "");
        assert_eq!(office.hears("lena").status(), 401, "another connection has shown nothing");
    }
}

#[test]
fn a_login_is_served_only_from_where_and_over_what_it_may_be_used() {
    let mut office = Office::empty();
    let mut access = Access::default();
    let networks = vec![id("198.51.100.0/24")];
    access.set(id("7654321e0"), Rule { networks, ..Rule::default() });
    access.set(id("7654321e1"), Rule { encrypted: true, ..Rule::default() });
    office.happens(Input::Access(access));
    for (phone, why) in [("mara", WhyRefused::NotFromHere), ("joerg", WhyRefused::NotEncrypted)] {
        let answer = office.registers(phone, "");
        assert_eq!(answer.status(), 403);
        assert!(answer.header("Warning").contains("this login may"), "{}", answer.0);
        assert_eq!(office.board.picture().refused[0].why, why);
    }
    assert_eq!(office.registers("lena", "").status(), 200);
}
