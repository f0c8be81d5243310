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
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Instant;

/// One of a leg's two sockets.
#[derive(Debug)]
pub(super) struct Channel {
    socket: MediaSocket,
    latch: Latch,
    state: State,
}

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

impl Channel {
    pub(super) fn bind(address: IpAddr, port: u16) -> io::Result<Self> {
        Ok(Self { socket: MediaSocket::bind(address, port)?, latch: Latch::default(), state: State::Open })
    }

    pub(super) fn rearm(&mut self, described: Option<SocketAddr>, signalling: IpAddr) -> io::Result<()> {
        self.latch.rearm(described, signalling);
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

    /// Whether a valid packet is from the peer; locks the socket when this packet decides who that is.
    pub(super) fn admits(&mut self, now: Instant, source: Option<SocketAddr>, ssrc: u32) -> bool {
        let Some(source) = source else { return true };
        match self.latch.judge(now, source, ssrc) {
            Verdict::Accept => true,
            Verdict::Lock => {
                // Without a route the socket stays open, and each source is checked here.
                if self.socket.lock(source).is_ok() {
                    self.state = State::Draining;
                }
                true
            }
            Verdict::Wait | Verdict::Foreign => false,
        }
    }

    pub(super) fn send(&self, datagram: &[u8]) -> bool {
        let answer = match (self.state, self.latch.target()) {
            (State::Connected | State::Draining, _) => self.socket.send(datagram),
            (State::Open, Some(target)) => self.socket.send_to(datagram, target),
            (State::Open, None) => return false,
        };
        answer.is_ok()
    }

    pub(super) fn locked(&self) -> Option<SocketAddr> {
        self.latch.locked()
    }

    pub(super) fn is_checking(&self) -> bool {
        self.state != State::Connected
    }

    pub(super) fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}
