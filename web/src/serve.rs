//! Opens the listeners, hands each its router, and closes them in order.

use std::fmt;
use std::fs::{self, File, Permissions};
use std::io;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use certificates::{CertificateFailed, Certificates, Fingerprint};
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::connection;
use crate::{Clock, Commands, Metrics, Vault, View};

/// Where the page listens and under which names.
#[derive(Debug, Clone)]
pub struct Config {
    /// The page and the API; port 0 picks one.
    pub https: SocketAddr,
    /// Redirects to `https` and serves the root certificate, nothing else. `None`: no such listener.
    pub http: Option<SocketAddr>,
    /// The API for the command line, mode 0600. `None`: no such listener.
    pub socket: Option<PathBuf>,
    /// What the page is shown as, and the names it answers to; whoever opened them renews them.
    pub certificates: Arc<Certificates>,
}

/// What the page shows and where it keeps its secrets.
#[derive(Clone)]
pub struct Sources {
    /// The picture of the house; a new one is on the page within 250 ms.
    pub view: watch::Receiver<Arc<View>>,
    /// Password hash, set-up code, sessions.
    pub vault: Arc<dyn Vault>,
    /// For `/metrics`.
    pub metrics: Arc<Metrics>,
    /// [`SystemClock`](crate::SystemClock), but for tests.
    pub clock: Arc<dyn Clock>,
    /// What processes on the box may order.
    pub commands: Arc<dyn Commands>,
}

impl fmt::Debug for Sources {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Sources(..)")
    }
}

/// A running page. Dropping it cuts every connection; [`Serving::ended`] waits for the orderly end.
#[derive(Debug)]
pub struct Serving {
    /// Where the page listens.
    pub https: SocketAddr,
    /// Where the redirect listens.
    pub http: Option<SocketAddr>,
    /// Of the root certificate, for the console.
    pub fingerprint: Fingerprint,
    tasks: JoinSet<()>,
}

impl Serving {
    /// Comes back once `shutdown` has come and every connection is closed: at most 3 s after it.
    pub async fn ended(mut self) {
        while self.tasks.join_next().await.is_some() {}
    }
}

/// The page could not open. Always the box's or its configuration's fault; each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum ServeFailed {
    /// Another program has the port.
    #[error("[web] {key}: port {} is taken by another program; `ss -ltnp sport = :{}` names it: stop it, or choose another port", .address.port(), .address.port())]
    PortTaken {
        /// `https` or `http`.
        key: &'static str,
        /// As configured.
        address: SocketAddr,
    },
    /// Ports below 1024 need a right that the daemon lacks.
    #[error("[web] {key}: the daemon may not open port {}; give it CAP_NET_BIND_SERVICE, or choose a port above 1023", .address.port())]
    PortForbidden {
        /// `https` or `http`.
        key: &'static str,
        /// As configured.
        address: SocketAddr,
    },
    /// This machine does not have the address.
    #[error("[web] {key}: this machine has no address {}; use one that `ip address` shows, or 0.0.0.0 for all", .address.ip())]
    NoSuchAddress {
        /// `https` or `http`.
        key: &'static str,
        /// As configured.
        address: SocketAddr,
    },
    /// The system refused for another reason.
    #[error("[web] {key}: {address} cannot be opened: {cause}")]
    Listen {
        /// `https` or `http`.
        key: &'static str,
        /// As configured.
        address: SocketAddr,
        /// What the system said.
        cause: io::Error,
    },
    /// Another daemon answers on the Unix socket.
    #[error("{path}: another gatehouse is running with this data directory; stop it first")]
    SocketTaken {
        /// Which one.
        path: PathBuf,
    },
    /// The Unix socket cannot be made.
    #[error("{path}: {cause}; the directory must exist and belong to the daemon's user")]
    Socket {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// No certificate, no page.
    #[error(transparent)]
    Certificate(#[from] CertificateFailed),
}

/// Opens the page. It serves until `shutdown` is ready; then nothing new is accepted, answers in progress get 2 s.
///
/// # Errors
/// When a listener, the socket or the certificates cannot be opened; nothing is left listening then.
pub async fn serve(
    config: Config,
    sources: Sources,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<Serving, ServeFailed> {
    let certificates = config.certificates;
    let https = listen("https", config.https).await?;
    let http = match config.http {
        Some(address) => Some(listen("http", address).await?),
        None => None,
    };
    let socket = config.socket.as_deref().map(listen_unix).transpose()?;

    let address = |listener: &TcpListener, asked| listener.local_addr().unwrap_or(asked);
    let mut serving = Serving {
        https: address(&https, config.https),
        http: http.as_ref().zip(config.http).map(|(listener, asked)| address(listener, asked)),
        fingerprint: certificates.root().fingerprint(),
        tasks: JoinSet::new(),
    };
    let (close, closing) = watch::channel(false);
    let routers = crate::routes::routers(&sources, &certificates, serving.https.port(), closing.clone());
    let acceptor = acceptor(certificates)?;
    serving.tasks.spawn(connection::serve_https(https, acceptor, routers.https, closing.clone()));
    if let Some(http) = http {
        serving.tasks.spawn(connection::serve_http(http, routers.http, closing.clone()));
    }
    if let Some((socket, path)) = socket.zip(config.socket) {
        let served = connection::serve_socket(socket, routers.socket, closing.clone());
        serving.tasks.spawn(async move {
            served.await;
            // One that stays is found dead and replaced at the next start.
            let _ = fs::remove_file(path);
        });
    }
    serving.tasks.spawn(async move {
        shutdown.await;
        // Fails only when everything has ended already.
        let _ = close.send(true);
    });
    Ok(serving)
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "three reasons have a remedy of their own, the many others share one"
)]
async fn listen(key: &'static str, address: SocketAddr) -> Result<TcpListener, ServeFailed> {
    let failed = |cause: io::Error| match cause.kind() {
        io::ErrorKind::AddrInUse => ServeFailed::PortTaken { key, address },
        io::ErrorKind::PermissionDenied => ServeFailed::PortForbidden { key, address },
        io::ErrorKind::AddrNotAvailable => ServeFailed::NoSuchAddress { key, address },
        _ => ServeFailed::Listen { key, address, cause },
    };
    TcpListener::bind(address).await.map_err(failed)
}

fn listen_unix(path: &Path) -> Result<UnixListener, ServeFailed> {
    let failed = |cause| ServeFailed::Socket { path: path.to_owned(), cause };
    // A socket left behind by a daemon that was killed is in the way; one that answers belongs to another daemon.
    if fs::symlink_metadata(path).is_ok_and(|found| found.file_type().is_socket()) {
        if std::os::unix::net::UnixStream::connect(path).is_ok() {
            return Err(ServeFailed::SocketTaken { path: path.to_owned() });
        }
        fs::remove_file(path).map_err(failed)?;
    }
    bind_private(path).and_then(UnixListener::from_std).map_err(failed)
}

/// The mode is set before the name exists, so nobody can slip in between (unix(7): the inode takes it over).
fn bind_private(path: &Path) -> io::Result<std::os::unix::net::UnixListener> {
    let socket = socket2::Socket::new(socket2::Domain::UNIX, socket2::Type::STREAM, None)?;
    let socket = File::from(OwnedFd::from(socket));
    socket.set_permissions(Permissions::from_mode(0o600))?;
    let socket = socket2::Socket::from(OwnedFd::from(socket));
    socket.bind(&socket2::SockAddr::unix(path)?)?;
    socket.listen(32)?;
    socket.set_nonblocking(true)?;
    Ok(OwnedFd::from(socket).into())
}

fn acceptor(certificates: Arc<Certificates>) -> Result<TlsAcceptor, CertificateFailed> {
    let mut tls =
        rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .map_err(|cause| CertificateFailed::Crypto { cause: cause.to_string() })?
            .with_no_client_auth()
            .with_cert_resolver(certificates);
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(tls)))
}
