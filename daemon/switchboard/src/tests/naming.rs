//! Who calls is what the account says, never what the phone claims.

use super::Office;
use super::office::NAME;

#[test]
fn a_claimed_name_never_reaches_the_callee() {
    let mut office = Office::open();
    let mut line = office.line("mara", "sip:102@sipgate.de");
    line.near = "\"Chef <sip:ceo@corp.test>\" <sip:u@b.t>;tag=x".into();
    let voice = office.phone("mara").voice("sendrecv");
    let claims = "P-Asserted-Identity: \"Chef\" <sip:ceo@corp.test>\r\nSubject: Chef\r\n";
    office.asks_proven(&mut line, "INVITE", claims, &voice);
    let invite = office.rings("joerg").invite;
    assert!(!invite.0.contains("Chef") && !invite.0.contains("corp") && !invite.0.contains("u@b.t"));
    assert!(invite.header("From").starts_with("\"Mara\" <sip:101@sipgate.de>;tag="));
    assert_eq!(invite.header("P-Asserted-Identity"), "\"Mara\" <sip:101@sipgate.de>");
    assert_eq!(office.board.picture().calls[0].caller.name, "Mara");
}

#[test]
fn quotes_in_names_are_escaped_and_umlauts_stay() {
    let mut office = Office::open();
    let mut line = office.dials("joerg", "103");
    let ringing = office.rings("lena");
    let shown = "\"Jörg \\\"Jojo\\\" Groß\" <sip:102@sipgate.de>";
    assert_eq!(ringing.invite.header("P-Asserted-Identity"), shown);
    assert_eq!(ringing.invite.header("From"), format!("{shown};tag={}", ringing.invite.tag("From")));
    office.picks_up(&ringing);
    assert_eq!(office.is_connected(&mut line).header("P-Asserted-Identity"), "\"Lena\" <sip:103@sipgate.de>");
    assert_eq!(office.board.picture().calls[0].caller.name, NAME);
}

#[test]
fn who_was_dialled_is_shown_until_somebody_answers() {
    let mut office = Office::open();
    office.dials("joerg", "200");
    let shown = |office: &Office| {
        let callee = office.board.picture().calls[0].callee.clone();
        (callee.name, callee.number)
    };
    let ringing = office.rings("mara2");
    assert_eq!(shown(&office), ("Zentrale".into(), "200".into()));
    office.picks_up(&ringing);
    assert_eq!(shown(&office), ("Mara".into(), "101".into()));
}
