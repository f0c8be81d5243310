//! Just enough SDP for the practice cloud: one audio stream, G.711, G.722 and telephone events.

use std::net::SocketAddr;

/// Payload type under which the real cloud offers telephone events; phones that assume 101 fail.
pub(super) const EVENTS: u8 = 113;
/// Codecs the cloud knows, best first, by static payload type (RFC 3551): G.722, A-law, u-law.
const CODECS: [(u8, &str); 3] = [(9, "G722/8000"), (8, "PCMA/8000"), (0, "PCMU/8000")];

/// What the other side wants its audio to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Remote {
    pub(super) address: SocketAddr,
    /// Payload types in the order of preference, telephone events left out.
    pub(super) codecs: Vec<u8>,
    pub(super) events: Option<u8>,
    /// `sendrecv`, `sendonly`, `recvonly` or `inactive`.
    pub(super) direction: String,
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
        let (port, mut codecs) = audio(value("m=").next()?)?;
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
        })
    }

    /// The first codec of theirs that the practice cloud can play.
    pub(super) fn codec(&self, tone: bool) -> Option<u8> {
        self.codecs.iter().copied().find(|codec| known(*codec) && (*codec != 9 || !tone))
    }
}

const DIRECTIONS: [&str; 4] = ["sendrecv", "sendonly", "recvonly", "inactive"];

fn audio(stream: &str) -> Option<(u16, Vec<u8>)> {
    let mut words = stream.strip_prefix("audio ")?.split_whitespace();
    let port = words.next()?.parse().ok()?;
    (words.next()? == "RTP/AVP").then(|| (port, words.filter_map(|word| word.parse().ok()).collect()))
}

fn known(codec: u8) -> bool {
    CODECS.iter().any(|(number, _)| *number == codec)
}

/// An offer; G.722 is left out when the practice cloud is to play a tone, which it has in G.711 only.
pub(super) fn offer(local: SocketAddr, tone: bool) -> String {
    let codecs = CODECS.iter().map(|(number, _)| *number).filter(|codec| *codec != 9 || !tone);
    describe(local, &codecs.collect::<Vec<_>>(), Some(EVENTS), "sendrecv")
}

/// The answer to an offer: one codec, their payload type for telephone events, the direction turned around.
pub(super) fn answer(local: SocketAddr, remote: &Remote, codec: u8) -> String {
    let direction = match remote.direction.as_str() {
        "sendonly" => "recvonly",
        "recvonly" => "sendonly",
        "inactive" => "inactive",
        _ => "sendrecv",
    };
    describe(local, &[codec], remote.events, direction)
}

fn describe(local: SocketAddr, codecs: &[u8], events: Option<u8>, direction: &str) -> String {
    let family = if local.is_ipv4() { "IP4" } else { "IP6" };
    let (host, port) = (local.ip(), local.port());
    let numbers: Vec<String> = codecs.iter().chain(events.iter()).map(u8::to_string).collect();
    let mut sdp = format!(
        "v=0\r\no=- {port} 1 IN {family} {host}\r\ns=call\r\nc=IN {family} {host}\r\nt=0 0\r\n\
         m=audio {port} RTP/AVP {}\r\n",
        numbers.join(" ")
    );
    for (number, name) in CODECS.iter().filter(|(number, _)| codecs.contains(number)) {
        sdp += &format!("a=rtpmap:{number} {name}\r\n");
    }
    if let Some(events) = events {
        sdp += &format!("a=rtpmap:{events} telephone-event/8000\r\na=fmtp:{events} 0-16\r\n");
    }
    sdp + &format!("a=ptime:20\r\na={direction}\r\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offer_reads_back_as_written() {
        let remote = Remote::parse(offer("127.0.0.1:4000".parse().unwrap(), false).as_bytes()).unwrap();
        assert_eq!(remote.address, "127.0.0.1:4000".parse().unwrap());
        assert_eq!((remote.codecs.as_slice(), remote.events), (&[9, 8, 0][..], Some(EVENTS)));
        assert_eq!((remote.codec(false), remote.codec(true)), (Some(9), Some(8)));
    }

    #[test]
    fn hold_is_answered_the_other_way_round() {
        let held = offer("127.0.0.1:4000".parse().unwrap(), true).replace("sendrecv", "sendonly");
        let remote = Remote::parse(held.as_bytes()).unwrap();
        assert!(answer(remote.address, &remote, 8).ends_with("a=recvonly\r\n"));
    }

    #[test]
    fn encrypted_or_missing_audio_is_not_understood() {
        assert_eq!(Remote::parse(b"v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 1 RTP/SAVP 8\r\n"), None);
        assert_eq!(Remote::parse(b"v=0\r\n"), None);
    }
}
