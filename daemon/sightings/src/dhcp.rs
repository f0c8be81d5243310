//! What telephones and DHCP servers say to each other, as relays and mirrors send copies of it (RFC 2131): who has which
//! address, and at which port it hangs (option 82, RFC 3046).
//!
//! Only what tells that is read, so that an odd option beside it loses nothing.

use std::net::Ipv4Addr;

use emergency::{Mac, Mark};

use crate::leases::circuit;
use crate::word::{Stays, Word};

/// Where the fixed part has its fields (RFC 2131 2).
const HARDWARE: usize = 1;
const CLIENT: usize = 12;
const YOURS: usize = 16;
const ADDRESS: usize = 28;
const COOKIE: usize = 236;
/// Ethernet, with addresses of six bytes.
const ETHERNET: [u8; 2] = [1, 6];
/// Before the options (RFC 2131 3).
const MAGIC: [u8; 4] = [99, 130, 83, 99];

/// Options (RFC 2132) and types of message (RFC 2132 9.6) that tell something.
const WANTED: u8 = 50;
const TYPE: u8 = 53;
const SERVER: u8 = 54;
const AGENT: u8 = 82;
const DISCOVER: u8 = 1;
const REQUEST: u8 = 3;
const ACK: u8 = 5;
const RELEASE: u8 = 7;
const INFORM: u8 = 8;

/// Reads a message of either side; `None` when it tells nothing.
#[must_use]
pub fn dhcp(message: &[u8]) -> Option<Word> {
    if message.get(HARDWARE..HARDWARE + 2)? != ETHERNET {
        return None;
    }
    let mac = Mac::new(message.get(ADDRESS..)?.first_chunk().copied()?);
    let options = message.get(COOKIE..)?.strip_prefix(&MAGIC)?;
    let kind = *option(options, TYPE)?.first()?;
    let own = address(message.get(CLIENT..)?);
    let wanted = || address(option(options, WANTED)?);
    let has = match kind {
        DISCOVER => None,
        // Of what a server has offered, or of what the phone has already.
        REQUEST => own.or_else(|| option(options, SERVER).and_then(|_| wanted())),
        ACK => address(message.get(YOURS..)?).or(own),
        INFORM | RELEASE => own,
        _ => return None,
    };
    let stays = if kind == RELEASE { Stays::Leaves } else { Stays::Stays };
    let mark: Option<Mark> = option(options, AGENT).and_then(circuit::option);
    let tells = has.is_some() || mark.is_some();
    tells.then_some(Word { mac, mark, address: has.map(Into::into), stays })
}

/// The value of an option (RFC 2132 2).
fn option(mut rest: &[u8], wanted: u8) -> Option<&[u8]> {
    loop {
        match rest {
            [PAD, after @ ..] => rest = after,
            [END, ..] => return None,
            [code, length, after @ ..] => {
                let (value, after) = after.split_at_checked(usize::from(*length))?;
                if *code == wanted {
                    return Some(value);
                }
                rest = after;
            }
            _ => return None,
        }
    }
}

const PAD: u8 = 0;
const END: u8 = 255;

/// An address that somebody can have.
fn address(bytes: &[u8]) -> Option<Ipv4Addr> {
    let address = Ipv4Addr::from(*bytes.first_chunk::<4>()?);
    (!address.is_unspecified()).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::{ACK, DISCOVER, RELEASE, REQUEST, dhcp};
    use crate::word::{Stays, Word};
    use emergency::{Key, Mac};

    const PHONE: [u8; 6] = [0x0c, 0x38, 0x3e, 0x11, 0x22, 0x33];
    /// Option 82 of a switch that writes its hardware address and a port's name.
    const RELAY: &[u8] = b"\x52\x13\x01\x07Gi1/0/7\x02\x08\x00\x06\x02\x00\x00\x00\x00\x01";

    fn message(ciaddr: u8, yiaddr: u8, options: &[u8]) -> Vec<u8> {
        let mut message = vec![0; 236];
        message[..3].copy_from_slice(&[1, 1, 6]);
        let address = |last: u8| if last == 0 { [0; 4] } else { [192, 0, 2, last] };
        message[12..16].copy_from_slice(&address(ciaddr));
        message[16..20].copy_from_slice(&address(yiaddr));
        message[28..34].copy_from_slice(&PHONE);
        message.extend([99, 130, 83, 99]);
        message.extend(options);
        message.push(255);
        message
    }

    fn told(kind: u8, ciaddr: u8, yiaddr: u8, more: &[u8]) -> Option<(Option<u8>, Option<String>, Stays)> {
        let options = [&[0, 12, 1, b'x', 53, 1, kind], more].concat();
        let Word { mac, mark, address, stays } = dhcp(&message(ciaddr, yiaddr, &options))?;
        assert_eq!(mac, Mac::new(PHONE));
        let last = address.map(|address| address.to_string().rsplit('.').next().unwrap().parse().unwrap());
        Some((last, mark.map(|mark| Key::Mark(mark).written().1), stays))
    }

    /// RFC 2131 4.3.2 and table 4: which of its fields say whose an address is.
    #[test]
    fn a4_a_copy_of_what_a_relay_passes_on_tells_port_and_address() {
        let port = Some("020000000001|Gi1/0/7".to_owned());
        let wants = [&[50, 4, 192, 0, 2, 7], RELAY].concat();
        let selects = [&[54, 4, 192, 0, 2, 1], wants.as_slice()].concat();
        for (kind, ciaddr, yiaddr, options, expected) in [
            (DISCOVER, 0, 0, wants.as_slice(), Some((None, port.clone(), Stays::Stays))),
            (REQUEST, 0, 0, &selects, Some((Some(7), port.clone(), Stays::Stays))),
            (REQUEST, 0, 0, &wants, Some((None, port.clone(), Stays::Stays))),
            (REQUEST, 9, 0, RELAY, Some((Some(9), port.clone(), Stays::Stays))),
            (ACK, 0, 8, RELAY, Some((Some(8), port.clone(), Stays::Stays))),
            (ACK, 0, 8, &[], Some((Some(8), None, Stays::Stays))),
            (RELEASE, 9, 0, RELAY, Some((Some(9), port, Stays::Leaves))),
            (DISCOVER, 0, 0, &[], None),
            (2, 0, 8, RELAY, None),
        ] {
            assert_eq!(told(kind, ciaddr, yiaddr, options), expected, "{kind} {options:?}");
        }
    }

    #[test]
    fn what_is_cut_short_or_no_telephone_s_tells_nothing() {
        let whole = message(9, 0, &[&[53, 1, REQUEST], RELAY].concat());
        assert!(dhcp(&whole).is_some());
        for length in 0..240 {
            assert_eq!(dhcp(&whole[..length]), None, "{length}");
        }
        let mut infiniband = whole.clone();
        infiniband[1] = 32;
        assert_eq!(dhcp(&infiniband), None);
        let mut cut = whole;
        cut.truncate(250);
        assert_eq!(dhcp(&cut).and_then(|word| word.mark), None, "half an option");
    }
}
