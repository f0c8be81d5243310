//! What a datagram is, and what it says.

use super::Path;
use media::{rtcp, rtp};

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
    Noise,
}

impl Stream {
    /// RTCP may come on either port (RFC 5761), voice only on its own. Keys leave the byte that tells open.
    pub(super) fn of(path: Path, datagram: &[u8]) -> Self {
        if path == Path::Rtcp || rtp::is_rtcp(datagram) { Self::Control } else { Self::Voice }
    }
}

impl<'a> Heard<'a> {
    pub(super) fn of(stream: Stream, datagram: &'a [u8]) -> Self {
        match stream {
            Stream::Voice => rtp::Packet::parse(datagram).map_or(Self::Noise, Self::Voice),
            Stream::Control => rtcp::Compound::parse(datagram).map_or(Self::Noise, Self::Control),
        }
    }

    pub(super) fn ssrc(&self) -> Option<u32> {
        match self {
            Self::Voice(packet) => Some(packet.ssrc),
            Self::Control(reports) => Some(reports.ssrc),
            Self::Noise => None,
        }
    }
}
