//! Two fax machines find each other in a call and go on as such (ITU-T T.38): what they say passes as it is, both ways.

use std::net::UdpSocket;
use std::thread;

use tests::{Gatehouse, PracticeCloud, Wire, wire::Draft};

use crate::speaking::{Caller, mouth, wanted_at};

/// What a machine says of itself once it has heard the other one.
fn fax(socket: &UdpSocket) -> String {
    let here = socket.local_addr().unwrap();
    let (ip, port) = (here.ip(), here.port());
    format!(
        "v=0\r\no=- 1 2 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\nm=image {port} udptl t38\r\na=T38FaxVersion:0\r\n\
         a=T38MaxBitRate:14400\r\na=T38FaxRateManagement:transferredTCF\r\na=T38FaxUdpEC:t38UDPRedundancy\r\n"
    )
}

/// A datagram of UDPTL: its number, a part of a page, and the part before it once more.
fn page(number: u16) -> Vec<u8> {
    [&number.to_be_bytes()[..], &[6], &[0xc8; 6], &[0, 1, 6], &[0xc7; 6]].concat()
}

fn passes(from: &UdpSocket, there: std::net::SocketAddr, to: &UdpSocket) {
    let mut heard = [0; 2_048];
    for number in 0..200 {
        from.send_to(&page(number), there).unwrap();
        let length = to.recv(&mut heard).expect("a part of the page");
        assert_eq!(heard[..length], page(number));
    }
}

#[test]
fn pages_pass_both_ways_through_the_box() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    let (mut ben, his) = (Wire::udp(house.sip()), mouth());
    assert_eq!(ben.register(cloud.phone("103"), 600).status(), Some(200));
    let answers = |ben: &mut Wire, body: &str| {
        let invite = ben.receive_where("an INVITE", |said| said.method() == Some("INVITE"));
        ben.reply(&invite, "200 OK", "ben", body);
        ben.receive_where("its ACK", |said| said.method() == Some("ACK"));
        invite
    };
    let voice = tests::wire::voice(his.local_addr().unwrap());
    let mut anna = thread::scope(|scope| {
        scope.spawn(|| answers(&mut ben, &voice));
        Caller::dials(&house, cloud.phone("102"), "103")
    });
    let offer = Draft { body: fax(&anna.voice), ..anna.draft("INVITE") };
    let (theirs, offered) = thread::scope(|scope| {
        let ben = scope.spawn(|| answers(&mut ben, &fax(&his)));
        let accepted = anna.wire.ask(&offer);
        assert_eq!(accepted.status(), Some(200), "{accepted:?}");
        (accepted, ben.join().unwrap())
    });
    let ack = anna.wire.write(&Draft { method: "ACK".into(), body: String::new(), ..offer });
    anna.wire.send(ack);
    for said in [&theirs, &offered] {
        assert!(said.body().contains(" udptl t38\r\n") && said.body().contains("a=T38FaxUdpEC:"), "{said:?}");
        assert!(!said.body().contains("127.0.0.1"), "only the box's own address: {said:?}");
    }
    let (at_anna, at_ben) = (wanted_at(&house, theirs.body()), wanted_at(&house, offered.body()));
    passes(&anna.voice, at_anna, &his);
    passes(&his, at_ben, &anna.voice);
    anna.hangs_up();
}
