//! What switches and access points report of hardware they let in: accounting of RADIUS (RFC 2866), with the attributes that
//! IEEE 802.1X authenticators send (RFC 3580 3).
//!
//! A report counts when its authenticator shows that its sender knows the secret, and each such report is answered, as
//! whoever is not answered sends it again. Nothing else of RADIUS is served: nobody is let in or kept out here.

use std::net::{IpAddr, Ipv4Addr};

use account::Secret;
use emergency::{Key, Mac, Mark};
use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::{Digest as _, Md5};
use subtle::ConstantTimeEq as _;

use crate::word::{Stays, Word};

/// Codes of packets (RFC 2866 3).
const REQUEST: u8 = 4;
const RESPONSE: u8 = 5;
/// Code, identifier, length and authenticator (RFC 2866 3).
const HEAD: usize = 20;
/// Where the authenticator begins.
const PROOF: usize = 4;
const LONGEST: usize = 4096;
/// Attributes that are read (RFC 2865 5, RFC 2866 5, RFC 2869 5).
const SWITCH_ADDRESS: u8 = 4;
const PORT: u8 = 5;
const ADDRESS: u8 = 8;
const CALLED: u8 = 30;
const CALLING: u8 = 31;
const SWITCH: u8 = 32;
const STATUS: u8 = 40;
const PORT_TYPE: u8 = 61;
const MESSAGE_AUTHENTICATOR: u8 = 80;
const PORT_NAME: u8 = 87;
/// Acct-Status-Type (RFC 2866 5.1).
const START: u32 = 1;
const STOP: u32 = 2;
const INTERIM: u32 = 3;
/// NAS-Port-Type: wireless, IEEE 802.11 (RFC 2865 5.41).
const WIRELESS: u32 = 19;

/// A report that its sender has signed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Accounted {
    /// What it tells of hardware, if anything.
    pub word: Option<Word>,
    /// What its sender waits for.
    pub answer: [u8; HEAD],
}

/// Reads a report; `None` when it is none, or not signed with this secret.
#[must_use]
pub fn radius(packet: &[u8], secret: &Secret) -> Option<Accounted> {
    let length = usize::from(u16::from_be_bytes([*packet.get(2)?, *packet.get(3)?]));
    let packet = packet.get(..length).filter(|packet| (HEAD..=LONGEST).contains(&packet.len()))?;
    let (head, attributes) = packet.split_first_chunk::<HEAD>()?;
    let [REQUEST, id, ..] = *head else { return None };
    is_signed(packet, secret).then_some(())?;
    let all = Attributes::read(attributes)?;
    let answer = answer(id, head.get(PROOF..)?, secret);
    Some(Accounted { word: all.word(), answer })
}

/// Both signatures: the request's own (RFC 2866 3), and the stronger one where it stands (RFC 3579 3.2, here over an
/// authenticator of zeroes as in RFC 5176 3.4).
fn is_signed(packet: &[u8], secret: &Secret) -> bool {
    let Some((proof, mut blank)) = packet.get(PROOF..HEAD).map(|proof| (proof, packet.to_vec())) else {
        return false;
    };
    blank.iter_mut().take(HEAD).skip(PROOF).for_each(|byte| *byte = 0);
    let made = Md5::new().chain_update(&blank).chain_update(secret.expose()).finalize();
    let own = bool::from(made.as_slice().ct_eq(proof));
    let stronger = Attributes::read(packet.get(HEAD..).unwrap_or_default()).and_then(|all| all.signature);
    own && stronger.is_none_or(|at| is_sealed(blank, HEAD + at, secret))
}

fn is_sealed(mut blank: Vec<u8>, at: usize, secret: &Secret) -> bool {
    let Some(place) = blank.get_mut(at..at + 16) else { return false };
    let mut said = [0; 16];
    said.swap_with_slice(place);
    let Ok(seal) = Hmac::<Md5>::new_from_slice(secret.expose().as_bytes()) else { return false };
    seal.chain_update(&blank).verify_slice(&said).is_ok()
}

/// RFC 2866 3: Accounting-Response without attributes, signed over the request's authenticator.
fn answer(id: u8, proof: &[u8], secret: &Secret) -> [u8; HEAD] {
    let mut answer = [0; HEAD];
    let front = [RESPONSE, id, 0, 20];
    let signed = Md5::new().chain_update(front).chain_update(proof).chain_update(secret.expose()).finalize();
    for (to, from) in answer.iter_mut().zip(front.iter().chain(signed.iter())) {
        *to = *from;
    }
    answer
}

/// What is read of a report; of an attribute that stands twice, the first.
#[derive(Debug, Default)]
struct Attributes<'p> {
    switch_address: Option<Ipv4Addr>,
    switch: Option<&'p str>,
    port: Option<u32>,
    port_name: Option<&'p str>,
    port_type: Option<u32>,
    address: Option<Ipv4Addr>,
    called: Option<&'p str>,
    calling: Option<&'p str>,
    status: Option<u32>,
    /// Where the stronger signature begins, behind the head.
    signature: Option<usize>,
}

impl<'p> Attributes<'p> {
    /// Every attribute has a type, a length that counts both, and a value (RFC 2865 5).
    fn read(attributes: &'p [u8]) -> Option<Self> {
        let (mut all, mut rest) = (Self::default(), attributes);
        while let [kind, length, ..] = rest {
            let (one, after) = rest.split_at_checked(usize::from(*length))?;
            let value = one.get(2..)?;
            let at = attributes.len() - rest.len() + 2;
            all.put(*kind, value, at)?;
            rest = after;
        }
        rest.is_empty().then_some(all)
    }

    fn put(&mut self, kind: u8, value: &'p [u8], at: usize) -> Option<()> {
        let number = || <[u8; 4]>::try_from(value).ok().map(u32::from_be_bytes);
        let address = || number().map(Ipv4Addr::from).filter(|address| !address.is_unspecified());
        let text = || std::str::from_utf8(value).ok().map(str::trim).filter(|text| !text.is_empty());
        match kind {
            SWITCH_ADDRESS => self.switch_address = self.switch_address.or_else(address),
            SWITCH => self.switch = self.switch.or_else(text),
            PORT => self.port = self.port.or_else(number),
            PORT_NAME => self.port_name = self.port_name.or_else(text),
            PORT_TYPE => self.port_type = self.port_type.or_else(number),
            ADDRESS => self.address = self.address.or_else(address),
            CALLED => self.called = self.called.or_else(text),
            CALLING => self.calling = self.calling.or_else(text),
            STATUS => self.status = self.status.or_else(number),
            // One that is not 16 bytes long, or stands twice, is no signature.
            MESSAGE_AUTHENTICATOR if value.len() != 16 || self.signature.is_some() => return None,
            MESSAGE_AUTHENTICATOR => self.signature = Some(at),
            _ => {}
        }
        Some(())
    }

    fn word(&self) -> Option<Word> {
        let stays = match self.status? {
            START | INTERIM => Stays::Stays,
            STOP => Stays::Leaves,
            _ => return None,
        };
        let mac = self.calling?.parse().ok()?;
        let mark = if self.port_type == Some(WIRELESS) { self.access_point() } else { self.wall_port() };
        let address = self.address.map(IpAddr::from);
        (mark.is_some() || address.is_some()).then_some(Word { mac, mark, address, stays })
    }

    /// `00-10-A4-23-19-C0:Office` (RFC 3580 3.20): the access point's hardware address, then its network's name.
    fn access_point(&self) -> Option<Mark> {
        let called = self.called?;
        let written = [17, 12, 14].into_iter().filter_map(|length| called.get(..length));
        let mac: Mac = written.filter_map(|text| text.parse().ok()).next()?;
        Some(Mark::AccessPoint(mac.access_point()))
    }

    fn wall_port(&self) -> Option<Mark> {
        let switch = self.switch.map(str::to_owned).or_else(|| Some(self.switch_address?.to_string()))?;
        let port = self.port_name.map(str::to_owned).or_else(|| Some(self.port?.to_string()))?;
        match Key::read("port", &format!("{switch}|{port}")).ok()? {
            Key::Mark(mark) => Some(mark),
            Key::Device(_) | Key::Subnet(_) => None,
        }
    }
}

#[cfg(test)]
mod tests;
