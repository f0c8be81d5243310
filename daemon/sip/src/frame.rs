//! Where one message ends and the next begins on a connection.

use bytes::Bytes;
use memchr::memmem;

use crate::lex::{self, MAX_MESSAGE, ParseError};
use crate::message::{Message, OwnedMessage};

/// Bytes a connection keeps for itself while nothing is under way; most messages fit into it.
const KEPT: usize = 4 * 1024;

/// Something whole that arrived on a connection.
#[derive(Debug, Clone)]
pub enum Frame {
    /// A message.
    Message(OwnedMessage),
    /// Two line ends: the peer asks for a sign of life, [`PONG`] is the answer (RFC 5626 3.5.1).
    Ping,
    /// One line end: the peer's sign of life, or white space between messages (RFC 3261 7.5).
    Pong,
}

/// The sign of life that asks (RFC 5626 3.5.1).
pub const PING: &[u8] = b"\r\n\r\n";
/// The sign of life that answers (RFC 5626 3.5.1).
pub const PONG: &[u8] = b"\r\n";

/// Cuts the bytes of one connection into messages.
///
/// [`feed`](Framer::feed) what was read, then call [`next`](Framer::next) until it gives nothing. After an
/// error nobody knows where the next message starts: answer what [`salvage`](Framer::salvage) finds and close.
#[derive(Debug, Default)]
pub struct Framer {
    held: Vec<u8>,
    /// Of them, what was given out; moved out of the way once for all that was read together.
    given: usize,
    /// Bytes in which no end of headers was found.
    searched: usize,
    /// Bytes the message needs, once its headers are known.
    needed: usize,
    /// The last thing was one line end; with the next it is a ping that came in two pieces.
    half_ping: bool,
}

impl Framer {
    /// A connection on which nothing arrived; it holds no memory.
    #[must_use]
    pub const fn new() -> Self {
        Self { held: Vec::new(), given: 0, searched: 0, needed: 0, half_ping: false }
    }

    /// Takes bytes as they were read.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.held.drain(..self.given.min(self.held.len()));
        self.given = 0;
        self.held.extend_from_slice(bytes);
    }

    /// What was not given out yet.
    fn rest(&self) -> &[u8] {
        self.held.get(self.given..).unwrap_or_default()
    }

    /// The next whole thing, or `None` until more bytes were fed.
    ///
    /// # Errors
    /// [`ParseError`] when the stream cannot be followed any further.
    #[expect(clippy::should_implement_trait, reason = "more can come after a None")]
    pub fn next(&mut self) -> Result<Option<Frame>, ParseError> {
        if let Some(sign) = self.sign_of_life() {
            return Ok(Some(sign));
        }
        let Some(length) = self.whole_message()? else {
            return Ok(None);
        };
        let whole = self.rest().get(..length).unwrap_or_default();
        let message = OwnedMessage::parse(Bytes::copy_from_slice(whole))?;
        self.drop_first(length);
        self.half_ping = false;
        Ok(Some(Frame::Message(message)))
    }

    /// True while a message is half read; a peer that stays so for long is to be dropped.
    #[must_use]
    pub const fn is_half_read(&self) -> bool {
        self.held.len() > self.given
    }

    /// What can be read of the request that broke the stream, enough to answer it.
    #[must_use]
    pub fn salvage(&self) -> Option<Message<'_>> {
        Message::salvage(self.rest())
    }

    fn sign_of_life(&mut self) -> Option<Frame> {
        let rest = self.rest();
        let length = if rest.starts_with(PING) { PING.len() } else { PONG.len() };
        // "\r\n\r" may become a ping; "\r\n" alone is an answer to ours, which nothing has to follow.
        let may_grow = matches!(rest.get(2..4), Some(b"\r\n")) || rest.get(2..) == Some(b"\r");
        let lone = rest.starts_with(PONG) && !may_grow;
        if length == PONG.len() && !lone {
            return None;
        }
        let ping = length == PING.len() || self.half_ping;
        self.drop_first(length);
        self.half_ping = !ping;
        Some(if ping { Frame::Ping } else { Frame::Pong })
    }

    /// The length of the first message, once all of it is here.
    fn whole_message(&mut self) -> Result<Option<usize>, ParseError> {
        if self.needed == 0 {
            self.needed = self.announced_length()?.unwrap_or(0);
        }
        let whole = self.needed > 0 && self.rest().len() >= self.needed;
        Ok(whole.then_some(self.needed))
    }

    /// The length the headers announce, once they are complete.
    fn announced_length(&mut self) -> Result<Option<usize>, ParseError> {
        let from = self.searched.saturating_sub(PING.len());
        if memmem::find(self.rest().get(from..).unwrap_or_default(), PING).is_none() {
            self.searched = self.rest().len();
            let too_large = self.searched > MAX_MESSAGE;
            return if too_large { Err(ParseError::TooLarge) } else { Ok(None) };
        }
        let head = lex::head(self.rest())?;
        let body = head.content_length.ok_or(ParseError::LengthMissing)?;
        let length = head.end.saturating_add(body);
        if length > MAX_MESSAGE { Err(ParseError::TooLarge) } else { Ok(Some(length)) }
    }

    fn drop_first(&mut self, length: usize) {
        self.given = self.given.saturating_add(length).min(self.held.len());
        (self.searched, self.needed) = (0, 0);
        if self.given == self.held.len() {
            self.held.clear();
            self.given = 0;
        }
        if self.rest().len() < KEPT && self.held.capacity() > KEPT {
            self.held.drain(..self.given);
            self.given = 0;
            self.held.shrink_to(if self.held.is_empty() { 0 } else { KEPT });
        }
    }
}

#[cfg(test)]
mod tests;
