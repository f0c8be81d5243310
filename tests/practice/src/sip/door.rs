//! The door for connections: TCP as it comes, TLS taken off. Behind it the SIP side hears plain TCP.
//!
//! ```text
//!   box ── TCP ──┐
//!                ├─> Door ── TCP on this machine ──> SIP side
//!   box ── TLS ──┘
//! ```
//!
//! What goes wrong with connections goes wrong here: a certificate that has run out or that nobody vouches for (habit `tls`), a
//! peer that is gone without a word (habit `sip`: `halfOpen`), and a connection that ends ([`Line::cut_connections`]).

use std::net::SocketAddr;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use super::{Line, Mood};
use crate::cloud::Cloud;

/// Why the door does not open.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoDoor {
    #[error(transparent)]
    Socket(#[from] std::io::Error),
    #[error("no certificate: {0}")]
    Certificate(#[from] rcgen::Error),
    #[error("no certificate: {0}")]
    Tls(#[from] tokio_rustls::rustls::Error),
    #[error("no certificate: its key cannot be used")]
    Key,
}

/// Where connections are taken, and by whom the box has to be told that the certificate is vouched for.
#[derive(Debug, Clone)]
pub(crate) struct Doorplate {
    pub(crate) tcp: SocketAddr,
    pub(crate) tls: SocketAddr,
    /// The authority's certificate, PEM.
    pub(crate) root: String,
}

/// The listeners, not yet serving.
pub(crate) struct Door {
    tcp: TcpListener,
    tls: TcpListener,
    well: TlsAcceptor,
    expired: TlsAcceptor,
    untrusted: TlsAcceptor,
    /// Where the SIP side takes TCP.
    inside: SocketAddr,
}

impl Door {
    /// Listens beside the UDP socket.
    pub(crate) async fn open(udp: SocketAddr, inside: SocketAddr) -> Result<(Self, Doorplate), NoDoor> {
        let [tcp, tls] = [TcpListener::bind((udp.ip(), 0)).await?, TcpListener::bind((udp.ip(), 0)).await?];
        let names = vec![udp.ip().to_string(), "sipgate.de".to_owned(), "sipconnect.sipgate.de".to_owned()];
        let [known, stranger] = [authority()?, authority()?];
        let plate = Doorplate { tcp: tcp.local_addr()?, tls: tls.local_addr()?, root: known.pem() };
        let door = Self {
            tcp,
            tls,
            well: acceptor(&known, &names, 2099)?,
            expired: acceptor(&known, &names, 2020)?,
            untrusted: acceptor(&stranger, &names, 2099)?,
            inside,
        };
        Ok((door, plate))
    }

    /// Lets connections in until dropped.
    pub(crate) async fn serve(self, cloud: Arc<Cloud>) {
        loop {
            let (taken, acceptor) = tokio::select! {
                taken = self.tcp.accept() => (taken, None),
                taken = self.tls.accept() => (taken, Some(self.shown(&cloud))),
            };
            let Ok((outer, _)) = taken else { continue };
            cloud.line.spawn(carry(cloud.clone(), outer, acceptor, self.inside));
        }
    }

    fn shown(&self, cloud: &Cloud) -> TlsAcceptor {
        let account = cloud.account();
        match account.at("quirks").and_then(|it| it.get("tls")).and_then(Value::as_str) {
            Some("expired") => self.expired.clone(),
            Some("untrusted") => self.untrusted.clone(),
            Some(_) | None => self.well.clone(),
        }
    }
}

impl Line {
    /// Ends every connection, as a server does that is being restarted.
    pub(crate) fn cut_connections(&self) {
        self.cut.notify_waiters();
    }
}

/// Serves one connection until either side ends it.
async fn carry(cloud: Arc<Cloud>, outer: TcpStream, acceptor: Option<TlsAcceptor>, inside: SocketAddr) {
    let cut = cloud.line.cut.notified();
    let carried = async {
        let inner = TcpStream::connect(inside).await?;
        match acceptor {
            None => both_ways(&cloud, outer, inner).await,
            Some(_) if Mood::of(&cloud) == Mood::HalfOpen => std::future::pending().await,
            Some(acceptor) => both_ways(&cloud, acceptor.accept(outer).await?, inner).await,
        }
    };
    tokio::select! {
        ended = carried => if let Err(error) = ended { tracing::debug!(%error, "connection ended") },
        () = cut => {}
    }
}

async fn both_ways(
    cloud: &Cloud,
    outer: impl AsyncRead + AsyncWrite,
    inner: TcpStream,
) -> std::io::Result<()> {
    let (from_outer, to_outer) = tokio::io::split(outer);
    let (from_inner, to_inner) = inner.into_split();
    tokio::select! {
        ended = pour(cloud, from_outer, to_inner) => ended,
        ended = pour(cloud, from_inner, to_outer) => ended,
    }
}

/// Passes on what comes, or swallows it while nobody is there.
async fn pour(
    cloud: &Cloud,
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
) -> std::io::Result<()> {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let length = from.read(&mut buffer).await?;
        if length == 0 {
            return Ok(());
        }
        if Mood::of(cloud) == Mood::HalfOpen {
            continue;
        }
        to.write_all(buffer.get(..length).unwrap_or_default()).await?;
        to.flush().await?;
    }
}

fn authority() -> Result<CertifiedIssuer<'static, KeyPair>, NoDoor> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    Ok(CertifiedIssuer::self_signed(params, KeyPair::generate()?)?)
}

fn acceptor(
    by: &CertifiedIssuer<'static, KeyPair>,
    names: &[String],
    ends: i32,
) -> Result<TlsAcceptor, NoDoor> {
    let mut params = CertificateParams::new(names.to_vec())?;
    params.not_after = rcgen::date_time_ymd(ends, 1, 1);
    let key = KeyPair::generate()?;
    let certificate = params.signed_by(&key, by)?;
    let key = PrivateKeyDer::try_from(key.serialize_der()).map_err(|_| NoDoor::Key)?;
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}
