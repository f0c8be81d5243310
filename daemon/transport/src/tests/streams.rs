use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::help::{Told, address, one, options, told, transport};
use crate::{Limits, SendFailed, Transport};

async fn connected(listen: &str) -> (Transport, TcpStream) {
    let transport = transport(&[listen], Limits::default());
    let phone = TcpStream::connect(address(&transport)).await.unwrap();
    (transport, phone)
}

async fn drip(phone: &mut TcpStream, bytes: &[u8]) {
    for byte in bytes {
        phone.write_all(&[*byte]).await.unwrap();
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn messages_are_whole_however_the_segments_fall() {
    for listen in ["tcp:127.0.0.1:0", "tcp:[::1]:0"] {
        let (mut transport, mut phone) = connected(listen).await;
        let sent = [options("1", "hello"), options("2", ""), options("3", &"x".repeat(30_000))];
        let stream = sent.concat();
        let talking = async {
            // Byte by byte over the first message, the rest in one piece.
            drip(&mut phone, &stream[..sent[0].len() + 10]).await;
            phone.write_all(&stream[sent[0].len() + 10..]).await.unwrap();
        };
        let (all, ()) = tokio::join!(told(&mut transport, 3), talking);
        let flows: Vec<_> = all.iter().cloned().map(|told| told.message().0).collect();
        let bytes: Vec<_> = all.into_iter().map(|told| told.message().1).collect();
        assert!(bytes == sent);
        assert!(flows.iter().all(|flow| *flow == flows[0]));
        assert_eq!(flows[0].peer, phone.local_addr().unwrap());
        assert_eq!(flows[0].local, phone.peer_addr().unwrap());
    }
}

#[tokio::test]
async fn an_answer_goes_back_on_the_connection_of_its_question() {
    let (mut transport, mut phone) = connected("tcp:0.0.0.0:0").await;
    phone.write_all(&options("1", "")).await.unwrap();
    let (flow, _) = one(&mut transport).await.message();
    assert_eq!(flow.local.ip().to_string(), "127.0.0.1");
    transport.send(&flow, Bytes::from_static(b"SIP/2.0 200 OK\r\n\r\n")).unwrap();
    let mut answer = [0; 18];
    phone.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"SIP/2.0 200 OK\r\n\r\n");
}

#[tokio::test]
async fn a_ping_is_answered_between_messages() {
    let (mut transport, mut phone) = connected("tcp:127.0.0.1:0").await;
    phone.write_all(&[b"\r\n\r\n".as_slice(), &options("1", "")].concat()).await.unwrap();
    one(&mut transport).await.message();
    let mut pong = [0; 2];
    phone.read_exact(&mut pong).await.unwrap();
    assert_eq!(&pong, b"\r\n");
}

#[tokio::test]
async fn a_stream_nobody_can_follow_is_refused_and_closed() {
    let (mut transport, mut phone) = connected("tcp:127.0.0.1:0").await;
    let no_length = String::from_utf8(options("1", "")).unwrap().replace("Content-Length: 0\r\n", "");
    phone.write_all(no_length.as_bytes()).await.unwrap();
    let Told::Malformed(flow, why, true) = one(&mut transport).await else { panic!("answerable") };
    assert_eq!(why.status(), Some(411));
    transport.send(&flow, Bytes::from_static(b"SIP/2.0 411 Length Missing\r\n\r\n")).unwrap();
    phone.write_all(&options("never read", "")).await.unwrap();
    assert_eq!(one(&mut transport).await, Told::Closed(flow));
    let mut answer = [0; 30];
    phone.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"SIP/2.0 411 Length Missing\r\n\r\n");
    assert_eq!(transport.send(&flow, Bytes::new()), Err(SendFailed::Gone));
    assert_eq!(transport.connections(), 0);
}

#[tokio::test]
async fn a_peer_that_hangs_up_is_told_once() {
    let (mut transport, mut phone) = connected("tcp:127.0.0.1:0").await;
    phone.write_all(&options("1", "")).await.unwrap();
    drop(phone);
    let all = told(&mut transport, 2).await;
    let (flow, _) = all[0].clone().message();
    assert_eq!(all[1..], [Told::Closed(flow)]);
    assert_eq!(transport.connections(), 0);
}

#[tokio::test]
async fn a_connection_of_ours_is_opened_once_and_carries_both_ways() {
    let mut transport = transport(&["tcp:127.0.0.1:0"], Limits::default());
    let trunk = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let to = trunk.local_addr().unwrap();
    let flow = transport.open(sip::Transport::Tcp, to).unwrap();
    transport.send(&flow, Bytes::from_static(b"one")).unwrap();
    transport.send(&sip::Flow { connection: 0, ..flow }, Bytes::from_static(b"two")).unwrap();
    assert_eq!(transport.open(sip::Transport::Tcp, to), Ok(flow));
    let far = async {
        let (mut stream, peer) = trunk.accept().await.unwrap();
        assert_eq!(peer, flow.local);
        let mut heard = [0; 6];
        stream.read_exact(&mut heard).await.unwrap();
        assert_eq!(&heard, b"onetwo");
        stream.write_all(&options("1", "")).await.unwrap();
        stream
    };
    let (told, _stream) = tokio::join!(one(&mut transport), far);
    assert_eq!(told.message().0, flow);
}

#[tokio::test]
async fn nobody_home_is_told_for_the_flow() {
    let mut transport = transport(&["tcp:127.0.0.1:0"], Limits::default());
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let flow = transport.open(sip::Transport::Tcp, closed).unwrap();
    assert_eq!(transport.send(&flow, Bytes::from_static(b"lost")), Ok(()));
    assert_eq!(one(&mut transport).await, Told::Unreachable(flow));
    assert_eq!(transport.send(&flow, Bytes::new()), Err(SendFailed::Gone));
}

#[tokio::test]
async fn a_peer_that_does_not_read_is_closed_and_others_are_served() {
    let (mut transport, mut deaf) = connected("tcp:127.0.0.1:0").await;
    deaf.write_all(&options("1", "")).await.unwrap();
    let (flow, _) = one(&mut transport).await.message();
    let piece = Bytes::from(vec![b'x'; 60_000]);
    let stalled = (0..1000).find_map(|_| transport.send(&flow, piece.clone()).err());
    assert_eq!(stalled, Some(SendFailed::Stalled));
    assert_eq!(one(&mut transport).await, Told::Closed(flow));
    assert_eq!(transport.counters().stalled, 1);
    let mut other = TcpStream::connect(address(&transport)).await.unwrap();
    other.write_all(&options("2", "")).await.unwrap();
    one(&mut transport).await.message();
}

#[tokio::test]
async fn what_the_peer_does_not_take_at_once_arrives_whole() {
    let (mut transport, mut phone) = connected("tcp:127.0.0.1:0").await;
    phone.write_all(&options("1", "")).await.unwrap();
    let (flow, _) = one(&mut transport).await.message();
    let ours = &transport.connections.find(flow.connection).unwrap().connection.stream;
    socket2::SockRef::from(ours.socket()).set_send_buffer_size(16 * 1024).unwrap();
    // Larger than what the kernel keeps, so that single pieces are written in parts.
    let sent: Vec<u8> = (0..240_000_u32).map(|n| (n % 251).to_le_bytes()[0]).collect();
    for piece in sent.chunks(60_000) {
        transport.send(&flow, Bytes::copy_from_slice(piece)).unwrap();
    }
    let mut heard = vec![0; sent.len()];
    let hearing = tokio::time::timeout(Duration::from_secs(20), phone.read_exact(&mut heard));
    tokio::select! {
        done = hearing => { done.unwrap().unwrap(); }
        _ = told(&mut transport, 1) => panic!("nothing is to be told"),
    }
    assert!(heard == sent);
}

#[tokio::test]
async fn addresses_are_never_mixed_up_between_connections() {
    let mut transport = transport(&["tcp:127.0.0.1:0"], Limits::default());
    let at: SocketAddr = address(&transport);
    let mut phones = Vec::new();
    for n in 0..200 {
        let mut phone = TcpStream::connect(at).await.unwrap();
        phone.write_all(&options(&n.to_string(), "")).await.unwrap();
        phones.push(phone);
    }
    let all = told(&mut transport, 200).await;
    for told in all {
        let (flow, bytes) = told.message();
        let n = phones.iter().position(|phone| phone.local_addr().unwrap() == flow.peer).unwrap();
        assert!(bytes == options(&n.to_string(), ""));
    }
}
