//! One message as it arrived: where its lines are, and nothing read twice.
//!
//! [`Message`] borrows the bytes and knows the place of every header. What every message must have is read
//! at once from one that arrives, since everybody asks for it; all else on demand ([`crate::view`]). [`OwnedMessage`] keeps
//! bytes and places together and lends the same view again without looking for lines a second time; who borrows it
//! wants one thing or two, so nothing is read before that.

use bytes::Bytes;

use crate::lex::{self, Entry, ParseError, Span, StartLine};
use crate::method::Method;
use crate::name::Name;
use crate::view::Known;

/// A request or an answer, borrowed from the bytes it arrived in. Never shown: it may hold numbers, names and keys.
#[derive(Clone)]
pub struct Message<'a> {
    bytes: &'a [u8],
    start: StartLine,
    entries: Entries<'a>,
    body: Span,
    /// Only of a message that arrives. Kept apart, since a message goes through many hands.
    pub(crate) known: Option<Box<Known<'a>>>,
}

/// The first line of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start<'a> {
    /// Somebody asks something.
    Request {
        /// What is asked.
        method: Method<'a>,
        /// Who is asked, as it stood in the line.
        uri: &'a [u8],
    },
    /// Somebody answers.
    Response {
        /// The answer's number, 100 to 699.
        status: u16,
        /// The words behind the number; may be empty.
        reason: &'a [u8],
    },
}

/// One header line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header<'a> {
    /// Which header it is.
    pub name: Name,
    /// Its name as written by the sender.
    pub written: &'a [u8],
    /// Its value without surrounding white space; a folded value still has its line ends inside.
    pub value: &'a [u8],
}

impl<'a> Message<'a> {
    /// Reads a message that came as one piece: a datagram or a WebSocket frame (RFC 3261 18.3).
    ///
    /// Without a Content-Length the body is the rest of the piece; bytes behind the body are ignored.
    ///
    /// # Errors
    /// [`ParseError`] when the bytes are no message; [`Message::salvage`] tells whether it can be answered.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, ParseError> {
        Self::glance(bytes).map(Self::read)
    }

    /// As [`Message::parse`], with nothing read yet but where the lines are.
    pub(crate) fn glance(bytes: &'a [u8]) -> Result<Self, ParseError> {
        if bytes.len() > lex::MAX_MESSAGE {
            return Err(ParseError::TooLarge);
        }
        let head = lex::head(bytes)?;
        let body_length = head.content_length.unwrap_or(bytes.len() - head.end);
        Self::assemble(bytes, head, body_length)
    }

    fn read(mut self) -> Self {
        self.known = Some(Box::new(Known::of(&self)));
        self
    }

    /// What could be read of a request that [`Message::parse`] refused, enough to answer it.
    ///
    /// `None` for answers, for ACK (nobody answers it) and where there is no Via to send an answer to.
    /// Broken lines are left out, the body is empty (RFC 3261 8.2.6.2 says what an answer copies).
    #[must_use]
    pub fn salvage(bytes: &'a [u8]) -> Option<Self> {
        let bytes = bytes.get(..lex::MAX_MESSAGE.min(bytes.len()))?;
        let head = lex::salvage(bytes)?;
        let message = Self::assemble(bytes, head, 0).ok()?.read();
        let answerable = message.method() != Some(Method::Ack) && message.header(Name::Via).is_some();
        answerable.then_some(message)
    }

    pub(crate) fn assemble(bytes: &'a [u8], head: lex::Head, body_length: usize) -> Result<Self, ParseError> {
        let end = head.end.checked_add(body_length).ok_or(ParseError::BodyMissing)?;
        let bytes = bytes.get(..end).ok_or(ParseError::BodyMissing)?;
        let body = Span::new(head.end, end);
        let entries = Entries::Own(head.entries);
        Ok(Self { bytes, start: head.start, entries, body, known: None })
    }

    /// The bytes of the message, without what followed it.
    #[must_use]
    pub const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The first line.
    #[must_use]
    pub fn start(&self) -> Start<'a> {
        match self.start {
            StartLine::Request { method, uri, .. } => {
                Start::Request { method: Method::from_token(method.of(self.bytes)), uri: uri.of(self.bytes) }
            }
            StartLine::Response { status, reason, .. } => {
                Start::Response { status, reason: reason.of(self.bytes) }
            }
        }
    }

    /// The version in the first line as it was written, `SIP/2.0` in every sane message.
    #[must_use]
    pub fn version(&self) -> &'a [u8] {
        match self.start {
            StartLine::Request { version, .. } | StartLine::Response { version, .. } => {
                version.of(self.bytes)
            }
        }
    }

    /// Every header line in the order of the message.
    pub fn all_headers(&self) -> impl Iterator<Item = Header<'a>> + '_ {
        let bytes = self.bytes;
        self.entries.as_slice().iter().map(move |entry| Header {
            name: entry.name,
            written: entry.written.of(bytes),
            value: entry.value.of(bytes),
        })
    }

    /// The values of every line with this name, as they stand (possibly folded, possibly lists).
    pub fn headers(&self, name: Name) -> impl Iterator<Item = &'a [u8]> + '_ {
        let bytes = self.bytes;
        self.entries
            .as_slice()
            .iter()
            .filter(move |entry| entry.name == name)
            .map(move |entry| entry.value.of(bytes))
    }

    /// The value of the first line with this name.
    #[must_use]
    pub fn header(&self, name: Name) -> Option<&'a [u8]> {
        self.headers(name).next()
    }

    /// The value of the first line with a name that the box does not know, in any case.
    #[must_use]
    pub fn other_header(&self, name: &[u8]) -> Option<&'a [u8]> {
        self.all_headers().find(|header| header.written.eq_ignore_ascii_case(name)).map(|header| header.value)
    }

    /// What follows the headers; bytes of any kind.
    #[must_use]
    pub fn body(&self) -> &'a [u8] {
        self.body.of(self.bytes)
    }

    /// The places of everything in the message, without the bytes.
    #[must_use]
    pub fn index(&self) -> Index {
        Index { start: self.start, entries: self.entries.as_slice().into(), body: self.body }
    }

    /// A copy that lives on its own.
    #[must_use]
    pub fn to_owned(&self) -> OwnedMessage {
        OwnedMessage { bytes: Bytes::copy_from_slice(self.bytes), index: self.index() }
    }
}

/// The header places: found by this message itself, or lent by an [`Index`].
#[derive(Debug, Clone)]
enum Entries<'a> {
    Own(Vec<Entry>),
    Lent(&'a [Entry]),
}

impl Entries<'_> {
    fn as_slice(&self) -> &[Entry] {
        match self {
            Self::Own(list) => list,
            Self::Lent(list) => list,
        }
    }
}

/// Where everything in a message is; offsets only, ten bytes for each header.
#[derive(Debug, Clone)]
pub struct Index {
    start: StartLine,
    entries: Box<[Entry]>,
    body: Span,
}

/// A message that lives on its own: its bytes, and where everything is. Never shown, as [`Message`].
#[derive(Clone)]
pub struct OwnedMessage {
    bytes: Bytes,
    index: Index,
}

impl OwnedMessage {
    /// Reads a message that came as one piece, see [`Message::parse`]; the bytes are not copied.
    ///
    /// # Errors
    /// As [`Message::parse`].
    pub fn parse(bytes: Bytes) -> Result<Self, ParseError> {
        let message = Message::glance(&bytes)?;
        let (index, length) = (message.index(), message.bytes.len());
        drop(message);
        let mut bytes = bytes;
        bytes.truncate(length);
        Ok(Self { bytes, index })
    }

    /// Lends the message; nothing is read again.
    #[must_use]
    pub fn message(&self) -> Message<'_> {
        let Index { start, entries, body } = &self.index;
        let (bytes, entries) = (&self.bytes, Entries::Lent(entries));
        Message { bytes, start: *start, entries, body: *body, known: None }
    }

    /// Lends it as one that arrives: what everybody asks for is read at once.
    #[must_use]
    pub fn arrived(&self) -> Message<'_> {
        self.message().read()
    }

    /// The bytes of the message; a cheap copy shares them.
    #[must_use]
    pub const fn bytes(&self) -> &Bytes {
        &self.bytes
    }
}

impl std::fmt::Debug for Message<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Message({} bytes)", self.bytes.len())
    }
}

impl std::fmt::Debug for OwnedMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.message().fmt(f)
    }
}

#[cfg(test)]
mod tests;
