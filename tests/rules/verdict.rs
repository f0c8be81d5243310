//! What the box does with a datagram, station by station as on the wire: read, judged, admitted.

use std::net::SocketAddr;

use sip::admit::Serves;
use sip::compose::Response;
use sip::{Flow, Message, Method, Transport};

/// What happens to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is taken.
    Accepted,
    /// It is a sound request that the box does not serve, and its sender is told.
    NotServed(u16),
    /// It is no sound request, and its sender is told.
    Refused(u16),
    /// Nobody can or need be told.
    Dropped,
}
use Verdict::{Accepted, Dropped, NotServed, Refused};

pub(crate) const SERVES: Serves<'static> = Serves {
    methods: &Method::KNOWN,
    extensions: &["100rel", "timer", "replaces"],
    bodies: &["application/sdp", "text/plain"],
};

pub(crate) fn verdict(datagram: &[u8]) -> Verdict {
    let message = match Message::parse(datagram) {
        Ok(message) => message,
        Err(error) => {
            return match (Message::salvage(datagram), error.status()) {
                (Some(request), Some(status)) => refusal(&request, status),
                _ => Dropped,
            };
        }
    };
    if let Err(invalid) = message.validate() {
        let answerable = message.method().is_some_and(|method| method != Method::Ack);
        return if answerable { refusal(&message, invalid.status()) } else { Dropped };
    }
    match SERVES.admit(&message) {
        Ok(()) => Accepted,
        Err(why) => NotServed(why.status()),
    }
}

/// A refusal counts only when the answer can be written and read again.
fn refusal(request: &Message<'_>, status: u16) -> Verdict {
    let answer = Response::to(request, &flow(), status).to_tag("box").build();
    let answer = Message::parse(&answer).expect("our own answer is a message");
    assert_eq!(answer.status(), Some(status));
    assert_eq!(answer.via().map(|via| via.received()), request.via().map(|_| Some(flow().peer.ip())));
    Refused(status)
}

pub(crate) fn flow() -> Flow {
    let address = |text: &str| text.parse::<SocketAddr>().expect("an address");
    Flow {
        transport: Transport::Udp,
        local: address("192.0.2.250:5060"),
        peer: address("203.0.113.9:40123"),
        connection: 0,
    }
}
