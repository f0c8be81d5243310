//! A phone that sends exactly the bytes it is given, and shows exactly what came back.

use std::{
    io::{Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpStream, UdpSocket},
    time::{Duration, Instant},
};

use crate::{Login, PATIENCE, digest::Challenge, secure::Page};

/// After this time an unanswered datagram is sent again (T1, RFC 3261 17.1.1.1).
const RESEND: Duration = Duration::from_millis(500);

/// A socket with SIP on it.
#[derive(Debug)]
pub struct Wire {
    line: Line,
    here: SocketAddr,
    server: SocketAddr,
    sent: u32,
}

#[derive(Debug)]
enum Line {
    Udp(UdpSocket),
    Tcp(TcpStream, Vec<u8>),
    Web(Box<Page>),
}

impl Line {
    /// After which time an unanswered request is sent again; a stream does that by itself.
    fn resend(&self) -> Option<Duration> {
        matches!(self, Self::Udp(_)).then_some(RESEND)
    }
}

/// A message as received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message(pub String);

impl Message {
    /// The status of an answer.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.strip_prefix("SIP/2.0 ")?.get(..3)?.parse().ok()
    }

    /// The method of a request.
    #[must_use]
    pub fn method(&self) -> Option<&str> {
        self.status().is_none().then(|| self.0.split(' ').next().unwrap_or_default())
    }

    /// The first value of a header, by its long name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers(name).into_iter().next()
    }

    /// All values of a header, a line each.
    #[must_use]
    pub fn headers(&self, name: &str) -> Vec<&str> {
        let (head, _) = self.0.split_once("\r\n\r\n").unwrap_or((&self.0, ""));
        let lines = head.lines().skip(1).filter_map(|line| line.split_once(':'));
        lines
            .filter(|(one, _)| one.trim().eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
            .collect()
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &str {
        self.0.split_once("\r\n\r\n").map_or("", |(_, body)| body)
    }

    /// The tag in a From or To value.
    #[must_use]
    pub fn tag(&self, name: &str) -> Option<&str> {
        let (_, rest) = self.header(name)?.split_once(";tag=")?;
        rest.split(';').next()
    }
}

/// A request to be sent; every part can be replaced.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Method.
    pub method: String,
    /// Request URI.
    pub uri: String,
    /// From value without tag.
    pub from: String,
    /// To value.
    pub to: String,
    /// Own tag.
    pub tag: String,
    /// Call-ID.
    pub call: String,
    /// Number of the request in its dialog.
    pub number: u32,
    /// Max-Forwards.
    pub hops: u8,
    /// Further lines of the head.
    pub lines: Vec<String>,
    /// Session description, if any.
    pub body: String,
}

impl Draft {
    /// The same request with a further line in its head.
    #[must_use]
    pub fn line(mut self, line: impl Into<String>) -> Self {
        self.lines.push(line.into());
        self
    }

    /// The same request with an offer of G.711 voice at this address.
    #[must_use]
    pub fn offering(mut self, ear: SocketAddr) -> Self {
        self.body = voice(ear);
        self
    }
}

/// A session description: G.711 A-law and mu-law at `ear`.
#[must_use]
pub fn voice(ear: SocketAddr) -> String {
    let (ip, port) = (ear.ip(), ear.port());
    format!(
        "v=0\r\no=- 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\nm=audio {port} RTP/AVP 8 0 101\r\n\
         a=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n"
    )
}

impl Wire {
    /// Over UDP, from a free port of 127.0.0.1.
    #[must_use]
    pub fn udp(server: SocketAddr) -> Self {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let here = socket.local_addr().expect("a bound socket");
        Self { line: Line::Udp(socket), here, server, sent: 0 }
    }

    /// Over TCP.
    #[must_use]
    pub fn tcp(server: SocketAddr) -> Self {
        let stream = TcpStream::connect(server).expect("the server takes connections");
        let here = stream.local_addr().expect("a connected socket");
        Self { line: Line::Tcp(stream, Vec::new()), here, server, sent: 0 }
    }

    /// From a page in a browser, over an open WebSocket.
    #[must_use]
    pub fn web(server: SocketAddr, page: Page) -> Self {
        Self { here: page.here(), line: Line::Web(Box::new(page)), server, sent: 0 }
    }

    /// Its own address.
    #[must_use]
    pub fn here(&self) -> SocketAddr {
        self.here
    }

    /// Sends bytes as they are.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        match &mut self.line {
            Line::Udp(socket) => {
                socket.send_to(bytes.as_ref(), self.server).expect("a datagram leaves");
            }
            Line::Tcp(stream, _) => stream.write_all(bytes.as_ref()).expect("the connection stands"),
            Line::Web(page) => page.send(&String::from_utf8_lossy(bytes.as_ref())),
        }
    }

    /// The next message. Panics after [`PATIENCE`].
    pub fn receive(&mut self) -> Message {
        self.receive_within(PATIENCE).expect("waited in vain for a message")
    }

    /// The next message, `None` when none came within `limit`.
    pub fn receive_within(&mut self, limit: Duration) -> Option<Message> {
        match &mut self.line {
            Line::Udp(socket) => receive_datagram(socket, limit),
            Line::Tcp(stream, unread) => receive_from_stream(stream, unread, limit),
            Line::Web(page) => page.receive_within(limit),
        }
    }

    /// The next message that `fits`; others are dropped.
    pub fn receive_where(&mut self, what: &str, fits: impl Fn(&Message) -> bool) -> Message {
        let end = Instant::now() + PATIENCE;
        let mut seen = vec![];
        while let Some(message) = self.receive_within(end.saturating_duration_since(Instant::now())) {
            if fits(&message) {
                return message;
            }
            seen.push(message.0);
        }
        panic!("waited in vain for {what}; came instead: {seen:#?}");
    }

    /// A request outside a dialog, from `user` at the server.
    #[must_use]
    pub fn draft(&mut self, method: &str, user: &str, uri: &str) -> Draft {
        self.sent += 1;
        let port = self.here.port();
        Draft {
            method: method.to_owned(),
            uri: uri.to_owned(),
            from: format!("<sip:{user}@{}>", self.server),
            to: format!("<{uri}>"),
            tag: format!("t{port}n{}", self.sent),
            call: format!("c{port}n{}@wire", self.sent),
            number: 1,
            hops: 70,
            lines: vec![],
            body: String::new(),
        }
    }

    /// The bytes of a draft, with a new branch.
    #[must_use]
    pub fn write(&mut self, draft: &Draft) -> String {
        self.sent += 1;
        let (transport, place, scheme) = match &self.line {
            Line::Udp(_) => ("UDP", self.here.to_string(), "udp"),
            Line::Tcp(..) => ("TCP", self.here.to_string(), "tcp"),
            // A page does not know its address (RFC 7118 5.2).
            Line::Web(_) => ("WSS", format!("page{}.invalid", self.here.port()), "ws"),
        };
        let (here, user) = (self.here, draft.from.split(['@', ':']).nth(1).unwrap_or("wire"));
        let Draft { method, uri, from, to, tag, call, number, hops, body, .. } = draft;
        let mut text = format!(
            "{method} {uri} SIP/2.0\r\nVia: SIP/2.0/{transport} {place};branch=z9hG4bKw{}x{};rport\r\n\
             Max-Forwards: {hops}\r\nFrom: {from};tag={tag}\r\nTo: {to}\r\nCall-ID: {call}\r\nCSeq: {number} {method}\r\n\
             Contact: <sip:{user}@{place};transport={scheme}>\r\n",
            here.port(),
            self.sent,
        );
        draft.lines.iter().for_each(|line| text += &format!("{line}\r\n"));
        if !body.is_empty() && !draft.lines.iter().any(|line| line.starts_with("Content-Type:")) {
            text += "Content-Type: application/sdp\r\n";
        }
        text + &format!("Content-Length: {}\r\n\r\n{body}", body.len())
    }

    /// Sends a request and returns the first answer that is not provisional.
    pub fn ask(&mut self, draft: &Draft) -> Message {
        self.ask_within(PATIENCE, draft).unwrap_or_else(|| panic!("no answer to {draft:?}"))
    }

    /// Like [`Wire::ask`], sent again every half a second over UDP (RFC 3261 17.1), but `None` when no
    /// answer came within `limit`.
    pub fn ask_within(&mut self, limit: Duration, draft: &Draft) -> Option<Message> {
        let text = self.write(draft);
        let end = Instant::now() + limit;
        let mut again = Instant::now();
        while Instant::now() < end {
            if Instant::now() >= again {
                self.send(&text);
                again = self.line.resend().map_or(end, |after| Instant::now() + after);
            }
            let came = self.receive_within(again.min(end).saturating_duration_since(Instant::now()));
            let Some(answer) = came.filter(|came| came.header("Call-ID") == Some(&draft.call)) else {
                continue;
            };
            match answer.status() {
                Some(100..200) => again = end,
                Some(_) => return Some(self.acknowledge(&text, answer)),
                None => {}
            }
        }
        None
    }

    /// Like [`Wire::ask`], and answers one challenge.
    pub fn ask_as(&mut self, login: &Login, draft: &mut Draft) -> Message {
        self.ask_as_within(PATIENCE, login, draft).unwrap_or_else(|| panic!("no answer to {draft:?}"))
    }

    fn ask_as_within(&mut self, limit: Duration, login: &Login, draft: &mut Draft) -> Option<Message> {
        let first = self.ask_within(limit, draft)?;
        let Some(line) = credentials(&first, login, draft, 1) else { return Some(first) };
        draft.number += 1;
        draft.lines.push(line);
        self.ask_within(limit, draft)
    }

    /// Registers its own address for `seconds`.
    pub fn register(&mut self, login: &Login, seconds: u32) -> Message {
        self.try_register(login, seconds, PATIENCE).expect("an answer")
    }

    /// Like [`Wire::register`], but `None` when an answer did not come within `limit`.
    pub fn try_register(&mut self, login: &Login, seconds: u32, limit: Duration) -> Option<Message> {
        let server = self.server;
        let mut draft = self.draft("REGISTER", &login.user, &format!("sip:{server}"));
        draft.to = draft.from.clone();
        self.ask_as_within(limit, login, &mut draft.line(format!("Expires: {seconds}")))
    }

    /// Answers a request; `status` is a line such as `180 Ringing`, `tag` its own tag.
    pub fn reply(&mut self, request: &Message, status: &str, tag: &str, body: &str) {
        let mut text = format!("SIP/2.0 {status}\r\n");
        for name in ["Via", "Record-Route", "From", "Call-ID", "CSeq"] {
            request.headers(name).iter().for_each(|value| text += &format!("{name}: {value}\r\n"));
        }
        let to = request.header("To").unwrap_or_default();
        let tag = if to.contains(";tag=") { String::new() } else { format!(";tag={tag}") };
        text += &format!("To: {to}{tag}\r\nContact: <sip:wire@{}>\r\n", self.here);
        if !body.is_empty() {
            text += "Content-Type: application/sdp\r\n";
        }
        text += &format!("Content-Length: {}\r\n\r\n{body}", body.len());
        self.send(text);
    }

    /// The ACK for a refused INVITE travels in the same transaction (RFC 3261 17.1.1.3).
    fn acknowledge(&mut self, request: &str, answer: Message) -> Message {
        let request = Message(request.to_owned());
        if request.method() != Some("INVITE") || answer.status() < Some(300) {
            return answer;
        }
        let uri = request.0.split(' ').nth(1).unwrap_or_default();
        let [via, from, call, number] =
            ["Via", "From", "Call-ID", "CSeq"].map(|name| request.header(name).unwrap_or_default());
        let to = answer.header("To").unwrap_or_default();
        let number = number.split(' ').next().unwrap_or_default();
        self.send(format!(
            "ACK {uri} SIP/2.0\r\nVia: {via}\r\nMax-Forwards: 70\r\nFrom: {from}\r\nTo: {to}\r\nCall-ID: {call}\r\n\
             CSeq: {number} ACK\r\nContent-Length: 0\r\n\r\n"
        ));
        answer
    }
}

/// The header line that answers the challenge in `answer`, if there is one; the first challenge that
/// we know is taken (RFC 8760 2.4).
#[must_use]
pub fn credentials(answer: &Message, login: &Login, draft: &Draft, count: u32) -> Option<String> {
    let (asks, answers) = match answer.status() {
        Some(401) => ("WWW-Authenticate", "Authorization"),
        Some(407) => ("Proxy-Authenticate", "Proxy-Authorization"),
        _ => return None,
    };
    let challenge = answer.headers(asks).into_iter().find_map(Challenge::read)?;
    Some(format!("{answers}: {}", challenge.answer(login, &draft.method, &draft.uri, count)))
}

fn receive_datagram(socket: &UdpSocket, limit: Duration) -> Option<Message> {
    let mut buffer = vec![0; 65_536];
    socket.set_read_timeout(Some(limit.max(Duration::from_millis(1)))).expect("a timeout above zero");
    let length = socket.recv(&mut buffer).ok()?;
    Some(Message(String::from_utf8_lossy(buffer.get(..length)?).into_owned()))
}

fn receive_from_stream(stream: &mut TcpStream, unread: &mut Vec<u8>, limit: Duration) -> Option<Message> {
    let end = Instant::now() + limit;
    let mut buffer = vec![0; 65_536];
    loop {
        if let Some(message) = cut(unread) {
            return Some(message);
        }
        let left = end.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
        stream.set_read_timeout(Some(left)).expect("a timeout above zero");
        match stream.read(&mut buffer).ok()? {
            0 => return None,
            length => unread.extend_from_slice(buffer.get(..length)?),
        }
    }
}

/// Cuts the first whole message off a stream (RFC 3261 18.3).
fn cut(unread: &mut Vec<u8>) -> Option<Message> {
    let head = unread.windows(4).position(|part| part == b"\r\n\r\n")? + 4;
    let text = String::from_utf8_lossy(unread.get(..head)?).into_owned();
    let length = Message(text).header("Content-Length").and_then(|value| value.parse().ok()).unwrap_or(0);
    (unread.len() >= head + length).then(|| {
        Message(String::from_utf8_lossy(&unread.drain(..head + length).collect::<Vec<u8>>()).into_owned())
    })
}
