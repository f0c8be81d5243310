//! Tests without a control centre, T1: somebody rehearses, and his phone shows what would have become of a call for help.

use std::sync::Arc;

use emergency::dialled::Visitors;
use emergency::{Numbers, Rules};

use super::{PHONES, office_with, ready, rules};
use crate::Input;
use crate::tests::office::{Office, id};

fn rehearsing() -> Rules {
    let numbers = Numbers::new("0", Visitors::Understood, Some("*99*1")).unwrap();
    Rules { numbers, alarm: vec![id("103")], alarm_calls: vec![id("102")], ..rules() }
}

/// What Mara's phone shows; its call ends with that.
fn rehearses(office: &mut Office, uri: &str) -> String {
    let voice = office.phone("mara").voice("sendrecv");
    let (line, first) = office.tries_with("mara", uri, "", &voice);
    assert_eq!(first.status(), 100);
    let shown = office.hears("mara");
    assert!(shown.is_request("MESSAGE") && shown.header("From").starts_with("\"PROBE\" "), "{}", shown.0);
    let over = office.hears("mara");
    assert_eq!(over.status(), 480);
    assert!(over.header("Warning").contains("rehearsal"), "{}", over.0);
    office.acknowledges(&line, &over);
    office.nobody_hears_anything();
    assert_eq!(office.board.picture().help, [], "nothing that anybody is alarmed by");
    shown.body().to_owned()
}

#[test]
fn t1_a_rehearsal_shows_place_reason_line_and_number_and_alarms_nobody() {
    let mut office = office_with(&PHONES, rehearsing());
    for uri in ["sip:*99*1@sipgate.de", "urn:service:test.sos"] {
        let text = rehearses(&mut office, uri);
        let line = "Leitung 7654321e0 nennt diese Adresse, Rückruf +4930555010";
        assert_eq!(text, format!("PROBE 112: yard (nach dem Netz). {line}."));
    }
}

#[test]
fn t1_a_rehearsal_says_when_no_line_works() {
    let mut office = Office::with(&PHONES);
    let ready = ready(&office, rehearsing());
    office.happens(Input::Emergency(Arc::clone(&ready)));
    assert!(rehearses(&mut office, "sip:*99*1@sipgate.de").contains("KEINE LEITUNG"));
}

#[test]
fn t1_without_a_code_of_the_house_there_is_none() {
    let mut office = office_with(&PHONES, rules());
    assert_eq!(office.is_refused("mara", "*99*1"), 404);
}
