//! E5: the number is shown, never withheld.

use super::office;

#[test]
fn e05_whatever_the_phone_hides_the_number_is_shown() {
    let mut office = office();
    let mut line = office.line("mara", "sip:112@sipgate.de");
    let voice = office.phone("mara").voice("sendrecv");
    office.asks(&mut line, "INVITE", "Privacy: id\r\n", &voice);
    let there = office.rings("cloud").invite;
    assert_eq!(
        (there.header("Privacy"), there.header("P-Preferred-Identity")),
        ("none", "<sip:4930555010@sipgate.de>")
    );
}
