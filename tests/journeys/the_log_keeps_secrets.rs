//! Passwords never reach the log; numbers and names only in their redacted form.

use tests::{Gatehouse, PracticeCloud, Sipp, Wire, cloud::TOKEN};

#[test]
fn a_day_in_the_office_leaves_no_secret_in_the_log() {
    let cloud = PracticeCloud::office();
    let mut house = Gatehouse::beside(&cloud);
    let answer = Sipp::new("answer.xml");
    Sipp::new("register.xml").from_port(answer.port()).to(house.sip()).row(cloud.phone("103")).passes();
    let ben = answer.start();
    Sipp::new("call.xml").to(house.sip()).calling("103").row(cloud.phone("102")).pausing(200).passes();
    ben.passes();
    let mut wire = Wire::udp(house.sip());
    wire.register(&tests::Login::new(&cloud.phone("102").user, "a-wrong-password-77"), 60);
    wire.send("INVITE sip:+4917012345678@x SIP/2.0\r\nbroken secret-in-garbage\r\n\r\n");
    house.stop();
    let log = house.log();
    assert!(log.lines().count() > 3, "a log with level debug says something:\n{log}");
    let mut secrets: Vec<&str> = cloud.phones.iter().map(|login| login.password.as_str()).collect();
    secrets.extend([TOKEN.1, "a-wrong-password-77", "secret-in-garbage"]);
    secrets.extend(["+4917012345678", "Schäfer", "Großmann", "+49305550102", "w1@example.org"]);
    for secret in secrets {
        let line = log.lines().find(|line| line.contains(secret));
        assert!(line.is_none(), "{secret} stands in the log: {line:?}");
    }
}
