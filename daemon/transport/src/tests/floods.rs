use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::help::{Told, address, one, options, told, transport};
use crate::{Incoming, Limits, Transport};

/// Sends as fast as it can until told to stop.
fn flood(from: &'static str, port: u16, stop: Arc<AtomicBool>) -> std::thread::JoinHandle<u64> {
    std::thread::spawn(move || {
        let socket = UdpSocket::bind((from, 0)).unwrap();
        let mut sent = 0;
        while !stop.load(Ordering::Relaxed) {
            let _ = socket.send_to(&options("flood", ""), ("127.0.0.1", port));
            sent += 1;
        }
        sent
    })
}

/// Answers `phone` for a short while and says how many questions of others were handed on.
fn answer(transport: &mut Transport, phone: SocketAddr) -> u64 {
    let mut flows = Vec::new();
    let mut sink = |incoming: Incoming<'_>| {
        let Incoming::Message(flow, _) = incoming else { return };
        flows.push(flow);
    };
    transport.receive(Instant::now() + Duration::from_millis(50), &mut sink).unwrap();
    let (asked, others): (Vec<_>, Vec<_>) = flows.into_iter().partition(|flow| flow.peer == phone);
    asked.iter().for_each(|flow| transport.send(flow, Bytes::from_static(b"200")).unwrap());
    others.len() as u64
}

/// Asks until there is an answer, again every half second as transactions do (RFC 3261 17.1.2.2); how often that was, and how many
/// questions of others were handed on meanwhile.
async fn ask(phone: &UdpSocket, transport: &mut Transport) -> (u32, u64) {
    let mut others = 0;
    for times in 1..20 {
        phone.send(&options("1", "")).unwrap();
        let asked = Instant::now();
        while asked.elapsed() < Duration::from_millis(500) {
            others += answer(transport, phone.local_addr().unwrap());
            if phone.recv(&mut [0; 10]).is_ok() {
                return (times, others);
            }
        }
    }
    panic!("the phone is not served");
}

#[tokio::test]
async fn a_flood_from_one_address_leaves_another_served() {
    let limits = Limits { messages_per_second: 100, burst: 200, ..Limits::default() };
    let mut transport = transport(&["udp:0.0.0.0:0"], limits);
    let port = address(&transport).port();
    let stop = Arc::new(AtomicBool::new(false));
    let flooding = flood("127.0.0.2", port, Arc::clone(&stop));
    let phone = UdpSocket::bind("127.0.0.3:0").unwrap();
    phone.connect(("127.0.0.1", port)).unwrap();
    phone.set_nonblocking(true).unwrap();

    let start = Instant::now();
    let (mut answered, mut asked, mut flood_heard) = (0, 0, 0);
    while start.elapsed() < Duration::from_secs(1) {
        answered += 1;
        let (times, others) = ask(&phone, &mut transport).await;
        (asked, flood_heard) = (asked + times, flood_heard + others);
    }
    stop.store(true, Ordering::Relaxed);
    let sent = flooding.join().unwrap();
    let allowed = 200 + 100 * (start.elapsed().as_secs() + 1);
    assert!(flood_heard <= allowed, "{flood_heard} of {sent} got through, {allowed} were allowed");
    assert!(transport.counters().flooded > 1000, "that was no flood");
    assert!(asked - answered <= answered / 10, "asked {asked} times for {answered} answers");
}

#[tokio::test]
async fn a_stream_that_floods_is_slowed_down_and_loses_nothing() {
    let limits = Limits { messages_per_second: 40, burst: 40, ..Limits::default() };
    let mut transport = transport(&["tcp:127.0.0.1:0"], limits);
    let mut phone = TcpStream::connect(address(&transport)).await.unwrap();
    let messages: Vec<_> = (0..200).map(|n| options(&n.to_string(), &"x".repeat(1000))).collect();
    let start = Instant::now();
    let stream = messages.concat();
    let talking = async { phone.write_all(&stream).await.unwrap() };
    let (heard, ()) = tokio::join!(told(&mut transport, 200), talking);
    assert!(heard.into_iter().map(|told| told.message().1).eq(messages));
    assert!(start.elapsed() >= Duration::from_secs(1), "all at once");
    assert!(transport.counters().flooded > 0);
    drop(phone);
    assert!(matches!(one(&mut transport).await, Told::Closed(_)));
}
