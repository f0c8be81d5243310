//! R0: the call leaves over the line of the place where the phone stands.

use super::{PHONES, calls, office, office_over, proven, rules};
use crate::lines::Line;
use crate::tests::cloud::{line_of, trunk};
use crate::tests::office::id;
use crate::tests::second_lines::MARA;

#[test]
fn r0_the_call_leaves_over_the_line_of_the_place_and_both_hear_each_other() {
    let mut office = office();
    for (phone, user, number) in [("mara", "7654321e0", "4930555010"), ("lena", "7654321e3", "4930555013")] {
        let mut line = calls(&mut office, phone, "sip:112@sipgate.de");
        let there = proven(&mut office);
        assert_eq!(there.invite.first_line(), "INVITE sip:112@sipgate.de SIP/2.0");
        assert!(there.invite.header("From").starts_with(&format!("<sip:{user}@sipgate.de>;tag=")));
        assert_eq!(there.invite.header("P-Preferred-Identity"), format!("<sip:{number}@sipgate.de>"));
        assert_eq!(there.invite.header("Priority"), "emergency");
        assert_eq!(there.invite.header("Privacy"), "none");
        assert_eq!(there.invite.contact(), format!("sip:{user}@192.0.2.1:5060"));
        office.says(&there, 180);
        assert_eq!(office.hears(phone).status(), 180);
        office.picks_up(&there);
        office.is_connected(&mut line);
        office.hangs_up(&mut line, &there);
        office.nobody_hears_anything();
    }
}

/// Where other calls of a number go has no say here: the trunk does not know where the phone stands.
#[test]
fn r0_a_number_given_to_the_trunk_calls_for_help_over_the_line_of_the_place() {
    let trunk = Line { carries: [id(MARA)].into(), ..trunk() };
    let mut office = office_over(&PHONES, rules(), &[line_of("e0"), line_of("e3"), trunk]);
    office.has_numbers();
    let busy = office.dials("mara", "+4930999999");
    let usual = office.rings("cloud");
    assert!(usual.invite.header("From").contains("7654321t0"), "{}", usual.invite.0);
    office.says(&usual, 486);
    office.hears("cloud");
    let refusal = office.hears("mara");
    office.acknowledges(&busy, &refusal);
    calls(&mut office, "mara", "sip:112@sipgate.de");
    let there = proven(&mut office);
    assert!(there.invite.header("From").contains("7654321e0"), "{}", there.invite.0);
}
