//! How a line is doing, in words that people can act upon.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use account::{E164, LineId};

use super::LineKind;

/// Whether a line can carry calls.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Health {
    /// Nothing is known yet: the box has just started, or the line is new.
    Starting {
        /// Since then.
        since: Instant,
    },
    /// The provider knows us and answers.
    Up {
        /// Without a gap since then.
        since: Instant,
    },
    /// It carries no calls; the box keeps trying.
    Down {
        /// Without a success since then.
        since: Instant,
        /// The latest reason.
        why: WhyDown,
    },
}

/// Why a line carries no calls.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum WhyDown {
    /// Ours: the line has no server.
    NoServer,
    /// The network's: the name of its server leads nowhere, or the name server does not answer.
    Unnamed,
    /// The network's: no way could be opened.
    Unconnected(Unconnected),
    /// The provider's or the network's: no answer came.
    Silent,
    /// The provider's: the connection was closed, or the network says that nobody is there.
    Closed,
    /// Ours: the provider does not take this password, or has blocked the account.
    WrongPassword,
    /// The provider's: it refuses with this status.
    Refused(u16),
}

/// Why no way to a hop could be opened.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Unconnected {
    /// Ours: the box has no socket of that kind.
    NoSocket,
    /// The network's or the provider's: nobody there takes connections.
    Unreachable,
    /// The network's or the provider's: no answer in time.
    Silent,
    /// The provider's: its certificate has expired.
    Expired,
    /// The provider's: its certificate is for another name, or from an authority that nobody trusts.
    Untrusted,
}

/// A line at this moment.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LineNow {
    /// Its name.
    pub id: LineId,
    /// What it is for.
    pub kind: LineKind,
    /// How it is doing.
    pub health: Health,
    /// Which server it is registered at.
    pub peer: Option<SocketAddr>,
    /// How long it took to answer when it was last asked whether it hears us.
    pub round_trip: Option<Duration>,
    /// Until when its certificate counts, where it has shown one.
    pub certificate: Option<SystemTime>,
    /// No name server has answered for its provider since then: the line lives on the last answer.
    pub names_gone: Option<Instant>,
    /// Whether somebody on the way there rewrites what the box sends (a router with a SIP ALG).
    pub altered: bool,
    /// Calls on it, ringing ones included.
    pub calls: u16,
    /// Numbers of the account whose calls go out over it first, by the choice of the admin.
    pub carries: Arc<[E164]>,
}

impl Health {
    /// Whether calls may be sent out on it.
    #[must_use]
    pub fn is_up(&self) -> bool {
        matches!(self, Self::Up { .. })
    }

    /// Since when it is so.
    #[must_use]
    pub fn since(&self) -> Instant {
        match self {
            Self::Starting { since } | Self::Up { since } | Self::Down { since, .. } => *since,
        }
    }
}
