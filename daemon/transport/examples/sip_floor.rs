//! What `benches/sip/compare` holds both servers against: the least that answers a REGISTER over UDP.
//!
//! ```text
//! sip_floor ADDRESS:PORT
//! ```
//! One receive and one send a message. The headers go back as they came, with 401 and a fixed challenge, or with 200 where there is a
//! proof, which nobody looks at: nothing is parsed, proven or kept. Whoever does all that costs more.
#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on stops on the spot")]

use std::net::UdpSocket;

const CHALLENGE: &[u8] = b"401 Unauthorized\r\n";
const WELCOME: &[u8] = b"200 OK\r\n";
const ASKED: &[u8] =
    b"WWW-Authenticate: Digest realm=\"floor\", nonce=\"floor\", algorithm=MD5, qop=\"auth\"\r\n\r\n";

fn main() {
    let address = std::env::args().nth(1).unwrap();
    let socket = UdpSocket::bind(address).unwrap();
    let (mut message, mut answer) = ([0; 65_536], Vec::with_capacity(65_536));
    loop {
        let (length, peer) = socket.recv_from(&mut message).unwrap();
        if write(message.get(..length).unwrap_or_default(), &mut answer).is_some() {
            socket.send_to(&answer, peer).unwrap();
        }
    }
}

fn write(request: &[u8], answer: &mut Vec<u8>) -> Option<()> {
    let line = request.iter().position(|byte| *byte == b'\n')?;
    let headers = request.get(line + 1..)?.strip_suffix(b"\r\n")?;
    let proven = headers.windows(10).any(|word| word == b"\r\nAuthoriz");
    answer.clear();
    answer.extend_from_slice(b"SIP/2.0 ");
    answer.extend_from_slice(if proven { WELCOME } else { CHALLENGE });
    answer.extend_from_slice(headers);
    answer.extend_from_slice(if proven { b"\r\n" } else { ASKED });
    Some(())
}
