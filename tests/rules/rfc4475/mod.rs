//! RFC 4475, the SIP torture messages: every one as a file, byte by byte, and what the box does with it.
//!
//! The files are the members of the archive in the RFC's appendix A. A message goes through the same
//! stations as on the wire: read, judged, admitted.

mod section_3_1_1;
mod section_3_1_2;
mod section_3_2_to_3_4;

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;

use sip::admit::Serves;
use sip::compose::Response;
use sip::{Flow, Message, Method, Transport};

/// What happens to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
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

const SERVES: Serves<'static> = Serves {
    methods: &Method::KNOWN,
    extensions: &["100rel", "timer", "replaces"],
    bodies: &["application/sdp", "text/plain"],
};

fn verdict(datagram: &[u8]) -> Verdict {
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

fn flow() -> Flow {
    let address = |text: &str| text.parse::<SocketAddr>().expect("an address");
    Flow {
        transport: Transport::Udp,
        local: address("192.0.2.250:5060"),
        peer: address("203.0.113.9:40123"),
        connection: 0,
    }
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("rules/rfc4475/messages")
}

fn file(name: &str) -> Vec<u8> {
    fs::read(folder().join(name).with_extension("dat")).expect("the message's file")
}

/// Compares a table of names and verdicts with what happens.
fn check(table: &[(&str, Verdict)]) {
    for &(name, expected) in table {
        assert_eq!(verdict(&file(name)), expected, "{name}");
    }
}

#[test]
fn every_message_of_the_rfc_has_its_verdict() {
    let tables = [section_3_1_1::VERDICTS, section_3_1_2::VERDICTS, section_3_2_to_3_4::VERDICTS].concat();
    let mut named: Vec<String> = tables.iter().map(|(name, _)| format!("{name}.dat")).collect();
    let mut stored: Vec<String> = fs::read_dir(folder())
        .expect("the folder of messages")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".dat"))
        .collect();
    named.sort();
    stored.sort();
    assert_eq!(named, stored);
    assert_eq!(stored.len(), 49);
}
