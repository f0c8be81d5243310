//! A name server that knows one name, the SIP side's, and its one address (RFC 1035). Other questions have no answer.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use serde_json::Value;
use tokio::net::UdpSocket;

use crate::cloud::Cloud;

/// The name of the SIP side.
pub(crate) const NAME: &str = "sip.practice.test";
const HEADER: usize = 12;
/// Type A, class IN.
const ADDRESS: [u8; 4] = [0, 1, 0, 1];
/// For how long an answer is good, in seconds.
const KEPT: [u8; 4] = [0, 0, 0, 5];

/// Answers until dropped; with the habit `names` = `silent` it does not.
pub(crate) async fn serve(socket: UdpSocket, sip: SocketAddr, cloud: Arc<Cloud>) {
    let mut buffer = [0; 512];
    loop {
        let Ok((length, from)) = socket.recv_from(&mut buffer).await else { continue };
        let account = cloud.account();
        let habit = account.at("quirks").and_then(|it| it.get("names")).and_then(Value::as_str);
        let reply = buffer.get(..length).and_then(|question| answer(question, sip.ip()));
        if let Some(reply) = reply.filter(|_| habit != Some("silent")) {
            let _ = socket.send_to(&reply, from).await;
        }
    }
}

fn answer(question: &[u8], ip: IpAddr) -> Option<Vec<u8>> {
    let labels = NAME
        .split('.')
        .flat_map(|label| std::iter::once(u8::try_from(label.len()).unwrap_or(0)).chain(label.bytes()));
    let name: Vec<u8> = labels.chain([0]).collect();
    let rest = question.get(HEADER..)?;
    let ends = rest.iter().position(|byte| *byte == 0)? + 5;
    let asked = rest.get(..ends)?;
    let known = asked.get(..name.len()).is_some_and(|asked| asked.eq_ignore_ascii_case(&name));
    let ours = known && asked.get(name.len()..) == Some(&ADDRESS[..]);
    let (IpAddr::V4(ip), id) = (ip, question.get(..2)?) else { return None };
    // An answer, wanted and given recursively; no error for the name, NXDOMAIN for others.
    let mut reply =
        [id, &[0x81, if known { 0x80 } else { 0x83 }, 0, 1, 0, u8::from(ours), 0, 0, 0, 0], asked].concat();
    if ours {
        // A pointer to the name in the question.
        reply.extend([0xc0, 12].iter().chain(&ADDRESS).chain(&KEPT).chain(&[0, 4]).chain(&ip.octets()));
    }
    Some(reply)
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
        assert_eq!(asks(b"\x05other\x04test", 1)[3], 0x83);
        assert_eq!(answer(b"\x07", "192.0.2.9".parse().unwrap()), None);
    }
}
