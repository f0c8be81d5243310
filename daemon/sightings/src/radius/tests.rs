//! Reports as switches and access points sign them.

use account::Secret;
use emergency::Key;
use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::{Digest as _, Md5};

use super::{Accounted, radius};
use crate::word::Stays;

const SECRET: &str = "xyzzy5461";

fn secret() -> Secret {
    Secret::new(SECRET.to_owned())
}

fn attribute(kind: u8, value: &[u8]) -> Vec<u8> {
    [&[kind, u8::try_from(value.len() + 2).unwrap()], value].concat()
}

/// Signed as RFC 2866 3 says, written out once more beside the code.
fn signed(attributes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(20 + attributes.len()).unwrap().to_be_bytes();
    let mut packet = [&[4, 77, length[0], length[1]], [0; 16].as_slice(), attributes].concat();
    let proof = Md5::digest([packet.as_slice(), SECRET.as_bytes()].concat());
    packet[4..20].copy_from_slice(&proof);
    packet
}

fn report(status: u8, more: &[Vec<u8>]) -> Vec<u8> {
    let common = [attribute(40, &[0, 0, 0, status]), attribute(31, b"0C-38-3E-11-22-33")];
    common.iter().chain(more).flatten().copied().collect()
}

/// Where it hangs, its address, and whether that goes on.
type Told = (Option<(&'static str, String)>, Option<String>, Stays);

fn told(attributes: &[u8]) -> Option<Told> {
    let word = radius(&signed(attributes), &secret())?.word?;
    assert_eq!(word.mac.to_string(), "0c383e112233");
    let mark = word.mark.map(|mark| Key::Mark(mark).written());
    Some((mark, word.address.map(|address| address.to_string()), word.stays))
}

#[test]
fn a4_a_switch_reports_the_port_and_an_access_point_itself() {
    let switch = [attribute(32, b"keller"), attribute(87, b"Gi1/0/7"), attribute(8, &[192, 0, 2, 7])];
    let port = Some(("port", "keller|Gi1/0/7".to_owned()));
    let address = Some("192.0.2.7".to_owned());
    assert_eq!(told(&report(1, &switch)), Some((port.clone(), address.clone(), Stays::Stays)));
    assert_eq!(told(&report(3, &switch)), Some((port.clone(), address.clone(), Stays::Stays)));
    assert_eq!(told(&report(2, &switch)), Some((port, address, Stays::Leaves)));
    let plain = [attribute(4, &[192, 0, 2, 2]), attribute(5, &[0, 0, 0, 7])];
    let port = Some(("port", "192.0.2.2|7".to_owned()));
    assert_eq!(told(&report(1, &plain)), Some((port, None, Stays::Stays)), "without names by its numbers");
    for called in
        ["00-10-A4-23-19-CF:Office", "00:10:a4:23:19:cf:Office", "0010a42319cf:Office", "0010.A423.19CF"]
    {
        let radio = [attribute(61, &[0, 0, 0, 19]), attribute(30, called.as_bytes()), attribute(32, b"ap")];
        let point = Some(("access_point", "0010a42319c0".to_owned()));
        assert_eq!(told(&report(1, &radio)), Some((point, None, Stays::Stays)), "{called}");
    }
    assert_eq!(told(&report(7, &switch)), None, "the switch itself has started");
    assert_eq!(told(&report(1, &[])), None);
}

/// RFC 2866 3: what the sender waits for, signed over its own authenticator.
#[test]
fn every_signed_report_is_answered_and_the_answer_is_signed() {
    let packet = signed(&report(7, &[]));
    let Some(Accounted { word: None, answer }) = radius(&packet, &secret()) else { panic!("not answered") };
    let sealed = [&[5, 77, 0, 20], &packet[4..20], SECRET.as_bytes()].concat();
    assert_eq!(answer[..4], [5, 77, 0, 20]);
    assert_eq!(answer[4..], Md5::digest(sealed)[..]);
}

#[test]
fn what_is_not_signed_with_the_secret_is_neither_believed_nor_answered() {
    let switch = [attribute(32, b"keller"), attribute(87, b"Gi1/0/7")];
    let packet = signed(&report(1, &switch));
    assert!(radius(&packet, &secret()).is_some());
    assert_eq!(radius(&packet, &Secret::new("other".to_owned())), None);
    for at in 0..packet.len() {
        let mut forged = packet.clone();
        forged[at] ^= 1;
        assert_eq!(radius(&forged, &secret()), None, "byte {at}");
        assert_eq!(radius(&packet[..at], &secret()), None, "{at} bytes");
    }
    let padded = [packet.as_slice(), &[0; 8]].concat();
    assert!(radius(&padded, &secret()).is_some(), "what follows the length is padding (RFC 2865 3)");
}

/// RFC 3579 3.2: computed with its own place and the authenticator blank, before the authenticator is.
#[test]
fn a_message_authenticator_must_fit_where_there_is_one() {
    let bare = report(1, &[attribute(32, b"keller"), attribute(87, b"1"), attribute(80, &[0; 16])]);
    let length = u16::try_from(20 + bare.len()).unwrap().to_be_bytes();
    let blank = [&[4, 77, length[0], length[1]], [0; 16].as_slice(), &bare].concat();
    let seal = Hmac::<Md5>::new_from_slice(SECRET.as_bytes()).unwrap().chain_update(&blank).finalize();
    let mut sealed = bare.clone();
    let at = sealed.len() - 16;
    sealed[at..].copy_from_slice(&seal.into_bytes());
    assert!(told(&sealed).is_some());
    assert_eq!(told(&bare), None, "not made with the secret");
    let twice = [sealed.as_slice(), &sealed[at - 2..]].concat();
    assert_eq!(told(&twice), None);
    assert_eq!(told(&report(1, &[attribute(80, &[0; 15])])), None);
}

/// What radclient of FreeRADIUS 3.2.1 sent, with both signatures over the secret `geheim`.
const OF_ANOTHER: &str = "04e7005fca4092eca445848f44c478682f99481b2806000000012c03311f1330432d33382d33452d31312d32322d3333\
                          20086b656c6c65723d060000000f57094769312f302f370806c00002075012061e291d89042a4af31912c069ac3c8f";

#[test]
fn a_report_of_another_s_client_is_believed_with_both_of_its_signatures() {
    let digits = OF_ANOTHER.as_bytes().as_chunks::<2>().0.iter().map(|two| std::str::from_utf8(two).unwrap());
    let packet: Vec<u8> = digits.map(|two| u8::from_str_radix(two, 16).unwrap()).collect();
    let geheim = Secret::new("geheim".to_owned());
    let word = radius(&packet, &geheim).unwrap().word.unwrap();
    assert_eq!(Key::Mark(word.mark.unwrap()).written().1, "keller|Gi1/0/7");
    assert_eq!((word.mac.to_string().as_str(), word.address), ("0c383e112233", "192.0.2.7".parse().ok()));
    let mut forged = packet;
    *forged.last_mut().unwrap() ^= 1;
    forged[4..20].fill(0);
    let proof = Md5::digest([forged.as_slice(), b"geheim"].concat());
    forged[4..20].copy_from_slice(&proof);
    assert_eq!(radius(&forged, &geheim), None, "the stronger signature does not fit");
}
