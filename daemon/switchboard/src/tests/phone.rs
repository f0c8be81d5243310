//! A telephone: a login, a path to the box, and what came in over it.

use std::collections::VecDeque;

use sip::digest::{Login, answer};
use sip::flow::{Flow, Transport};
use sip::method::Method;
use sip::view::AuthParams;

use super::line::Line;
use super::said::Said;

pub(super) struct Phone {
    pub name: &'static str,
    pub login: &'static str,
    pub password: &'static str,
    pub flow: Flow,
    /// Which hash it picks when asked for its password.
    pub algorithm: &'static str,
    /// The last challenge and how often it was answered.
    pub challenge: Option<(String, u32)>,
    pub mail: VecDeque<Said>,
    written: u32,
}

impl Phone {
    pub(super) fn new(name: &'static str, login: &'static str, flow: Flow) -> Self {
        let algorithm = if flow.transport == Transport::Udp { "SHA-256" } else { "MD5" };
        let (mail, password) = (VecDeque::new(), "geheim");
        Self { name, login, password, flow, algorithm, challenge: None, mail, written: 0 }
    }

    /// Where the phone says it is.
    pub(super) fn contact(&self) -> String {
        let transport = if self.flow.transport == Transport::Udp { "" } else { ";transport=tcp" };
        format!("sip:{}@{}{transport}", self.login, self.flow.peer)
    }

    /// A request of `line`. What `lines` says about a header goes before what a phone usually says.
    pub(super) fn write(&mut self, line: &Line, method: &str, lines: &str, body: &str) -> Said {
        self.written += 1;
        let (carrier, here, written) = (self.flow.transport.token(), self.flow.peer, self.written);
        let via = format!("SIP/2.0/{carrier} {here};rport;branch=z9hG4bK-{}-{written}", self.name);
        let Line { target, near, far, call_id, cseq, .. } = line;
        let usual = [
            ("Via", via),
            ("Max-Forwards", "70".into()),
            ("From", near.clone()),
            ("To", far.clone()),
            ("Call-ID", call_id.clone()),
            ("CSeq", format!("{cseq} {method}")),
            ("Contact", format!("<{}>", self.contact())),
            ("User-Agent", "Desk/1.0".into()),
            ("Content-Type", if body.is_empty() { String::new() } else { "application/sdp".into() }),
            ("Content-Length", body.len().to_string()),
        ];
        let said =
            |name: &str| lines.starts_with(&format!("{name}: ")) || lines.contains(&format!("\n{name}: "));
        let mut text = format!("{method} {target} SIP/2.0\r\n");
        for (name, value) in usual.iter().filter(|(name, value)| !said(name) && !value.is_empty()) {
            text += &format!("{name}: {value}\r\n");
        }
        Said(text + lines + "\r\n" + body)
    }

    /// Remembers the challenge of a 401 that it likes best.
    pub(super) fn challenged(&mut self, by: &Said) {
        let wanted = format!("algorithm={}", self.algorithm);
        let challenge = by.headers("WWW-Authenticate").find(|offer| offer.contains(&wanted));
        self.challenge = challenge.map(|challenge| (challenge.to_owned(), 0));
    }

    /// The proof for a request, once it knows a challenge.
    pub(super) fn proof(&mut self, method: &str, uri: &str) -> String {
        let Some((challenge, count)) = &mut self.challenge else { return String::new() };
        *count += 1;
        let challenge = AuthParams::parse(challenge.as_bytes()).unwrap();
        let login = Login { user: self.login, password: self.password };
        let method = Method::from_token(method.as_bytes());
        format!("Authorization: {}\r\n", answer(&challenge, method, uri, login, "c0ffee", *count).unwrap())
    }

    /// What the phone says about its voice; `direction` is `sendrecv` and the like.
    pub(super) fn voice(&self, direction: &str) -> String {
        let ip = self.flow.peer.ip();
        format!(
            "v=0\r\no=- 77 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8 101\r\n\
             a=rtpmap:101 telephone-event/8000\r\na={direction}\r\n"
        )
    }
}
