//! Connections that their peers offer for requests to the address where they listen (RFC 5923).
//!
//! Without the offer a request to that address takes a connection of its own: who merely connects must not get what is meant for
//! whoever listens there.

use std::collections::HashMap;
use std::net::SocketAddr;

use sip::{Flow, Message, Transport};

/// Which connection stands for which address; one address for each connection.
#[derive(Default)]
pub(crate) struct Aliases {
    to: HashMap<(Transport, SocketAddr), u64>,
    of: HashMap<u64, (Transport, SocketAddr)>,
}

impl Aliases {
    /// The last offer counts: the peer may have come back before we noticed that it was gone.
    pub(crate) fn offer(&mut self, number: u64, transport: Transport, address: SocketAddr) {
        if self.of.get(&number) == Some(&(transport, address)) {
            return;
        }
        self.forget(number);
        if let Some(before) = self.to.insert((transport, address), number) {
            self.of.remove(&before);
        }
        self.of.insert(number, (transport, address));
    }

    pub(crate) fn to(&self, transport: Transport, address: SocketAddr) -> Option<u64> {
        self.to.get(&(transport, address)).copied()
    }

    pub(crate) fn forget(&mut self, number: u64) {
        if let Some(address) = self.of.remove(&number) {
            self.to.remove(&address);
        }
    }
}

/// The address for which this request offers its connection: the sent-by of its Via, at the address it came from. Under TLS only a
/// peer whose certificate was verified may offer (RFC 5923 5 and 8.2), elsewhere its address must do.
pub(crate) fn offered(request: &Message<'_>, flow: &Flow, certified: bool) -> Option<SocketAddr> {
    let via = request.via().filter(|via| request.is_request() && via.alias())?;
    let believed = certified || !flow.transport.encrypted();
    let here = via.host.ip().is_none_or(|ip| ip == flow.peer.ip().to_canonical());
    let same_wire = via.known_transport() == Some(flow.transport);
    let port = via.port.unwrap_or_else(|| usual_port(flow.transport));
    (believed && here && same_wire).then(|| SocketAddr::new(flow.peer.ip(), port))
}

/// Where a sender listens that names no port (RFC 3261 18.1.1).
pub(crate) fn usual_port(transport: Transport) -> u16 {
    if transport.encrypted() { 5061 } else { 5060 }
}

#[cfg(test)]
mod tests {
    use sip::{Flow, Message, Transport};

    use super::{Aliases, offered};

    fn flow(transport: Transport) -> Flow {
        let (local, peer) = ("192.0.2.1:5060".parse().unwrap(), "192.0.2.7:41000".parse().unwrap());
        Flow { transport, local, peer, connection: 70_000 }
    }

    fn asked(via: &str, transport: Transport, certified: bool) -> Option<String> {
        let text = format!("OPTIONS sip:b SIP/2.0\r\nVia: {via}\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n\r\n");
        let message = Message::parse(text.as_bytes()).unwrap();
        offered(&message, &flow(transport), certified).map(|address| address.to_string())
    }

    #[test]
    fn only_what_is_offered_and_believed_is_taken() {
        let tcp = |via| asked(via, Transport::Tcp, false);
        assert_eq!(
            tcp("SIP/2.0/TCP 192.0.2.7:5070;branch=z9hG4bK1;alias").as_deref(),
            Some("192.0.2.7:5070")
        );
        assert_eq!(tcp("SIP/2.0/TCP desk.test;branch=z9hG4bK1;alias").as_deref(), Some("192.0.2.7:5060"));
        assert_eq!(tcp("SIP/2.0/TCP 192.0.2.7:5070;branch=z9hG4bK1"), None, "not offered");
        assert_eq!(tcp("SIP/2.0/TCP 192.0.2.9:5070;branch=z9hG4bK1;alias"), None, "somebody else's address");
        assert_eq!(tcp("SIP/2.0/TLS 192.0.2.7:5070;branch=z9hG4bK1;alias"), None, "another wire");
        let tls = "SIP/2.0/TLS desk.test;branch=z9hG4bK1;alias";
        assert_eq!(asked(tls, Transport::Tls, false), None, "nobody knows who that is");
        assert_eq!(asked(tls, Transport::Tls, true).as_deref(), Some("192.0.2.7:5061"));
    }

    #[test]
    fn the_last_offer_counts_and_goes_with_its_connection() {
        let (mut aliases, address) = (Aliases::default(), "192.0.2.7:5060".parse().unwrap());
        aliases.offer(1, Transport::Tcp, address);
        aliases.offer(2, Transport::Tcp, address);
        assert_eq!(aliases.to(Transport::Tcp, address), Some(2));
        aliases.forget(1);
        assert_eq!(
            (aliases.to(Transport::Tcp, address), aliases.to(Transport::Tls, address)),
            (Some(2), None)
        );
        aliases.offer(2, Transport::Tcp, "192.0.2.7:5070".parse().unwrap());
        assert_eq!(aliases.to(Transport::Tcp, address), None);
        aliases.forget(2);
        assert!(aliases.to.is_empty() && aliases.of.is_empty());
    }
}
