//! A telephone of the box's own, for the length of a test. It calls over the socket that all telephones call over, so that what is
//! measured is what they would get: the same lines, the same way of the voice.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use account::Credentials;
use bytes::Bytes;
use media::sdp::Session;
use sip::compose::{Request, Response};
use sip::dialog::{Dialog, NoDialog};
use sip::digest::{Challenge, Login};
use sip::message::{Message, OwnedMessage};
use sip::method::Method;
use sip::seed::Seed;
use sip::{Flow, Transport};
use tokio::net::UdpSocket;
use tokio::time::timeout;

/// Until a message that nobody has answered is sent again (RFC 3261 17.1.1.1, T1).
const AGAIN: Duration = Duration::from_millis(500);
/// An echo answers sooner; whoever rings that long is somebody.
const RINGS: Duration = Duration::from_secs(20);
/// How often goodbye is said.
const GOODBYES: usize = 4;
/// Largest message.
const LARGEST: usize = 65_535;

/// Why there is no call to listen to.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotCalled {
    /// Ours.
    #[error("no socket for the test's telephone: {0}")]
    Socket(#[from] io::Error),
    /// Nobody answered in time.
    #[error("nobody answers")]
    Silent,
    /// The box or the provider refused.
    #[error("the call is refused (SIP {0})")]
    Refused(u16),
    /// An answer that makes no call.
    #[error("the answer cannot be understood")]
    Unreadable,
}

impl From<NoDialog> for NotCalled {
    fn from(_: NoDialog) -> Self {
        Self::Unreadable
    }
}

/// The telephone.
pub(super) struct Telephone {
    socket: UdpSocket,
    house: SocketAddr,
    login: Credentials,
    seed: Seed,
}

/// A call that is up.
pub(super) struct Standing {
    dialog: Dialog,
    ack: Bytes,
    /// Where its voice goes.
    pub voice: SocketAddr,
}

impl Telephone {
    /// One that knows this login, beside the box's socket.
    pub(super) async fn new(house: SocketAddr, login: Credentials, seed: Seed) -> io::Result<Self> {
        let socket = UdpSocket::bind((house.ip(), 0)).await?;
        socket.connect(house).await?;
        Ok(Self { socket, house, login, seed })
    }

    /// Calls a number and says where its voice is to go.
    pub(super) async fn call(&mut self, number: &str, voice: SocketAddr) -> Result<Standing, NotCalled> {
        let (tag, call_id) = (self.seed.tag(), self.seed.call_id());
        let uri = format!("sip:{number}@{}", self.house);
        let mut challenge: Option<Challenge> = None;
        for cseq in [1, 2] {
            let invite =
                self.invite((&uri, cseq), (tag.as_str(), call_id.as_str()), &mut challenge, voice)?;
            let invite = OwnedMessage::parse(invite).map_err(|_| NotCalled::Unreadable)?;
            let answer = self.ask(&invite).await?;
            let (invite, answer) = (invite.message(), answer.message());
            let status = answer.status().unwrap_or(500);
            if status < 300 {
                return self.stands(&invite, &answer).await;
            }
            self.send(&Request::ack(&invite, &answer).build()).await?;
            challenge = Challenge::of(&answer).filter(|_| cseq == 1 && matches!(status, 401 | 407));
            if challenge.is_none() {
                return Err(NotCalled::Refused(status));
            }
        }
        Err(NotCalled::Silent)
    }

    fn invite(
        &mut self,
        (uri, cseq): (&str, u32),
        (tag, call_id): (&str, &str),
        challenge: &mut Option<Challenge>,
        voice: SocketAddr,
    ) -> Result<Bytes, NotCalled> {
        let here = self.socket.local_addr()?;
        let user = self.login.user.as_str();
        let offer = offer(voice);
        let request = Request::new(Method::Invite, uri)
            .via(Transport::Udp, here.to_string(), self.seed.branch())
            .max_forwards(70)
            .from(format!("<sip:{user}@{}>;tag={tag}", self.house))
            .to(format!("<{uri}>"))
            .call_id(call_id)
            .cseq(cseq)
            .contact(format!("<sip:{user}@{here}>"))
            .body("application/sdp", offer.as_bytes());
        let login = Login { user, password: self.login.password.expose() };
        let proof = challenge
            .as_mut()
            .and_then(|challenge| challenge.answer(Method::Invite, uri, login, &self.seed.tag()));
        Ok(match proof {
            Some((name, value)) => request.header(name, value).build(),
            None => request.build(),
        })
    }

    /// The final answer; the request is repeated until anything is heard of it.
    async fn ask(&self, invite: &OwnedMessage) -> Result<OwnedMessage, NotCalled> {
        let (end, number) = (Instant::now() + RINGS, invite.message().cseq().map(|cseq| cseq.number));
        let mut heard = false;
        while Instant::now() < end {
            if !heard {
                self.send(invite.bytes()).await?;
            }
            let Ok(received) = timeout(AGAIN, self.receive()).await else { continue };
            let received = received?;
            let message = received.message();
            let ours = message.cseq().map(|cseq| cseq.number) == number;
            match message.status() {
                Some(status) if ours && status >= 200 => return Ok(received),
                Some(_) if ours => heard = true,
                _ => {}
            }
        }
        self.send(&Request::cancel(&invite.message()).build()).await?;
        Err(NotCalled::Silent)
    }

    async fn stands(&mut self, invite: &Message<'_>, answer: &Message<'_>) -> Result<Standing, NotCalled> {
        let local = self.socket.local_addr()?;
        let flow = Flow { transport: Transport::Udp, local, peer: self.house, connection: 0 };
        let dialog = Dialog::calling(invite, answer, flow)?;
        let ack = dialog.ack(answer, local.to_string(), self.seed.branch()).build();
        self.send(&ack).await?;
        let session = Session::parse(answer.body()).map_err(|_| NotCalled::Unreadable)?;
        let voice = session.audio().and_then(|audio| audio.rtp_address(self.house.ip()));
        Ok(Standing { dialog, ack, voice: voice.ok_or(NotCalled::Unreadable)? })
    }

    /// Comes back when the other side has hung up.
    pub(super) async fn hung_up(&mut self, call: &Standing) -> io::Result<()> {
        loop {
            let received = self.receive().await?;
            let message = received.message();
            let Some(method) = message.method() else {
                // A copy of the answer: our ACK got lost.
                self.send(&call.ack).await?;
                continue;
            };
            if method == Method::Ack {
                continue;
            }
            let goodbye = method == Method::Bye;
            let answer = Response::to(&message, &call.dialog.flow(), status_of(goodbye));
            self.send(&answer.build()).await?;
            if goodbye {
                return Ok(());
            }
        }
    }

    /// Ends the call.
    pub(super) async fn hangs_up(&mut self, mut call: Standing) -> io::Result<()> {
        let here = self.socket.local_addr()?.to_string();
        let bye = call.dialog.request(Method::Bye, here, self.seed.branch()).build();
        for _ in 0..GOODBYES {
            self.send(&bye).await?;
            if let Ok(received) = timeout(AGAIN, self.receive()).await
                && received?.message().status().is_some_and(|status| status >= 200)
            {
                break;
            }
        }
        Ok(())
    }

    async fn send(&self, bytes: &Bytes) -> io::Result<()> {
        self.socket.send(bytes).await.map(drop)
    }

    /// The next message; what is none is passed over.
    async fn receive(&self) -> io::Result<OwnedMessage> {
        let mut buffer = vec![0; LARGEST];
        loop {
            let length = self.socket.recv(&mut buffer).await?;
            let bytes = Bytes::copy_from_slice(buffer.get(..length).unwrap_or_default());
            if let Ok(message) = OwnedMessage::parse(bytes) {
                return Ok(message);
            }
        }
    }
}

/// Goodbye is heard; anything else that somebody wants of a test's call is not to be had.
const fn status_of(goodbye: bool) -> u16 {
    if goodbye { 200 } else { 488 }
}

/// G.711 (A-law) in packets of 20 ms, which every provider takes.
fn offer(voice: SocketAddr) -> String {
    let (family, host, port) = match voice.ip() {
        IpAddr::V4(host) => ("IP4", host.to_string(), voice.port()),
        IpAddr::V6(host) => ("IP6", host.to_string(), voice.port()),
    };
    format!(
        "v=0\r\no=- 1 1 IN {family} {host}\r\ns=-\r\nc=IN {family} {host}\r\nt=0 0\r\n\
         m=audio {port} RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\na=ptime:20\r\na=sendrecv\r\n"
    )
}
