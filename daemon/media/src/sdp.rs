//! Session descriptions as real phones write them (RFC 4566, RFC 3264).
//!
//! A [`Session`] is read once into types and written again by [`Session::anchored`] with our addresses in place
//! of the peer's. Between the two, every line that we do not need to understand is kept as it came.
//!
//! Lenient: LF for CRLF, unknown lines, a connection line at session or media level or none at all, the old hold
//! with address zero. Strict: sizes, and control characters inside a line, which another reader might take for
//! a line's end.

mod anchor;
mod line;
mod media;

pub use anchor::{Anchor, Origin};
use line::Lines;
pub use media::{Direction, Host, Media, MediaKind, Transport};

/// Longest description, in bytes. A browser's longest offer stays below 8 KiB.
pub const LONGEST: usize = 16 * 1024;
/// Most lines of one description.
pub const MOST_LINES: usize = 512;
/// Most media of one description.
pub const MOST_MEDIA: usize = 16;

/// One offer or answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    text: Box<[u8]>,
    media: Vec<Media>,
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
    #[error("audio offered only over transports other than RTP/AVP and RTP/AVPF")]
    Transport,
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
        Ok(Self { text: body.into(), media })
    }

    /// All media in the order of their `m=` lines, refused ones included.
    #[must_use]
    pub fn media(&self) -> &[Media] {
        &self.media
    }

    /// The voice that we relay: the first audio that is not refused and travels as RTP/AVP or RTP/AVPF.
    #[must_use]
    pub fn audio(&self) -> Option<&Media> {
        self.media.iter().find(|media| media.is_relayable())
    }

    /// Whether we can carry this offer's voice.
    ///
    /// # Errors
    /// [`Unacceptable`] says why not.
    pub fn acceptable(&self) -> Result<(), Unacceptable> {
        if self.audio().is_some() {
            return Ok(());
        }
        let offered = self.media.iter().any(|media| media.kind == MediaKind::Audio && media.port != 0);
        Err(if offered { Unacceptable::Transport } else { Unacceptable::NoAudio })
    }

    /// The description as it came, line by line.
    fn lines(&self) -> Lines<'_> {
        Lines::of(&self.text)
    }

    /// The same description for the other leg, with our address, ports and origin.
    ///
    /// The voice of [`Session::audio`] is ours now, every other medium gets port zero (RFC 3264 6 and 8.2), and
    /// everything that names or authenticates the peer's addresses is left out.
    #[must_use]
    pub fn anchored(&self, anchor: &Anchor) -> Vec<u8> {
        anchor::write(self, anchor)
    }

    fn audio_index(&self) -> Option<usize> {
        self.media.iter().position(Media::is_relayable)
    }
}

#[cfg(test)]
mod tests;
