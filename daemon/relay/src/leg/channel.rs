//! A socket and its lock.
//!
//! ```text
//!           the latch locks: connect        found empty once
//!   Open ────────────────────────> Draining ───────────────> Connected
//!     ^                                │                         │
//!     └──────────── rearm: connection taken back ───────────────┘
//! ```
//! In the first two states each source is checked here; connected, the kernel does it, and costs less.

use crate::socket::{Arrival, MediaSocket};
use media::latch::{Latch, Verdict};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Instant;

/// One of a leg's two sockets. What every packet asks stands first.
#[derive(Debug)]
#[repr(C)]
pub(super) struct Channel {
    socket: MediaSocket,
    state: State,
    latch: Latch,
    /// Since when the peer is known.
    settled: Option<Instant>,
    /// The peer that an earlier run locked on, until signalling says that it still counts.
    inherited: Option<SocketAddr>,
}

/// Bytes at the beginning of a [`Channel`] that every packet asks.
#[cfg(test)]
pub(super) const ASKED_BY_ALL: usize = std::mem::offset_of!(Channel, latch);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Hears everybody.
    Open,
    /// Connected, but what came before may still wait inside.
    Draining,
    /// The kernel lets only the peer in.
    Connected,
}

/// One receive: a datagram's length and, unless the kernel vouches for it, its source.
pub(super) enum Received {
    Empty,
    Complaint,
    Datagram(usize, Option<SocketAddr>),
}

/// Whose datagram it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Judged {
    Peer,
    /// The peer's first.
    NewPeer(SocketAddr),
    /// The peer's, but no packet.
    Malformed,
    Foreign,
}

impl Channel {
    pub(super) fn bind(address: IpAddr, port: u16) -> io::Result<Self> {
        Ok(Self {
            socket: MediaSocket::bind(address, port)?,
            latch: Latch::default(),
            state: State::Open,
            settled: None,
            inherited: None,
        })
    }

    /// Over a socket of an earlier run; what it left inside is still to be judged.
    pub(super) fn inherit(socket: MediaSocket) -> Self {
        let inherited = socket.peer();
        let state = if inherited.is_some() { State::Draining } else { State::Open };
        Self { socket, latch: Latch::default(), state, settled: None, inherited }
    }

    /// Over a socket that is locked on a browser; what came before may wait inside.
    pub(super) fn met(socket: MediaSocket, peer: SocketAddr, now: Instant) -> Self {
        let mut latch = Latch::default();
        latch.resume(None, peer.ip(), peer);
        Self { socket, latch, state: State::Draining, settled: Some(now), inherited: None }
    }

    /// Whom it is locked on.
    pub(super) fn peer(&self) -> Option<SocketAddr> {
        self.latch.locked()
    }

    /// A second hold on its socket.
    pub(super) fn copy(&self) -> io::Result<OwnedFd> {
        self.socket.copy()
    }

    /// Takes a socket of the peer's family. Says whether it is another one now.
    pub(super) fn speak_to(&mut self, peer: SocketAddr) -> io::Result<bool> {
        let Some(socket) = self.socket.for_family_of(peer)? else { return Ok(false) };
        (self.socket, self.state, self.inherited) = (socket, State::Open, None);
        Ok(true)
    }

    pub(super) fn rearm(
        &mut self,
        now: Instant,
        described: Option<SocketAddr>,
        signalling: IpAddr,
    ) -> io::Result<()> {
        if let Some(peer) = self.inherited.take() {
            self.latch.resume(described, signalling, peer);
            self.settled = Some(now);
            return Ok(());
        }
        self.latch.rearm(described, signalling);
        self.settled = None;
        if self.state != State::Open {
            self.socket.unlock()?;
            self.state = State::Open;
        }
        Ok(())
    }

    pub(super) fn receive(&mut self, buffer: &mut [u8]) -> Received {
        let arrival = match self.state {
            State::Connected => self.socket.receive(buffer),
            State::Open | State::Draining => self.socket.receive_from(buffer),
        };
        match arrival {
            Arrival::Datagram(length, source) => Received::Datagram(length, source),
            Arrival::Complaint => Received::Complaint,
            Arrival::Empty => {
                if self.state == State::Draining {
                    self.state = State::Connected;
                }
                Received::Empty
            }
        }
    }

    /// Judges a datagram: by its source, unless the kernel did, and by who speaks in it, if it is a valid packet.
    /// Locks the socket when this packet decides who the peer is.
    pub(super) fn judge(&mut self, now: Instant, source: Option<SocketAddr>, ssrc: Option<u32>) -> Judged {
        match (source, ssrc) {
            (None, Some(_)) => Judged::Peer,
            (None, None) => Judged::Malformed,
            (Some(source), None) if self.latch.locked() == Some(source) => Judged::Malformed,
            (Some(_), None) => Judged::Foreign,
            (Some(source), Some(ssrc)) => match self.latch.judge(now, source, ssrc) {
                Verdict::Accept => Judged::Peer,
                Verdict::Lock => self.lock(source, now),
                Verdict::Wait | Verdict::Foreign => Judged::Foreign,
            },
        }
    }

    /// When the kernel cannot hold this connection the socket stays open, and each source is checked here.
    fn lock(&mut self, peer: SocketAddr, now: Instant) -> Judged {
        self.settled = Some(now);
        if self.socket.lock(peer).is_ok() {
            self.state = State::Draining;
        }
        Judged::NewPeer(peer)
    }

    pub(super) fn send(&self, datagram: &[u8]) -> bool {
        match self.state {
            State::Connected | State::Draining => self.socket.send(datagram).is_ok(),
            State::Open => {
                self.latch.target().is_some_and(|target| self.socket.send_to(datagram, target).is_ok())
            }
        }
    }

    pub(super) fn is_checking(&self) -> bool {
        self.state != State::Connected
    }

    /// Our end and the peer's, if the kernel has vouched for the peer since `latest` at least.
    pub(super) fn settled(&self, latest: Instant) -> Option<(SocketAddr, SocketAddr)> {
        let peer = self.latch.locked().filter(|_| self.state == State::Connected)?;
        self.settled.filter(|since| *since <= latest)?;
        Some((self.socket.local()?, peer))
    }

    pub(super) fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}
