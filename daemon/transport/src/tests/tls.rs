use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
};
use rustls::crypto::ring::default_provider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::help::{Told, address, one, options, told, transport};
use crate::{Limits, PhoneCertificates, Tls, Transport};

/// Somebody who signs certificates.
struct Authority(CertifiedIssuer<'static, KeyPair>);

type Shown = (CertificateDer<'static>, PrivateKeyDer<'static>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(self.0.der().clone()).unwrap();
        roots
    }

    fn sign(&self, name: &str, common: &str, usage: ExtendedKeyUsagePurpose) -> Shown {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, common);
        params.extended_key_usages = vec![usage];
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        (certificate.der().clone(), PrivateKeyDer::try_from(key.serialize_der()).unwrap())
    }

    fn phone(&self) -> Shown {
        self.sign("phone.test", "0004f2aabbcc", ExtendedKeyUsagePurpose::ClientAuth)
    }

    /// A box that shows a certificate of this authority.
    fn tls(&self, phones: PhoneCertificates) -> Tls {
        let (certificate, key) = self.sign("127.0.0.1", "box", ExtendedKeyUsagePurpose::ServerAuth);
        let key = default_provider().key_provider.load_private_key(key).unwrap();
        let shown = CertifiedKey::new(vec![certificate], key);
        Tls::new(Arc::new(SingleCertAndKey::from(shown)), phones).unwrap()
    }

    fn transport(&self, phones: PhoneCertificates, limits: Limits) -> Transport {
        let mut transport = transport(&["tls:127.0.0.1:0"], limits);
        transport.greet_with(self.tls(phones));
        transport
    }

    /// A phone that trusts this authority and speaks these versions.
    async fn connect(
        &self,
        to: SocketAddr,
        versions: &[&'static SupportedProtocolVersion],
        shown: Option<Shown>,
    ) -> std::io::Result<TlsStream<TcpStream>> {
        let builder = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_protocol_versions(versions)
            .unwrap()
            .with_root_certificates(self.roots());
        let config = match shown {
            Some((certificate, key)) => builder.with_client_auth_cert(vec![certificate], key).unwrap(),
            None => builder.with_no_client_auth(),
        };
        let stream = TcpStream::connect(to).await?;
        TlsConnector::from(Arc::new(config)).connect(to.ip().into(), stream).await
    }
}

/// Asks once over a new connection and gives it back, with everything that was told meanwhile.
async fn ask(
    authority: &Authority,
    transport: &mut Transport,
    shown: Option<Shown>,
) -> (TlsStream<TcpStream>, Vec<Told>) {
    let (to, count) = (address(transport), 1 + usize::from(shown.is_some()));
    let phone = async {
        let mut phone = authority.connect(to, &[&TLS13, &TLS12], shown).await.unwrap();
        phone.write_all(&options("1", "")).await.unwrap();
        phone
    };
    tokio::join!(phone, told(transport, count))
}

#[tokio::test]
async fn phones_of_both_versions_are_heard_and_answered() {
    let authority = Authority::new();
    let mut transport = authority.transport(PhoneCertificates::Off, Limits::default());
    for version in [&TLS12, &TLS13] {
        let to = address(&transport);
        let asking = async {
            let mut phone = authority.connect(to, &[version], None).await.unwrap();
            phone.write_all(&[options("1", &"x".repeat(40_000)), options("2", "")].concat()).await.unwrap();
            phone
        };
        let (mut phone, all) = tokio::join!(asking, told(&mut transport, 2));
        let (flow, bytes) = all[0].clone().message();
        assert!(bytes == options("1", &"x".repeat(40_000)));
        assert_eq!(
            (flow.transport, flow.peer),
            (sip::Transport::Tls, phone.get_ref().0.local_addr().unwrap())
        );
        assert_eq!(all[1].clone().message().0, flow);
        let answer: Vec<u8> = (0..100_000_u32).map(|n| (n % 251).to_le_bytes()[0]).collect();
        transport.send(&flow, Bytes::from(answer.clone())).unwrap();
        let mut heard = vec![0; answer.len()];
        tokio::select! {
            done = phone.read_exact(&mut heard) => { done.unwrap(); }
            _ = told(&mut transport, 1) => panic!("nothing is to be told"),
        }
        assert!(heard == answer);
        assert_eq!(transport.open(sip::Transport::Tls, flow.peer), Ok(flow));
        drop(phone);
        assert_eq!(one(&mut transport).await, Told::Closed(flow));
    }
}

#[tokio::test]
async fn a_certificate_that_an_authority_signed_is_told_before_the_first_message() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    for phones in
        [PhoneCertificates::Optional(authority.roots()), PhoneCertificates::Required(authority.roots())]
    {
        let mut transport = authority.transport(phones, Limits::default());
        let (_phone, all) = ask(&authority, &mut transport, Some(authority.phone())).await;
        let (flow, _) = all[1].clone().message();
        assert_eq!(all[0], Told::Certified(flow, vec!["phone.test".to_owned(), "0004f2aabbcc".to_owned()]));

        let to = address(&transport);
        let refused = async {
            let mut phone = authority.connect(to, &[&TLS12], Some(stranger.phone())).await?;
            phone.read_u8().await
        };
        let (refused, all) = tokio::join!(refused, told(&mut transport, 1));
        assert!(refused.is_err() && matches!(all[0], Told::Closed(_)), "{all:?}");
    }
}

#[tokio::test]
async fn who_shows_nothing_gets_in_only_where_nothing_is_required() {
    let authority = Authority::new();
    let mut open = authority.transport(PhoneCertificates::Optional(authority.roots()), Limits::default());
    ask(&authority, &mut open, None).await.1.remove(0).message();

    let mut closed = authority.transport(PhoneCertificates::Required(authority.roots()), Limits::default());
    let to = address(&closed);
    let bare = async { authority.connect(to, &[&TLS12], None).await };
    let (refused, all) = tokio::join!(bare, told(&mut closed, 1));
    assert!(refused.is_err() && matches!(all[0], Told::Closed(_)), "{all:?}");
    let nobody = PhoneCertificates::Required(RootCertStore::empty());
    let shown = authority.sign("127.0.0.1", "box", ExtendedKeyUsagePurpose::ServerAuth);
    let key = default_provider().key_provider.load_private_key(shown.1).unwrap();
    let shown = SingleCertAndKey::from(CertifiedKey::new(vec![shown.0], key));
    assert!(Tls::new(Arc::new(shown), nobody).is_err(), "required, and nobody may sign them");
}

#[tokio::test]
async fn a_new_certificate_greets_newcomers_and_leaves_the_others_alone() {
    let (before, after) = (Authority::new(), Authority::new());
    let mut transport = before.transport(PhoneCertificates::Off, Limits::default());
    let (mut early, _) = ask(&before, &mut transport, None).await;
    transport.greet_with(after.tls(PhoneCertificates::Off));
    let (_late, _) = ask(&after, &mut transport, None).await;
    early.write_all(&options("2", "")).await.unwrap();
    one(&mut transport).await.message();
}

#[tokio::test]
async fn without_a_certificate_nobody_is_let_in() {
    let mut transport = transport(&["tls:127.0.0.1:0"], Limits::default());
    let to = address(&transport);
    let mut phone = TcpStream::connect(to).await.unwrap();
    let turned_away = phone.read_u8();
    let turn = tokio::time::timeout(Duration::from_secs(20), turned_away);
    let refused = tokio::select! {
        _ = told(&mut transport, 1) => panic!("nothing is to be told"),
        refused = turn => refused.unwrap(),
    };
    assert!(refused.is_err());
    assert_eq!((transport.counters().refused, transport.connections()), (1, 0));
}

#[tokio::test]
async fn who_greets_for_ever_is_closed_whatever_it_says() {
    let limits = Limits { message_within: Duration::from_millis(500), ..Limits::default() };
    let mut transport = Authority::new().transport(PhoneCertificates::Off, limits);
    let mut slow = TcpStream::connect(address(&transport)).await.unwrap();
    let dripping = async {
        let mut every = tokio::time::interval(Duration::from_millis(20));
        // The head of a TLS record of 16 KiB, and then its bytes, one by one.
        let mut record = [22_u8, 3, 1, 0x40, 0, 1, 0, 0x3f, 0xfc].into_iter().chain(std::iter::repeat(0));
        while slow.write_all(&[record.next().unwrap()]).await.is_ok() {
            every.tick().await;
        }
    };
    let (closed, ()) = tokio::join!(told(&mut transport, 1), dripping);
    assert!(matches!(closed[0], Told::Closed(_)), "{closed:?}");
    assert_eq!((transport.counters().slow, transport.connections()), (1, 0));
}

#[tokio::test]
async fn the_silent_make_room_for_the_next_and_who_has_spoken_stays() {
    let authority = Authority::new();
    let limits = Limits { newcomers: 3, ..Limits::default() };
    let mut transport = authority.transport(PhoneCertificates::Off, limits);
    let (mut phone, _) = ask(&authority, &mut transport, None).await;
    let mut silent = Vec::new();
    for _ in 0..20 {
        silent.push(TcpStream::connect(address(&transport)).await.unwrap());
    }
    let gone = told(&mut transport, 17).await;
    assert!(gone.iter().all(|told| matches!(told, Told::Closed(_))), "{gone:?}");
    assert_eq!((transport.counters().displaced, transport.connections()), (17, 4));
    let (_other, all) = {
        let to = address(&transport);
        let asking = async {
            let mut other = authority.connect(to, &[&TLS13], None).await.unwrap();
            other.write_all(&options("2", "")).await.unwrap();
            other
        };
        tokio::join!(asking, told(&mut transport, 2))
    };
    assert!(matches!(all[0], Told::Closed(_)) && matches!(all[1], Told::Message(..)), "{all:?}");
    phone.write_all(&options("3", "")).await.unwrap();
    one(&mut transport).await.message();
}
