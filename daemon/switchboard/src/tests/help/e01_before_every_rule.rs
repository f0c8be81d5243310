//! E1: what is dialled calls, however it is dialled; and an installation that is not finished calls nobody.

use super::{calls, office, proven};

#[test]
fn e01_however_it_is_dialled() {
    for dialled in [
        "sip:110@sipgate.de",
        "sip:0112@sipgate.de",
        "sip:1125@other.example",
        "sip:*31%23112@sipgate.de",
        "tel:112",
        "urn:service:sos",
    ] {
        let mut office = office();
        let line = calls(&mut office, "mara", dialled);
        let there = proven(&mut office);
        let number = if dialled.contains("110") { "110" } else { "112" };
        assert_eq!(there.invite.first_line(), format!("INVITE sip:{number}@sipgate.de SIP/2.0"), "{dialled}");
        office.cancels(&line);
        assert!(office.hears("mara").is_answer(200, "CANCEL"));
        assert_eq!(office.hears("mara").status(), 487);
    }
}

#[test]
fn e01_digit_by_digit_the_last_one_calls() {
    let mut office = office();
    for digits in ["1", "11", "0", "01", "011"] {
        assert_eq!(office.is_refused("mara", digits), 484, "{digits}");
    }
    calls(&mut office, "mara", "sip:0112@sipgate.de");
    assert!(office.rings("cloud").invite.first_line().contains("sip:112@"));
}

#[test]
fn an_unfinished_installation_calls_nobody() {
    // The provider of this office stands in a book (RFC 5737), so it is called; with a real one it would not be.
    let mut office = office();
    calls(&mut office, "mara", "sip:112@sipgate.de");
    assert!(office.rings("cloud").invite.first_line().contains("112"));
    assert!(!emergency::Commissioned::No.allows([217, 10, 79, 9].into()));
}
