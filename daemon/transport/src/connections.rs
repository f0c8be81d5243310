//! Every connection, by its number, and how many each source has.

use std::collections::HashMap;
use std::io;
use std::net::{SocketAddr, TcpStream};
use std::time::Instant;

use nix::sys::epoll::EpollFlags;
use sip::Flow;

use crate::connection::{Connection, Stage};
use crate::flood::Source;
use crate::watch::Watch;
use crate::{Limits, bind};

/// Numbers below belong to bound sockets.
pub(crate) const FIRST: u64 = 1 << 16;

pub(crate) struct Connections {
    open: HashMap<u64, Watched>,
    by_peer: HashMap<SocketAddr, u64>,
    per_source: HashMap<Source, usize>,
    next: u64,
}

/// A connection and what the kernel was told to wake us for.
pub(crate) struct Watched {
    pub(crate) connection: Connection,
    interest: EpollFlags,
}

impl Connections {
    pub(crate) fn new() -> Self {
        Self { open: HashMap::new(), by_peer: HashMap::new(), per_source: HashMap::new(), next: FIRST }
    }

    pub(crate) fn len(&self) -> usize {
        self.open.len()
    }

    pub(crate) fn find(&mut self, number: u64) -> Option<&mut Watched> {
        self.open.get_mut(&number)
    }

    /// The connection to this very address and port, whoever opened it.
    pub(crate) fn to(&self, peer: SocketAddr) -> Option<Flow> {
        let watched = self.open.get(self.by_peer.get(&peer)?)?;
        let usable = !matches!(watched.connection.stage, Stage::Leaving { .. });
        usable.then_some(watched.connection.flow)
    }

    /// Whether one more connection with this peer is within bounds.
    pub(crate) fn room_for(&self, peer: SocketAddr, limits: &Limits) -> bool {
        let of_source = self.per_source.get(&Source::of(peer.ip())).copied().unwrap_or_default();
        self.open.len() < limits.connections && of_source < limits.connections_per_source
    }

    /// Takes in a connection that a peer opened.
    pub(crate) fn take(&mut self, stream: TcpStream, watch: &Watch, now: Instant) -> io::Result<()> {
        let peer = stream.peer_addr()?;
        stream.set_nonblocking(true)?;
        self.add(stream, peer, Stage::Open, watch, now).map(drop)
    }

    /// Opens a connection; it is up once its stage is no longer [`Stage::Connecting`].
    pub(crate) fn call(
        &mut self,
        peer: SocketAddr,
        limits: &Limits,
        watch: &Watch,
        now: Instant,
    ) -> io::Result<Flow> {
        let socket = bind::caller(peer)?;
        match socket.connect(&peer.into()) {
            Err(error) if error.raw_os_error() != Some(nix::libc::EINPROGRESS) => return Err(error),
            _ => {}
        }
        self.add(socket.into(), peer, Stage::Connecting { until: now + limits.connecting }, watch, now)
    }

    pub(crate) fn remove(&mut self, number: u64) -> Option<Connection> {
        let Watched { connection, .. } = self.open.remove(&number)?;
        let peer = connection.flow.peer;
        if self.by_peer.get(&peer) == Some(&number) {
            self.by_peer.remove(&peer);
        }
        if let Some(count) = self.per_source.get_mut(&Source::of(peer.ip())) {
            *count -= 1;
            if *count == 0 {
                self.per_source.remove(&Source::of(peer.ip()));
            }
        }
        Some(connection)
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Watched> {
        self.open.values_mut()
    }

    fn add(
        &mut self,
        stream: TcpStream,
        peer: SocketAddr,
        stage: Stage,
        watch: &Watch,
        now: Instant,
    ) -> io::Result<Flow> {
        stream.set_nodelay(true)?;
        // Two minutes until a peer whose router forgot it, or that lost its power, is noticed.
        let alive = socket2::TcpKeepalive::new()
            .with_time(std::time::Duration::from_secs(60))
            .with_interval(std::time::Duration::from_secs(20))
            .with_retries(3);
        socket2::SockRef::from(&stream).set_tcp_keepalive(&alive)?;
        let local = stream.local_addr()?;
        let flow = Flow { transport: sip::Transport::Tcp, local, peer, connection: self.next };
        let connection = Connection::new(stream, flow, stage, now);
        let interest = connection.interest();
        watch.add(&connection.stream, flow.connection, interest)?;
        self.next += 1;
        self.open.insert(flow.connection, Watched { connection, interest });
        self.by_peer.insert(peer, flow.connection);
        *self.per_source.entry(Source::of(peer.ip())).or_default() += 1;
        Ok(flow)
    }
}

impl Watched {
    /// Tells the kernel when what we wait for has changed.
    pub(crate) fn rewatch(&mut self, watch: &Watch) -> io::Result<()> {
        let interest = self.connection.interest();
        if interest != self.interest {
            watch.change(&self.connection.stream, self.connection.flow.connection, interest)?;
            self.interest = interest;
        }
        Ok(())
    }
}
