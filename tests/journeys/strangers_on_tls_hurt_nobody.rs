//! Who opens connections and says nothing, or says it byte by byte, takes nothing from phones that telephone.

use std::{
    fs,
    io::{ErrorKind, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use tests::{
    Gatehouse, PracticeCloud, Wire,
    secure::{Tls, tls},
};

/// What the daemon occupies for itself, in KiB. Its program is not counted: what a box shares of it
/// changes whenever another box beside it comes or goes.
fn memory(house: &mut Gatehouse) -> u64 {
    let path = format!("/proc/{}/smaps_rollup", house.running().pid());
    let text = fs::read_to_string(path).expect("the kernel tells");
    let line = text.lines().find_map(|line| line.strip_prefix("Anonymous:")).expect("a line with the sum");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

/// A caller gives her password and hears that nobody is at 103.
fn calls(house: &Gatehouse, cloud: &PracticeCloud) {
    let anna = cloud.phone("102");
    let mut wire = Wire::udp(house.sip());
    let draft = wire.draft("INVITE", &anna.user, &format!("sip:103@{}", house.sip()));
    assert_eq!(wire.ask_as(anna, &mut draft.offering(wire.here())).status(), Some(480));
}

/// Connections that greet and never finish: the first bytes of a TLS record, and no more.
fn half_greetings(to: SocketAddr, count: usize) -> Vec<TcpStream> {
    let greet = |_| {
        let mut stream = TcpStream::connect(to).ok()?;
        stream.write_all(&[22, 3, 1, 2, 0, 1, 0]).ok()?;
        Some(stream)
    };
    (0..count).filter_map(greet).collect()
}

/// Whether the box has closed it, or does so soon; TLS says goodbye first.
fn is_closed(stream: &mut TcpStream) -> bool {
    stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a timeout above zero");
    let end = stream.read_to_end(&mut Vec::new());
    end.err().is_none_or(|error| !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut))
}

#[test]
fn half_greetings_are_bounded_in_number_time_and_memory() {
    let cloud = PracticeCloud::office();
    let mut house = Gatehouse::without_mailboxes_beside(&cloud);
    calls(&house, &cloud);
    let quiet = memory(&mut house);
    let mut strangers = half_greetings(house.sips(), 600);
    for _ in 0..5 {
        calls(&house, &cloud);
    }
    let grown = memory(&mut house).saturating_sub(quiet);
    assert!(grown < 24 * 1024, "{grown} KiB for 600 connections");
    assert!(strangers.iter_mut().all(is_closed), "none stays");
    calls(&house, &cloud);
}

#[test]
fn a_message_that_drips_in_is_given_up_and_calls_go_on() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::without_mailboxes_beside(&cloud);
    let mut slow: Vec<TcpStream> =
        (0..100).map(|_| TcpStream::connect(house.sip()).expect("the box takes connections")).collect();
    let drops = b"OPTIONS sip:box SIP/2.0\r\nVia: SIP/2.0/TCP 192.0.2.1;branch=z9hG4bKslow\r\n";
    for byte in drops {
        if slow.iter_mut().any(|stream| stream.write_all(&[*byte]).is_err()) {
            break;
        }
        calls(&house, &cloud);
    }
    assert!(slow.iter_mut().all(is_closed), "none stays");
}

#[test]
fn an_idle_phone_over_tls_costs_less_than_forty_kib() {
    const PHONES: u64 = 200;
    let cloud = PracticeCloud::office();
    let mut house = Gatehouse::without_mailboxes_beside(&cloud);
    // What the first connections bring with them is not what the next one costs.
    let _first: Vec<Tls> = (0..20).map(|_| idle_phone(&house)).collect();
    let before = memory(&mut house);
    let _phones: Vec<Tls> = (0..PHONES).map(|_| idle_phone(&house)).collect();
    let each = memory(&mut house).saturating_sub(before) / PHONES;
    assert!(each <= 40, "{each} KiB");
}

/// A connection over TLS on which a question was answered.
fn idle_phone(house: &Gatehouse) -> Tls {
    let mut line = tls(house.sips(), &house.root()).expect("TLS agrees");
    let mut words = Wire::udp(house.sip());
    let question = words.draft("OPTIONS", "7654321e2", &format!("sip:{}", house.sips()));
    let text = words.write(&question).replace("SIP/2.0/UDP", "SIP/2.0/TLS");
    line.write_all(text.as_bytes()).expect("the connection stands");
    assert!(line.read(&mut [0; 4096]).expect("an answer") > 0);
    line
}
