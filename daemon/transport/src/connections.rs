//! Every connection, by its number, and how many each source has.

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::net::{SocketAddr, TcpStream};
use std::time::Instant;

use nix::sys::epoll::EpollFlags;
use sip::Flow;
use sip::flow::Source;
use sip::locate::Hop;

use crate::alias::Aliases;
use crate::connection::{Connection, Stage};
use crate::framing::Framing;
use crate::stream::Stream;
use crate::watch::Watch;
use crate::{Limits, bind};

/// Numbers below belong to bound sockets.
pub(crate) const FIRST: u64 = 1 << 16;

pub(crate) struct Connections {
    open: HashMap<u64, Watched>,
    by_peer: HashMap<SocketAddr, u64>,
    /// Those that we opened; few.
    called: Vec<u64>,
    aliases: Aliases,
    per_source: HashMap<Source, usize>,
    /// Taken, and no message yet; oldest first, as numbers grow.
    newcomers: BTreeSet<u64>,
    next: u64,
}

/// A connection and what the kernel was told to wake us for.
pub(crate) struct Watched {
    pub(crate) connection: Connection,
    interest: EpollFlags,
}

impl Connections {
    pub(crate) fn new() -> Self {
        Self {
            open: HashMap::new(),
            by_peer: HashMap::new(),
            called: Vec::new(),
            aliases: Aliases::default(),
            per_source: HashMap::new(),
            newcomers: BTreeSet::new(),
            next: FIRST,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.open.len()
    }

    pub(crate) fn find(&mut self, number: u64) -> Option<&mut Watched> {
        self.open.get_mut(&number)
    }

    /// The connection to this very address and port, whoever opened it, or one whose peer offered it for that address.
    pub(crate) fn to(&self, transport: sip::Transport, peer: SocketAddr) -> Option<Flow> {
        let usable = |number: u64| {
            let Connection { flow, stage, .. } = &self.open.get(&number)?.connection;
            let usable = flow.transport == transport && !matches!(stage, Stage::Leaving { .. });
            usable.then_some(*flow)
        };
        let direct = self.by_peer.get(&peer).and_then(|number| usable(*number));
        direct.or_else(|| usable(self.aliases.to(transport, peer)?))
    }

    /// The connection that was opened to this very server.
    pub(crate) fn of_server(&mut self, hop: &Hop) -> Option<&mut Watched> {
        let fits = |number: &&u64| {
            let Some(Watched { connection, .. }) = self.open.get(number) else { return false };
            let same = connection.server.as_ref().is_some_and(|server| server.hop == *hop);
            same && !matches!(connection.stage, Stage::Leaving { .. })
        };
        let number = self.called.iter().find(fits).copied()?;
        self.open.get_mut(&number)
    }

    /// The peer of this connection takes requests for that address on it.
    pub(crate) fn offer(&mut self, number: u64, transport: sip::Transport, address: SocketAddr) {
        self.aliases.offer(number, transport, address);
    }

    /// Whether one more connection with this peer is within bounds.
    pub(crate) fn room_for(&self, peer: SocketAddr, limits: &Limits) -> bool {
        let of_source = self.per_source.get(&Source::of(peer.ip())).copied().unwrap_or_default();
        self.open.len() < limits.connections && of_source < limits.connections_per_source
    }

    /// Takes in a connection that a peer opened.
    pub(crate) fn take(
        &mut self,
        (stream, framing): (Stream, Framing),
        transport: sip::Transport,
        watch: &Watch,
        now: Instant,
    ) -> io::Result<()> {
        let peer = stream.socket().peer_addr()?;
        stream.socket().set_nonblocking(true)?;
        let flow = self.add((stream, framing), (transport, peer), Stage::Open, watch, now)?;
        self.newcomers.insert(flow.connection);
        Ok(())
    }

    /// Somebody who has said nothing yet and has to make room, as there are too many of the kind: who waited longest.
    pub(crate) fn displaced(&self, limits: &Limits) -> Option<u64> {
        let crowded = self.newcomers.len() > limits.newcomers;
        crowded.then(|| self.newcomers.first().copied()).flatten()
    }

    /// A message came.
    pub(crate) fn has_spoken(&mut self, number: u64) {
        self.newcomers.remove(&number);
    }

    /// Opens a connection; it is up once its stage is no longer [`Stage::Connecting`].
    pub(crate) fn call(
        &mut self,
        (transport, peer): (sip::Transport, SocketAddr),
        stream: impl FnOnce(TcpStream) -> Stream,
        limits: &Limits,
        watch: &Watch,
        now: Instant,
    ) -> io::Result<Flow> {
        let socket = bind::caller(peer)?;
        match socket.connect(&peer.into()) {
            Err(error) if error.raw_os_error() != Some(nix::libc::EINPROGRESS) => return Err(error),
            _ => {}
        }
        let stage = Stage::Connecting { until: now + limits.connecting };
        let flow =
            self.add((stream(socket.into()), Framing::stream()), (transport, peer), stage, watch, now)?;
        self.called.push(flow.connection);
        Ok(flow)
    }

    pub(crate) fn remove(&mut self, number: u64) -> Option<Connection> {
        let Watched { connection, .. } = self.open.remove(&number)?;
        self.newcomers.remove(&number);
        self.aliases.forget(number);
        self.called.retain(|called| *called != number);
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
        (stream, framing): (Stream, Framing),
        (transport, peer): (sip::Transport, SocketAddr),
        stage: Stage,
        watch: &Watch,
        now: Instant,
    ) -> io::Result<Flow> {
        bind::watch_over(stream.socket())?;
        let local = stream.socket().local_addr()?;
        let flow = Flow { transport, local, peer, connection: self.next };
        let connection = Connection::new(stream, framing, flow, stage, now);
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
