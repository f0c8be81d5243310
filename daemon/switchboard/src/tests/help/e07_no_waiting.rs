//! E7: nothing is waited for, and nothing a phone says of its place keeps it from calling.

use super::office;

#[test]
fn e07_a_phone_that_sends_its_place_or_demands_the_unknown_is_not_refused_for_it() {
    let mut office = office();
    let mut line = office.line("mara", "sip:112@sipgate.de");
    let voice = office.phone("mara").voice("sendrecv");
    let body = format!(
        "--b\r\nContent-Type: application/sdp\r\n\r\n{voice}\r\n--b\r\nContent-Type: application/pidf+xml\r\n\r\n\
         <presence/>\r\n--b--\r\n"
    );
    let lines =
        "Content-Type: multipart/mixed;boundary=b\r\nRequire: geolocation\r\nResource-Priority: esnet.1\r\n";
    line.invite = office.asks(&mut line, "INVITE", lines, &body);
    assert_eq!(office.hears("mara").status(), 100);
    let there = office.rings("cloud");
    assert!(there.invite.body().starts_with("v=0\r\n"), "the voice is offered, the box's own");
    office.picks_up(&there);
    office.is_connected(&mut line);
}
