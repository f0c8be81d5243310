//! Whom a leg listens to (RFC 4961, RFC 7362): the address that signalling gave, and after the first packets nobody else.
//!
//! ```text
//!                    packet from the described address
//!            ┌────────────────────────────────────────────────┐
//!   rearm    │      allowed stranger             same again   v
//!  ──────> Waiting ──────────────> Candidate ─────────────> Locked
//!    ^                              │    ^                    │
//!    │                              └────┘                    │
//!    │                       another stranger                 │
//!    └──────────────── rearm, by authenticated signalling ────┘
//! ```
//!
//! A stranger is allowed when only its port differs from the description, or when it comes from where the leg's
//! SIP came from, as a phone behind a translator does. One that merely uses another port must wait for
//! [`PATIENCE`], so that the described address can speak first. Everybody else is foreign.
//!
//! Once locked, a change of SSRC is let pass: it happens in every transfer, and the address alone decides.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

/// How long the described address may speak first when its own machine sends from another port. Phones start
/// sending within 200 ms of an answer; the wait costs only those that neither keep their port nor have a translator.
pub const PATIENCE: Duration = Duration::from_secs(1);

/// What to do with a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// From the peer: pass it on.
    Accept,
    /// From the peer, and from now on only this address is the peer: pass it on and lock the socket.
    Lock,
    /// Perhaps the peer: drop it and wait for the next.
    Wait,
    /// Not the peer: drop and count it.
    Foreign,
}

/// The source lock of one socket.
///
/// Tell it the description with [`Latch::rearm`], ask it about each packet with [`Latch::judge`], and send to
/// [`Latch::target`]. A new latch is deaf.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Latch {
    described: Option<SocketAddr>,
    signalling: Option<IpAddr>,
    /// Locked on before the last rearm, under the same description.
    known: Option<SocketAddr>,
    state: State,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Waiting,
    Candidate {
        source: SocketAddr,
        ssrc: u32,
        since: Instant,
    },
    Locked(SocketAddr),
}

impl Latch {
    /// Forgets the lock and learns anew; without an address it is deaf.
    ///
    /// When description and signalling are the ones it knows, the address locked on before counts like the
    /// described one, so that refreshing a session costs a phone behind a translator no packet.
    pub fn rearm(&mut self, described: Option<SocketAddr>, signalling: IpAddr) {
        let unchanged = self.described == described && self.signalling == Some(signalling);
        let known = if unchanged { self.locked().or(self.known) } else { None };
        *self = Self { described, signalling: Some(signalling), known, state: State::Waiting };
    }

    /// Goes on listening to a peer that it was locked on before a restart, under the same description.
    pub fn resume(&mut self, described: Option<SocketAddr>, signalling: IpAddr, peer: SocketAddr) {
        *self =
            Self { described, signalling: Some(signalling), known: Some(peer), state: State::Locked(peer) };
    }

    /// Judges a valid packet: where it came from and who speaks in it.
    pub fn judge(&mut self, now: Instant, source: SocketAddr, ssrc: u32) -> Verdict {
        match self.state {
            State::Locked(peer) if peer == source => Verdict::Accept,
            State::Locked(_) => Verdict::Foreign,
            State::Waiting | State::Candidate { .. } if self.is_peer(source) => self.lock(source),
            State::Waiting | State::Candidate { .. } => self.consider(now, source, ssrc),
        }
    }

    /// Where to send: the peer, or where its description wants voice as long as nobody is locked on.
    #[must_use]
    pub fn target(&self) -> Option<SocketAddr> {
        self.locked().or(self.known).or(self.described)
    }

    /// The peer, once it is known.
    #[must_use]
    pub fn locked(&self) -> Option<SocketAddr> {
        match self.state {
            State::Locked(peer) => Some(peer),
            State::Waiting | State::Candidate { .. } => None,
        }
    }

    fn is_peer(&self, source: SocketAddr) -> bool {
        self.described.is_some() && (self.described == Some(source) || self.known == Some(source))
    }

    fn lock(&mut self, source: SocketAddr) -> Verdict {
        self.state = State::Locked(source);
        Verdict::Lock
    }

    fn consider(&mut self, now: Instant, source: SocketAddr, ssrc: u32) -> Verdict {
        let Some(patience) = self.patience(source.ip()) else { return Verdict::Foreign };
        match self.state {
            State::Candidate { source: known, ssrc: speaker, since }
                if known == source && speaker == ssrc =>
            {
                if now.saturating_duration_since(since) >= patience {
                    self.lock(source)
                } else {
                    Verdict::Wait
                }
            }
            State::Waiting | State::Candidate { .. } | State::Locked(_) => {
                self.state = State::Candidate { source, ssrc, since: now };
                Verdict::Wait
            }
        }
    }

    /// How long a stranger at this address must wait; `None` when it is not allowed at all.
    fn patience(&self, stranger: IpAddr) -> Option<Duration> {
        let described = self.described?.ip();
        if stranger == described {
            return Some(PATIENCE);
        }
        (Some(stranger) == self.signalling).then_some(Duration::ZERO)
    }
}

#[cfg(test)]
mod tests;
