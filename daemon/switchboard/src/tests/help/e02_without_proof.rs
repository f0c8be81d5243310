//! E2: phones in the house need not prove themselves, nobody outside calls unproven.

use emergency::{Rules, Strangers};

use super::{calls, office_with, rules};
use crate::tests::office::Office;

#[test]
fn e02_a_phone_whose_registration_is_lost_calls_without_a_password_but_nobody_from_outside() {
    let mut office = office_with(&[], rules());
    calls(&mut office, "mara", "sip:112@sipgate.de");
    assert!(office.rings("cloud").invite.header("From").contains("7654321e0"));
    let mut office = office_with(&[], Rules::default());
    let mut line = office.line("mara", "sip:112@sipgate.de");
    office.asks(&mut line, "INVITE", "", "");
    assert_eq!(office.hears("mara").status(), 401, "this network is not the house's");
    office.nobody_hears_anything();
}

#[test]
fn e02_a_stranger_in_the_house_calls_over_the_line_of_the_site_unless_the_house_says_no() {
    let stranger = |office: &mut Office| {
        let mut line = office.line("joerg", "sip:112@sipgate.de");
        line.near = "<sip:gast@192.0.2.1>;tag=guest".into();
        let voice = office.phone("joerg").voice("sendrecv");
        office.asks(&mut line, "INVITE", "", &voice);
        office.hears("joerg").status()
    };
    let mut open = office_with(&[], rules());
    assert_eq!(stranger(&mut open), 100);
    assert!(open.rings("cloud").invite.header("From").contains("7654321e0"), "the line of the default site");
    let mut shut = office_with(&[], Rules { strangers: Strangers::ProveFirst, ..rules() });
    assert_eq!(stranger(&mut shut), 401);
}
