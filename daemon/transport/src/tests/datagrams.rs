use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

use bytes::Bytes;

use super::help::{Told, address, one, options, told, transport};
use crate::{BindFailed, Limits, SendFailed, Transport, local_for};

fn peer(address: &str, to: SocketAddr) -> UdpSocket {
    let socket = UdpSocket::bind((address, 0)).unwrap();
    socket.connect(to).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    socket
}

async fn question_and_answer(listen: &str, to: &str, from: &str) {
    let mut transport = transport(&[listen], Limits::default());
    let local = SocketAddr::new(to.parse().unwrap(), address(&transport).port());
    let phone = peer(from, local);
    phone.send(&options("1", "")).unwrap();
    let (flow, bytes) = one(&mut transport).await.message();
    assert_eq!(bytes, options("1", ""));
    assert_eq!((flow.local, flow.peer, flow.connection), (local, phone.local_addr().unwrap(), 0));
    transport.send(&flow, Bytes::from_static(b"answer")).unwrap();
    let mut answer = [0; 100];
    // The phone's socket is connected: it hears nothing that comes from another address of the box.
    assert_eq!(phone.recv(&mut answer).unwrap(), 6);
}

#[tokio::test]
async fn an_answer_leaves_from_the_address_the_question_went_to() {
    question_and_answer("udp:127.0.0.1:0", "127.0.0.1", "127.0.0.1").await;
    question_and_answer("udp:0.0.0.0:0", "127.0.0.1", "127.0.0.1").await;
    question_and_answer("udp:0.0.0.0:0", "127.0.0.77", "127.0.0.2").await;
    question_and_answer("udp:[::1]:0", "::1", "::1").await;
    question_and_answer("udp:[::]:0", "::1", "::1").await;
}

#[tokio::test]
async fn garbage_is_told_with_what_can_be_answered_and_signs_of_life_are_not_told() {
    let mut transport = transport(&["udp:127.0.0.1:0"], Limits::default());
    let phone = peer("127.0.0.1", address(&transport));
    for sign in [&b""[..], b"\r\n", b"\r\n\r\n", b"\0", b"\0\0\0\0"] {
        phone.send(sign).unwrap();
    }
    let mut stun = [0; 20];
    stun[1] = 1;
    stun[4..8].copy_from_slice(&[0x21, 0x12, 0xa4, 0x42]);
    phone.send(&stun).unwrap();
    phone.send(b"hello?").unwrap();
    let broken =
        String::from_utf8(options("1", "")).unwrap().replace("Content-Length: 0", "Content-Length: x");
    phone.send(broken.as_bytes()).unwrap();
    let all = told(&mut transport, 2).await;
    assert!(matches!(all[0], Told::Malformed(_, _, false)), "{all:?}");
    assert!(matches!(all[1], Told::Malformed(_, sip::ParseError::ContentLength, true)), "{all:?}");
    assert_eq!((transport.counters().keep_alives, transport.counters().malformed), (6, 2));
}

#[tokio::test]
async fn the_first_word_to_a_peer_leaves_from_where_it_can_answer() {
    let mut transport = transport(&["udp:0.0.0.0:0", "udp:[::]:0"], Limits::default());
    for peer in ["127.0.0.1:0", "[::1]:0"] {
        let trunk = UdpSocket::bind(peer).unwrap();
        let flow = transport.open(sip::Transport::Udp, trunk.local_addr().unwrap()).unwrap();
        assert_eq!(flow.local.ip(), trunk.local_addr().unwrap().ip());
        transport.send(&flow, Bytes::from_static(b"INVITE")).unwrap();
        let mut heard = [0; 100];
        assert_eq!(trunk.recv_from(&mut heard).unwrap(), (6, flow.local));
    }
    assert_eq!(local_for("127.0.0.1".parse().unwrap()).unwrap().to_string(), "127.0.0.1");
}

#[tokio::test]
async fn a_datagram_that_nobody_takes_is_told_for_its_flow_and_others_are_served() {
    for (listen, here) in [
        ("udp:127.0.0.1:0", "127.0.0.1:0"),
        ("udp:0.0.0.0:0", "127.0.0.1:0"),
        ("udp:[::1]:0", "[::1]:0"),
        ("udp:[::]:0", "[::1]:0"),
    ] {
        let mut transport = transport(&[listen], Limits::default());
        let (phone, gone) = (UdpSocket::bind(here).unwrap(), UdpSocket::bind(here).unwrap());
        let flow = transport.open(sip::Transport::Udp, gone.local_addr().unwrap()).unwrap();
        let good = transport.open(sip::Transport::Udp, phone.local_addr().unwrap()).unwrap();
        drop(gone);
        transport.send(&flow, Bytes::from_static(b"INVITE")).unwrap();
        // The report of the first must not be taken for a failure of the second.
        transport.send(&good, Bytes::from_static(b"INVITE")).unwrap();
        assert_eq!(one(&mut transport).await, Told::Unreachable(flow), "{listen}");
        assert_eq!(phone.recv(&mut [0; 10]).unwrap(), 6);
        phone.send_to(&options("1", ""), good.local).unwrap();
        assert_eq!(one(&mut transport).await.message().0, good);
        assert_eq!(transport.counters().undelivered, 1);
    }
}

#[tokio::test]
async fn a_stun_question_is_answered_on_the_port_of_sip() {
    let mut transport = transport(&["udp:0.0.0.0:0"], Limits::default());
    let phone = peer("127.0.0.2", SocketAddr::new("127.0.0.3".parse().unwrap(), address(&transport).port()));
    let question = [&[0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42][..], &[7; 12]].concat();
    phone.send(&question).unwrap();
    phone.send(&options("1", "")).unwrap();
    one(&mut transport).await.message();
    let mut answer = [0; 100];
    assert_eq!(phone.recv(&mut answer).unwrap(), 32);
    assert_eq!((&answer[..4], &answer[8..20]), (&[1, 1, 0, 12][..], &[7; 12][..]));
    let port = phone.local_addr().unwrap().port();
    let mapped = [(port ^ 0x2112).to_be_bytes().to_vec(), vec![127 ^ 0x21, 0x12, 0xa4, 2 ^ 0x42]].concat();
    assert_eq!(answer[26..32], mapped);
}

#[tokio::test]
async fn what_cannot_leave_says_why() {
    let mut transport = transport(&["udp:127.0.0.1:0"], Limits::default());
    let there = "127.0.0.1:9".parse().unwrap();
    let flow = transport.open(sip::Transport::Udp, there).unwrap();
    assert_eq!(transport.send(&flow, Bytes::from(vec![b'x'; 65_530])), Err(SendFailed::TooLarge));
    assert_eq!(transport.open(sip::Transport::Udp, "[::1]:9".parse().unwrap()), Err(SendFailed::NoSocket));
    assert_eq!(transport.open(sip::Transport::Tls, there), Err(SendFailed::Gone));
    let stray = sip::Flow { local: "192.0.2.1:5060".parse().unwrap(), ..flow };
    assert_eq!(transport.send(&stray, Bytes::new()), Err(SendFailed::NoSocket));
}

#[tokio::test]
async fn a_taken_port_and_a_foreign_address_name_the_fix() {
    let first = transport(&["udp:127.0.0.1:0", "tcp:127.0.0.1:0"], Limits::default());
    for taken in first.bound() {
        let failed = Transport::bind(&[taken], Limits::default()).unwrap_err();
        assert!(matches!(failed, BindFailed::PortTaken(_)));
        let port = taken.address.port();
        let fix = format!("{taken}: port {port} is taken: stop the other program or change [sip] listen");
        assert_eq!(failed.to_string(), fix);
    }
    let foreign = Transport::bind(&["udp:192.0.2.1:5060".parse().unwrap()], Limits::default()).unwrap_err();
    assert!(matches!(foreign, BindFailed::NoSuchAddress(_)));
    assert!(matches!(Transport::bind(&[], Limits::default()), Err(BindFailed::Nothing)));
}
