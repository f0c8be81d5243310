//! What the box writes.
//!
//! Values given by callers cannot break out of their line: a carriage return or a line feed in them
//! becomes a space. Bodies are bytes and stay what they are.

mod request;
mod response;
mod words;

pub use request::Request;
pub use response::Response;
pub use words::{name_addr, quoted, reason, refer_to, sip_uri};

pub(crate) use words::hex_digit;

use std::net::IpAddr;

use memchr::memchr2;

use crate::scan::{is_token, is_token_byte};

/// Room for an answer or a request without a body; a longer one makes its own. The allocator keeps pieces of up to 1,032 bytes
/// at hand and has to search for larger ones.
const ROOM: usize = 1000;

/// A message being written: complete lines, each with its end.
#[derive(Debug)]
struct Lines {
    out: Vec<u8>,
}

impl Lines {
    fn new() -> Self {
        Self { out: Vec::with_capacity(ROOM) }
    }

    fn raw(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    /// Text from outside: line ends in it, folded or malicious, become spaces.
    fn text(&mut self, value: &[u8]) {
        if memchr2(b'\r', b'\n', value).is_none() {
            self.out.extend_from_slice(value);
        } else {
            self.out
                .extend(value.iter().map(|&byte| if matches!(byte, b'\r' | b'\n') { b' ' } else { byte }));
        }
    }

    fn number(&mut self, number: usize) {
        let mut digits = [b'0'; 20];
        let mut rest = number;
        let mut length = 0;
        for place in digits.iter_mut().rev() {
            *place = b'0' + u8::try_from(rest % 10).unwrap_or_default();
            rest /= 10;
            length += 1;
            if rest == 0 {
                break;
            }
        }
        self.raw(digits.get(digits.len() - length..).unwrap_or_default());
    }

    fn line(&mut self, name: &str, value: &[u8]) {
        if is_token(name.as_bytes()) {
            self.raw(name.as_bytes());
        } else {
            self.out.extend(name.bytes().filter(|&byte| is_token_byte(byte)));
        }
        self.raw(b": ");
        self.text(value);
        self.end_line();
    }

    fn address(&mut self, address: IpAddr) {
        let IpAddr::V4(v4) = address else { return self.raw(address.to_string().as_bytes()) };
        let [first, rest @ ..] = v4.octets();
        self.number(first.into());
        for part in rest {
            self.raw(b".");
            self.number(part.into());
        }
    }

    fn end_line(&mut self) {
        self.raw(b"\r\n");
    }

    /// Content-Type and Content-Length, the empty line, the body.
    fn finish(mut self, content: Option<(&str, &[u8])>) -> bytes::Bytes {
        let (kind, body) = content.unwrap_or_default();
        if !body.is_empty() {
            self.line("Content-Type", kind.as_bytes());
        }
        self.raw(b"Content-Length: ");
        self.number(body.len());
        self.raw(b"\r\n\r\n");
        self.raw(body);
        self.out.into()
    }
}

#[cfg(test)]
mod tests;
