//! One browser's connection: its greeting over HTTP, then a SIP message in each WebSocket message (RFC 6455, RFC 7118).
//!
//! Bytes go in by [`WebSocket::feed`], what they say comes out of [`WebSocket::next`], and what is to be written, answers to pings and
//! farewells included, out of [`WebSocket::take_out`].

use std::borrow::Cow;
use std::io::{self, Read, Write};
use std::sync::Arc;

use bytes::{Buf, Bytes, BytesMut};
use sip::MAX_MESSAGE;
use tungstenite::handshake::machine::TryParse;
use tungstenite::handshake::server::{Request, Response, create_response, write_response};
use tungstenite::http::header::{ORIGIN, SEC_WEBSOCKET_PROTOCOL};
use tungstenite::http::{HeaderValue, StatusCode};
use tungstenite::protocol::frame::coding::CloseCode;
use tungstenite::protocol::{CloseFrame, Message, Role, WebSocketConfig, WebSocketContext};
use tungstenite::{Error, Utf8Bytes};

use crate::Browsers;

/// A greeting longer than this is none; browsers need a tenth.
const GREETING: usize = 8 * 1024;
/// Bytes that a connection keeps for reading.
const READ: usize = 2 * 1024;
/// The subprotocol, to the letter (RFC 7118 4).
const SUBPROTOCOL: &str = "sip";

pub(crate) struct WebSocket {
    stage: Stage,
    pipe: Pipe,
    browsers: Arc<Browsers>,
    /// Bytes came, and nothing whole since.
    half: bool,
}

enum Stage {
    Greeting,
    Open(Box<WebSocketContext>),
    Over,
}

/// What a browser said.
#[derive(Debug, PartialEq)]
pub(crate) enum Heard {
    /// A whole message, text or binary.
    Message(Bytes),
    /// A ping, which is answered already, or a pong.
    SignOfLife,
}

/// The connection is at its end; its last words wait in [`WebSocket::take_out`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Over;

impl WebSocket {
    pub(crate) fn new(browsers: Arc<Browsers>) -> Self {
        Self { stage: Stage::Greeting, pipe: Pipe::default(), browsers, half: false }
    }

    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        self.half = true;
        self.pipe.arrived.extend_from_slice(bytes);
    }

    pub(crate) fn is_half_read(&self) -> bool {
        self.half
    }

    /// What came next, or `None` until more bytes were fed.
    pub(crate) fn next(&mut self) -> Result<Option<Heard>, Over> {
        if let Stage::Greeting = self.stage
            && !self.greet()?
        {
            return Ok(None);
        }
        let Stage::Open(context) = &mut self.stage else { return Err(Over) };
        let heard = match context.read(&mut self.pipe) {
            Ok(Message::Text(text)) => Heard::Message(text.into()),
            Ok(Message::Binary(bytes)) => Heard::Message(bytes),
            Ok(Message::Ping(_) | Message::Pong(_)) => Heard::SignOfLife,
            Err(Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
            Ok(Message::Close(_) | Message::Frame(_)) => return self.close(CloseCode::Normal),
            Err(Error::Capacity(_)) => return self.close(CloseCode::Size),
            Err(Error::Utf8(_)) => return self.close(CloseCode::Invalid),
            Err(_) => return self.close(CloseCode::Protocol),
        };
        self.half = false;
        Ok(Some(heard))
    }

    /// Puts a SIP message into a WebSocket message; a text unless it carries something else (RFC 7118 5.1).
    pub(crate) fn say(&mut self, message: Bytes) -> Result<(), Over> {
        let Stage::Open(context) = &mut self.stage else { return Err(Over) };
        let message = match Utf8Bytes::try_from(message.clone()) {
            Ok(text) => Message::Text(text),
            Err(_) => Message::Binary(message),
        };
        context.write(&mut self.pipe, message).map_err(|_| Over)
    }

    /// What is to be written now.
    pub(crate) fn take_out(&mut self) -> Bytes {
        Bytes::from(std::mem::take(&mut self.pipe.out))
    }

    /// A context that has said goodbye does not say it again.
    fn close(&mut self, code: CloseCode) -> Result<Option<Heard>, Over> {
        if let Stage::Open(context) = &mut self.stage {
            let frame = CloseFrame { code, reason: Utf8Bytes::default() };
            // The pipe takes everything; an error says that the peer has closed as well.
            let _ = context.close(&mut self.pipe, Some(frame));
        }
        self.stage = Stage::Over;
        Err(Over)
    }

    /// Answers the greeting once all of it is there; true when the connection is open then.
    fn greet(&mut self) -> Result<bool, Over> {
        let (length, greeting) = match Request::try_parse(&self.pipe.arrived) {
            Ok(Some(whole)) => whole,
            Ok(None) if self.pipe.arrived.len() > GREETING => {
                return self.refuse(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
            }
            Ok(None) => return Ok(false),
            Err(_) => return self.refuse(StatusCode::BAD_REQUEST),
        };
        self.pipe.arrived.advance(length);
        match self.welcome(&greeting) {
            // A vector takes everything.
            Ok(response) => drop(write_response(&mut self.pipe.out, &response)),
            Err(status) => return self.refuse(status),
        }
        let config = WebSocketConfig::default()
            .read_buffer_size(READ)
            .write_buffer_size(0)
            .max_frame_size(Some(MAX_MESSAGE))
            .max_message_size(Some(MAX_MESSAGE));
        self.stage = Stage::Open(Box::new(WebSocketContext::new(Role::Server, Some(config))));
        Ok(true)
    }

    fn welcome(&self, greeting: &Request) -> Result<Response, StatusCode> {
        let headers = greeting.headers();
        let origin = headers.get(ORIGIN).map(|origin| String::from_utf8_lossy(origin.as_bytes()));
        if origin.is_some_and(|origin: Cow<'_, str>| !self.browsers.admit(&origin)) {
            return Err(StatusCode::FORBIDDEN);
        }
        let mut offered = headers
            .get_all(SEC_WEBSOCKET_PROTOCOL)
            .iter()
            .flat_map(|line| line.as_bytes().split(|byte| *byte == b',').map(<[u8]>::trim_ascii));
        if !offered.any(|token| token == SUBPROTOCOL.as_bytes()) {
            return Err(StatusCode::BAD_REQUEST);
        }
        let mut response = create_response(greeting).map_err(|_| StatusCode::UPGRADE_REQUIRED)?;
        response.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(SUBPROTOCOL));
        Ok(response)
    }

    fn refuse(&mut self, status: StatusCode) -> Result<bool, Over> {
        self.stage = Stage::Over;
        let text = format!(
            "HTTP/1.1 {status}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: {SUBPROTOCOL}\r\n\
             Connection: close\r\nContent-Length: 0\r\n\r\n"
        );
        self.pipe.out.extend_from_slice(text.as_bytes());
        Err(Over)
    }
}

/// Both directions of a connection, in memory.
#[derive(Default)]
struct Pipe {
    arrived: BytesMut,
    out: Vec<u8>,
}

impl Read for Pipe {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.arrived.is_empty() {
            // Nothing is kept for a browser that is quiet.
            self.arrived = BytesMut::new();
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let length = self.arrived.len().min(buffer.len());
        self.arrived.copy_to_slice(buffer.get_mut(..length).unwrap_or_default());
        Ok(length)
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
