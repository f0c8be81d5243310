//! What is asked and answered.

use std::net::IpAddr;
use std::time::Duration;

/// What is asked about a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Which services the domain has (RFC 3403).
    Naptr,
    /// Which hosts serve it (RFC 2782).
    Srv,
    /// The IPv4 addresses of a host.
    A,
    /// The IPv6 addresses of a host.
    Aaaa,
}

/// One question for the resolver.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Question {
    /// The name, in small letters, without a dot at the end.
    pub name: String,
    /// What is asked about it.
    pub kind: Kind,
}

/// A service of a domain (RFC 3403 4.1); only those whose flag leads to SRV are of use here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Naptr {
    /// Lower ones first.
    pub order: u16,
    /// Among equals, lower ones first.
    pub preference: u16,
    /// `s` when the replacement is a name for SRV.
    pub flags: String,
    /// `SIP+D2U` and the like.
    pub service: String,
    /// Where to go on.
    pub replacement: String,
}

/// A host that serves a service (RFC 2782).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Srv {
    /// Lower ones first.
    pub priority: u16,
    /// The share of requests among those of equal priority.
    pub weight: u16,
    /// Its port.
    pub port: u16,
    /// Its name; empty when the domain says that it has no such service.
    pub target: String,
}

/// What the resolver found, and how long it holds. Nothing found is an answer too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The records; those of another kind than asked are never in here.
    pub records: Records,
    /// How long they hold.
    pub ttl: Duration,
}

/// What a resolver said to an earlier run of the box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recalled {
    /// What it was asked.
    pub question: Question,
    /// What it said.
    pub records: Records,
    /// For how long it may still be used.
    pub left: Duration,
}

/// Records of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Records {
    /// Services.
    Naptr(Vec<Naptr>),
    /// Hosts.
    Srv(Vec<Srv>),
    /// Addresses.
    Addresses(Vec<IpAddr>),
}

/// Records of one answer that are kept; a domain with more is beyond reason.
const MOST: usize = 8;

impl Question {
    /// Asks for this name, which may come from anywhere; `None` when it cannot be a domain's.
    pub(super) fn about(name: &str, kind: Kind) -> Option<Self> {
        let name = name.strip_suffix('.').unwrap_or(name);
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        let fits = (1..=253).contains(&name.len()) && name.bytes().all(plain);
        fits.then(|| Self { name: name.to_ascii_lowercase(), kind })
    }
}

impl Records {
    /// Leaves as many as are of use.
    pub fn cut(&mut self) {
        match self {
            Self::Naptr(records) => records.truncate(MOST),
            Self::Srv(records) => records.truncate(MOST),
            Self::Addresses(records) => records.truncate(MOST),
        }
    }
}
