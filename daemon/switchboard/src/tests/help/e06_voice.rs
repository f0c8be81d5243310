//! E6: the voice is without tricks.

use super::office;

#[test]
fn e06_the_voice_is_what_every_network_carries() {
    let mut office = office();
    let mut line = office.line("mara", "sip:112@sipgate.de");
    let voice = office.phone("mara").voice("sendrecv").replace("RTP/AVP 8 101", "RTP/AVP 111 9 13 0 8 101");
    let voice = format!("{voice}a=rtpmap:111 opus/48000/2\r\na=ptime:30\r\n");
    line.invite = office.asks(&mut line, "INVITE", "", &voice);
    assert_eq!(office.hears("mara").status(), 100);
    let there = office.rings("cloud");
    assert!(there.invite.body().contains(" RTP/AVP 8 0 101\r\n"), "{}", there.invite.body());
    assert!(there.invite.body().contains("a=ptime:20\r\n") && !there.invite.body().contains("opus"));
    office.picks_up(&there);
    let told = office.is_connected(&mut line);
    assert!(told.body().contains(" RTP/AVP 8 101\r\n"), "{}", told.body());
}
