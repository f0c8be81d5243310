//! A name server that knows the name of the SIP side and its one address, and a second name with two addresses: that one and the
//! next (RFC 1035). Other questions have no answer.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use serde_json::Value;
use tokio::net::UdpSocket;

use crate::cloud::Cloud;

/// The name of the SIP side.
pub(crate) const NAME: &str = "sip.practice.test";
/// The name of a provider with two servers.
const PAIR: &str = "pair.practice.test";
const HEADER: usize = 12;
/// Type A, class IN.
const ADDRESS: [u8; 4] = [0, 1, 0, 1];
/// For how long an answer is good, in seconds.
const KEPT: [u8; 4] = [0, 0, 0, 5];

/// Answers until dropped; with the habit `names` = `silent` it does not, with `next` the SIP side is said to be at the next address.
pub(crate) async fn serve(socket: UdpSocket, sip: SocketAddr, cloud: Arc<Cloud>) {
    let mut buffer = [0; 512];
    loop {
        let Ok((length, from)) = socket.recv_from(&mut buffer).await else { continue };
        let account = cloud.account();
        let habit = account.at("quirks").and_then(|it| it.get("names")).and_then(Value::as_str);
        let at = if habit == Some("next") { next(sip.ip()) } else { sip.ip() };
        let reply = buffer.get(..length).and_then(|question| answer(question, at));
        if let Some(reply) = reply.filter(|_| habit != Some("silent")) {
            let _ = socket.send_to(&reply, from).await;
        }
    }
}

/// The address after this one.
fn next(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(ip) => Ipv4Addr::from_bits(ip.to_bits().wrapping_add(1)).into(),
        IpAddr::V6(ip) => ip.into(),
    }
}

fn answer(question: &[u8], ip: IpAddr) -> Option<Vec<u8>> {
    let rest = question.get(HEADER..)?;
    let (name, kind) = rest.split_at_checked(rest.iter().position(|byte| *byte == 0)? + 1)?;
    let kind = kind.get(..4)?;
    let (IpAddr::V4(ip), id) = (ip, question.get(..2)?) else { return None };
    let known: &[Ipv4Addr] = match name {
        name if name.eq_ignore_ascii_case(&labels(NAME)) => &[ip],
        name if name.eq_ignore_ascii_case(&labels(PAIR)) => &[ip, Ipv4Addr::from_bits(ip.to_bits() + 1)],
        _ => &[],
    };
    let found = if kind == ADDRESS { known } else { &[] };
    let count = u8::try_from(found.len()).ok()?;
    // An answer, wanted and given recursively; no error for the name, NXDOMAIN for others.
    let error = if known.is_empty() { 0x83 } else { 0x80 };
    let mut reply = [id, &[0x81, error, 0, 1, 0, count, 0, 0, 0, 0], name, kind].concat();
    for ip in found {
        // A pointer to the name in the question.
        reply.extend([0xc0, 12].iter().chain(&ADDRESS).chain(&KEPT).chain(&[0, 4]).chain(&ip.octets()));
    }
    Some(reply)
}

fn labels(name: &str) -> Vec<u8> {
    let each = name
        .split('.')
        .flat_map(|label| std::iter::once(u8::try_from(label.len()).unwrap_or(0)).chain(label.bytes()));
    each.chain([0]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asks(name: &[u8], kind: u8) -> Vec<u8> {
        let question = [&[7, 9, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0], name, &[0, 0, kind, 0, 1]].concat();
        answer(&question, "192.0.2.9".parse().unwrap()).unwrap()
    }

    #[test]
    fn it_knows_its_name_and_nothing_else() {
        let own = b"\x03sip\x08practice\x04test";
        let reply = asks(own, 1);
        assert_eq!((reply[..2].to_vec(), reply[3], reply[7]), (vec![7, 9], 0x80, 1));
        assert_eq!(reply[reply.len() - 4..], [192, 0, 2, 9]);
        assert_eq!(asks(own, 33)[7], 0, "no service records");
        let pair = asks(b"\x04pair\x08practice\x04test", 1);
        assert_eq!((pair[7], pair[pair.len() - 1]), (2, 10));
        assert_eq!(asks(b"\x05other\x04test", 1)[3], 0x83);
        assert_eq!(answer(b"\x07", "192.0.2.9".parse().unwrap()), None);
    }
}
