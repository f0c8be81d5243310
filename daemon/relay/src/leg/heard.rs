//! What a datagram is, and what it says.

use super::Path;
use media::relay::Carries;
use media::{rtcp, rtp};

/// Number, length of a packet, and what follows of it (ITU-T T.38 9.1).
const SHORTEST_UDPTL: usize = 4;

/// What a datagram is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stream {
    Voice,
    Control,
}

/// What a datagram says about itself.
pub(super) enum Heard<'a> {
    Voice(rtp::Packet<'a>),
    Control(rtcp::Compound<'a>),
    /// A part of a fax.
    Fax,
    Noise,
}

impl Stream {
    /// RTCP may come on either port (RFC 5761), voice only on its own. Keys leave the byte that tells open. A fax is never
    /// anything else.
    pub(super) fn of(path: Path, carries: Carries, datagram: &[u8]) -> Self {
        let control = carries == Carries::Voice && (path == Path::Rtcp || rtp::is_rtcp(datagram));
        if control { Self::Control } else { Self::Voice }
    }
}

impl<'a> Heard<'a> {
    pub(super) fn of(stream: Stream, carries: Carries, datagram: &'a [u8]) -> Self {
        match stream {
            _ if carries == Carries::Fax && datagram.len() >= SHORTEST_UDPTL => Self::Fax,
            _ if carries == Carries::Fax => Self::Noise,
            Stream::Voice => rtp::Packet::parse(datagram).map_or(Self::Noise, Self::Voice),
            Stream::Control => rtcp::Compound::parse(datagram).map_or(Self::Noise, Self::Control),
        }
    }

    pub(super) fn ssrc(&self) -> Option<u32> {
        match self {
            Self::Voice(packet) => Some(packet.ssrc),
            Self::Control(reports) => Some(reports.ssrc),
            // It names no source; its address has to do.
            Self::Fax => Some(0),
            Self::Noise => None,
        }
    }
}
