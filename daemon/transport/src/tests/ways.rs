use std::net::{SocketAddr, UdpSocket};

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use super::help::{Told, address, one, told, transport};
use crate::{Limits, SendFailed, Transport};

fn asking(via: &str) -> Vec<u8> {
    format!(
        "OPTIONS sip:box.test SIP/2.0\r\nVia: SIP/2.0/TCP {via}\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n\
         Content-Length: 0\r\n\r\n"
    )
    .into_bytes()
}

fn answer(via: &str) -> Bytes {
    format!("SIP/2.0 200 OK\r\nVia: SIP/2.0/TCP {via}\r\nContent-Length: 0\r\n\r\n").into()
}

/// A phone that asks from a connection and says that it can be reached elsewhere.
async fn ask(transport: &mut Transport, via: &str) -> (TcpStream, sip::Flow) {
    let mut phone = TcpStream::connect(address(transport)).await.unwrap();
    phone.write_all(&asking(via)).await.unwrap();
    let (flow, _) = one(transport).await.message();
    (phone, flow)
}

async fn hears(stream: &mut TcpStream, bytes: &[u8]) {
    let mut heard = vec![0; bytes.len()];
    stream.read_exact(&mut heard).await.unwrap();
    assert!(heard == bytes, "{}", String::from_utf8_lossy(&heard));
}

#[tokio::test]
async fn an_answer_whose_connection_is_gone_goes_to_where_the_request_says() {
    let mut transport = transport(&["tcp:127.0.0.1:0"], Limits::default());
    let listens = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listens.local_addr().unwrap().port();
    let via = format!("10.0.0.7:{port};branch=z9hG4bK1;received=127.0.0.1");
    let (phone, flow) = ask(&mut transport, &via).await;
    drop(phone);
    assert_eq!(one(&mut transport).await, Told::Closed(flow));
    assert_eq!(transport.send(&flow, answer(&via)), Ok(()));
    let (taking, _) = tokio::join!(listens.accept(), async {
        let turn = std::time::Duration::from_millis(200);
        let _ = tokio::time::timeout(turn, told(&mut transport, 1)).await;
    });
    hears(&mut taking.unwrap().0, &answer(&via)).await;
    assert_eq!(
        transport.send(&flow, Bytes::from(asking("x"))),
        Err(SendFailed::Gone),
        "a request stays where it was"
    );
}

#[tokio::test]
async fn an_answer_finds_the_phone_that_came_back_and_offered_its_connection() {
    let mut transport = transport(&["tcp:127.0.0.1:0"], Limits::default());
    let via = "127.0.0.1:5076;branch=z9hG4bK1;alias";
    let (first, flow) = ask(&mut transport, via).await;
    drop(first);
    assert_eq!(one(&mut transport).await, Told::Closed(flow));
    let (mut second, again) = ask(&mut transport, via).await;
    assert_ne!(flow, again);
    assert_eq!(transport.send(&flow, answer(via)), Ok(()));
    hears(&mut second, &answer(via)).await;
}

#[tokio::test]
async fn only_an_offered_connection_carries_requests_to_where_its_peer_listens() {
    let mut transport = transport(&["tcp:127.0.0.1:0"], Limits::default());
    let (_silent, _) = ask(&mut transport, "127.0.0.1:5077;branch=z9hG4bK1").await;
    let (_offers, offered) = ask(&mut transport, "127.0.0.1:5078;branch=z9hG4bK1;alias").await;
    let listens = |port| SocketAddr::from(([127, 0, 0, 1], port));
    assert_eq!(transport.open(sip::Transport::Tcp, listens(5078)), Ok(offered));
    let own = transport.open(sip::Transport::Tcp, listens(5077)).unwrap();
    assert!(own.connection > offered.connection, "a connection of its own");
}

#[tokio::test]
async fn a_large_request_takes_the_open_connection_to_the_same_address() {
    let mut transport = transport(&["udp:127.0.0.1:0", "tcp:127.0.0.1:0"], Limits::default());
    // An address of this process's own: its TCP port is free when its UDP port is.
    let [_, _, high, low] = std::process::id().to_be_bytes();
    let phone = UdpSocket::bind(SocketAddr::from(([127, 78, high, low], 0))).unwrap();
    let at = phone.local_addr().unwrap();
    let large = |wire: &str| {
        let body = "x".repeat(1300);
        format!("INVITE sip:a SIP/2.0\r\nVia: SIP/2.0/{wire} 127.0.0.1;branch=z9hG4bK1\r\n\r\n{body}")
            .into_bytes()
    };
    let flow = transport.open(sip::Transport::Udp, at).unwrap();
    transport.send(&flow, large("UDP").into()).unwrap();
    let mut heard = [0; 2000];
    assert_eq!(phone.recv(&mut heard).unwrap(), large("UDP").len(), "there is no connection");

    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(at).unwrap();
    let mut stream = socket.connect(transport.bound()[1].address).await.unwrap();
    stream.write_all(&asking("127.0.0.1;branch=z9hG4bK1")).await.unwrap();
    one(&mut transport).await.message();
    transport.send(&flow, large("UDP").into()).unwrap();
    hears(&mut stream, &large("TCP")).await;
    transport.send(&flow, Bytes::from_static(b"INVITE small")).unwrap();
    assert_eq!(phone.recv(&mut heard).unwrap(), 12);
}
