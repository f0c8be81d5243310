use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, UdpSocket};
use std::time::Duration;

use bytes::Bytes;
use socket2::{Domain, SockRef, Socket, Type};

use super::help::{Told, address, one, options, transport};
use crate::Limits;

const HERE: Ipv4Addr = Ipv4Addr::LOCALHOST;

/// A telephone on this machine that asks everybody.
fn telephone() -> UdpSocket {
    let socket = UdpSocket::bind((HERE, 0)).unwrap();
    SockRef::from(&socket).set_multicast_if_v4(&HERE).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    socket
}

#[tokio::test]
async fn who_asks_everybody_is_heard_and_answered_from_an_address_of_ours_alone() {
    for listen in ["udp:0.0.0.0:0", "udp:127.0.0.1:0"] {
        let mut transport = transport(&[listen], Limits::default());
        let local = SocketAddr::new(HERE.into(), address(&transport).port());
        let group = SocketAddrV4::new(Ipv4Addr::new(224, 0, 1, 75), local.port());
        transport.hear_group(group, &[HERE]).unwrap();
        let phone = telephone();
        phone.send_to(b"hello?", group).unwrap();
        phone.send_to(&options("1", ""), group).unwrap();
        let Told::AskedAll(flow, bytes) = one(&mut transport).await else { panic!("asked in person") };
        assert_eq!((flow.local, flow.peer, bytes), (local, phone.local_addr().unwrap(), options("1", "")));
        transport.send(&flow, Bytes::from_static(b"answer")).unwrap();
        assert_eq!(phone.recv_from(&mut [0; 100]).unwrap(), (6, local), "{listen}");
        // In person as before, and once.
        phone.send_to(&options("2", ""), local).unwrap();
        assert_eq!(one(&mut transport).await.message().1, options("2", ""));
        assert_eq!((transport.counters().received, transport.counters().malformed), (2, 1), "{listen}");
    }
}

#[tokio::test]
async fn nobody_listens_who_was_not_told_to_or_any_more() {
    let mut transport = transport(&["udp:0.0.0.0:0"], Limits::default());
    let local = SocketAddr::new(HERE.into(), address(&transport).port());
    let group = SocketAddrV4::new(Ipv4Addr::new(224, 0, 1, 75), local.port());
    let phone = telephone();
    phone.send_to(&options("1", ""), group).unwrap();
    transport.hear_group(group, &[HERE]).unwrap();
    transport.hear_group(group, &[]).unwrap();
    phone.send_to(&options("2", ""), group).unwrap();
    phone.send_to(&options("3", ""), local).unwrap();
    assert_eq!(one(&mut transport).await.message().1, options("3", ""));
    // An address that datagrams could not be answered from is no ear, and one that is not ours is named.
    let mut narrow = super::help::transport(&["udp:127.0.0.1:0", "tcp:0.0.0.0:0"], Limits::default());
    narrow.hear_group(group, &[Ipv4Addr::new(127, 0, 0, 2)]).unwrap();
    assert!(transport.hear_group(group, &[Ipv4Addr::new(192, 0, 2, 99)]).is_err());
    // Nobody else comes in by the door that was open for the ears.
    let other = Socket::new(Domain::IPV4, Type::DGRAM, None).unwrap();
    other.set_reuse_address(true).unwrap();
    assert!(other.bind(&SocketAddr::from((HERE, local.port())).into()).is_err());
}
