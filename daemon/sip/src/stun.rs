//! The sign of life that phones send to the SIP port to keep their way through a router open, and to learn whether the router still
//! gives them the same address (RFC 5626 3.5.2 and 8, RFC 8489).
//!
//! Only that: no credentials, no ICE. An answer is at most 24 bytes longer than its question.

use std::net::{IpAddr, SocketAddr};

use bytes::{BufMut as _, Bytes, BytesMut};

/// `0x2112A442`, in every packet since RFC 5389.
const MAGIC: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];
const HEADER: usize = 20;
/// A question is never longer: what fits every network without being cut (RFC 8489 6.1).
const LONGEST: usize = 548;
const BINDING_REQUEST: u16 = 0x0001;
const BINDING_SUCCESS: u16 = 0x0101;
const BINDING_ERROR: u16 = 0x0111;
const ERROR_CODE: u16 = 0x0009;
const UNKNOWN_ATTRIBUTES: u16 = 0x000a;
const XOR_MAPPED_ADDRESS: u16 = 0x0020;
/// Attributes below this must be understood (RFC 8489 14).
const OPTIONAL_FROM: u16 = 0x8000;
/// What ICE adds to a keep-alive may be passed over here: PRIORITY, USE-CANDIDATE, and USERNAME with MESSAGE-INTEGRITY in short form.
const HARMLESS: [u16; 4] = [0x0006, 0x0008, 0x0024, 0x0025];

/// True for a STUN packet, which no SIP message looks like (RFC 8489 5).
#[must_use]
pub fn is_stun(datagram: &[u8]) -> bool {
    matches!(datagram.first(), Some(0..=3)) && datagram.len() >= HEADER && datagram.get(4..8) == Some(&MAGIC)
}

/// The answer to a binding request that came from `from`; `None` for everything that deserves none.
#[must_use]
pub fn answer(datagram: &[u8], from: SocketAddr) -> Option<Bytes> {
    if !is_stun(datagram) || datagram.len() > LONGEST || number(datagram, 0)? != BINDING_REQUEST {
        return None;
    }
    let transaction = datagram.get(8..HEADER)?;
    let attributes = datagram.get(HEADER..)?;
    if usize::from(number(datagram, 2)?) != attributes.len() {
        return None;
    }
    let body = match strange(attributes)? {
        Some(attribute) => (BINDING_ERROR, unknown(attribute)),
        None => (BINDING_SUCCESS, mapped(from, transaction)),
    };
    let mut answer = BytesMut::with_capacity(HEADER + body.1.len());
    answer.put_u16(body.0);
    answer.put_u16(u16::try_from(body.1.len()).ok()?);
    answer.put_slice(&MAGIC);
    answer.put_slice(transaction);
    answer.put_slice(&body.1);
    Some(answer.freeze())
}

/// The first attribute that we would have to understand and do not; the outer `None` says that they cannot be read.
fn strange(mut attributes: &[u8]) -> Option<Option<u16>> {
    while !attributes.is_empty() {
        let (kind, length) = (number(attributes, 0)?, usize::from(number(attributes, 2)?));
        if kind < OPTIONAL_FROM && !HARMLESS.contains(&kind) {
            return Some(Some(kind));
        }
        attributes = attributes.get(4 + length.next_multiple_of(4)..)?;
    }
    Some(None)
}

/// Where the packet came from, hidden from routers that rewrite addresses they find (RFC 8489 14.2).
fn mapped(from: SocketAddr, transaction: &[u8]) -> BytesMut {
    let mut body = BytesMut::new();
    let mask = MAGIC.iter().chain(transaction);
    let port = from.port() ^ u16::from_be_bytes([MAGIC[0], MAGIC[1]]);
    let (family, address) = match from.ip().to_canonical() {
        IpAddr::V4(v4) => (1, v4.octets().to_vec()),
        IpAddr::V6(v6) => (2, v6.octets().to_vec()),
    };
    body.put_u16(XOR_MAPPED_ADDRESS);
    body.put_u16(if family == 1 { 8 } else { 20 });
    body.put_u16(family);
    body.put_u16(port);
    body.extend(address.iter().zip(mask).map(|(byte, mask)| byte ^ mask));
    body
}

/// 420 (RFC 8489 14.8 and 14.9), without words: nobody reads them.
fn unknown(attribute: u16) -> BytesMut {
    let mut body = BytesMut::new();
    body.put_u16(ERROR_CODE);
    body.put_slice(&[0, 4, 0, 0, 4, 20]);
    body.put_u16(UNKNOWN_ATTRIBUTES);
    body.put_u16(2);
    body.put_u16(attribute);
    body.put_u16(0);
    body
}

fn number(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

#[cfg(test)]
mod tests {
    use super::{answer, is_stun};

    const ID: [u8; 12] = [0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae];

    fn question(attributes: &[u8]) -> Vec<u8> {
        let length = u16::try_from(attributes.len()).unwrap().to_be_bytes();
        [&[0, 1], &length[..], &[0x21, 0x12, 0xa4, 0x42], &ID, attributes].concat()
    }

    /// The mapped addresses of RFC 5769 2.2 and 2.3, whose transaction is the same.
    #[test]
    fn the_answers_of_the_standard() {
        let answered = answer(&question(&[]), "192.0.2.1:32853".parse().unwrap()).unwrap();
        let head = [&[1, 1, 0, 12, 0x21, 0x12, 0xa4, 0x42], &ID[..]].concat();
        let address = [0, 0x20, 0, 8, 0, 1, 0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43];
        assert_eq!(answered, [&head[..], &address].concat());

        let from = "[2001:db8:1234:5678:11:2233:4455:6677]:32853".parse().unwrap();
        let answered = answer(&question(&[]), from).unwrap();
        let address = [
            0, 0x20, 0, 0x14, 0, 2, 0xa1, 0x47, 1, 0x13, 0xa9, 0xfa, 0xa5, 0xd3, 0xf1, 0x79, 0xbc, 0x25,
            0xf4, 0xb5, 0xbe, 0xd2, 0xb9, 0xd9,
        ];
        assert_eq!(answered[20..], address);
        let mapped = answer(&question(&[]), "[::ffff:192.0.2.1]:32853".parse().unwrap()).unwrap();
        assert_eq!(mapped.len(), 32, "an IPv4 address in IPv6 dress is an IPv4 address");
    }

    #[test]
    fn what_a_phone_adds_is_passed_over_and_what_must_be_understood_is_named() {
        let from = "192.0.2.1:5060".parse().unwrap();
        let software = [0x80, 0x22, 0, 5, b'p', b'h', b'o', b'n', b'e', 0, 0, 0];
        let fingerprint = [0x80, 0x28, 0, 4, 1, 2, 3, 4];
        let both = question(&[&software[..], &fingerprint].concat());
        assert_eq!(answer(&both, from).unwrap()[..2], [1, 1]);
        let change_request = question(&[0, 3, 0, 4, 0, 0, 0, 6]);
        let refused = answer(&change_request, from).unwrap();
        assert_eq!(refused[..4], [1, 0x11, 0, 16]);
        assert_eq!(refused[20..], [0, 9, 0, 4, 0, 0, 4, 20, 0, 10, 0, 2, 0, 3, 0, 0]);
    }

    #[test]
    fn nothing_else_is_answered() {
        let from = "192.0.2.1:5060".parse().unwrap();
        let good = question(&[]);
        let with = |at: usize, byte: u8| {
            let mut bytes = good.clone();
            bytes[at] = byte;
            bytes
        };
        let long = question(&[0x80, 0x22, 2, 12].into_iter().chain([b'x'; 524]).collect::<Vec<_>>());
        assert_eq!(long.len(), 548);
        assert!(answer(&long, from).is_some());
        let longer = question(&[0x80, 0x22, 2, 16].into_iter().chain([b'x'; 528]).collect::<Vec<_>>());
        for silent in [
            with(0, 1),
            with(1, 0x11),
            with(3, 4),
            with(4, 0),
            good[..19].to_vec(),
            question(&[0x80, 0x22, 0, 5, b'x', 0, 0, 0]),
            question(&[0x80, 0x22, 0]),
            longer,
            b"OPTIONS sip:a SIP/2.0\r\n\r\n".to_vec(),
            vec![],
        ] {
            assert!(answer(&silent, from).is_none(), "{silent:?}");
        }
        assert!(is_stun(&with(1, 0x11)), "an indication is a sign of life all the same");
    }
}
