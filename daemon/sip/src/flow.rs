//! The way a message came and the way its answer goes back.

use std::net::{IpAddr, SocketAddr};

/// What carries SIP between two hosts (RFC 3261 18, RFC 7118 for the last two).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Transport {
    /// Datagrams; lost ones are sent again by the transaction.
    Udp,
    /// A plain connection.
    Tcp,
    /// An encrypted connection.
    Tls,
    /// A browser's connection without encryption.
    Ws,
    /// A browser's encrypted connection.
    Wss,
}

impl Transport {
    /// True when the carrier itself repeats what is lost, so that we do not.
    #[must_use]
    pub const fn reliable(self) -> bool {
        !matches!(self, Self::Udp)
    }

    /// True when nobody on the way can read along.
    #[must_use]
    pub const fn encrypted(self) -> bool {
        matches!(self, Self::Tls | Self::Wss)
    }

    /// The word used for it in a Via header (RFC 3261 25.1 `transport`).
    #[must_use]
    pub const fn token(self) -> &'static str {
        match self {
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
            Self::Ws => "WS",
            Self::Wss => "WSS",
        }
    }

    /// Reads the word of a Via header or of a `;transport=` parameter, in any case.
    #[must_use]
    pub fn from_token(token: &[u8]) -> Option<Self> {
        [Self::Udp, Self::Tcp, Self::Tls, Self::Ws, Self::Wss]
            .into_iter()
            .find(|transport| token.eq_ignore_ascii_case(transport.token().as_bytes()))
    }
}

/// One path between a socket of the box and a socket of a peer.
///
/// An answer goes back on the flow its request came on, whatever the message says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Flow {
    /// What carries the messages.
    pub transport: Transport,
    /// Our end.
    pub local: SocketAddr,
    /// The end we see; behind a router this is the router's address.
    pub peer: SocketAddr,
    /// Number of the connection, never used twice; 0 for datagrams.
    pub connection: u64,
}

/// Who counts as one sender.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Source {
    /// An IPv4 address.
    V4([u8; 4]),
    /// Whoever has one address of an IPv6 /64 has them all (RFC 6177 2).
    V6([u16; 4]),
}

impl Source {
    /// The sender behind an address; an IPv4 address within IPv6 is the IPv4 address.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(v4) => Self::V4(v4.octets()),
            IpAddr::V6(v6) => {
                let [a, b, c, d, ..] = v6.segments();
                Self::V6([a, b, c, d])
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_ipv6_network_is_one_source() {
        let source = |text: &str| Source::of(text.parse().unwrap());
        assert_eq!(source("2001:db8::1"), source("2001:db8::2"));
        assert_ne!(source("2001:db8::1"), source("2001:db8:0:1::1"));
        assert_eq!(source("::ffff:192.0.2.1"), source("192.0.2.1"));
    }

    #[test]
    fn via_words_are_read_in_any_case() {
        assert_eq!(Transport::from_token(b"tls"), Some(Transport::Tls));
        assert_eq!(Transport::from_token(b"WsS"), Some(Transport::Wss));
        assert_eq!(Transport::from_token(b"SCTP"), None);
    }
}
