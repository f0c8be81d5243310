//! Where the box listens: `udp:0.0.0.0:5060`.

use std::net::SocketAddr;
use std::str::FromStr;

/// One address that phones can send to.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Listen {
    /// What carries the messages.
    pub transport: sip::Transport,
    /// Address and port; `0.0.0.0` and `[::]` mean every address of that version.
    pub address: SocketAddr,
}

/// Why a text names no address to listen on.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ListenRefused {
    /// Not a transport, a colon and an address with a port.
    #[error("{0:?} is not like udp:0.0.0.0:5060 or tcp:[::]:5060")]
    Shape(String),
}

impl FromStr for Listen {
    type Err = ListenRefused;

    fn from_str(text: &str) -> Result<Self, ListenRefused> {
        let shape = || ListenRefused::Shape(text.chars().take(80).collect());
        let (transport, address) = text.split_once(':').ok_or_else(shape)?;
        let transport = sip::Transport::from_token(transport.as_bytes()).ok_or_else(shape)?;
        let address: SocketAddr = address.parse().map_err(|_| shape())?;
        let address = SocketAddr::new(address.ip().to_canonical(), address.port());
        Ok(Self { transport, address })
    }
}

impl std::fmt::Display for Listen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.transport.token().to_lowercase(), self.address)
    }
}

#[cfg(test)]
mod tests {
    use super::{Listen, ListenRefused};

    #[test]
    fn addresses_are_read_as_the_configuration_writes_them() {
        for good in ["udp:0.0.0.0:5060", "tcp:[::]:5060", "tls:192.0.2.1:5061", "wss:[::1]:443"] {
            assert_eq!(good.parse::<Listen>().unwrap().to_string(), good);
        }
        for bad in ["", "5060", "udp:5060", "udp:localhost:5060", "sctp:0.0.0.0:5060", "udp:0.0.0.0:70000"] {
            assert!(matches!(bad.parse::<Listen>(), Err(ListenRefused::Shape(_))), "{bad}");
        }
    }
}
