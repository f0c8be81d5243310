//! RFC 3665 2: registration.

use super::super::Office;
use super::super::said::Said;

/// What the registrar has for this phone, in the words of its Contacts.
fn places(answer: &Said) -> Vec<String> {
    answer.headers("Contact").flat_map(|value| value.split(", ")).map(str::to_owned).collect()
}

#[test]
fn section_2_1_successful_new_registration() {
    let mut office = Office::empty();
    let mut line = office.line("mara", "sip:sipgate.de");
    line.far = "<sip:7654321e0@sipgate.de>".into();
    office.asks(&mut line, "REGISTER", "", "");
    let challenge = office.hears("mara");
    assert!(challenge.is_answer(401, "REGISTER"));
    office.phone_mut("mara").challenged(&challenge);
    let proof = office.phone_mut("mara").proof("REGISTER", "sip:sipgate.de");
    office.asks(&mut line, "REGISTER", &format!("{proof}Expires: 3600\r\n"), "");
    let accepted = office.hears("mara");
    assert!(accepted.is_answer(200, "REGISTER"));
    assert_eq!(places(&accepted), ["<sip:7654321e0@192.0.2.11:5062>;expires=3600"]);
    office.nobody_hears_anything();
}

#[test]
fn section_2_2_update_of_contact_list() {
    let mut office = Office::with(&["mara"]);
    let second = "Contact: <sip:mobile@192.0.2.11:5070>;expires=600\r\n";
    let accepted = office.registers("mara", second);
    let mut places = places(&accepted);
    places.sort();
    assert_eq!(places.len(), 2, "{places:?}");
    assert!(places[0].starts_with("<sip:7654321e0@192.0.2.11:5062>;expires="));
    assert_eq!(places[1], "<sip:mobile@192.0.2.11:5070>;expires=600");
}

/// Without a Contact a REGISTER only asks (RFC 3261 10.2.3).
#[test]
fn section_2_3_request_for_current_contact_list() {
    let mut office = Office::with(&["mara"]);
    let before = office.ledger.len();
    let mut line = office.line("mara", "sip:sipgate.de");
    (line.far, line.cseq) = ("<sip:7654321e0@sipgate.de>".into(), 7);
    let proof = office.phone_mut("mara").proof("REGISTER", "sip:sipgate.de");
    let request = office.phone_mut("mara").write(&line, "REGISTER", &proof, "");
    let without: Vec<_> = request.0.split("\r\n").filter(|header| !header.starts_with("Contact")).collect();
    office.post("mara", &without.join("\r\n"));
    let accepted = office.hears("mara");
    assert!(accepted.is_answer(200, "REGISTER"));
    assert_eq!(places(&accepted), ["<sip:7654321e0@192.0.2.11:5062>;expires=3600"]);
    assert_eq!(office.ledger.len(), before, "asking changes nothing");
}

#[test]
fn section_2_4_cancellation_of_registration() {
    let mut office = Office::open();
    let accepted = office.registers("joerg", "Expires: 0\r\nContact: *\r\n");
    assert_eq!((accepted.status(), places(&accepted).len()), (200, 0));
    assert_eq!(office.is_refused("mara", "102"), 480);
}

/// The RFC challenges again; the box says 403, so that a phone stops asking with a password that is wrong.
#[test]
fn section_2_5_unsuccessful_registration() {
    let mut office = Office::empty();
    office.phone_mut("mara").password = "falsch";
    let refused = office.registers("mara", "");
    assert_eq!((refused.status(), places(&refused).len()), (403, 0));
    assert_eq!(office.board.picture().bindings, 0);
}
