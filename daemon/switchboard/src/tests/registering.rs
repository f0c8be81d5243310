//! Phones log in.

use std::sync::Arc;

use account::DeviceId;

use super::office::{account, id};
use super::{MINUTE, Office, SECOND};
use crate::Input;
use crate::register::Ledger;

const HOUR: &str = "Expires: 3600\r\n";

#[test]
fn the_password_is_asked_for_without_remembering_who_was_asked() {
    let mut office = Office::empty();
    let mut line = office.line("mara", "sip:sipgate.de");
    let request = office.asks(&mut line, "REGISTER", "", "");
    office.post("mara", &request.0);
    let (first, copy) = (office.hears("mara"), office.hears("mara"));
    assert_eq!((first.status(), copy.status()), (401, 401));
    assert_eq!(first.tag("To"), copy.tag("To"), "RFC 3261 8.2.7");
    let offers: Vec<_> = first.headers("WWW-Authenticate").collect();
    assert!(offers[0].contains("algorithm=SHA-256") && offers[1].contains("algorithm=MD5"));
    assert_eq!(office.board.in_memory(), [0; 9]);
}

#[test]
fn both_hashes_open_the_door() {
    let mut office = Office::empty();
    for (phone, algorithm) in [("mara", "SHA-256"), ("mara2", "MD5")] {
        office.phone_mut(phone).algorithm = algorithm;
        let answer = office.registers(phone, HOUR);
        assert_eq!(answer.status(), 200);
        let place = format!("<{}>;expires=3600", office.phone(phone).contact());
        assert_eq!(answer.header("Contact"), place);
    }
    assert_eq!(office.board.picture().bindings, 2);
}

#[test]
fn a_wrong_password_is_refused_only_with_a_nonce_of_ours() {
    let mut office = Office::empty();
    office.phone_mut("mara").password = "falsch";
    let made_up = "Digest realm=\"sipgate.de\", nonce=\"00\", algorithm=MD5, qop=\"auth\"".to_owned();
    office.phone_mut("mara").challenge = Some((made_up, 0));
    let mut line = office.line("mara", "sip:sipgate.de");
    let proof = office.phone_mut("mara").proof("REGISTER", "sip:sipgate.de");
    office.asks(&mut line, "REGISTER", &proof, "");
    assert_eq!(office.hears("mara").status(), 401);
    assert_eq!(office.registers("mara", HOUR).status(), 403);
    office.phone_mut("mara2").login = "7654321e9";
    assert_eq!(office.registers("mara2", HOUR).status(), 403, "nobody has this name");
    assert_eq!(office.board.counts().refused, 2);
    assert_eq!(office.board.picture().bindings, 0);
}

#[test]
fn an_old_nonce_is_called_stale_so_that_nobody_types_the_password_again() {
    let mut office = Office::empty();
    office.registers("mara", HOUR);
    office.passes(6 * MINUTE);
    let mut line = office.line("mara", "sip:sipgate.de");
    line.far = "<sip:7654321e0@sipgate.de>".into();
    let proof = office.phone_mut("mara").proof("REGISTER", "sip:sipgate.de");
    office.asks(&mut line, "REGISTER", &proof, "");
    let answer = office.hears("mara");
    assert_eq!(answer.status(), 401);
    assert!(answer.header("WWW-Authenticate").contains("stale=true"));
    assert_eq!(office.registers("mara", HOUR).status(), 200);
}

#[test]
fn one_nonce_is_good_for_more_than_255_requests() {
    let mut office = Office::empty();
    office.registers("mara", HOUR);
    for _ in 0..300 {
        office.registers("mara", HOUR);
    }
    assert_eq!(office.board.counts().challenged, 1);
    assert_eq!(office.phone("mara").challenge.as_ref().unwrap().1, 301);
}

/// RFC 3261 17.2.2: over UDP the 200 may have been lost, and the copy brings a proof that was used already.
#[test]
fn a_copy_of_a_registration_hears_what_the_first_one_heard_and_changes_nothing() {
    let mut office = Office::empty();
    let mut line = office.line("mara", "sip:sipgate.de");
    line.far = "<sip:7654321e0@sipgate.de>".into();
    let first = office.asks_proven(&mut line, "REGISTER", HOUR, "");
    office.passes(2 * SECOND);
    office.post("mara", &line.invite.0);
    let again = office.hears("mara");
    assert_eq!((first.status(), again.status()), (200, 200));
    assert_eq!(first.tag("To"), again.tag("To"));
    assert!(again.header("Contact").ends_with(";expires=3598"), "{}", again.0);
    let proof = office.phone_mut("mara").proof("REGISTER", "sip:sipgate.de");
    let later = office.asks(&mut line, "REGISTER", &format!("{proof}{HOUR}"), "");
    assert_eq!(office.hears("mara").status(), 200);
    office.post("mara", &later.0.replace("CSeq: ", "CSeq: 1"));
    assert_eq!(office.hears("mara").status(), 401, "another request with a proof that was used");
    assert_eq!(office.ledger.len(), 1);
}

/// RFC 7616 3.5
#[test]
fn a_phone_that_comes_often_is_asked_for_its_password_once() {
    let mut office = Office::empty();
    for _ in 0..10 {
        let answer = office.registers("mara", HOUR);
        if let Some(next) = answer.header("Authentication-Info").strip_prefix("nextnonce=") {
            let algorithm = office.phone("mara").algorithm;
            let challenge =
                format!("Digest realm=\"sipgate.de\", nonce={next}, algorithm={algorithm}, qop=\"auth\"");
            office.phone_mut("mara").challenge = Some((challenge, 0));
        }
        office.passes(2 * MINUTE);
    }
    assert_eq!(office.board.counts().challenged, 1);
}

/// Sends a REGISTER whose answer is held back, and returns it.
fn held_back(office: &mut Office) -> String {
    office.disk_works = false;
    let mut line = office.line("mara", "sip:sipgate.de");
    line.far = "<sip:7654321e0@sipgate.de>".into();
    office.asks(&mut line, "REGISTER", HOUR, "");
    let challenge = office.hears("mara");
    office.phone_mut("mara").challenged(&challenge);
    let proof = office.phone_mut("mara").proof("REGISTER", "sip:sipgate.de");
    office.asks(&mut line, "REGISTER", &format!("{proof}{HOUR}"), "").0
}

#[test]
fn a_phone_hears_200_once_its_registration_is_on_disk() {
    let mut office = Office::empty();
    let request = held_back(&mut office);
    office.nobody_hears_anything();
    assert_eq!(office.board.picture().bindings, 1, "it can be called already");
    for _ in 0..2 {
        office.passes(SECOND / 2);
        office.post("mara", &request);
    }
    office.nobody_hears_anything();
    office.happens(Input::Stored(office.ticket));
    assert_eq!(office.hears("mara").status(), 200);
    office.nobody_hears_anything();
    assert!(matches!(&office.ledger[..], [Ledger::Bind(binding)] if binding.user.as_str() == "7654321e0"));
}

#[test]
fn a_broken_disk_keeps_no_phone_waiting_for_more_than_two_seconds() {
    let mut office = Office::empty();
    held_back(&mut office);
    office.passes(2 * SECOND - SECOND / 100);
    office.nobody_hears_anything();
    office.passes(SECOND / 100);
    assert_eq!(office.hears("mara").status(), 200);
    assert_eq!(office.board.counts().unsaved, 1);
    office.happens(Input::Stored(office.ticket));
    office.nobody_hears_anything();
}

#[test]
fn a_login_speaks_for_itself_and_for_our_domain_only() {
    let mut office = Office::empty();
    for other in ["sip:7654321e1@sipgate.de", "sip:7654321e0@example.com", "sip:sipgate.de"] {
        let mut line = office.line("mara", "sip:sipgate.de");
        line.far = format!("<{other}>");
        assert_eq!(office.asks_proven(&mut line, "REGISTER", "", "").status(), 403, "{other}");
    }
    let mut line = office.line("mara", "sip:192.0.2.1");
    line.far = "<sip:7654321e0@192.0.2.1>".into();
    assert_eq!(office.asks_proven(&mut line, "REGISTER", "", "").status(), 200, "our address is us");
    assert_eq!(office.board.picture().bindings, 1);
}

#[test]
fn a_phone_that_wants_to_come_back_too_soon_is_told_the_least_time() {
    let mut office = Office::empty();
    let answer = office.registers("mara", "Expires: 30\r\n");
    assert_eq!((answer.status(), answer.header("Min-Expires")), (423, "60"));
    assert_eq!(office.board.picture().bindings, 0);
}

#[test]
fn a_star_forgets_every_place() {
    let mut office = Office::empty();
    office.registers("mara", "Contact: <sip:m@192.0.2.11>, <sip:m@192.0.2.11:5080>\r\n");
    assert_eq!(office.board.picture().bindings, 2);
    let answer = office.registers("mara", "Contact: *\r\nExpires: 0\r\n");
    assert_eq!((answer.status(), answer.header("Contact")), (200, ""));
    assert_eq!(office.board.picture().bindings, 0);
    assert_eq!(office.registers("mara", "Contact: *\r\nExpires: 60\r\n").status(), 400);
}

#[test]
fn a_device_that_leaves_the_account_is_forgotten_at_once() {
    let mut office = Office::open();
    let mut smaller = account();
    smaller.devices.remove(&id::<DeviceId>("e1"));
    office.happens(Input::Account(Arc::new(smaller.indexed())));
    assert!(
        matches!(office.ledger.last(), Some(Ledger::Unbind { user, .. }) if user.as_str() == "7654321e1")
    );
    assert_eq!(office.board.picture().bindings, 3);
    assert_eq!(office.registers("joerg", "").status(), 403);
    assert_eq!(office.is_refused("mara", "102"), 480);
}

#[test]
fn the_page_learns_of_a_phone_that_vanished() {
    let mut office = Office::with(&["mara"]);
    let before = office.board.edition();
    office.passes(59 * MINUTE);
    assert_eq!(office.board.edition(), before);
    office.passes(MINUTE);
    assert!(office.board.edition() > before && office.board.picture().registered.is_empty());
    assert!(matches!(office.ledger.last(), Some(Ledger::Unbind { .. })));
}

#[test]
fn two_logins_may_share_a_connection() {
    let mut office = Office::with(&["lena"]);
    let shared = office.phone("lena").flow;
    office.phone_mut("lena").login = "7654321e2";
    office.registers("lena", "");
    office.happens(Input::Closed(shared));
    for login in ["7654321e3", "7654321e2"] {
        let bound = office.board.registrar.of(&id(login)).to_vec();
        assert_eq!(bound[0].way().connection, 0, "{login} is not looked for on a closed connection");
    }
}
