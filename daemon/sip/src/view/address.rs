//! A name and an address, as in From, To and Contact.

use std::borrow::Cow;

use memchr::memchr;

use super::uri::Uri;
use crate::scan::{Params, quoted_length, trim, unquoted};
use crate::view::{lossy, seconds};

/// `"Name" <sip:user@host>;params` or the same without brackets (RFC 3261 25.1 `name-addr`, `addr-spec`).
///
/// A quoted name is never searched for an address, whatever it contains.
#[derive(Debug, Clone, Copy)]
pub struct NameAddr<'a> {
    display: &'a [u8],
    /// The address.
    pub uri: Uri<'a>,
    /// The parameters behind the address (not those of the URI inside the brackets).
    pub params: Params<'a>,
}

impl<'a> NameAddr<'a> {
    /// Takes one address apart; `None` when it is none.
    #[must_use]
    pub fn parse(value: &'a [u8]) -> Option<Self> {
        let value = trim(value);
        let name_length = match value.first()? {
            b'"' => quoted_length(value)?,
            _ => {
                value.iter().position(|byte| matches!(byte, b'<' | b';' | b',' | b'"')).unwrap_or(value.len())
            }
        };
        let (display, rest) = value.split_at_checked(name_length)?;
        match trim(rest) {
            [b'<', rest @ ..] => {
                let end = memchr(b'>', rest)?;
                let uri = Uri::parse(rest.get(..end)?)?;
                let params = Params::parse(rest.get(end + 1..)?)?;
                Some(Self { display: trim(display), uri, params })
            }
            rest => Self::without_brackets(display, rest),
        }
    }

    /// Without brackets every parameter belongs to the header and the URI has no question mark (RFC 3261 20).
    fn without_brackets(address: &'a [u8], params: &'a [u8]) -> Option<Self> {
        let uri = Uri::parse(trim(address)).filter(|uri| {
            memchr(b'?', uri.raw()).is_none() || uri.user.is_some_and(|user| memchr(b'?', user).is_some())
        })?;
        Some(Self { display: b"", uri, params: Params::parse(params)? })
    }

    /// The name as people read it; `None` when there is none. Not UTF-8 becomes `U+FFFD`.
    #[must_use]
    pub fn display_name(&self) -> Option<Cow<'a, str>> {
        if self.display.is_empty() {
            return None;
        }
        Some(lossy(unquoted_in(self.display)))
    }

    /// The name as written, with its quotes.
    #[must_use]
    pub const fn display_raw(&self) -> &'a [u8] {
        self.display
    }

    /// The tag of a From or To (RFC 3261 19.3).
    #[must_use]
    pub fn tag(&self) -> Option<&'a [u8]> {
        self.params.value(b"tag").filter(|tag| !tag.is_empty())
    }

    /// How long a Contact wants to be kept, in seconds (RFC 3261 20.10).
    #[must_use]
    pub fn expires(&self) -> Option<u32> {
        self.params.value(b"expires").and_then(seconds)
    }

    /// Which of several Contacts is preferred, 0 to 1000 (RFC 3261 20.10); 1000 when unsaid or unreadable.
    #[must_use]
    pub fn q(&self) -> u16 {
        self.params.value(b"q").and_then(thousandths).unwrap_or(1000)
    }

    /// The phone's own name for itself, without quotes (RFC 5626 4.1).
    #[must_use]
    pub fn instance(&self) -> Option<Cow<'a, [u8]>> {
        self.params.value(b"+sip.instance").map(unquoted)
    }

    /// Which of its flows the phone means (RFC 5626 4.2).
    #[must_use]
    pub fn reg_id(&self) -> Option<u32> {
        seconds(self.params.value(b"reg-id")?)
    }
}

/// One element of a Contact header.
#[derive(Debug, Clone, Copy)]
pub enum Contact<'a> {
    /// The star: all of them.
    Any,
    /// One address.
    Address(NameAddr<'a>),
}

impl<'a> Contact<'a> {
    /// Reads one element; `None` when it is neither star nor address.
    #[must_use]
    pub fn parse(element: &'a [u8]) -> Option<Self> {
        if element == b"*" {
            return Some(Self::Any);
        }
        NameAddr::parse(element).map(Self::Address)
    }
}

/// The quoted text of a display name, folded or not.
fn unquoted_in(display: &[u8]) -> Cow<'_, [u8]> {
    match crate::scan::unfolded(display) {
        Cow::Borrowed(display) => unquoted(display),
        Cow::Owned(display) => Cow::Owned(unquoted(&display).into_owned()),
    }
}

/// Reads `0.7`, `1`, `1.000` (RFC 3261 25.1 `qvalue`).
pub(crate) fn thousandths(value: &[u8]) -> Option<u16> {
    let (whole, digits) = match memchr(b'.', value) {
        Some(dot) => (value.get(..dot)?, value.get(dot + 1..)?),
        None => (value, &b""[..]),
    };
    if digits.len() > 3 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let fraction =
        digits.iter().chain(b"000").take(3).fold(0, |sum, digit| sum * 10 + u16::from(digit - b'0'));
    match whole {
        b"1" if fraction == 0 => Some(1000),
        b"0" => Some(fraction),
        _ => None,
    }
}
