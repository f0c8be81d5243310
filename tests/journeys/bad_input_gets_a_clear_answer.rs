//! What cannot be understood is answered as well as it can be, and hurts nobody else.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use tests::{Gatehouse, PracticeCloud, Wire, until, wire::Draft};

fn house() -> (PracticeCloud, Gatehouse) {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    (cloud, house)
}

fn request(wire: &mut Wire, house: &Gatehouse, method: &str) -> Draft {
    wire.draft(method, "7654321e2", &format!("sip:103@{}", house.sip()))
}

#[test]
fn each_mistake_has_its_own_answer() {
    let (_cloud, house) = house();
    let mut wire = Wire::udp(house.sip());
    let unknown = request(&mut wire, &house, "FLY");
    let answer = wire.ask(&unknown);
    assert_eq!(answer.status(), Some(405), "{}", answer.0);
    let allowed = answer.header("Allow").expect("405 tells what is allowed");
    assert!(
        ["INVITE", "BYE", "CANCEL", "ACK", "REGISTER"].iter().all(|one| allowed.contains(one)),
        "{allowed}"
    );

    let strange = request(&mut wire, &house, "INVITE").line("Require: time-travel");
    let answer = wire.ask(&strange);
    assert_eq!(
        (answer.status(), answer.header("Unsupported")),
        (Some(420), Some("time-travel")),
        "{}",
        answer.0
    );

    let broken = request(&mut wire, &house, "OPTIONS");
    let broken = wire.write(&broken).replace("CSeq: 1 OPTIONS", "CSeq: one OPTIONS");
    wire.send(broken);
    assert_eq!(wire.receive().status(), Some(400));
}

#[test]
fn a_message_too_large_is_told_so() {
    let (_cloud, house) = house();
    let mut wire = Wire::tcp(house.sip());
    let large = request(&mut wire, &house, "OPTIONS").line(format!("X-Large: {}", "x".repeat(200_000)));
    let text = wire.write(&large);
    wire.send(text);
    let answer = wire.receive();
    assert_eq!(answer.status(), Some(513), "{}", answer.0);
}

#[test]
fn noise_is_counted_and_not_answered() {
    let (_cloud, house) = house();
    let mut wire = Wire::udp(house.sip());
    for noise in [&b"\0\0\0\0"[..], b"\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", &[0xff; 1200]] {
        wire.send(noise);
    }
    let after = wire.receive_within(Duration::from_millis(300));
    assert!(after.as_ref().is_none_or(|message| message.status().is_some()), "{after:?}");
    let (status, metrics) = house.fetch("/metrics", &[]);
    if status == 200 {
        assert!(metrics.contains("# EOF"), "OpenMetrics ends with EOF");
    }
    let options = request(&mut wire, &house, "OPTIONS");
    assert_eq!(wire.ask(&options).status(), Some(200), "the box still answers");
}

#[test]
fn a_flood_from_one_source_does_not_hurt_the_others() {
    let (cloud, house) = house();
    let server = house.sip();
    let (stop, sent) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)));
    let flood = std::thread::spawn({
        let (stop, sent) = (Arc::clone(&stop), Arc::clone(&sent));
        move || {
            let socket = std::net::UdpSocket::bind(("127.66.6.6", 0)).unwrap();
            while !stop.load(Ordering::Relaxed) {
                let number = sent.load(Ordering::Relaxed);
                let text = format!(
                    "REGISTER sip:{server} SIP/2.0\r\nVia: SIP/2.0/UDP 127.66.6.6;branch=z9hG4bKf{number}\r\n\
                     From: <sip:x@{server}>;tag=f\r\nTo: <sip:x@{server}>\r\nCall-ID: f{number}\r\n\
                     CSeq: 1 REGISTER\r\nContent-Length: 0\r\n\r\n"
                );
                let left = socket.send_to(text.as_bytes(), server).is_ok();
                sent.fetch_add(u32::from(left), Ordering::Relaxed);
            }
        }
    });
    // Beyond what a site that registers anew may send at once.
    until("a flood", || (sent.load(Ordering::Relaxed) > 5_000).then_some(()));
    for login in cloud.phones.iter().filter(|login| !login.extension.is_empty()).take(6) {
        let mut wire = Wire::udp(server);
        let answer = wire.register(login, 600);
        assert_eq!(answer.status(), Some(200), "{}", answer.0);
    }
    stop.store(true, Ordering::Relaxed);
    flood.join().unwrap();
}
