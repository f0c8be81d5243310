//! Which voice a medium can carry: its payload types by name (RFC 3551 6, RFC 4566 6).

use super::line::words;
use crate::coding::Coding;
use crate::g711::Law;

/// Most payload types of one medium that are kept.
pub(super) const MOST_CODECS: usize = 32;

/// One payload type of a medium.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Codec {
    /// Its number in the packets.
    pub payload_type: u8,
    /// What it is.
    pub encoding: Encoding,
    /// Ticks a second.
    pub hertz: u32,
    /// One, or two for stereo.
    pub channels: u8,
}

/// What a payload type is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// G.711 µ-law.
    Pcmu,
    /// G.711 A-law.
    Pcma,
    /// G.722.
    G722,
    /// Opus (RFC 7587).
    Opus,
    /// Keys and tones by name (RFC 4733).
    TelephoneEvent,
    /// How silence sounds (RFC 3389).
    ComfortNoise,
    /// Another one, in small letters.
    Other(Box<str>),
}

impl Encoding {
    fn named(name: &str) -> Self {
        match name.to_ascii_lowercase().as_str() {
            "pcmu" => Self::Pcmu,
            "pcma" => Self::Pcma,
            "g722" => Self::G722,
            "opus" => Self::Opus,
            "telephone-event" => Self::TelephoneEvent,
            "cn" => Self::ComfortNoise,
            other => Self::Other(other.into()),
        }
    }
}

impl Codec {
    /// `111 opus/48000/2`.
    pub(super) fn of_rtpmap(value: &[u8]) -> Option<Self> {
        let mut words = words(value);
        let payload_type = words.next()?.parse().ok().filter(|number| *number < 128)?;
        let mut parts = words.next()?.split('/');
        let encoding = Encoding::named(parts.next()?);
        let hertz = parts.next()?.parse().ok()?;
        let channels = parts.next().and_then(|channels| channels.parse().ok()).unwrap_or(1);
        Some(Self { payload_type, encoding, hertz, channels })
    }

    /// Those that need no explanation (RFC 3551 table 4), as far as telephones use them.
    pub(super) fn fixed(payload_type: u8) -> Option<Self> {
        let (encoding, hertz) = match payload_type {
            0 => (Encoding::Pcmu, 8_000),
            3 => (Encoding::Other("gsm".into()), 8_000),
            4 => (Encoding::Other("g723".into()), 8_000),
            8 => (Encoding::Pcma, 8_000),
            9 => (Encoding::G722, 8_000),
            13 => (Encoding::ComfortNoise, 8_000),
            18 => (Encoding::Other("g729".into()), 8_000),
            _ => return None,
        };
        Some(Self { payload_type, encoding, hertz, channels: 1 })
    }

    /// Whether it carries the keys of telephony (RFC 4733).
    #[must_use]
    pub fn is_events(&self) -> bool {
        self.encoding == Encoding::TelephoneEvent && self.hertz == 8_000
    }

    /// Number and law, if it is G.711 as telephones use it.
    #[must_use]
    pub fn g711(&self) -> Option<(u8, Law)> {
        let law = match self.encoding {
            Encoding::Pcma => Law::A,
            Encoding::Pcmu => Law::Mu,
            Encoding::G722
            | Encoding::Opus
            | Encoding::TelephoneEvent
            | Encoding::ComfortNoise
            | Encoding::Other(_) => return None,
        };
        (self.hertz == 8_000 && self.channels == 1).then_some((self.payload_type, law))
    }

    /// Number and codec, if we can speak and hear it ourselves.
    #[must_use]
    pub fn coding(&self) -> Option<(u8, Coding)> {
        let wide = self.encoding == Encoding::G722 && self.hertz == 8_000 && self.channels == 1;
        let narrow = || self.g711().map(|(number, law)| (number, Coding::G711(law)));
        if wide { Some((self.payload_type, Coding::G722)) } else { narrow() }
    }

    /// Whether both are the same, whatever their numbers.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        (&self.encoding, self.hertz, self.channels) == (&other.encoding, other.hertz, other.channels)
    }
}
