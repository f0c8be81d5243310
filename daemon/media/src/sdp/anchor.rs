//! A description rewritten so that the other leg talks to us and learns nothing of this one's addresses.

use super::line::{Line, words};
use super::media::Transport;
use super::{Direction, Door, Host, KeyLines, Session};
use memchr::memchr2_iter;
use std::net::IpAddr;

/// Our side of a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// Where the other leg finds us.
    pub address: IpAddr,
    /// Our port for voice; RTCP has the one after it.
    pub rtp_port: u16,
    /// Where we are instead if the other leg is a browser.
    pub door: Option<Door>,
    /// Our `o=` line.
    pub origin: Origin,
}

/// Who wrote a description and which issue of it this is (RFC 4566 5.2). Within a dialog name and id stay, and the
/// version grows by one whenever the text changes (RFC 3264 8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Without blanks.
    pub username: &'static str,
    /// The session.
    pub id: u64,
    /// Its issue.
    pub version: u64,
}

/// Attributes that name the peer's addresses, prove its keys or negotiate transports that we do not relay.
const LEFT_OUT: [&[u8]; 28] = [
    b"candidate",
    b"remote-candidates",
    b"end-of-candidates",
    b"ice-ufrag",
    b"ice-pwd",
    b"ice-options",
    b"ice-lite",
    b"ice-mismatch",
    b"ice-pacing",
    b"alt",
    b"crypto",
    b"fingerprint",
    b"setup",
    b"connection",
    b"tls-id",
    b"dtls-id",
    b"key-mgmt",
    b"zrtp-hash",
    b"identity",
    b"ssrc",
    b"ssrc-group",
    b"source-filter",
    b"group",
    b"bundle-only",
    b"acap",
    b"tcap",
    b"pcfg",
    b"acfg",
];
/// What only browsers say to each other: how packets are marked and bundled, which of them are missed, and whose they are.
const OF_BROWSERS: [&[u8]; 8] = [
    b"mid",
    b"msid",
    b"msid-semantic",
    b"extmap",
    b"extmap-allow-mixed",
    b"rtcp-mux",
    b"rtcp-rsize",
    b"rtcp-fb",
];
/// Session lines that come before the connection line (RFC 4566 5).
const BEFORE_CONNECTION: &[u8] = b"vosiuep";

/// Writes the description for the other leg.
pub(super) fn write(session: &Session, anchor: &Anchor, keys: &KeyLines) -> Vec<u8> {
    let host = our_host(anchor.address);
    let mut writer = Writer {
        out: Vec::with_capacity(session.text.len() + 64),
        anchor,
        host: &host,
        keys,
        foreign: foreign_hosts(session),
        browser: keys.are_for_browser()
            || session.audio().is_some_and(|audio| audio.transport == Transport::Dtls),
        audio: session.relayed_index(),
        part: Part::Session,
        connected: false,
        owed: false,
    };
    for line in session.lines() {
        writer.line(line, session);
    }
    writer.connection();
    writer.own_attributes(session);
    writer.out
}

/// Where in the description we are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Session,
    Audio,
    Refused,
}

struct Writer<'a> {
    out: Vec<u8>,
    anchor: &'a Anchor,
    /// Our address as it stands in lines.
    host: &'a str,
    keys: &'a KeyLines,
    /// How the peer writes its own addresses.
    foreign: Vec<&'a [u8]>,
    /// Whether a browser writes or reads.
    browser: bool,
    /// Which of the coming media we relay; counted down as they pass.
    audio: Option<usize>,
    part: Part,
    connected: bool,
    /// Attributes of our own are due, once the lines that must stand before attributes have passed (RFC 4566 5).
    owed: bool,
}

impl Writer<'_> {
    fn line(&mut self, line: Line<'_>, session: &Session) {
        if !BEFORE_CONNECTION.contains(&line.letter) {
            self.connection();
        }
        if matches!(line.letter, b'a' | b'm') {
            self.own_attributes(session);
        }
        match line.letter {
            b'm' => self.media(line),
            _ if self.part == Part::Refused => {}
            b'c' | b'k' | b'o' => {}
            b'v' => self.version_and_origin(),
            b'a' => self.attribute(line, session),
            b's' if self.names_foreign(line.value) => self.put(b's', b"-"),
            letter if !self.names_foreign(line.value) => self.put(letter, line.value),
            _ => {}
        }
    }

    fn version_and_origin(&mut self) {
        self.put(b'v', b"0");
        let Origin { username, id, version } = self.anchor.origin;
        let text = format!("{username} {id} {version} {}", self.host);
        self.put(b'o', text.as_bytes());
    }

    /// One connection line for the whole session, at its place.
    fn connection(&mut self) {
        if !std::mem::replace(&mut self.connected, true) {
            self.put(b'c', self.host.as_bytes());
        }
    }

    /// Voice gets our port, everything else port zero and no attributes.
    fn media(&mut self, line: Line<'_>) {
        if self.part == Part::Session {
            let lines = self.keys.browser.iter().flat_map(|lines| lines.of_session()).collect::<Vec<_>>();
            lines.iter().for_each(|line| self.put(b'a', line.as_bytes()));
        }
        let ours = self.audio == Some(0);
        self.audio = self.audio.and_then(|left| left.checked_sub(1));
        self.part = if ours { Part::Audio } else { Part::Refused };
        let port = if ours { self.port() } else { 0 };
        let mut words = words(line.value);
        let mut text = format!("{} {port}", words.next().unwrap_or_default());
        for (place, word) in words.skip(1).enumerate() {
            text.push(' ');
            let transport = (ours && place == 0).then(|| Transport::named(word));
            text.push_str(transport.and_then(|theirs| self.keys.transport(theirs).name()).unwrap_or(word));
        }
        self.put(b'm', text.as_bytes());
        self.owed = ours;
    }

    /// The direction that an old hold means, and our keys.
    fn own_attributes(&mut self, session: &Session) {
        if !std::mem::take(&mut self.owed) {
            return;
        }
        if let Some(direction) = old_hold(session) {
            self.put(b'a', direction.name().as_bytes());
        }
        for crypto in &self.keys.lines {
            self.put(b'a', crypto.compose().as_bytes());
        }
        if let Some((lines, door)) = self.keys.browser.as_ref().zip(self.anchor.door) {
            let lines = lines.of_voice(&door, self.anchor.address);
            lines.iter().for_each(|line| self.put(b'a', line.as_bytes()));
        }
    }

    fn port(&self) -> u16 {
        let door = self.anchor.door.filter(|_| self.keys.are_for_browser());
        door.map_or(self.anchor.rtp_port, |door| door.port)
    }

    fn attribute(&mut self, line: Line<'_>, session: &Session) {
        let Some((name, _)) = line.attribute() else { return };
        let replaced = Direction::named(name).is_some() && old_hold(session).is_some();
        match name {
            b"rtcp" if self.part == Part::Audio && !self.keys.are_for_browser() => {
                let port = self.anchor.rtp_port.saturating_add(1);
                self.put(b'a', format!("rtcp:{port} {}", self.host).as_bytes());
            }
            b"rtcp" => {}
            _ if self.browser && OF_BROWSERS.contains(&name) => {}
            _ if replaced || LEFT_OUT.contains(&name) || self.names_foreign(line.value) => {}
            _ => self.put(b'a', line.value),
        }
    }

    fn names_foreign(&self, value: &[u8]) -> bool {
        self.foreign.iter().any(|host| contains_word(value, host))
    }

    fn put(&mut self, letter: u8, value: &[u8]) {
        self.out.extend_from_slice(&[letter, b'=']);
        self.out.extend_from_slice(value);
        self.out.extend_from_slice(b"\r\n");
    }
}

fn our_host(address: IpAddr) -> String {
    let family = if address.is_ipv6() { "IP6" } else { "IP4" };
    format!("IN {family} {address}")
}

/// The old hold's direction: our address replaces its zero, so that the hold must be said in words.
fn old_hold(session: &Session) -> Option<Direction> {
    session.audio().filter(|audio| audio.host == Host::Nowhere).map(|audio| audio.direction)
}

/// Every host that the description itself gives for the peer, as it is written there.
fn foreign_hosts(session: &Session) -> Vec<&[u8]> {
    let mut hosts: Vec<&[u8]> = Vec::new();
    for line in session.lines() {
        let host = match (line.letter, line.attribute()) {
            (b'o', _) => words(line.value).nth(5),
            (b'c', _) => words(line.value).nth(2),
            (_, Some((b"rtcp", value))) => words(value).nth(3),
            _ => None,
        };
        let host = host.and_then(|host| host.split('/').next()).unwrap_or_default().as_bytes();
        if !host.is_empty() && !hosts.contains(&host) {
            hosts.push(host);
        }
    }
    hosts
}

/// Whether `word` stands in `text` and is not a part of a longer name or number.
fn contains_word(text: &[u8], word: &[u8]) -> bool {
    let joins = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let Some(first) = word.first() else { return false };
    memchr2_iter(first.to_ascii_lowercase(), first.to_ascii_uppercase(), text).any(|start| {
        let (before, end) = (start.checked_sub(1).and_then(|index| text.get(index)), start + word.len());
        let found = text.get(start..end).is_some_and(|found| found.eq_ignore_ascii_case(word));
        found && !joins(before) && !joins(text.get(end))
    })
}
