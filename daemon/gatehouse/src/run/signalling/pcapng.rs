//! Messages as a file that Wireshark and the like read (draft-ietf-opsawg-pcapng): each as a datagram of its own, whatever carried it;
//! a comment names the carrier where it was another.

use std::net::{IpAddr, SocketAddr};
use std::time::SystemTime;

use sip::Transport;

use super::{Passed, Way};

const SECTION: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
const PACKET: u32 = 6;
/// Packets begin with their IP header.
const RAW: u16 = 101;
const UDP: u8 = 17;
const UDP_HEADER: usize = 8;
/// A datagram holds no more; a message that is longer is cut.
const LONGEST: usize = 65_000;
const COMMENT: u16 = 1;
const PROGRAM: u16 = 4;

/// The file; what it holds has no secrets any more.
pub(in super::super) fn file(passed: &[Passed]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut section = vec![0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0];
    section.extend(u64::MAX.to_le_bytes());
    option(&mut section, PROGRAM, concat!("Gatehouse ", env!("CARGO_PKG_VERSION")));
    block(&mut file, SECTION, section);
    block(&mut file, INTERFACE, [RAW.to_le_bytes(), [0; 2], [0; 2], [0; 2]].concat());
    for one in passed {
        block(&mut file, PACKET, packet(one));
    }
    file
}

/// Everything in a file is a block between its length and its length.
fn block(file: &mut Vec<u8>, kind: u32, mut body: Vec<u8>) {
    pad(&mut body);
    let length = u32::try_from(body.len() + 12).unwrap_or(u32::MAX).to_le_bytes();
    file.extend([kind.to_le_bytes(), length].concat());
    file.extend(body);
    file.extend(length);
}

/// Blocks and what is in them end at a multiple of four.
fn pad(bytes: &mut Vec<u8>) {
    bytes.resize(bytes.len().next_multiple_of(4), 0);
}

fn option(body: &mut Vec<u8>, code: u16, text: &str) {
    body.extend(code.to_le_bytes());
    body.extend(short(text.len()).to_le_bytes());
    body.extend(text.as_bytes());
    pad(body);
    body.extend([0; 4]);
}

/// When, and the datagram.
fn packet(one: &Passed) -> Vec<u8> {
    let since = one.at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let micros = u64::try_from(since.as_micros()).unwrap_or_default();
    let (from, to) = match one.way {
        Way::In => (one.flow.peer, one.flow.local),
        Way::Out => (one.flow.local, one.flow.peer),
    };
    let safe = sip::redact::without_secrets(&one.bytes);
    let datagram = datagram((from, to), safe.get(..LONGEST).unwrap_or(&safe));
    let length = u32::try_from(datagram.len()).unwrap_or_default();
    let [low, high] =
        [micros & 0xffff_ffff, micros >> 32].map(|half| u32::try_from(half).unwrap_or_default());
    let mut body: Vec<u8> = [0, high, low, length, length].map(u32::to_le_bytes).concat();
    body.extend(datagram);
    pad(&mut body);
    if one.flow.transport != Transport::Udp {
        option(&mut body, COMMENT, &format!("carried over {}", one.flow.transport.token()));
    }
    body
}

/// IP and UDP headers before the message (RFC 791 3.1, RFC 8200 3, RFC 768).
fn datagram((from, to): (SocketAddr, SocketAddr), message: &[u8]) -> Vec<u8> {
    let length = short(UDP_HEADER + message.len());
    let [source, port] = [from.port(), to.port()].map(u16::to_be_bytes);
    let mut udp = [source, port, length.to_be_bytes(), [0; 2]].concat();
    udp.extend(message);
    let (mut packet, addresses) = match (from.ip().to_canonical(), to.ip().to_canonical()) {
        (IpAddr::V4(from), IpAddr::V4(to)) => {
            let [high, low] = short(20 + udp.len()).to_be_bytes();
            let mut head = vec![0x45, 0, high, low, 0, 0, 0x40, 0, 64, UDP, 0, 0];
            let addresses = [from.octets(), to.octets()].concat();
            head.extend(&addresses);
            let sum = checksum(&head).to_be_bytes();
            head.iter_mut().skip(10).zip(sum).for_each(|(place, byte)| *place = byte);
            (head, addresses)
        }
        (from, to) => {
            let [high, low] = length.to_be_bytes();
            let mut head = vec![0x60, 0, 0, 0, high, low, UDP, 64];
            let v6 = |address: IpAddr| match address {
                IpAddr::V4(it) => it.to_ipv6_mapped().octets(),
                IpAddr::V6(it) => it.octets(),
            };
            let addresses = [v6(from), v6(to)].concat();
            head.extend(&addresses);
            (head, addresses)
        }
    };
    let [high, low] = length.to_be_bytes();
    // Zero means that there is none.
    let sum = checksum(&[&addresses[..], &[0, UDP, high, low], &udp].concat());
    let sum = if sum == 0 { u16::MAX } else { sum }.to_be_bytes();
    udp.iter_mut().skip(6).zip(sum).for_each(|(place, byte)| *place = byte);
    packet.extend(udp);
    packet
}

/// RFC 1071.
fn checksum(bytes: &[u8]) -> u16 {
    let pairs = bytes.chunks(2).map(|pair| match *pair {
        [high, low] => u32::from(u16::from_be_bytes([high, low])),
        [high] => u32::from(high) << 8,
        _ => 0,
    });
    let mut sum: u32 = pairs.sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !u16::try_from(sum).unwrap_or_default()
}

fn short(length: usize) -> u16 {
    u16::try_from(length).unwrap_or(u16::MAX)
}
