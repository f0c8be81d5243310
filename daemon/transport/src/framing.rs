//! How messages lie in the bytes of a connection: one behind the other, or one in each WebSocket message.

use bytes::Bytes;
use sip::frame::{Frame, Framer, PING, PONG};
use sip::{Message, OwnedMessage, ParseError};

use crate::websocket::{Heard, WebSocket};

pub(crate) enum Framing {
    Stream(Framer),
    /// With the last bytes that were no message.
    Web(Box<WebSocket>, Bytes),
}

/// Why what came next is no message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Broken {
    /// The next one may be.
    Message(ParseError),
    /// Nobody knows where the next one would start.
    Stream(ParseError),
    /// There is no next one: the peer has closed, or cannot be understood.
    Over,
}

impl Framing {
    pub(crate) fn stream() -> Self {
        Self::Stream(Framer::new())
    }

    pub(crate) fn web(socket: WebSocket) -> Self {
        Self::Web(Box::new(socket), Bytes::new())
    }

    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        match self {
            Self::Stream(framer) => framer.feed(bytes),
            Self::Web(socket, _) => socket.feed(bytes),
        }
    }

    /// The next whole thing, or `None` until more bytes were fed.
    pub(crate) fn next(&mut self) -> Result<Option<Frame>, Broken> {
        match self {
            Self::Stream(framer) => framer.next().map_err(Broken::Stream),
            Self::Web(socket, refused) => match socket.next().map_err(|_| Broken::Over)? {
                None => Ok(None),
                Some(Heard::SignOfLife) => Ok(Some(Frame::Pong)),
                Some(Heard::Message(bytes)) if bytes == PING => Ok(Some(Frame::Ping)),
                Some(Heard::Message(bytes)) if bytes == PONG => Ok(Some(Frame::Pong)),
                Some(Heard::Message(bytes)) => {
                    let parsed = OwnedMessage::parse(bytes.clone());
                    let message = parsed.inspect_err(|_| *refused = bytes).map_err(Broken::Message)?;
                    Ok(Some(Frame::Message(message)))
                }
            },
        }
    }

    /// What can be read of the request that was [`Broken`], enough to answer it.
    pub(crate) fn salvage(&self) -> Option<Message<'_>> {
        match self {
            Self::Stream(framer) => framer.salvage(),
            Self::Web(_, refused) => Message::salvage(refused),
        }
    }

    pub(crate) fn is_half_read(&self) -> bool {
        match self {
            Self::Stream(framer) => framer.is_half_read(),
            Self::Web(socket, _) => socket.is_half_read(),
        }
    }

    /// The bytes that carry this message.
    pub(crate) fn wrap(&mut self, message: Bytes) -> Option<Bytes> {
        match self {
            Self::Stream(_) => Some(message),
            Self::Web(socket, _) => {
                socket.say(message).ok()?;
                Some(socket.take_out())
            }
        }
    }

    /// What the peer has to be told besides messages.
    pub(crate) fn take_out(&mut self) -> Bytes {
        match self {
            Self::Stream(_) => Bytes::new(),
            Self::Web(socket, _) => socket.take_out(),
        }
    }
}
