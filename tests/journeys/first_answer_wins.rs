//! A user with two phones: both ring, the first to answer has the call, the other one is told that it
//! was taken and shows no missed call.

use tests::{Gatehouse, PracticeCloud, Wire, wire::voice};

#[test]
fn the_other_phone_learns_that_the_call_was_taken_elsewhere() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    let logins = cloud.phones_of("101");
    assert_eq!(logins.len(), 2, "this user has two phones");
    let mut desk = Wire::udp(house.sip());
    let mut cordless = Wire::udp(house.sip());
    assert_eq!(desk.register(logins[0], 600).status(), Some(200));
    assert_eq!(cordless.register(logins[1], 600).status(), Some(200));

    let mut caller = Wire::udp(house.sip());
    let anna = cloud.phone("102");
    let draft = caller.draft("INVITE", &anna.user, &format!("sip:101@{}", house.sip()));
    let ear = caller.here();
    let asking = std::thread::spawn({
        let anna = anna.clone();
        move || caller.ask_as(&anna, &mut draft.offering(ear))
    });
    let at_desk = desk.receive_where("an INVITE", |message| message.method() == Some("INVITE"));
    let at_cordless = cordless.receive_where("an INVITE", |message| message.method() == Some("INVITE"));
    desk.reply(&at_desk, "180 Ringing", "desk", "");
    cordless.reply(&at_cordless, "180 Ringing", "cordless", "");
    let ear = desk.here();
    desk.reply(&at_desk, "200 OK", "desk", &voice(ear));

    let cancel = cordless.receive_where("a CANCEL", |message| message.method() == Some("CANCEL"));
    let reason = cancel.header("Reason").unwrap_or_default().replace(' ', "");
    assert_eq!(reason, "SIP;cause=200;text=\"Callcompletedelsewhere\"");
    cordless.reply(&cancel, "200 OK", "cordless", "");
    cordless.reply(&at_cordless, "487 Request Terminated", "cordless", "");
    cordless.receive_where("an ACK", |message| message.method() == Some("ACK"));
    desk.receive_where("an ACK", |message| message.method() == Some("ACK"));
    let answer = asking.join().unwrap();
    assert_eq!(answer.status(), Some(200), "{}", answer.0);
    tests::until("one call", || (house.calls() == 1).then_some(()));
}
