use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::help::{Told, address, one, options, told, transport};
use crate::{Limits, SendFailed};

#[tokio::test]
async fn one_source_gets_its_connections_and_not_those_of_others() {
    let limits = Limits { connections: 5, connections_per_source: 3, ..Limits::default() };
    let mut transport = transport(&["tcp:127.0.0.1:0"], limits);
    let at = address(&transport);
    let call_from = async |source: &str| {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind(format!("{source}:0").parse().unwrap()).unwrap();
        let mut stream = socket.connect(at).await.unwrap();
        stream.write_all(&options("1", "")).await.unwrap();
        stream
    };
    let mut phones = Vec::new();
    for source in ["127.0.0.2", "127.0.0.2", "127.0.0.2", "127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5"]
    {
        phones.push(call_from(source).await);
    }
    assert_eq!(told(&mut transport, 5).await.len(), 5);
    let counters = transport.counters();
    assert_eq!((counters.accepted, counters.refused), (5, 2));
    for refused in [3, 6] {
        let mut nothing = [0; 1];
        assert!(!matches!(phones[refused].read(&mut nothing).await, Ok(1)), "closed at once");
    }
    let outside = "127.0.0.9:9".parse().unwrap();
    assert_eq!(transport.open(sip::Transport::Tcp, outside), Err(SendFailed::TooManyConnections));
    drop(phones.remove(0));
    assert!(matches!(one(&mut transport).await, Told::Closed(_)));
    let _late = call_from("127.0.0.2").await;
    one(&mut transport).await.message();
}

#[tokio::test]
async fn a_message_that_never_ends_and_a_connection_that_never_speaks_are_closed() {
    let limits = Limits { message_within: Duration::from_millis(500), ..Limits::default() };
    let mut transport = transport(&["tcp:127.0.0.1:0"], limits);
    let at = address(&transport);
    let _silent = TcpStream::connect(at).await.unwrap();
    let mut good = TcpStream::connect(at).await.unwrap();
    good.write_all(&options("good", "")).await.unwrap();
    one(&mut transport).await.message();
    let mut slow = TcpStream::connect(at).await.unwrap();
    let bytes = options("slow", "");
    let mut every = tokio::time::interval(Duration::from_millis(20));
    let dripping = async {
        let mut left = bytes.iter();
        while let Some(byte) = left.next()
            && slow.write_all(&[*byte]).await.is_ok()
        {
            every.tick().await;
        }
    };
    let (closed, ()) = tokio::join!(told(&mut transport, 2), dripping);
    assert!(closed.iter().all(|told| matches!(told, Told::Closed(_))), "{closed:?}");
    assert_eq!((transport.counters().slow, transport.connections()), (2, 1));
}

#[tokio::test]
async fn a_connection_without_a_byte_is_closed_in_the_end() {
    let limits = Limits { idle: Duration::from_millis(200), ..Limits::default() };
    let mut transport = transport(&["tcp:127.0.0.1:0"], limits);
    let mut phone = TcpStream::connect(address(&transport)).await.unwrap();
    phone.write_all(&options("1", "")).await.unwrap();
    let (flow, _) = one(&mut transport).await.message();
    assert_eq!(one(&mut transport).await, Told::Closed(flow));
    assert_eq!(transport.counters().idle, 1);
}

#[tokio::test]
async fn a_call_that_nobody_answers_is_given_up() {
    let limits = Limits { connecting: Duration::from_millis(200), ..Limits::default() };
    let mut transport = transport(&["tcp:127.0.0.1:0"], limits);
    // A listener whose queue is full lets callers wait for ever.
    let full = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    full.bind(&"127.0.0.1:0".parse::<std::net::SocketAddr>().unwrap().into()).unwrap();
    full.listen(0).unwrap();
    let to = full.local_addr().unwrap().as_socket().unwrap();
    let waiting: Vec<_> = (0..8)
        .map(|_| {
            let caller =
                socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM.nonblocking(), None);
            let caller = caller.unwrap();
            let _ = caller.connect(&to.into());
            caller
        })
        .collect();
    let flow = transport.open(sip::Transport::Tcp, to).unwrap();
    transport.send(&flow, Bytes::from_static(b"lost")).unwrap();
    assert_eq!(one(&mut transport).await, Told::Unreachable(flow));
    drop(waiting);
}
