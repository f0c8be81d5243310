//! A telephone made of one UDP socket and string handling: no SIP library, so that nothing agrees by accident.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

use md5::{Digest as _, Md5};
use tokio::net::UdpSocket;
use tokio::time::timeout;

/// Nothing on loopback takes longer unless it is broken.
const PATIENCE: Duration = Duration::from_secs(5);

/// A message as text.
#[derive(Debug, Clone)]
pub(crate) struct Message(pub(crate) String);

impl Message {
    pub(crate) fn first_line(&self) -> &str {
        self.0.lines().next().unwrap()
    }

    pub(crate) fn status(&self) -> Option<u16> {
        self.first_line().strip_prefix("SIP/2.0 ")?.get(..3)?.parse().ok()
    }

    pub(crate) fn headers(&self, name: &str) -> Vec<&str> {
        let head = self.0.split("\r\n\r\n").next().unwrap();
        let all = head.lines().skip(1).filter_map(|line| line.split_once(':'));
        all.filter(|(key, _)| key.trim().eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).collect()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers(name).first().copied().unwrap_or_else(|| panic!("no {name} in {}", self.0))
    }

    pub(crate) fn body(&self) -> &str {
        self.0.split_once("\r\n\r\n").map_or("", |(_, body)| body)
    }

    pub(crate) fn is(&self, method: &str) -> bool {
        self.first_line().starts_with(&format!("{method} "))
    }

    /// Port and address of the audio, as the session description says.
    pub(crate) fn audio(&self) -> SocketAddr {
        let line =
            |start: &str| self.body().lines().find_map(|line| line.strip_prefix(start)).unwrap().to_owned();
        let port = line("m=audio ").split(' ').next().unwrap().to_owned();
        format!("{}:{port}", line("c=IN IP4 ")).parse().unwrap()
    }
}

pub(crate) struct Phone {
    socket: UdpSocket,
    pub(crate) rtp: UdpSocket,
    cloud: SocketAddr,
    /// `7654321e0`.
    pub(crate) user: String,
    pub(crate) password: String,
    sequence: u32,
    /// The request sent last with a login.
    pending: String,
}

impl Phone {
    pub(crate) async fn new(cloud: &practice::Practice, device: &str) -> Self {
        let login = cloud.phones().into_iter().find(|it| it.device == device).unwrap();
        Self {
            socket: UdpSocket::bind("127.0.0.1:0").await.unwrap(),
            rtp: UdpSocket::bind("127.0.0.1:0").await.unwrap(),
            cloud: cloud.sip().address(),
            user: login.user,
            password: login.password,
            sequence: 0,
            pending: String::new(),
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.socket.local_addr().unwrap()
    }

    pub(crate) fn contact(&self) -> String {
        format!("Contact: <sip:{}@{}>\r\n", self.user, self.address())
    }

    pub(crate) async fn send(&self, text: &str) {
        self.socket.send_to(text.as_bytes(), self.cloud).await.unwrap();
    }

    pub(crate) async fn receive(&self) -> Message {
        let mut buffer = vec![0; 8192];
        let (length, _) =
            timeout(PATIENCE, self.socket.recv_from(&mut buffer)).await.expect("nothing came").unwrap();
        Message(String::from_utf8(buffer[..length].to_vec()).unwrap())
    }

    /// Whether the line stays silent for a while.
    pub(crate) async fn hears_nothing(&self) -> bool {
        let mut buffer = [0; 2048];
        timeout(Duration::from_millis(300), self.socket.recv_from(&mut buffer)).await.is_err()
    }

    /// The final answer to the request sent last, past provisional ones and repeated ones of earlier requests.
    pub(crate) async fn final_answer(&self) -> Message {
        let own = format!("{} ", self.sequence);
        loop {
            let message = self.receive().await;
            let is_final = message.status().is_some_and(|status| status >= 200);
            if is_final && message.header("CSeq").starts_with(&own) {
                return message;
            }
        }
    }

    /// The next message that begins this way, past all others.
    pub(crate) async fn expect(&self, method: &str) -> Message {
        timeout(PATIENCE, self.next(method)).await.unwrap_or_else(|_| panic!("no {method} came"))
    }

    async fn next(&self, method: &str) -> Message {
        loop {
            let message = self.receive().await;
            if message.is(method) {
                return message;
            }
        }
    }

    /// A request outside of a dialog. `more` are further headers, each with its line end.
    pub(crate) fn request(&mut self, method: &str, uri: &str, more: &str, body: &str) -> String {
        self.sequence += 1;
        let (user, address, sequence) = (&self.user, self.address(), self.sequence);
        let call_id = if method == "REGISTER" { "register".to_owned() } else { format!("call-{address}") };
        format!(
            "{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP {address};rport;branch=z9hG4bK-{address}-{sequence}\r\n\
             Max-Forwards: 70\r\nFrom: <sip:{user}@sipgate.de>;tag=from-{address}\r\nTo: <{}>\r\nCall-ID: {call_id}\r\n\
             CSeq: {sequence} {method}\r\n{more}Content-Length: {}\r\n\r\n{body}",
            if method == "REGISTER" { format!("sip:{user}@sipgate.de") } else { uri.to_owned() },
            body.len()
        )
    }

    /// Sends a request, answers the challenge, and returns the answer to the second attempt.
    pub(crate) async fn ask(&mut self, method: &str, uri: &str, more: &str, body: &str) -> Message {
        if let Some(answer) = self.submit(method, uri, more, body).await {
            return answer;
        }
        let answer = self.final_answer().await;
        if method == "INVITE" && answer.status() >= Some(300) {
            self.acknowledge_refusal(&self.pending, &answer).await;
        }
        answer
    }

    /// Sends a request and once more with the login the challenge asks for; anything but a challenge comes back.
    pub(crate) async fn submit(
        &mut self,
        method: &str,
        uri: &str,
        more: &str,
        body: &str,
    ) -> Option<Message> {
        let request = self.request(method, uri, more, body);
        self.send(&request).await;
        let challenge = self.final_answer().await;
        let (name, answer) = match challenge.status() {
            Some(401) => ("Authorization", challenge.header("WWW-Authenticate").to_owned()),
            Some(407) => ("Proxy-Authorization", challenge.header("Proxy-Authenticate").to_owned()),
            _ => return Some(challenge),
        };
        if method == "INVITE" {
            self.acknowledge_refusal(&request, &challenge).await;
        }
        let login = format!("{name}: {}\r\n{more}", self.digest(&answer, method, uri));
        let request = self.request(method, uri, &login, body);
        self.send(&request).await;
        self.pending = request;
        None
    }

    /// Takes back the INVITE sent last: same branch, same number, other method (RFC 3261 section 9.1).
    pub(crate) async fn cancel(&self) {
        let kept = ["Via:", "Max-Forwards:", "From:", "To:", "Call-ID:"];
        let lines = self.pending.lines().filter(|line| kept.iter().any(|name| line.starts_with(name)));
        let first = self.pending.lines().next().unwrap().replacen("INVITE", "CANCEL", 1);
        let head = lines.fold(first, |head, line| head + "\r\n" + line);
        self.send(&format!("{head}\r\nCSeq: {} CANCEL\r\nContent-Length: 0\r\n\r\n", self.sequence)).await;
    }

    fn digest(&self, challenge: &str, method: &str, uri: &str) -> String {
        let nonce = challenge.split("nonce=\"").nth(1).unwrap().split('"').next().unwrap();
        let who = hash(&format!("{}:sipgate.de:{}", self.user, self.password));
        let what = hash(&format!("{method}:{uri}"));
        let response = hash(&format!("{who}:{nonce}:00000001:abc:auth:{what}"));
        format!(
            "Digest username=\"{}\", realm=\"sipgate.de\", nonce=\"{nonce}\", uri=\"{uri}\", qop=auth, nc=00000001, \
             cnonce=\"abc\", response=\"{response}\", algorithm=MD5",
            self.user
        )
    }

    async fn acknowledge_refusal(&self, invite: &str, refusal: &Message) {
        let first = invite.lines().next().unwrap().replacen("INVITE", "ACK", 1);
        let line = |name: &str| invite.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
        let ack = format!(
            "{first}\r\n{}\r\n{}\r\nTo: {}\r\n{}\r\nCSeq: {} ACK\r\nContent-Length: 0\r\n\r\n",
            line("Via:"),
            line("From:"),
            refusal.header("To"),
            line("Call-ID:"),
            self.sequence
        );
        self.send(&ack).await;
    }

    pub(crate) async fn register(&mut self) -> Message {
        let contact = self.contact();
        self.ask("REGISTER", "sip:sipgate.de", &format!("{contact}Expires: 600\r\n"), "").await
    }

    /// A request inside the dialog that `answer` (a 200 to our INVITE) opened.
    pub(crate) async fn inside(&mut self, method: &str, answer: &Message, body: &str) {
        if method != "ACK" {
            self.sequence += 1;
        }
        let (address, sequence) = (self.address(), self.sequence);
        let target = answer.header("Contact").split(['<', '>']).nth(1).unwrap();
        let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
        let text = format!(
            "{method} {target} SIP/2.0\r\nVia: SIP/2.0/UDP {address};rport;branch=z9hG4bK-{address}-{method}-{sequence}\r\n\
             Max-Forwards: 70\r\nFrom: {}\r\nTo: {}\r\nCall-ID: {}\r\nCSeq: {sequence} {method}\r\n{}{kind}\
             Content-Length: {}\r\n\r\n{body}",
            answer.header("From"),
            answer.header("To"),
            answer.header("Call-ID"),
            self.contact(),
            body.len()
        );
        self.send(&text).await;
    }

    /// Answers a request of the cloud.
    pub(crate) async fn reply(&self, request: &Message, status: &str, body: &str) {
        let vias = request.headers("Via").iter().fold(String::new(), |mut vias, via| {
            let _ = write!(vias, "Via: {via}\r\n");
            vias
        });
        let to = request.header("To");
        let tag = if to.contains("tag=") { "" } else { ";tag=phone" };
        let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
        let text = format!(
            "SIP/2.0 {status}\r\n{vias}From: {}\r\nTo: {to}{tag}\r\nCall-ID: {}\r\nCSeq: {}\r\n{}{kind}\
             Content-Length: {}\r\n\r\n{body}",
            request.header("From"),
            request.header("Call-ID"),
            request.header("CSeq"),
            self.contact(),
            body.len()
        );
        self.send(&text).await;
    }

    /// A description of our audio: A-law and events under a payload type of our own liking.
    pub(crate) fn sdp(&self, direction: &str) -> String {
        let port = self.rtp.local_addr().unwrap().port();
        format!(
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {port} RTP/AVP 8 101\r\n\
             a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na={direction}\r\n"
        )
    }

    /// One packet of audio or of a telephone event.
    pub(crate) async fn speak(&self, to: SocketAddr, kind: u8, sequence: u16, payload: &[u8]) {
        let mut packet = vec![0x80, kind];
        packet.extend(sequence.to_be_bytes());
        packet.extend((u32::from(sequence) * 160).to_be_bytes());
        packet.extend(7u32.to_be_bytes());
        packet.extend(payload);
        self.rtp.send_to(&packet, to).await.unwrap();
    }

    /// Whether audio arrives within a while.
    pub(crate) async fn hears_audio(&self) -> bool {
        let mut buffer = [0; 2048];
        timeout(Duration::from_millis(300), self.rtp.recv_from(&mut buffer)).await.is_ok()
    }

    /// Payload of the next packet of audio.
    pub(crate) async fn hear(&self) -> Vec<u8> {
        let mut buffer = [0; 2048];
        let (length, _) =
            timeout(PATIENCE, self.rtp.recv_from(&mut buffer)).await.expect("no audio").unwrap();
        buffer[12..length].to_vec()
    }
}

fn hash(text: &str) -> String {
    Md5::digest(text.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
