//! Just enough SDP for the practice cloud: one audio stream, G.711, G.722 and telephone events.

use std::net::SocketAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::srtp::{MASTER, SUITE};

/// Payload type under which the real cloud offers telephone events; phones that assume 101 fail.
pub(super) const EVENTS: u8 = 113;
/// Codecs the cloud knows, best first, by static payload type (RFC 3551): G.722, A-law, u-law.
const CODECS: [(u8, &str); 3] = [(9, "G722/8000"), (8, "PCMA/8000"), (0, "PCMU/8000")];

/// Master key and salt of one direction.
pub(super) type Key = [u8; MASTER];

/// What the other side wants its audio to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Remote {
    pub(super) address: SocketAddr,
    /// Payload types in the order of preference, telephone events left out.
    pub(super) codecs: Vec<u8>,
    pub(super) events: Option<u8>,
    /// `sendrecv`, `sendonly`, `recvonly` or `inactive`.
    pub(super) direction: String,
    /// The key of its voice, with the tag it has there, when the stream is closed (`RTP/SAVP`).
    pub(super) key: Option<(u8, Key)>,
}

impl Remote {
    /// Reads the first stream of a session description, which has to be audio.
    pub(super) fn parse(body: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(body).ok()?;
        let first_stream_ends = text.match_indices("\nm=").nth(1).map_or(text.len(), |(at, _)| at);
        let lines = || text.get(..first_stream_ends).unwrap_or_default().lines();
        let value = |prefix: &'static str| lines().filter_map(move |line| line.strip_prefix(prefix));
        // The address of the stream stands below that of the session and wins.
        let address = value("c=IN IP4 ").chain(value("c=IN IP6 ")).last()?.trim().parse().ok()?;
        let (port, closed, mut codecs) = audio(value("m=").next()?)?;
        let key = value("a=crypto:").find_map(key);
        if closed && key.is_none() {
            return None;
        }
        let events = value("a=rtpmap:").filter_map(|map| map.split_once(' '));
        let events = events.filter(|(_, name)| name.trim().eq_ignore_ascii_case("telephone-event/8000"));
        let events = events.filter_map(|(number, _)| number.parse().ok()).next();
        codecs.retain(|codec| Some(*codec) != events);
        let direction = value("a=").find(|attribute| DIRECTIONS.contains(attribute)).unwrap_or("sendrecv");
        Some(Self {
            address: SocketAddr::new(address, port),
            codecs,
            events,
            direction: direction.to_owned(),
            key: key.filter(|_| closed),
        })
    }

    /// The first codec of theirs that the practice cloud can play.
    pub(super) fn codec(&self, tone: bool) -> Option<u8> {
        self.codecs.iter().copied().find(|codec| known(*codec) && (*codec != 9 || !tone))
    }
}

const DIRECTIONS: [&str; 4] = ["sendrecv", "sendonly", "recvonly", "inactive"];

/// Port, whether the voice is closed, and payload types.
fn audio(stream: &str) -> Option<(u16, bool, Vec<u8>)> {
    let mut words = stream.strip_prefix("audio ")?.split_whitespace();
    let port = words.next()?.parse().ok()?;
    let closed = match words.next()? {
        "RTP/AVP" => false,
        "RTP/SAVP" => true,
        _ => return None,
    };
    Some((port, closed, words.filter_map(|word| word.parse().ok()).collect()))
}

/// `1 AES_CM_128_HMAC_SHA1_80 inline:...` (RFC 4568 9.1); other suites are passed over.
fn key(line: &str) -> Option<(u8, Key)> {
    let mut words = line.split_whitespace();
    let tag = words.next()?.parse().ok()?;
    let inline = words.next().filter(|suite| *suite == SUITE).and_then(|_| words.next())?;
    let text = inline.strip_prefix("inline:")?.split('|').next()?;
    Some((tag, STANDARD.decode(text).ok()?.try_into().ok()?))
}

fn known(codec: u8) -> bool {
    CODECS.iter().any(|(number, _)| *number == codec)
}

/// An offer; G.722 is left out when the practice cloud is to play a tone, which it has in G.711 only.
pub(super) fn offer(local: SocketAddr, tone: bool, key: Option<&Key>) -> String {
    let codecs = CODECS.iter().map(|(number, _)| *number).filter(|codec| *codec != 9 || !tone);
    describe(local, &codecs.collect::<Vec<_>>(), Some(EVENTS), ("sendrecv", key.map(|key| (1, key))))
}

/// The answer to an offer: one codec, their payload type for telephone events, the direction turned around.
pub(super) fn answer(local: SocketAddr, remote: &Remote, codec: u8, key: &Key) -> String {
    let direction = match remote.direction.as_str() {
        "sendonly" => "recvonly",
        "recvonly" => "sendonly",
        "inactive" => "inactive",
        _ => "sendrecv",
    };
    let key = remote.key.map(|(tag, _)| (tag, key));
    describe(local, &[codec], remote.events, (direction, key))
}

fn describe(
    local: SocketAddr,
    codecs: &[u8],
    events: Option<u8>,
    (direction, key): (&str, Option<(u8, &Key)>),
) -> String {
    let family = if local.is_ipv4() { "IP4" } else { "IP6" };
    let (host, port) = (local.ip(), local.port());
    let numbers: Vec<String> = codecs.iter().chain(events.iter()).map(u8::to_string).collect();
    let mut sdp = format!(
        "v=0\r\no=- {port} 1 IN {family} {host}\r\ns=call\r\nc=IN {family} {host}\r\nt=0 0\r\n\
         m=audio {port} {} {}\r\n",
        if key.is_some() { "RTP/SAVP" } else { "RTP/AVP" },
        numbers.join(" ")
    );
    for (number, name) in CODECS.iter().filter(|(number, _)| codecs.contains(number)) {
        sdp += &format!("a=rtpmap:{number} {name}\r\n");
    }
    if let Some(events) = events {
        sdp += &format!("a=rtpmap:{events} telephone-event/8000\r\na=fmtp:{events} 0-16\r\n");
    }
    if let Some((tag, key)) = key {
        sdp += &format!("a=crypto:{tag} {SUITE} inline:{}\r\n", STANDARD.encode(key));
    }
    sdp + &format!("a=ptime:20\r\na={direction}\r\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offer_reads_back_as_written() {
        let remote = Remote::parse(offer("127.0.0.1:4000".parse().unwrap(), false, None).as_bytes()).unwrap();
        assert_eq!(remote.address, "127.0.0.1:4000".parse().unwrap());
        assert_eq!((remote.codecs.as_slice(), remote.events), (&[9, 8, 0][..], Some(EVENTS)));
        assert_eq!((remote.codec(false), remote.codec(true)), (Some(9), Some(8)));
    }

    #[test]
    fn hold_is_answered_the_other_way_round() {
        let held = offer("127.0.0.1:4000".parse().unwrap(), true, None).replace("sendrecv", "sendonly");
        let remote = Remote::parse(held.as_bytes()).unwrap();
        assert!(answer(remote.address, &remote, 8, &[0; MASTER]).ends_with("a=recvonly\r\n"));
    }

    #[test]
    fn closed_voice_brings_its_key_and_is_answered_closed() {
        let offer = offer("127.0.0.1:4000".parse().unwrap(), true, Some(&[9; MASTER]));
        let remote = Remote::parse(offer.as_bytes()).unwrap();
        assert_eq!(remote.key, Some((1, [9; MASTER])));
        let answer = answer(remote.address, &remote, 8, &[7; MASTER]);
        assert_eq!(Remote::parse(answer.as_bytes()).unwrap().key, Some((1, [7; MASTER])));
    }

    #[test]
    fn closed_voice_without_a_key_or_no_voice_is_not_understood() {
        assert_eq!(Remote::parse(b"v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 1 RTP/SAVP 8\r\n"), None);
        assert_eq!(Remote::parse(b"v=0\r\n"), None);
    }
}
