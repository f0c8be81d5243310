use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::crypto::ring::default_provider;
use rustls::pki_types::PrivateKeyDer;
use rustls::{RootCertStore, ServerConfig};
use sip::locate::Hop;
use sip::{Flow, Transport as Carrier};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::help::{Told, one, options, told, transport};
use crate::{ConnectFailed, Limits, Transport, Trusted};

fn hop(transport: Carrier, address: SocketAddr) -> Hop {
    Hop { transport, address, name: Some("registrar.test".into()) }
}

fn up(told: &Told) -> Flow {
    let Told::Connected(_, Ok(flow), _) = told else { panic!("{told:?}") };
    *flow
}

async fn listening() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

#[tokio::test]
async fn datagrams_to_a_server_leave_from_where_phones_send_to() {
    let mut transport = transport(&["udp:0.0.0.0:0"], Limits::default());
    let port = transport.bound()[0].address.port();
    transport.connect(7, &hop(Carrier::Udp, "127.0.0.1:5999".parse().unwrap()));
    let told = one(&mut transport).await;
    let flow = up(&told);
    assert_eq!(flow.local, SocketAddr::from(([127, 0, 0, 1], port)));
    assert_eq!(told, Told::Connected(7, Ok(flow), false));
}

#[tokio::test]
async fn a_connection_is_opened_once_for_all_who_want_it() {
    let mut transport = transport(&["udp:127.0.0.1:0"], Limits::default());
    let (listener, address) = listening().await;
    let hop = hop(Carrier::Tcp, address);
    transport.connect(1, &hop);
    transport.connect(2, &hop);
    let both = told(&mut transport, 2).await;
    let flow = up(&both[0]);
    assert_eq!(both, [Told::Connected(1, Ok(flow), false), Told::Connected(2, Ok(flow), false)]);
    let (mut server, _) = listener.accept().await.unwrap();
    transport.connect(3, &hop);
    assert_eq!(one(&mut transport).await, Told::Connected(3, Ok(flow), false));

    transport.send(&flow, Bytes::from_static(b"to the server")).unwrap();
    let mut heard = [0; 13];
    server.read_exact(&mut heard).await.unwrap();
    assert_eq!(&heard, b"to the server");
    server.write_all(&options("a", "")).await.unwrap();
    assert_eq!(one(&mut transport).await.message().0, flow);
    drop(server);
    assert_eq!(one(&mut transport).await, Told::Closed(flow));
    transport.connect(4, &hop);
    let again = up(&one(&mut transport).await);
    assert_ne!(again.connection, flow.connection);
}

/// Each way to fail has its name, and comes in time.
#[tokio::test]
async fn who_is_not_there_is_told_apart() {
    let limits = Limits { connecting: Duration::from_secs(1), ..Limits::default() };
    let mut transport = transport(&["udp:127.0.0.1:0"], limits);
    let (listener, closed) = listening().await;
    drop(listener);
    transport.connect(1, &hop(Carrier::Tcp, closed));
    assert_eq!(one(&mut transport).await, Told::Connected(1, Err(ConnectFailed::Unreachable), false));
    transport.connect(2, &hop(Carrier::Tls, closed));
    assert_eq!(
        one(&mut transport).await,
        Told::Connected(2, Err(ConnectFailed::NoSocket), false),
        "nobody is trusted"
    );
    transport.connect(3, &hop(Carrier::Wss, closed));
    assert_eq!(one(&mut transport).await, Told::Connected(3, Err(ConnectFailed::NoSocket), false));
    transport.connect(4, &hop(Carrier::Udp, "[::1]:5060".parse().unwrap()));
    assert_eq!(one(&mut transport).await, Told::Connected(4, Err(ConnectFailed::Unreachable), false));

    let authority = Authority::new();
    transport.trust(authority.trusted());
    let (_mute, address) = listening().await;
    transport.connect(5, &hop(Carrier::Tls, address));
    assert_eq!(one(&mut transport).await, Told::Connected(5, Err(ConnectFailed::Silent), false));
}

#[tokio::test]
async fn a_way_that_is_left_is_opened_anew() {
    let (listener, address) = listening().await;
    let mut transport = transport(&["udp:127.0.0.1:0"], Limits::default());
    transport.connect(1, &hop(Carrier::Tcp, address));
    let (first, _) = (one(&mut transport).await, listener.accept().await.unwrap());
    let first = up(&first);
    transport.leave(&first);
    transport.connect(2, &hop(Carrier::Tcp, address));
    let second = up(&one(&mut transport).await);
    assert_ne!(first.connection, second.connection);
}

/// Somebody who signs certificates of servers.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn trusted(&self) -> Trusted {
        let mut roots = RootCertStore::empty();
        roots.add(self.0.der().clone()).unwrap();
        Trusted::new(roots).unwrap()
    }

    /// Greets everybody with a certificate for this name that ended in that year, and keeps who comes.
    async fn server(
        &self,
        name: &str,
        ends: i32,
    ) -> (SocketAddr, tokio::task::JoinHandle<tokio_rustls::server::TlsStream<TcpStream>>) {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_after = rcgen::date_time_ymd(ends, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let (listener, address) = listening().await;
        let serving = tokio::spawn(greets(listener, acceptor));
        (address, serving)
    }
}

/// The first who agrees.
async fn greets(listener: TcpListener, acceptor: TlsAcceptor) -> tokio_rustls::server::TlsStream<TcpStream> {
    loop {
        let (socket, _) = listener.accept().await.unwrap();
        if let Ok(stream) = acceptor.accept(socket).await {
            return stream;
        }
    }
}

async fn greeted(transport: &mut Transport, authority: &Authority, name: &str, ends: i32) -> Told {
    let (address, _serving) = authority.server(name, ends).await;
    transport.connect(1, &hop(Carrier::Tls, address));
    one(transport).await
}

#[tokio::test]
async fn a_server_over_tls_has_to_prove_its_name() {
    let mut transport = transport(&["udp:127.0.0.1:0"], Limits::default());
    let authority = Authority::new();
    transport.trust(authority.trusted());
    let failed = |why| Told::Connected(1, Err(why), false);
    let untrusted = failed(ConnectFailed::Untrusted);
    assert_eq!(greeted(&mut transport, &authority, "elsewhere.test", 2100).await, untrusted);
    assert_eq!(greeted(&mut transport, &Authority::new(), "registrar.test", 2100).await, untrusted);
    let expired = failed(ConnectFailed::Expired);
    assert_eq!(greeted(&mut transport, &authority, "registrar.test", 2001).await, expired);

    let (address, serving) = authority.server("registrar.test", 2100).await;
    transport.connect(2, &hop(Carrier::Tls, address));
    let told = one(&mut transport).await;
    let flow = up(&told);
    assert_eq!(told, Told::Connected(2, Ok(flow), true), "its end can be read");
    let mut server = serving.await.unwrap();
    transport.send(&flow, Bytes::from_static(b"secret")).unwrap();
    let mut heard = [0; 6];
    server.read_exact(&mut heard).await.unwrap();
    assert_eq!(&heard, b"secret");
}

/// RFC 5626 4.4.1: who has answered and does not any more is gone; who never did is left alone.
#[tokio::test]
async fn line_ends_keep_a_way_open_and_find_out_who_is_gone() {
    let brief = Duration::from_millis(300);
    let limits = Limits { ping_every: brief, pong_within: brief, ..Limits::default() };
    let mut transport = transport(&["udp:127.0.0.1:0"], limits);
    let (listener, address) = listening().await;
    transport.connect(1, &hop(Carrier::Tcp, address));
    let flow = up(&one(&mut transport).await);
    let (mut server, _) = listener.accept().await.unwrap();
    let mut heard = [0; 8];
    let pinged = tokio::join!(server.read_exact(&mut heard), async {
        let _ = tokio::time::timeout(Duration::from_secs(4), told(&mut transport, 1)).await;
    });
    pinged.0.unwrap();
    assert_eq!(&heard, b"\r\n\r\n\r\n\r\n", "asked twice although it never answers");
    server.write_all(b"\r\n").await.unwrap();
    assert_eq!(one(&mut transport).await, Told::Closed(flow));
}
