//! One medium of a description: what its own lines and the session's lines before it say.

use super::browser::Words;
use super::codec::{Codec, MOST_CODECS};
use super::crypto::{Crypto, MOST_LINES};
use super::line::{Line, Lines, words};
use super::{MOST_MEDIA, SdpError, Security, Unacceptable};
use crate::rtp::Clocks;
use crate::srtp::Suite;
use std::net::{IpAddr, SocketAddr};

/// One `m=` line with everything that belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Media {
    /// Voice, picture, fax, ...
    pub kind: MediaKind,
    /// Where the peer wants it; zero refuses or ends it.
    pub port: u16,
    /// What the packets are.
    pub transport: Transport,
    /// Payload types or other formats, as written.
    pub formats: Vec<Box<str>>,
    /// The peer's machine.
    pub host: Host,
    /// Port and address of `a=rtcp` (RFC 3605).
    pub rtcp: Option<(u16, Option<IpAddr>)>,
    /// Whether `a=rtcp-mux` is offered or accepted (RFC 5761).
    pub rtcp_mux: bool,
    /// Who speaks, seen from the peer; the old hold with address zero counts (RFC 3264 8.4).
    pub direction: Direction,
    /// Whether keys are offered: `a=crypto` or `a=fingerprint`.
    pub keyed: bool,
    /// Keys that we can use, in the writer's order.
    pub crypto: Vec<Crypto>,
    /// Milliseconds of voice in a packet that the peer prefers.
    pub ptime: Option<u16>,
    /// Clocks of the payload types.
    pub clocks: Clocks,
    /// Payload types that are explained, in the writer's order.
    rtpmaps: Vec<Codec>,
    /// What browsers say.
    pub(super) browser: Words,
}

/// What is carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaKind {
    /// Voice.
    Audio,
    /// Moving picture.
    Video,
    /// Fax, as T.38 uses it.
    Image,
    /// Anything else.
    Other,
}

/// How it is carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// Plain RTP: RTP/AVP (RFC 3551).
    Avp,
    /// The same with early feedback: RTP/AVPF (RFC 4585).
    Avpf,
    /// SRTP with keys in the description: RTP/SAVP (RFC 3711).
    Savp,
    /// The same with early feedback: RTP/SAVPF (RFC 5124).
    Savpf,
    /// SRTP with keys from DTLS: UDP/TLS/RTP/SAVP or UDP/TLS/RTP/SAVPF (RFC 5764).
    Dtls,
    /// Fax: udptl.
    Udptl,
    /// Anything else.
    Other,
}

/// Where the peer says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host {
    /// Here.
    Address(IpAddr),
    /// Address zero: nowhere for now, which is how old phones hold (RFC 3264 8.4).
    Nowhere,
    /// A name, a multicast group or nothing readable.
    Unnamed,
}

/// Who speaks, seen from the one who wrote the description.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// Both.
    #[default]
    SendReceive,
    /// Only the writer.
    SendOnly,
    /// Only the reader.
    ReceiveOnly,
    /// Nobody.
    Inactive,
}

impl Direction {
    /// Whether the writer sends.
    #[must_use]
    pub fn sends(self) -> bool {
        matches!(self, Self::SendReceive | Self::SendOnly)
    }

    /// Whether the writer wants to receive.
    #[must_use]
    pub fn receives(self) -> bool {
        matches!(self, Self::SendReceive | Self::ReceiveOnly)
    }

    /// The name of the attribute.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SendReceive => "sendrecv",
            Self::SendOnly => "sendonly",
            Self::ReceiveOnly => "recvonly",
            Self::Inactive => "inactive",
        }
    }

    pub(super) fn named(name: &[u8]) -> Option<Self> {
        [Self::SendReceive, Self::SendOnly, Self::ReceiveOnly, Self::Inactive]
            .into_iter()
            .find(|direction| direction.name().as_bytes() == name)
    }

    fn deaf(self) -> Self {
        if self.sends() { Self::SendOnly } else { Self::Inactive }
    }
}

impl Media {
    /// Where the peer wants its voice, as far as we can send there. A host without an address counts as the one
    /// that its signalling came from.
    #[must_use]
    pub fn rtp_address(&self, signalling: IpAddr) -> Option<SocketAddr> {
        let host = self.host.or(signalling)?;
        (self.port != 0).then(|| SocketAddr::new(host, self.port))
    }

    /// Where it wants RTCP: `a=rtcp`, else the port after the voice (RFC 3550 11).
    #[must_use]
    pub fn rtcp_address(&self, signalling: IpAddr) -> Option<SocketAddr> {
        let rtp = self.rtp_address(signalling)?;
        let (port, host) = match self.rtcp {
            Some((port, host)) => (port, host.unwrap_or_else(|| rtp.ip())),
            None => (self.port.checked_add(1)?, rtp.ip()),
        };
        (port != 0).then(|| SocketAddr::new(host, port))
    }

    /// What it can carry, the writer's favourite first. Payload types that nobody explains are left out.
    #[must_use]
    pub fn codecs(&self) -> Vec<Codec> {
        let numbers = self.formats.iter().filter_map(|format| format.parse().ok());
        let explained = |number| self.rtpmaps.iter().find(|codec| codec.payload_type == number).cloned();
        numbers
            .filter_map(|number| explained(number).or_else(|| Codec::fixed(number)))
            .take(MOST_CODECS)
            .collect()
    }

    /// Whether this is voice that a leg with this security can carry.
    pub(super) fn is_relayable(&self, security: Security) -> bool {
        self.kind == MediaKind::Audio && self.port != 0 && self.acceptable(security).is_ok()
    }

    /// Whether this is a fax that travels as such (ITU-T T.38 annex D), which nobody closes.
    pub(super) fn is_fax(&self, security: Security) -> bool {
        let fax = (self.kind, self.transport) == (MediaKind::Image, Transport::Udptl) && self.port != 0;
        fax && matches!(security, Security::Off | Security::Optional)
    }

    /// Whether its transport and keys are what a leg with this security needs.
    pub(super) fn acceptable(&self, security: Security) -> Result<(), Unacceptable> {
        match (self.transport, security) {
            (Transport::Avp | Transport::Avpf, Security::Off | Security::Optional) => Ok(()),
            (Transport::Savp | Transport::Savpf, Security::Off) => Err(Unacceptable::KeysOff),
            (Transport::Dtls, _) => self.browser.browser().map(drop).ok_or(Unacceptable::Keys),
            (_, Security::Browser) | (Transport::Udptl | Transport::Other, _) => Err(Unacceptable::Transport),
            (Transport::Avp | Transport::Avpf, Security::Required)
            | (Transport::Savp | Transport::Savpf, Security::Optional | Security::Required) => {
                self.chosen_key(security).map(drop).ok_or(Unacceptable::Keys)
            }
        }
    }

    /// The offered key that we like best.
    pub(super) fn chosen_key(&self, security: Security) -> Option<&Crypto> {
        let offered = || self.crypto.iter().filter(|_| security != Security::Off);
        Suite::ALL.into_iter().find_map(|suite| offered().find(|crypto| crypto.key.suite() == suite))
    }

    fn parse(line: Line<'_>, session: &Defaults) -> Option<Self> {
        let mut words = words(line.value);
        let kind = words.next()?;
        let port = words.next()?.split('/').next()?.parse().ok()?;
        let transport = Transport::named(words.next()?);
        let formats: Vec<Box<str>> = words.map(Into::into).collect();
        (!formats.is_empty()).then(|| Self {
            kind: MediaKind::named(kind),
            port,
            transport,
            formats,
            host: session.host,
            rtcp: None,
            rtcp_mux: false,
            direction: session.direction,
            keyed: session.keyed,
            crypto: Vec::new(),
            ptime: None,
            clocks: Clocks::default(),
            rtpmaps: Vec::new(),
            browser: session.browser.clone(),
        })
    }

    fn learn(&mut self, name: &[u8], value: &[u8]) {
        self.keyed |= name == b"fingerprint";
        if self.browser.learn(name, value) {
            return;
        }
        match name {
            b"rtcp" => self.rtcp = parse_rtcp(value),
            b"rtcp-mux" | b"rtcp-mux-only" => self.rtcp_mux = true,
            b"crypto" => {
                self.keyed = true;
                let room = self.crypto.len() < MOST_LINES;
                self.crypto.extend(Crypto::parse(value).filter(|_| room));
            }
            b"ptime" => self.ptime = words(value).next().and_then(|word| word.parse().ok()),
            b"rtpmap" => {
                let codec = Codec::of_rtpmap(value).filter(|_| self.rtpmaps.len() < MOST_CODECS);
                if let Some(codec) = codec {
                    self.clocks.learn(codec.payload_type, codec.hertz);
                    self.rtpmaps.push(codec);
                }
            }
            _ => self.direction = Direction::named(name).unwrap_or(self.direction),
        }
    }

    fn settled(mut self) -> Self {
        // A browser says where it is by candidates; its address zero is no hold (RFC 8839 4.2.1).
        if self.host == Host::Nowhere && self.transport == Transport::Dtls {
            self.host = Host::Unnamed;
        }
        if self.host == Host::Nowhere {
            self.direction = self.direction.deaf();
        }
        self
    }
}

impl MediaKind {
    fn named(name: &str) -> Self {
        match name.to_ascii_lowercase().as_str() {
            "audio" => Self::Audio,
            "video" => Self::Video,
            "image" => Self::Image,
            _ => Self::Other,
        }
    }
}

impl Transport {
    /// As an `m=` line names it; `None` for those that we never write.
    pub(super) fn name(self) -> Option<&'static str> {
        match self {
            Self::Avp => Some("RTP/AVP"),
            Self::Avpf => Some("RTP/AVPF"),
            Self::Savp => Some("RTP/SAVP"),
            Self::Savpf => Some("RTP/SAVPF"),
            Self::Dtls => Some("UDP/TLS/RTP/SAVPF"),
            Self::Udptl | Self::Other => None,
        }
    }

    /// Whether the description itself carries the keys.
    pub(super) fn has_keys(self) -> bool {
        matches!(self, Self::Savp | Self::Savpf)
    }

    /// The same without keys, or with them.
    pub(super) fn with_keys(self, secure: bool) -> Self {
        match (self, secure) {
            (Self::Avp | Self::Savp | Self::Dtls, false) => Self::Avp,
            (Self::Avpf | Self::Savpf, false) => Self::Avpf,
            (Self::Avp | Self::Savp | Self::Dtls, true) => Self::Savp,
            (Self::Avpf | Self::Savpf, true) => Self::Savpf,
            (Self::Udptl | Self::Other, _) => self,
        }
    }

    pub(super) fn named(name: &str) -> Self {
        match name.to_ascii_uppercase().as_str() {
            "RTP/AVP" => Self::Avp,
            "RTP/AVPF" => Self::Avpf,
            "RTP/SAVP" => Self::Savp,
            "RTP/SAVPF" => Self::Savpf,
            "UDP/TLS/RTP/SAVP" | "UDP/TLS/RTP/SAVPF" => Self::Dtls,
            "UDPTL" => Self::Udptl,
            _ => Self::Other,
        }
    }
}

impl Host {
    fn or(self, signalling: IpAddr) -> Option<IpAddr> {
        match self {
            Self::Address(address) => Some(address),
            Self::Nowhere => None,
            Self::Unnamed => Some(signalling),
        }
    }
}

/// What the lines before the first `m=` say for all media.
struct Defaults {
    host: Host,
    direction: Direction,
    keyed: bool,
    browser: Words,
}

/// All media of a description.
pub(super) fn read(text: &[u8]) -> Result<Vec<Media>, SdpError> {
    let (direction, browser) = (Direction::SendReceive, Words::default());
    let mut session = Defaults { host: Host::Unnamed, direction, keyed: false, browser };
    let mut media: Vec<Media> = Vec::new();
    let mut lines = Lines::of(text);
    lines
        .next()
        .filter(|line| line.letter == b'v' && line.value.trim_ascii() == b"0")
        .ok_or(SdpError::Version)?;
    for line in lines {
        match line.letter {
            0 => return Err(SdpError::Line { number: line.number }),
            b'm' if media.len() == MOST_MEDIA => return Err(SdpError::TooLarge),
            b'm' => {
                let read = Media::parse(line, &session);
                media.push(read.ok_or(SdpError::MediaLine { number: line.number })?);
            }
            b'c' => place_host(&mut session, media.last_mut(), parse_host(line.value)),
            _ => learn(&mut session, media.last_mut(), line),
        }
    }
    Ok(media.into_iter().map(Media::settled).collect())
}

/// A connection line holds for its medium, or before the first `m=` for all.
fn place_host(session: &mut Defaults, media: Option<&mut Media>, host: Host) {
    match media {
        Some(media) => media.host = host,
        None => session.host = host,
    }
}

fn learn(session: &mut Defaults, media: Option<&mut Media>, line: Line<'_>) {
    let Some((name, value)) = line.attribute() else { return };
    match media {
        Some(media) => media.learn(name, value),
        None => {
            session.keyed |= matches!(name, b"crypto" | b"fingerprint");
            session.browser.learn(name, value);
            session.direction = Direction::named(name).unwrap_or(session.direction);
        }
    }
}

/// `IN IP4 192.0.2.1` with an optional `/ttl`.
fn parse_host(value: &[u8]) -> Host {
    let address =
        words(value).nth(2).and_then(|word| word.split('/').next()).and_then(|word| word.parse().ok());
    match address.map(|address: IpAddr| address.to_canonical()) {
        Some(address) if address.is_unspecified() => Host::Nowhere,
        Some(address) if address.is_multicast() => Host::Unnamed,
        Some(IpAddr::V4(address)) if address.is_broadcast() => Host::Unnamed,
        Some(address) => Host::Address(address),
        None => Host::Unnamed,
    }
}

/// `53020` or `53020 IN IP4 192.0.2.1` (RFC 3605 2.1).
fn parse_rtcp(value: &[u8]) -> Option<(u16, Option<IpAddr>)> {
    let port = words(value).next()?.parse().ok()?;
    let host = words(value).skip(1).collect::<Vec<_>>().join(" ");
    match parse_host(host.as_bytes()) {
        Host::Address(address) => Some((port, Some(address))),
        Host::Nowhere | Host::Unnamed => Some((port, None)),
    }
}
