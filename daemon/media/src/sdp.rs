//! Session descriptions as real phones write them (RFC 4566, RFC 3264).
//!
//! A [`Session`] is read once into types and written again by [`Session::anchored`] with our addresses in place
//! of the peer's. Between the two, every line that we do not need to understand is kept as it came.
//!
//! Lenient: LF for CRLF, unknown lines, a connection line at session or media level or none at all, the old hold
//! with address zero. Strict: sizes, and control characters inside a line, which another reader might take for
//! a line's end.

mod agreement;
mod anchor;
mod browser;
mod codec;
mod crypto;
mod formats;
mod line;
mod media;
mod plain;
mod spoken;
mod translate;

pub use agreement::{KeptKeys, KeyAgreement, KeyLines};
pub use anchor::{Anchor, Origin};
pub use browser::{Door, Meeting};
pub use codec::{Codec, Encoding};
pub use crypto::Crypto;
use line::Lines;
pub use media::{Direction, Host, Media, MediaKind, Transport};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// Longest description, in bytes. A browser's longest offer stays below 8 KiB.
pub const LONGEST: usize = 16 * 1024;
/// Most lines of one description.
pub const MOST_LINES: usize = 512;
/// Most media of one description.
pub const MOST_MEDIA: usize = 16;

/// One offer or answer.
#[derive(Clone, PartialEq, Eq)]
pub struct Session {
    /// May hold keys: never to be shown.
    text: Zeroizing<Box<[u8]>>,
    media: Vec<Media>,
    security: Security,
}

/// Whether the voice of a leg is closed. Keys in a description are as secret as its signalling, so that anything but
/// [`Security::Off`] needs TLS, or an admin who knows better.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub enum Security {
    /// Always open; offered keys are passed over.
    #[default]
    Off,
    /// Closed if the phone can: RTP/AVP with keys beside it, or RTP/SAVP if the phone insists.
    Optional,
    /// Closed or not at all: RTP/SAVP.
    Required,
    /// Closed as browsers do, who know no other way: UDP/TLS/RTP/SAVPF. The others take it too if it is offered to them, as
    /// no secret of it stands in the description.
    Browser,
}

/// Why a body is not a session description; always the peer's fault. The SIP answer is 400.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SdpError {
    /// Longer than [`LONGEST`], [`MOST_LINES`] or [`MOST_MEDIA`].
    #[error("session description too large")]
    TooLarge,
    /// Does not begin with `v=0`.
    #[error("session description does not begin with v=0")]
    Version,
    /// A line that is not a letter, `=` and text.
    #[error("line {number} of the session description is not a letter, an equals sign and text")]
    Line {
        /// Counted from one.
        number: usize,
    },
    /// A media line without kind, port, transport and format.
    #[error("line {number} of the session description is not a media line")]
    MediaLine {
        /// Counted from one.
        number: usize,
    },
}

/// Why we cannot carry an offer's voice. The SIP answer is 488.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unacceptable {
    /// No voice offered, or its port is zero.
    #[error("no audio offered")]
    NoAudio,
    /// Voice only over transports that we do not relay.
    #[error("audio offered only over transports that are not relayed here")]
    Transport,
    /// Voice without keys where they must be, or only with keys that we cannot use.
    #[error("audio offered without keys that can be used here")]
    Keys,
    /// Voice with keys on a leg that is always open: its signalling can be read on the way, or the admin wants it so.
    #[error("encrypted audio offered where keys are not accepted")]
    KeysOff,
}

impl Session {
    /// Reads a message body.
    ///
    /// # Errors
    /// [`SdpError`] when it is too large or not a session description.
    pub fn parse(body: &[u8]) -> Result<Self, SdpError> {
        if body.len() > LONGEST || Lines::of(body).count() > MOST_LINES {
            return Err(SdpError::TooLarge);
        }
        let media = media::read(body)?;
        Ok(Self { text: Zeroizing::new(body.into()), media, security: Security::Off })
    }

    /// The same, read for a leg with this security: it decides which audio is the one that we relay.
    #[must_use]
    pub fn under(self, security: Security) -> Self {
        Self { security, ..self }
    }

    /// The description as it came, for those who write it down. May hold keys.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// For which security it was read.
    #[must_use]
    pub fn security(&self) -> Security {
        self.security
    }

    /// All media in the order of their `m=` lines, refused ones included.
    #[must_use]
    pub fn media(&self) -> &[Media] {
        &self.media
    }

    /// The voice that we relay: the first audio that is not refused and travels as its leg must.
    #[must_use]
    pub fn audio(&self) -> Option<&Media> {
        self.media.get(self.audio_index()?)
    }

    /// The fax that we relay in place of voice, where no voice is left (ITU-T T.38 annex D).
    #[must_use]
    pub fn fax(&self) -> Option<&Media> {
        self.relayed().filter(|relayed| relayed.kind == MediaKind::Image)
    }

    /// What we relay: voice, or else fax.
    #[must_use]
    pub fn relayed(&self) -> Option<&Media> {
        self.media.get(self.relayed_index()?)
    }

    /// Whether we can carry this offer's voice or fax.
    ///
    /// # Errors
    /// [`Unacceptable`] says why not.
    pub fn acceptable(&self) -> Result<(), Unacceptable> {
        if self.relayed().is_some() {
            return Ok(());
        }
        let offered = self.media.iter().filter(|media| media.kind == MediaKind::Audio && media.port != 0);
        let faults: Vec<_> = offered.filter_map(|one| one.acceptable(self.security).err()).collect();
        let telling = [Unacceptable::Keys, Unacceptable::KeysOff, Unacceptable::Transport];
        Err(telling.into_iter().find(|fault| faults.contains(fault)).unwrap_or(Unacceptable::NoAudio))
    }

    /// The same with voice that every network carries as it is: G.711 (A-law first) and keys, 20 ms in a packet, nothing that
    /// suppresses silence. As it was where it offers no G.711.
    #[must_use]
    pub fn plain(self) -> Self {
        let plain = plain::write(&self).and_then(|text| Self::parse(&text).ok());
        plain.map(|plain| plain.under(self.security)).unwrap_or(self)
    }

    /// The description as it came, line by line.
    fn lines(&self) -> Lines<'_> {
        Lines::of(&self.text)
    }

    /// The same description for the other leg, with our address, ports and origin.
    ///
    /// What [`Session::relayed`] names is ours now, every other medium gets port zero (RFC 3264 6 and 8.2), and
    /// everything that names or authenticates the peer's addresses is left out.
    #[must_use]
    pub fn anchored(&self, anchor: &Anchor) -> Vec<u8> {
        self.anchored_with(anchor, &KeyLines::default())
    }

    /// The same with the keys of the other leg, which its [`KeyAgreement`] gives.
    #[must_use]
    pub fn anchored_with(&self, anchor: &Anchor, keys: &KeyLines) -> Vec<u8> {
        anchor::write(self, anchor, keys)
    }

    fn audio_index(&self) -> Option<usize> {
        self.media.iter().position(|media| media.is_relayable(self.security))
    }

    fn relayed_index(&self) -> Option<usize> {
        self.audio_index().or_else(|| self.media.iter().position(|media| media.is_fax(self.security)))
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Session").field("media", &self.media).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
