//! How long a call lives without a sign of life (RFC 4028).

use std::fmt;

use super::seconds;
use crate::message::Message;
use crate::name::Name;
use crate::scan::{Params, trim};

/// The side that has to send the signs of life (RFC 4028 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refresher {
    /// Whoever sent this request.
    Uac,
    /// Whoever answers it.
    Uas,
}

/// How long a call lives without being refreshed (RFC 4028 4). Written again by [`fmt::Display`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionExpires {
    /// The interval in seconds.
    pub seconds: u32,
    /// Who refreshes; `None` when the sender leaves it open.
    pub refresher: Option<Refresher>,
}

impl SessionExpires {
    /// Shortest interval that anybody may ask for, in seconds (RFC 4028 5).
    pub const LEAST: u32 = 90;

    /// Reads `1800;refresher=uas`; an unknown refresher counts as none.
    #[must_use]
    pub fn parse(value: &[u8]) -> Option<Self> {
        let end = memchr::memchr(b';', value).unwrap_or(value.len());
        let (interval, params) = value.split_at_checked(end)?;
        let refresher = Params::parse(params)?.value(b"refresher").and_then(Refresher::parse);
        Some(Self { seconds: seconds(trim(interval))?, refresher })
    }
}

impl Refresher {
    fn parse(word: &[u8]) -> Option<Self> {
        if word.eq_ignore_ascii_case(b"uac") {
            Some(Self::Uac)
        } else {
            word.eq_ignore_ascii_case(b"uas").then_some(Self::Uas)
        }
    }
}

impl fmt::Display for SessionExpires {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let refresher = match self.refresher {
            Some(Refresher::Uac) => ";refresher=uac",
            Some(Refresher::Uas) => ";refresher=uas",
            None => "",
        };
        write!(out, "{}{refresher}", self.seconds)
    }
}

impl Message<'_> {
    /// How long the sender lets the call live without a refresh (RFC 4028 4).
    #[must_use]
    pub fn session_expires(&self) -> Option<SessionExpires> {
        self.header(Name::SessionExpires).and_then(SessionExpires::parse)
    }

    /// The shortest interval the sender accepts, in seconds (RFC 4028 5).
    #[must_use]
    pub fn min_se(&self) -> Option<u32> {
        self.seconds(Name::MinSe)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_come_back_as_they_were_read() {
        for (value, expected) in [
            ("1800", "1800"),
            ("90 ; Refresher = UAC", "90;refresher=uac"),
            ("90;x=\"a;refresher=uac\";refresher=uas", "90;refresher=uas"),
            ("90;refresher=nobody", "90"),
            ("99999999999;refresher=uas", "4294967295;refresher=uas"),
        ] {
            let read = SessionExpires::parse(value.as_bytes()).map(|read| read.to_string());
            assert_eq!(read.as_deref(), Some(expected), "{value}");
        }
        for value in ["", ";refresher=uac", "soon", "-90", "90 90", "90.5", "0x5a"] {
            assert_eq!(SessionExpires::parse(value.as_bytes()), None, "{value}");
        }
    }

    #[test]
    fn the_compact_form_is_read() {
        let bytes = b"INVITE sip:a@b SIP/2.0\r\nx: 600;refresher=uas\r\nMin-SE: 120\r\n\r\n";
        let message = Message::parse(bytes).unwrap();
        let expected = SessionExpires { seconds: 600, refresher: Some(Refresher::Uas) };
        assert_eq!((message.session_expires(), message.min_se()), (Some(expected), Some(120)));
    }
}
