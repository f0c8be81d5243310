//! Opening the sockets that phones send to, and telling a person what to do when one cannot be opened.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::time::Duration;

use socket2::{Domain, Protocol, SockRef, Socket, TcpKeepalive, Type};

use crate::Listen;

/// Room for the datagrams of a registration storm while the SIP thread is busy; the kernel may grant less.
const RECEIVE_BUFFER: usize = 4 * 1024 * 1024;
/// Connections that wait to be taken; the kernel may grant less.
const BACKLOG: i32 = 4096;
/// A quiet peer is asked for a sign of life after this, again and again at this distance.
const QUIET: Duration = Duration::from_secs(60);
const ASKED_EVERY: Duration = Duration::from_secs(10);
/// A peer whose kernel has confirmed nothing for this long is gone; 64 times T1, as long as any transaction lasts (RFC 3261 17.1.1.2).
const UNCONFIRMED: Duration = Duration::from_secs(32);

/// Why the box cannot listen where it was told to. Each message names the address and the fix.
#[derive(Debug, thiserror::Error)]
pub enum BindFailed {
    /// Another program is there already.
    #[error("{0}: port {port} is taken: stop the other program or change [sip] listen", port = .0.address.port())]
    PortTaken(Listen),
    /// The box has no such address.
    #[error("{0}: this box has no address {ip}: change [sip] listen, 0.0.0.0 stands for all", ip = .0.address.ip())]
    NoSuchAddress(Listen),
    /// Low ports need a permission.
    #[error("{0}: not permitted: ports below 1024 need CAP_NET_BIND_SERVICE, or change [sip] listen")]
    NotPermitted(Listen),
    /// Nothing to listen on was given.
    #[error("[sip] listen is empty: no phone could reach the box")]
    Nothing,
    /// Anything else the system said.
    #[error("{listen}: {cause}")]
    System {
        /// Where.
        listen: Listen,
        /// What it said.
        cause: io::Error,
    },
}

impl BindFailed {
    pub(crate) fn of(listen: Listen, cause: io::Error) -> Self {
        let is = |kind| cause.kind() == kind;
        if is(io::ErrorKind::AddrInUse) {
            Self::PortTaken(listen)
        } else if is(io::ErrorKind::AddrNotAvailable) {
            Self::NoSuchAddress(listen)
        } else if is(io::ErrorKind::PermissionDenied) {
            Self::NotPermitted(listen)
        } else {
            Self::System { listen, cause }
        }
    }
}

pub(crate) fn datagrams(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = socket(address, Type::DGRAM, Protocol::UDP)?;
    // The kernel grants what it may; less only means more repeated messages in a storm.
    let _ = socket.set_recv_buffer_size(RECEIVE_BUFFER);
    socket.bind(&address.into())?;
    Ok(socket.into())
}

pub(crate) fn listener(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = socket(address, Type::STREAM, Protocol::TCP)?;
    // A restart must not wait for the connections of the run before.
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// A TCP socket for a call to `peer`.
pub(crate) fn caller(peer: SocketAddr) -> io::Result<Socket> {
    socket(peer, Type::STREAM, Protocol::TCP)
}

/// Sends without delay, and notices within two minutes that the peer lost its power or its router forgot it (RFC 5482 for the second).
pub(crate) fn watch_over(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let socket = SockRef::from(stream);
    socket.set_tcp_keepalive(
        &TcpKeepalive::new().with_time(QUIET).with_interval(ASKED_EVERY).with_retries(3),
    )?;
    socket.set_tcp_user_timeout(Some(UNCONFIRMED))
}

/// Gives up on a peer whose kernel confirms nothing for `limit` (RFC 5482).
pub(crate) fn confirm_within(stream: &TcpStream, limit: Duration) -> io::Result<()> {
    SockRef::from(stream).set_tcp_user_timeout(Some(limit))
}

/// `[::]` means IPv6 only, so that it can stand beside `0.0.0.0`.
fn socket(address: SocketAddr, kind: Type, protocol: Protocol) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), kind.nonblocking(), Some(protocol))?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    Ok(socket)
}
