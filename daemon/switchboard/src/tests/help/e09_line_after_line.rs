//! E9: line after line is tried, twice; then the caller is told.

use std::sync::Arc;

use super::{PHONES, calls, line_used, office};
use crate::Input;
use crate::tests::office::Office;

#[test]
fn e09_a_line_that_refuses_is_followed_by_the_next_and_after_two_rounds_the_caller_is_told() {
    let mut office = office();
    let line = calls(&mut office, "mara", "sip:112@sipgate.de");
    for user in ["7654321e0", "7654321e3", "7654321e0", "7654321e3"] {
        let there = office.rings("cloud");
        assert_eq!(line_used(&there.invite), user);
        office.says(&there, 404);
        assert!(office.hears("cloud").is_request("ACK"));
    }
    let told = office.hears("mara");
    assert_eq!(told.status(), 503);
    assert!(told.header("Warning").contains("use a mobile phone"), "{}", told.0);
    office.acknowledges(&line, &told);
    office.nobody_hears_anything();
}

#[test]
fn without_any_line_the_caller_hears_at_once_to_take_a_mobile_phone() {
    let mut office = Office::with(&PHONES);
    office.happens(Input::Emergency(Arc::default()));
    let (line, first) = office.tries("mara", "112");
    assert_eq!(first.status(), 100);
    let told = office.hears("mara");
    assert_eq!(told.status(), 503);
    assert!(told.header("Warning").contains("use a mobile phone, dial 112"));
    office.acknowledges(&line, &told);
}
