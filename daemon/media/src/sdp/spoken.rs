//! What the box itself answers an offer with, where nobody else does.

use super::codec::Codec;
use super::{Direction, Session, formats};

/// Said anew for us, or of a path that we do not take: we send no reports.
const OTHERS: [&[u8]; 5] = [b"ptime", b"maxptime", b"rtcp-mux", b"rtcp-rsize", b"rtcp-fb"];

impl Session {
    /// The answer of somebody who speaks the codecs of [`crate::coding`] and hears keys, and goes along with the direction (RFC 3264
    /// 6.1); nothing when the offer holds none of those codecs. Addresses and keys are still the offer's.
    #[must_use]
    pub fn spoken(&self) -> Option<Self> {
        let voice = self.audio_index()?;
        let media = self.media.get(voice)?;
        let codecs = media.codecs();
        codecs.iter().find_map(Codec::coding)?;
        let ours = |codec: &&Codec| codec.coding().is_some() || codec.is_events();
        let numbers: Vec<u8> = codecs.iter().filter(ours).map(|codec| codec.payload_type).collect();
        let keeps = |name: &[u8]| Direction::named(name).is_none() && !OTHERS.contains(&name);
        let answered = media.direction.answered().name().as_bytes();
        let text = formats::write(self, voice, &numbers, keeps, Some(answered));
        Self::parse(&text).ok().map(|session| session.under(self.security))
    }
}

impl Direction {
    /// What the other side says to it if it minds nothing.
    const fn answered(self) -> Self {
        match self {
            Self::SendOnly => Self::ReceiveOnly,
            Self::ReceiveOnly => Self::SendOnly,
            Self::SendReceive | Self::Inactive => self,
        }
    }
}
