//! Two phones without a common codec: what each is told, so that the relay can translate between them.

use super::codec::{Codec, Encoding};
use super::{Session, formats};

/// Numbers of the codecs that we translate: A-law, µ-law, G.722 (RFC 3551 table 4).
const OURS: [u8; 3] = [8, 0, 9];

impl Session {
    /// The same offer with the other codecs that we translate, behind its own; nothing when there are none to add, or when it
    /// holds none to translate from.
    #[must_use]
    pub fn widened(&self) -> Option<Self> {
        let voice = self.audio_index()?;
        let media = self.media.get(voice)?;
        media.codecs().iter().find_map(Codec::coding)?;
        let mut numbers: Vec<u8> = media.formats.iter().filter_map(|format| format.parse().ok()).collect();
        let before = numbers.len();
        let offered: Vec<_> =
            media.codecs().iter().filter_map(Codec::coding).map(|(_, coding)| coding).collect();
        let more = OURS.into_iter().filter(|number| {
            let coding = Codec::fixed(*number).and_then(|codec| codec.coding());
            !numbers.contains(number) && coding.is_some_and(|(_, coding)| !offered.contains(&coding))
        });
        numbers.extend(more.collect::<Vec<_>>());
        (numbers.len() > before).then(|| self.with_formats(voice, &numbers))
    }

    /// The same answer for who made `offer`, if it speaks no codec of it: in its place stands the one of the offer that the relay
    /// translates.
    #[must_use]
    pub fn answering(&self, offer: &Self) -> Option<Self> {
        let voice = self.audio_index()?;
        let (offered, answered) = (offer.audio()?.codecs(), self.media.get(voice)?.codecs());
        let speaks =
            |codec: &Codec| !matches!(codec.encoding, Encoding::TelephoneEvent | Encoding::ComfortNoise);
        let kept = answered.iter().filter(|codec| offered.iter().any(|one| one.is_like(codec)));
        if kept.clone().any(speaks) {
            return None;
        }
        answered.iter().find_map(Codec::coding)?;
        let (instead, _) = offered.iter().find_map(Codec::coding)?;
        let numbers: Vec<u8> = std::iter::once(instead).chain(kept.map(|codec| codec.payload_type)).collect();
        Some(self.with_formats(voice, &numbers))
    }

    fn with_formats(&self, voice: usize, numbers: &[u8]) -> Self {
        let text = formats::write(self, voice, numbers, |_| true, None);
        Self::parse(&text).map_or_else(|_| self.clone(), |session| session.under(self.security))
    }
}
