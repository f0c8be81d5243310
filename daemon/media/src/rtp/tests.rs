use super::*;
use proptest::prelude::*;

fn packet(first: u8, second: u8, rest: &[u8]) -> Vec<u8> {
    let mut datagram = vec![first, second, 0x12, 0x34, 0, 0, 0x03, 0x20, 0xde, 0xad, 0xbe, 0xef];
    datagram.extend_from_slice(rest);
    datagram
}

#[test]
fn reads_every_field() {
    let datagram = packet(0x80, 0x88, b"voice");
    let read = Packet::parse(&datagram).unwrap();
    let expected = Packet {
        marker: true,
        payload_type: 8,
        sequence: 0x1234,
        timestamp: 800,
        ssrc: 0xdead_beef,
        payload: b"voice",
    };
    assert_eq!(read, expected);
}

#[test]
fn finds_the_payload_between_contributors_extension_and_padding() {
    let datagram = packet(0xb1, 8, &[1, 1, 1, 1, 0xbe, 0xde, 0, 1, 2, 2, 2, 2, b'o', b'k', 0, 0, 3]);
    assert_eq!(Packet::parse(&datagram).unwrap().payload, b"ok");
}

#[test]
fn refuses_what_contradicts_itself() {
    for (name, datagram, fault) in [
        ("empty", Vec::new(), RtpError::Short),
        ("eleven bytes", packet(0x80, 8, &[])[..11].to_vec(), RtpError::Short),
        ("version 1", packet(0x40, 8, &[]), RtpError::Version),
        ("STUN", packet(0x00, 0x01, &[]), RtpError::Version),
        ("sender report", packet(0x80, 200, &[]), RtpError::Rtcp),
        ("contributors missing", packet(0x82, 8, &[0; 7]), RtpError::Short),
        ("extension header missing", packet(0x90, 8, &[0; 3]), RtpError::Short),
        ("extension too long", packet(0x90, 8, &[0, 0, 0, 2, 0, 0, 0, 0]), RtpError::Short),
        ("no padding count", packet(0xa0, 8, &[]), RtpError::Padding),
        ("padding zero", packet(0xa0, 8, &[1, 0]), RtpError::Padding),
        ("padding beyond payload", packet(0xa0, 8, &[1, 3]), RtpError::Padding),
    ] {
        assert_eq!(Packet::parse(&datagram), Err(fault), "{name}");
    }
}

#[test]
fn the_second_byte_tells_rtcp_from_rtp() {
    for (second, expected) in
        [(0u8, false), (191, false), (192, true), (200, true), (223, true), (224, false)]
    {
        assert_eq!(is_rtcp(&[0x80, second]), expected, "{second}");
    }
    assert!(!is_rtcp(&[0x80]));
}

#[test]
fn clocks_are_known_named_or_telephony() {
    let mut clocks = Clocks::default();
    clocks.learn(111, 48_000);
    clocks.learn(112, 0);
    for (payload_type, hertz) in
        [(0, 8_000), (9, 8_000), (6, 16_000), (31, 90_000), (111, 48_000), (112, 8_000)]
    {
        assert_eq!(clocks.hertz(payload_type), hertz, "{payload_type}");
    }
    for payload_type in 96..=110 {
        clocks.learn(payload_type, 16_000);
    }
    assert_eq!((clocks.hertz(102), clocks.hertz(103)), (16_000, 8_000), "only eight are kept");
}

proptest! {
    #[test]
    fn any_datagram_is_read_or_refused(datagram in proptest::collection::vec(any::<u8>(), 0..64)) {
        if let Ok(read) = Packet::parse(&datagram) {
            prop_assert!(read.payload.len() + 12 <= datagram.len());
        }
    }
}
