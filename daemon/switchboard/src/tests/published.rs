//! A phone says itself how its person is (RFC 3903).

use super::line::Line;
use super::said::Said;
use super::{MINUTE, Office, SECOND};

const PRESENCE: &str = "Event: presence\r\nContent-Type: application/pidf+xml\r\n";

fn away(note: &str) -> String {
    format!(
        "<presence xmlns=\"urn:ietf:params:xml:ns:pidf\" entity=\"sip:x@y\"><tuple id=\"a\"><status><basic>open</basic>\
         </status></tuple><note>{note}</note></presence>"
    )
}

fn publishes(office: &mut Office, line: &mut Line, lines: &str, body: &str) -> Said {
    office.asks_proven(line, "PUBLISH", &format!("{PRESENCE}{lines}"), body)
}

#[test]
fn a_published_state_is_shown_renewed_changed_and_taken_back() {
    let mut office = Office::open();
    let (watcher, _) = office.watches("mara", "sip:102@sipgate.de", "presence");
    let mut line = office.line("joerg", "sip:102@sipgate.de");
    office.passes(SECOND);
    let first = publishes(&mut office, &mut line, "", &away("Mittag"));
    assert_eq!((first.status(), first.header("Expires")), (200, "3600"));
    assert!(office.is_told(&watcher).body().contains("<note>Mittag</note>"));
    let tag = |answer: &Said| format!("SIP-If-Match: {}\r\n", answer.header("SIP-ETag"));
    office.passes(SECOND);
    let renewed = publishes(&mut office, &mut line, &tag(&first), "");
    assert_ne!(renewed.header("SIP-ETag"), first.header("SIP-ETag"));
    office.nobody_hears_anything();
    assert_eq!(publishes(&mut office, &mut line, &tag(&first), "").status(), 412, "an old name");
    let changed = publishes(&mut office, &mut line, &tag(&renewed), &away("Sitzung"));
    assert!(office.is_told(&watcher).body().contains("<note>Sitzung</note>"));
    office.passes(SECOND);
    let over = publishes(&mut office, &mut line, &format!("{}Expires: 0\r\n", tag(&changed)), "");
    assert_eq!(over.status(), 200);
    assert!(!office.is_told(&watcher).body().contains("note"));
    assert_eq!(publishes(&mut office, &mut line, &tag(&over), "").status(), 412);
}

#[test]
fn a_published_state_runs_out() {
    let mut office = Office::open();
    let mut line = office.line("joerg", "sip:102@sipgate.de");
    publishes(&mut office, &mut line, "Expires: 60\r\n", &away("weg"));
    let (watcher, first) = office.watches("mara", "sip:102@sipgate.de", "presence");
    assert!(first.body().contains("weg"));
    office.passes(MINUTE);
    assert!(!office.is_told(&watcher).body().contains("weg"));
}

#[test]
fn only_presence_of_oneself_can_be_published_and_not_without_end() {
    let mut office = Office::open();
    for (uri, lines, body, status) in [
        ("sip:101@sipgate.de", "", away("x"), 403),
        ("sip:999@sipgate.de", "", away("x"), 404),
        ("sip:102@sipgate.de", "Expires: 5\r\n", away("x"), 423),
        ("sip:102@sipgate.de", "", String::new(), 400),
        ("sip:102@sipgate.de", "", "<presence>".into(), 400),
        ("sip:102@sipgate.de", "SIP-If-Match: never\r\n", away("x"), 412),
    ] {
        let mut line = office.line("joerg", uri);
        assert_eq!(publishes(&mut office, &mut line, lines, &body).status(), status, "{uri} {lines}");
    }
    let mut line = office.line("joerg", "sip:102@sipgate.de");
    let event = "Event: dialog\r\nContent-Type: application/pidf+xml\r\n";
    assert_eq!(office.asks_proven(&mut line, "PUBLISH", event, "x").status(), 489);
    for place in 0..9 {
        let mut line = office.line("joerg", "sip:102@sipgate.de");
        let status = publishes(&mut office, &mut line, "", &away("x")).status();
        assert_eq!(status, if place < 8 { 200 } else { 403 });
    }
}
