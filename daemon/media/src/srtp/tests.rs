use super::derive::{Label, Stream, derive};
use super::transform::{Cipher, Part, Transform};
use super::*;
use proptest::prelude::*;

/// A packet of G.711.
fn voice(ssrc: u32, sequence: u16) -> Vec<u8> {
    let mut packet = vec![0x80, 8];
    packet.extend(sequence.to_be_bytes());
    packet.extend((u32::from(sequence) * 160).to_be_bytes());
    packet.extend(ssrc.to_be_bytes());
    packet.extend([0xd5; 160]);
    packet
}

fn key(suite: Suite) -> MasterKey {
    MasterKey::drawn(suite, std::array::from_fn(|place| u8::try_from(place).unwrap()))
}

fn pair(suite: Suite) -> (Sender, Receiver) {
    (Sender::new(&key(suite)), Receiver::new(&key(suite), 0))
}

fn closed(sender: &mut Sender, packet: &[u8]) -> Result<Vec<u8>, SrtpError> {
    let mut buffer = packet.to_vec();
    buffer.resize(packet.len() + OVERHEAD, 0);
    let length = sender.protect(&mut buffer, packet.len())?;
    buffer.truncate(length);
    Ok(buffer)
}

fn opened(receiver: &mut Receiver, closed: &[u8]) -> Result<Vec<u8>, SrtpError> {
    let mut datagram = closed.to_vec();
    let length = receiver.unprotect(&mut datagram)?;
    datagram.truncate(length);
    Ok(datagram)
}

fn closed_report(sender: &mut Sender, report: &[u8]) -> Vec<u8> {
    let mut buffer = report.to_vec();
    buffer.resize(report.len() + OVERHEAD, 0);
    let length = sender.protect_reports(&mut buffer, report.len()).unwrap();
    buffer.truncate(length);
    buffer
}

fn opened_report(receiver: &mut Receiver, closed: &[u8]) -> Result<Vec<u8>, SrtpError> {
    let mut datagram = closed.to_vec();
    let length = receiver.unprotect_reports(&mut datagram)?;
    datagram.truncate(length);
    Ok(datagram)
}

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.chunks(2).map(byte).collect()
}

/// RFC 3711 B.2 and RFC 6188 7.1.
#[test]
fn keystreams_are_those_of_the_standards() {
    let start: [u8; 16] = hex("f0f1f2f3f4f5f6f7f8f9fafbfcfd0000").try_into().unwrap();
    for (key, stream) in [
        (
            "2b7e151628aed2a6abf7158809cf4f3c",
            "e03ead0935c95e80e166b16dd92b4eb4d23513162b02d0f72a43a2fe4a5f97ab41e95b3bb0a2e8dd477901e4fca894c0",
        ),
        (
            "57f82fe3613fd170a85ec93c40b1f0922ec4cb0dc025b58272147cc438944a98",
            "92bdd28a93c3f52511c677d08b5515a49da71b2378a854f67050756ded165bac63c4868b7096d88421b563b8c94c9a31",
        ),
    ] {
        let mut data = [0; 48];
        Cipher::new(&hex(key)).apply(start, &mut data);
        assert_eq!(data.as_slice(), hex(stream));
    }
}

/// RFC 3711 B.3 and RFC 6188 7.2.
#[test]
fn session_keys_are_those_of_the_standards() {
    let narrow = "e1f97a0d3e018be0d64fa32c06de4139 0ec675ad498afeebb6960b3aabe6";
    let master = MasterKey::new(Suite::AesCm128Sha1With80, &hex(narrow)).unwrap();
    assert_eq!(
        derive::<16>(&master, Stream::Voice, Label::Cipher).to_vec(),
        hex("c61e7a93744f39ee10734afe3ff7a087")
    );
    assert_eq!(
        derive::<14>(&master, Stream::Voice, Label::Salt).to_vec(),
        hex("30cbbc08863d8c85d49db34a9ae1")
    );
    let seal = "cebe321f6ff7716b6fd4ab49af256a156d38baa48f0a0acf3c34e2359e6cdbcee049646c43d9327ad175578ef7227098\
        6371c10c9a369ac2f94a8c5fbcdddc256d6e919a48b610ef17c2041e474035766b68642c59bbfc2f34db60dbdfb2";
    assert_eq!(derive::<94>(&master, Stream::Voice, Label::Seal).to_vec(), hex(seal));

    let wide =
        "f0f04914b513f2763a1b1fa130f10e2998f6f6e43e4309d1e622a0e332b9f1b6 3b04803de51ee7c96423ab5b78d2";
    let master = MasterKey::new(Suite::AesCm256Sha1With80, &hex(wide)).unwrap();
    assert_eq!(
        derive::<32>(&master, Stream::Voice, Label::Cipher).to_vec(),
        hex("5ba1064e30ec51613cad926c5a28ef731ec7fb397f70a960653caf06554cd8c4")
    );
    assert_eq!(
        derive::<14>(&master, Stream::Voice, Label::Salt).to_vec(),
        hex("fa31791685ca444a9e07c6c64e93")
    );
    assert_eq!(
        derive::<20>(&master, Stream::Voice, Label::Seal).to_vec(),
        hex("fd9c32d39ed5fbb5a9dc96b30818454d1313dc05")
    );
}

/// RFC 7714 16.1, 16.2, 17.1 and 17.2.
#[test]
fn aes_gcm_is_that_of_the_standard() {
    let salt = hex("517569642070726f2071756f").try_into().unwrap();
    let voice = "8040f17b8041f8d35501a0b2 47616c6c696120657374206f6d6e69732064697669736120696e207061727465732074726573";
    let report = "81c8000d4d617273 4e5450314e545032525450200000042a0000e9304c756e61deadbeefdeadbeefdeadbeefdeadbeefdeadbeef";
    for (key, closed_voice, closed_report) in [
        (
            "000102030405060708090a0b0c0d0e0f",
            "8040f17b8041f8d35501a0b2f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833\
             899d7f27beb16a9152cf765ee4390cce",
            "81c8000d4d61727363e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1730d6fda4ce09b4686303ded0bb9\
             275bc84aa45896cf4d2fc5abf87245d9eade800005d4",
        ),
        (
            "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
            "8040f17b8041f8d35501a0b232b1de78a822fe12ef9f78fa332e33aab18012389a58e2f3b50b2a0276ffae0f1ba63799b87b\
             7aa3db36dfffd6b0f9bb7878d7a76c13",
            "81c8000d4d617273d50ae4d1f5ce5d304ba297e47d470c282c3ece5dbffe0a50a2eaa5c1110555be8415f658c61de0476f1b\
             6fad1d1eb30c4446839f57ff6f6cb26ac3be800005d4",
        ),
    ] {
        let transform = Transform::gcm(&hex(key), salt);
        let mut buffer = hex(voice);
        let part = Part { clear: 12, length: buffer.len(), ssrc: 0x5501_a0b2, index: 0xf17b };
        buffer.resize(part.length + 16, 0);
        assert_eq!(transform.close(&mut buffer, part), Ok(part.length + 16));
        assert_eq!(buffer, hex(closed_voice));
        let length = buffer.len();
        assert_eq!(transform.open(&mut buffer, Part { length, ..part }), Ok(part.length));
        assert_eq!(buffer[..part.length], hex(voice));

        let mut buffer = hex(report);
        let length = buffer.len();
        buffer.resize(length + 20, 0);
        assert_eq!(transform.close_report(&mut buffer, length, 0x4d61_7273, 0x5d4), Ok(length + 20));
        assert_eq!(buffer, hex(closed_report));
        assert_eq!(transform.open_report(&mut buffer, 0x4d61_7273), Ok(length));
        assert_eq!(buffer[..length], hex(report));
    }
}

#[test]
fn what_is_closed_can_be_opened_with_the_key_and_not_otherwise() {
    for suite in Suite::ALL {
        let (mut sender, mut receiver) = pair(suite);
        let other = MasterKey::drawn(suite, [9; LONGEST_KEY]);
        for sequence in [7, 8, 10, 9] {
            let packet = voice(1, sequence);
            let sealed = closed(&mut sender, &packet).unwrap();
            assert_eq!(sealed.len(), packet.len() + suite.voice_tag());
            assert_ne!(sealed[12..172], packet[12..]);
            for broken in [1, 12, sealed.len() - 1] {
                let mut broken_packet = sealed.clone();
                broken_packet[broken] ^= 1;
                assert_eq!(
                    opened(&mut receiver, &broken_packet),
                    Err(SrtpError::Forged),
                    "{suite:?} {broken}"
                );
            }
            assert_eq!(opened(&mut Receiver::new(&other, 0), &sealed), Err(SrtpError::Forged));
            assert_eq!(opened(&mut receiver, &sealed), Ok(packet));
            assert_eq!(opened(&mut receiver, &sealed), Err(SrtpError::Replayed));
        }
    }
}

#[test]
fn reports_are_closed_and_opened_likewise() {
    for suite in Suite::ALL {
        let (mut sender, mut receiver) = pair(suite);
        let report = [&[0x81, 201, 0, 7, 0, 0, 0, 1][..], &[7; 24]].concat();
        let [first, second] = [(), ()].map(|()| closed_report(&mut sender, &report));
        assert_ne!(first, second);
        assert_eq!(opened_report(&mut receiver, &second), Ok(report.clone()));
        assert_eq!(opened_report(&mut receiver, &first), Ok(report.clone()));
        assert_eq!(opened_report(&mut receiver, &first), Err(SrtpError::Replayed));
        let third = closed_report(&mut sender, &report);
        for broken in 0..third.len() {
            let mut broken_report = third.clone();
            broken_report[broken] ^= 0x40;
            assert!(opened_report(&mut receiver, &broken_report).is_err(), "{suite:?} {broken}");
        }
        assert_eq!(opened_report(&mut receiver, &third), Ok(report));
    }
}

#[test]
fn contributors_and_extensions_stay_readable() {
    for suite in Suite::ALL {
        let (mut sender, mut receiver) = pair(suite);
        let mut packet = voice(1, 1);
        packet[0] = 0x92;
        packet.splice(12..12, [[9; 8], [0xbe, 0xde, 0, 1, 1, 2, 3, 4]].concat());
        let sealed = closed(&mut sender, &packet).unwrap();
        assert_eq!((&sealed[..28], sealed[28..188] == packet[28..]), (&packet[..28], false));
        assert_eq!(opened(&mut receiver, &sealed), Ok(packet));
    }
}

/// RFC 3711 3.3.1: the numbering wraps while packets overtake each other or get lost.
#[test]
fn the_wrap_is_followed_whatever_the_order() {
    let numbers = |from: u32, to: u32| (from..to).map(|number| u16::try_from(number % 0x1_0000).unwrap());
    for (name, lost, order) in [
        ("in order", 0..0, vec![0, 1, 2, 3, 4, 5]),
        ("the first of the new round first", 0..0, vec![0, 3, 1, 2, 5, 4]),
        ("the last of the old round lost", 2..3, vec![0, 1, 3, 4, 5]),
        ("the first heard is after the wrap", 0..3, vec![3, 4, 5]),
        ("the last of the old round come last", 0..0, vec![3, 4, 5, 2, 1, 0]),
    ] {
        for suite in [Suite::AesCm128Sha1With80, Suite::AeadAes128Gcm] {
            let (mut sender, mut receiver) = pair(suite);
            let sealed: Vec<_> = numbers(65_533, 65_539)
                .map(|number| closed(&mut sender, &voice(1, number)).unwrap())
                .collect();
            for place in &order {
                let packet = voice(1, numbers(65_533, 65_539).nth(*place).unwrap());
                assert_eq!(
                    opened(&mut receiver, &sealed[*place]),
                    Ok(packet),
                    "{name}, {suite:?}, {place}, without {lost:?}"
                );
            }
        }
    }
}

#[test]
fn three_rounds_of_the_numbering_are_one_stream() {
    let (mut sender, mut receiver) = pair(Suite::AeadAes128Gcm);
    let mut first = Vec::new();
    for number in (0..200_000u32).step_by(211) {
        let packet = voice(1, u16::try_from(number & 0xffff).unwrap());
        let sealed = closed(&mut sender, &packet).unwrap();
        assert_eq!(opened(&mut receiver, &sealed), Ok(packet));
        if number == 0 {
            first = sealed;
        }
    }
    assert_eq!(opened(&mut receiver, &first), Err(SrtpError::Replayed), "a packet of the first round");
}

#[test]
fn a_packet_too_old_to_tell_is_a_replay() {
    let (mut sender, mut receiver) = pair(Suite::AesCm128Sha1With80);
    let sealed: Vec<_> = (0..200).map(|number| closed(&mut sender, &voice(1, number)).unwrap()).collect();
    assert!(opened(&mut receiver, &sealed[0]).is_ok() && opened(&mut receiver, &sealed[199]).is_ok());
    assert_eq!(opened(&mut receiver, &sealed[71]), Err(SrtpError::Replayed));
    assert!(opened(&mut receiver, &sealed[72]).is_ok());
}

#[test]
fn no_index_closes_two_packets() {
    let (mut sender, mut receiver) = pair(Suite::AesCm128Sha1With80);
    for sequence in [100, 101, 103] {
        let sealed = closed(&mut sender, &voice(1, sequence)).unwrap();
        opened(&mut receiver, &sealed).unwrap();
    }
    assert_eq!(closed(&mut sender, &voice(1, 101)), Err(SrtpError::Replayed));
    assert!(closed(&mut sender, &voice(1, 102)).is_ok());
}

#[test]
fn a_source_that_begins_anew_is_numbered_on() {
    let (mut sender, mut receiver) = pair(Suite::AesCm128Sha1With80);
    let sealed = closed(&mut sender, &voice(1, 50_000)).unwrap();
    opened(&mut receiver, &sealed).unwrap();
    assert_eq!(
        closed(&mut sender, &voice(1, 49_000)),
        Err(SrtpError::Replayed),
        "one alone is a late packet"
    );
    for (restarted, carried) in [(49_001u16, 50_001u16), (49_002, 50_002), (49_004, 50_004)] {
        let sealed = closed(&mut sender, &voice(1, restarted)).unwrap();
        assert_eq!(opened(&mut receiver, &sealed).unwrap()[2..4], carried.to_be_bytes());
    }
}

#[test]
fn sources_are_numbered_apart_and_the_silent_one_is_forgotten_first() {
    let (mut sender, mut receiver) = pair(Suite::AeadAes256Gcm);
    for ssrc in 1..=20 {
        for sequence in [65_535, 0] {
            let packet = voice(ssrc, sequence);
            let sealed = closed(&mut sender, &packet).unwrap();
            assert_eq!(opened(&mut receiver, &sealed), Ok(packet));
        }
    }
    let sealed = closed(&mut sender, &voice(13, 1)).unwrap();
    assert_eq!(opened(&mut receiver, &sealed), Ok(voice(13, 1)));
}

#[test]
fn a_key_identifier_of_the_peer_is_passed_over() {
    for suite in Suite::ALL {
        let mut sender = Sender::new(&key(suite));
        let mut receiver = Receiver::new(&key(suite), 4);
        let mut sealed = closed(&mut sender, &voice(1, 1)).unwrap();
        let before = if suite.is_aead() { sealed.len() } else { sealed.len() - suite.voice_tag() };
        sealed.splice(before..before, [0, 0, 0, 1]);
        assert_eq!(opened(&mut receiver, &sealed), Ok(voice(1, 1)));
        let report = [0x80, 201, 0, 1, 0, 0, 0, 1];
        let mut sealed = closed_report(&mut sender, &report);
        let before = if suite.is_aead() { sealed.len() } else { sealed.len() - 10 };
        sealed.splice(before..before, [0, 0, 0, 1]);
        assert_eq!(opened_report(&mut receiver, &sealed), Ok(report.to_vec()));
    }
}

#[test]
fn keys_are_not_shown_and_have_their_length() {
    for suite in Suite::ALL {
        assert_eq!(Suite::named(&suite.name().to_ascii_lowercase()), Some(suite));
        let secret = vec![0x41; suite.key_length()];
        let key = MasterKey::new(suite, &secret).unwrap();
        let shown = format!("{key:?} {:?} {:?}", Sender::new(&key), Receiver::new(&key, 0));
        assert!(!shown.contains("65") && !shown.contains("AAAA"), "{shown}");
        assert_eq!(MasterKey::new(suite, &secret[1..]).err(), Some(KeyError));
        assert_ne!(MasterKey::drawn(suite, [0x42; LONGEST_KEY]), key);
        assert_eq!(MasterKey::drawn(suite, [0x41; LONGEST_KEY]), key);
    }
}

#[test]
fn without_room_nothing_is_closed() {
    for suite in Suite::ALL {
        let mut sender = Sender::new(&key(suite));
        let packet = voice(1, 1);
        assert_eq!(sender.protect(&mut packet.clone(), packet.len()), Err(SrtpError::NoRoom));
        assert_eq!(sender.protect(&mut packet.clone(), packet.len() + 1), Err(SrtpError::NoRoom));
    }
}

proptest! {
    #[test]
    fn any_datagram_is_opened_or_refused(mut datagram in proptest::collection::vec(any::<u8>(), 0..80), suite in 0..6usize) {
        let (_, mut receiver) = pair(Suite::ALL[suite]);
        datagram.iter_mut().take(1).for_each(|first| *first = *first & 0x3f | 0x80);
        prop_assert!(receiver.unprotect(&mut datagram.clone()).is_err());
        prop_assert!(receiver.unprotect_reports(&mut datagram).is_err());
    }

    #[test]
    fn whatever_arrives_in_whatever_order_is_opened_once(numbers in proptest::collection::vec(0..100u16, 1..200), start: u16) {
        let (mut sender, mut receiver) = pair(Suite::AesCm128Sha1With32);
        let start = start.min(0xfff0);
        let sealed: Vec<_> = (0..100).map(|n| closed(&mut sender, &voice(1, start.wrapping_add(n))).unwrap()).collect();
        let mut heard = std::collections::HashSet::new();
        prop_assert!(opened(&mut receiver, &sealed[0]).is_ok());
        heard.insert(0);
        for number in numbers {
            let fresh = heard.insert(number);
            prop_assert_eq!(opened(&mut receiver, &sealed[usize::from(number)]).is_ok(), fresh);
        }
    }
}
