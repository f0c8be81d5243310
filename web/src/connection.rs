//! One browser, one connection: how many there may be, how slow they may be, when they end.
//!
//! | limit | value | beyond it |
//! |---|---|---|
//! | connections of a listener | 256 | the next waits in the kernel's queue |
//! | connections of one address | 32 | closed at once |
//! | TLS handshake | 10 s | closed |
//! | request head, and idling between two (HTTP/1.1) | 15 s, 16 KiB, 64 headers | closed |
//! | streams of an HTTP/2 connection | 32, head 16 KiB | refused |
//! | a request with its body; only a sync and what asks a directory take longer | 15 s, 16 KiB, files 16 MiB | 408, 413 |
//! | rest of a body that an answer did not need | 2 s, 1 MiB | the connection closes, and the answer says so |
//! | life of a connection | 15 min | ends after the answers in progress; the browser opens another |

use std::collections::HashMap;
use std::net::IpAddr;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::Request;
use hyper::body::Incoming;
use hyper::rt::{Read, Write};
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream, UnixListener};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

const CONNECTIONS: usize = 256;
const CONNECTIONS_PER_ADDRESS: usize = 32;
const HANDSHAKE: Duration = Duration::from_secs(10);
const HEAD: Duration = Duration::from_secs(15);
const HEAD_BYTES: usize = 16 * 1024;
/// As `HEAD_BYTES`, in the type that HTTP/2 asks for.
const HEAD_BYTES_HTTP2: u32 = 16 * 1024;
const HEADERS: usize = 64;
const STREAMS: u32 = 32;
const LIFE: Duration = Duration::from_secs(15 * 60);
/// What is under way may end; then the connection is cut.
const GOODBYE: Duration = Duration::from_secs(2);
/// After an accept that failed (no file descriptors left), before the next try.
const BREATH: Duration = Duration::from_millis(100);

/// Who is at the other end; every request carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Peer {
    /// A browser or a script on the network.
    Address(IpAddr),
    /// A process on the box that may open the Unix socket.
    Socket,
}

/// Turns true when the page should close.
pub(crate) type Closing = watch::Receiver<bool>;

/// Serves browsers over TLS until told to close.
pub(crate) async fn serve_https(listener: TcpListener, tls: TlsAcceptor, router: Router, closing: Closing) {
    serve_tcp(listener, closing.clone(), move |stream, peer| {
        let (tls, router, mut closing) = (tls.clone(), router.clone(), closing.clone());
        async move {
            let shaken = until(&mut closing, timeout(HANDSHAKE, tls.accept(stream))).await;
            let Some(Ok(Ok(stream))) = shaken else { return };
            let protocol = match stream.get_ref().1.alpn_protocol() {
                Some(b"h2") => Protocol::Http2,
                _ => Protocol::Http1,
            };
            talk(TokioIo::new(stream), protocol, router, peer, closing).await;
        }
    })
    .await;
}

/// Serves the plain listener until told to close.
pub(crate) async fn serve_http(listener: TcpListener, router: Router, closing: Closing) {
    serve_tcp(listener, closing.clone(), move |stream, peer| {
        talk(TokioIo::new(stream), Protocol::Http1, router.clone(), peer, closing.clone())
    })
    .await;
}

/// Serves processes on the box until told to close.
pub(crate) async fn serve_socket(listener: UnixListener, router: Router, mut closing: Closing) {
    let room = Arc::new(Semaphore::new(CONNECTIONS_PER_ADDRESS));
    let mut talks = JoinSet::new();
    loop {
        let Some(permit) = until(&mut closing, Arc::clone(&room).acquire_owned()).await else { break };
        let Some(accepted) = until(&mut closing, listener.accept()).await else { break };
        while talks.try_join_next().is_some() {}
        let Ok((stream, _)) = accepted else {
            sleep(BREATH).await;
            continue;
        };
        let talk = talk(TokioIo::new(stream), Protocol::Http1, router.clone(), Peer::Socket, closing.clone());
        talks.spawn(async move {
            let _permit = permit;
            talk.await;
        });
    }
    while talks.join_next().await.is_some() {}
}

async fn serve_tcp<T: Future<Output = ()> + Send + 'static>(
    listener: TcpListener,
    mut closing: Closing,
    talk: impl Fn(TcpStream, Peer) -> T,
) {
    let room = Room::default();
    let mut talks = JoinSet::new();
    loop {
        let Some(permit) = until(&mut closing, room.wait()).await else { break };
        let Some(accepted) = until(&mut closing, listener.accept()).await else { break };
        while talks.try_join_next().is_some() {}
        let Ok((stream, address)) = accepted else {
            sleep(BREATH).await;
            continue;
        };
        let address = address.ip().to_canonical();
        let Some(seat) = room.take(address, permit) else { continue };
        let _ = stream.set_nodelay(true);
        let talk = talk(stream, Peer::Address(address));
        talks.spawn(async move {
            let _seat = seat;
            talk.await;
        });
    }
    drop(listener);
    while talks.join_next().await.is_some() {}
}

#[derive(Clone, Copy)]
pub(crate) enum Protocol {
    Http1,
    Http2,
}

/// HTTP on one connection until it ends, grows too old, or the page closes.
pub(crate) async fn talk<I: Read + Write + Unpin + Send + 'static>(
    io: I,
    protocol: Protocol,
    router: Router,
    peer: Peer,
    mut closing: Closing,
) {
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(peer);
        let router = router.clone();
        crate::unread::read_out(request, |request| router.oneshot(request))
    });
    // A connection that ends with an error was ended by the other side or by a limit above; neither is news.
    match protocol {
        Protocol::Http1 => {
            let mut http = http1::Builder::new();
            http.timer(TokioTimer::new())
                .header_read_timeout(HEAD)
                .max_buf_size(HEAD_BYTES)
                .max_headers(HEADERS);
            let connection = pin!(http.serve_connection(io, service));
            see_out(connection, http1::Connection::graceful_shutdown, &mut closing).await;
        }
        Protocol::Http2 => {
            let mut http = http2::Builder::new(TokioExecutor::new());
            http.timer(TokioTimer::new())
                .max_concurrent_streams(STREAMS)
                .max_header_list_size(HEAD_BYTES_HTTP2)
                .keep_alive_interval(HEAD)
                .keep_alive_timeout(HEAD);
            let connection = pin!(http.serve_connection(io, service));
            see_out(connection, http2::Connection::graceful_shutdown, &mut closing).await;
        }
    }
}

/// Until it ends by itself; once it is old or the page closes, it takes no new request.
async fn see_out<C: Future>(
    mut connection: Pin<&mut C>,
    part: impl FnOnce(Pin<&mut C>),
    closing: &mut Closing,
) {
    let ended = tokio::select! {
        _ = connection.as_mut() => true,
        _ = timeout(LIFE, closing.wait_for(|closing| *closing)) => false,
    };
    if ended {
        return;
    }
    part(connection.as_mut());
    if until(closing, timeout(LIFE, connection.as_mut())).await.is_none() {
        let _ = timeout(GOODBYE, connection).await;
    }
}

/// What `work` gives, or `None` once the page closes.
async fn until<T>(closing: &mut Closing, work: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        _ = closing.wait_for(|closing| *closing) => None,
        done = work => Some(done),
    }
}

/// Counts who is inside.
struct Room {
    total: Arc<Semaphore>,
    by_address: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

impl Default for Room {
    fn default() -> Self {
        Self { total: Arc::new(Semaphore::new(CONNECTIONS)), by_address: Arc::default() }
    }
}

impl Room {
    async fn wait(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.total).acquire_owned().await.ok()
    }

    fn take(&self, address: IpAddr, permit: Option<OwnedSemaphorePermit>) -> Option<Seat> {
        let mut seats = self.by_address.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = seats.entry(address).or_default();
        if *taken >= CONNECTIONS_PER_ADDRESS {
            return None;
        }
        *taken += 1;
        Some(Seat { address, by_address: Arc::clone(&self.by_address), _permit: permit })
    }
}

struct Seat {
    address: IpAddr,
    by_address: Arc<Mutex<HashMap<IpAddr, usize>>>,
    _permit: Option<OwnedSemaphorePermit>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut seats = self.by_address.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(taken) = seats.get_mut(&self.address) {
            *taken -= 1;
            if *taken == 0 {
                seats.remove(&self.address);
            }
        }
    }
}
