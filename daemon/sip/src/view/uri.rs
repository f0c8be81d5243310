//! Addresses of the telephone world: `sip:`, `sips:`, `tel:` and whatever else arrives.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv6Addr};

use memchr::memchr;

use crate::lex::number;
use crate::scan::{Letters, Params, trim};

/// The kind of a [`Uri`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme<'a> {
    /// A SIP address.
    Sip,
    /// A SIP address that wants encryption on every hop.
    Sips,
    /// A telephone number (RFC 3966).
    Tel,
    /// Anything else, as written.
    Other(&'a [u8]),
}

/// A host as written: a name, an IPv4 address, or an IPv6 address in brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Host<'a>(&'a [u8]);

/// A URI in its parts (RFC 3261 19.1).
#[derive(Debug, Clone, Copy)]
pub struct Uri<'a> {
    raw: &'a [u8],
    /// Its kind.
    pub scheme: Scheme<'a>,
    /// The user part as written, escapes kept; the number of a `tel:` address.
    pub user: Option<&'a [u8]>,
    /// The password nobody should use.
    pub password: Option<&'a [u8]>,
    /// The host; `None` for `tel:` and foreign kinds.
    pub host: Option<Host<'a>>,
    /// The port, if written.
    pub port: Option<u16>,
    /// The parameters behind the host, or behind the number.
    pub params: Params<'a>,
    /// What stands behind the question mark, without it; empty if nothing does.
    pub headers: &'a [u8],
}

/// Longest address, in bytes, that is compared part by part; the effort grows with the square of its
/// parameters. Longer ones are the same only when every byte is.
const COMPARED_BY_MEANING: usize = 512;

impl<'a> Uri<'a> {
    /// Takes a URI apart. Foreign schemes are kept whole; `None` when it cannot be one.
    #[must_use]
    pub fn parse(raw: &'a [u8]) -> Option<Self> {
        // Without a way out early the compiler looks at many bytes at once.
        if raw.iter().fold(false, |found, &byte| found | never_in_a_uri(byte)) {
            return None;
        }
        let colon = memchr(b':', raw)?;
        let (scheme, rest) = (raw.get(..colon)?, raw.get(colon + 1..)?);
        let named = scheme.first()?.is_ascii_alphabetic()
            && scheme.iter().all(|&byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
        if !named || rest.is_empty() {
            return None;
        }
        if scheme.eq_ignore_ascii_case(b"sip") {
            Self::sip(raw, Scheme::Sip, rest)
        } else if scheme.eq_ignore_ascii_case(b"sips") {
            Self::sip(raw, Scheme::Sips, rest)
        } else if scheme.eq_ignore_ascii_case(b"tel") {
            Self::tel(raw, rest)
        } else {
            Some(Self { scheme: Scheme::Other(scheme), ..Self::bare(raw) })
        }
    }

    fn bare(raw: &'a [u8]) -> Self {
        let (scheme, params) = (Scheme::Tel, Params::default());
        Self { raw, scheme, user: None, password: None, host: None, port: None, params, headers: b"" }
    }

    fn tel(raw: &'a [u8], rest: &'a [u8]) -> Option<Self> {
        let end = memchr(b';', rest).unwrap_or(rest.len());
        let (number, params) = rest.split_at_checked(end)?;
        let params = Params::parse(params)?;
        (!number.is_empty()).then_some(Self { user: Some(number), params, ..Self::bare(raw) })
    }

    /// `user:password@host:port;params?headers`; the user may hold `;`, `?` and `/`.
    fn sip(raw: &'a [u8], scheme: Scheme<'a>, rest: &'a [u8]) -> Option<Self> {
        let mut uri = Self { scheme, ..Self::bare(raw) };
        let place = match memchr(b'@', rest) {
            Some(at) => {
                let (userinfo, place) = (rest.get(..at)?, rest.get(at + 1..)?);
                let colon = userinfo.iter().position(|&byte| byte == b':').unwrap_or(at);
                uri.user = Some(userinfo.get(..colon).filter(|user| !user.is_empty())?);
                uri.password = userinfo.get(colon + 1..);
                place
            }
            None => rest,
        };
        let (host, behind) = host_at(place)?;
        uri.host = Some(host);
        let behind = match behind {
            [] => return Some(uri),
            [b':', behind @ ..] => {
                let digits = behind.iter().take_while(|byte| byte.is_ascii_digit()).count();
                uri.port = Some(port(behind.get(..digits)?)?);
                behind.get(digits..)?
            }
            behind => behind,
        };
        if memchr(b'@', behind).is_some() {
            return None;
        }
        let end = memchr(b'?', behind).unwrap_or(behind.len());
        uri.headers = behind.get(end + 1..).unwrap_or_default();
        uri.params = Params::parse(behind.get(..end)?)?;
        Some(uri)
    }

    /// The whole URI as written.
    #[must_use]
    pub const fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// The user part with `%23` and the like read; bytes of any kind.
    #[must_use]
    pub fn user_decoded(&self) -> Option<Cow<'a, [u8]>> {
        self.user.map(decoded)
    }

    /// The `;transport=` word, as written.
    #[must_use]
    pub fn transport(&self) -> Option<&'a [u8]> {
        self.params.value(b"transport")
    }

    /// The value of a header behind the question mark, its escapes read (RFC 3261 19.1.1).
    #[must_use]
    pub fn header(&self, name: &[u8]) -> Option<Cow<'a, [u8]>> {
        self.headers.split(|&byte| byte == b'&').find_map(|header| {
            let equals = memchr(b'=', header)?;
            let (found, value) = (header.get(..equals)?, header.get(equals + 1..)?);
            decoded(found).eq_ignore_ascii_case(name).then(|| decoded(value))
        })
    }

    /// The URI without what stands behind the question mark.
    #[must_use]
    pub fn without_headers(&self) -> &'a [u8] {
        let end = match self.headers.len() {
            0 => self.raw.strip_suffix(b"?").unwrap_or(self.raw).len(),
            length => self.raw.len().saturating_sub(length + 1),
        };
        self.raw.get(..end).unwrap_or_default()
    }

    /// True when both name the same place (RFC 3261 19.1.4), as a registrar compares Contacts.
    #[must_use]
    pub fn same_as(&self, other: &Uri<'_>) -> bool {
        if self.raw.len().max(other.raw.len()) > COMPARED_BY_MEANING {
            return self.raw == other.raw;
        }
        let (Some(mine), Some(theirs)) = (self.host, other.host) else {
            return self.raw.eq_ignore_ascii_case(other.raw);
        };
        self.scheme == other.scheme
            && same_text(self.user, other.user)
            && same_text(self.password, other.password)
            && mine.same_as(&theirs)
            && self.port == other.port
            && params_agree(self.params, other.params)
            && params_agree(other.params, self.params)
            && same_headers(self.headers, other.headers)
    }
}

impl std::fmt::Display for Uri<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&String::from_utf8_lossy(self.raw))
    }
}

impl<'a> Host<'a> {
    /// As written, an IPv6 address with its brackets.
    #[must_use]
    pub const fn raw(&self) -> &'a [u8] {
        self.0
    }

    /// The address, if it is one and not a name.
    #[must_use]
    pub fn ip(&self) -> Option<IpAddr> {
        let text = str::from_utf8(self.0).ok()?;
        match text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
            Some(v6) => v6.parse().ok().or_else(|| colon_too_many(v6)).map(IpAddr::V6),
            None => text.parse().ok(),
        }
    }

    /// True for the same name in any case, or the same address in any spelling.
    #[must_use]
    pub fn same_as(&self, other: &Host<'_>) -> bool {
        self.0.eq_ignore_ascii_case(other.0) || self.ip().is_some_and(|ip| other.ip() == Some(ip))
    }
}

/// `2001:db8:::192.0.2.1`: before an embedded IPv4 address the grammar of RFC 3261 makes three colons of
/// two, which must be borne (RFC 5118 4.10).
fn colon_too_many(address: &str) -> Option<Ipv6Addr> {
    let (before, v4) = address.split_once(":::")?;
    v4.parse::<std::net::Ipv4Addr>().ok()?;
    format!("{before}::{v4}").parse().ok()
}

/// Host names, and what offices make of them.
static HOST: Letters = Letters::and(b"-._");

/// The host at the start of `place`, and what stands behind it.
fn host_at(place: &[u8]) -> Option<(Host<'_>, &[u8])> {
    let bracketed = place.first() == Some(&b'[');
    let length = if bracketed {
        memchr(b']', place)? + 1
    } else {
        place.iter().position(|&byte| !HOST.has(byte)).unwrap_or(place.len())
    };
    let (host, behind) = place.split_at_checked(length)?;
    let host = Host(host);
    let valid = if bracketed { host.ip().is_some() } else { length > 0 };
    valid.then_some((host, behind))
}

/// Reads `host` or `host:port`, white space around the colon allowed as in Via (RFC 3261 25.1 `sent-by`).
pub(crate) fn host_and_port(place: &[u8]) -> Option<(Host<'_>, Option<u16>)> {
    let (host, behind) = host_at(trim(place))?;
    match trim(behind) {
        [] => Some((host, None)),
        [b':', digits @ ..] => Some((host, Some(port(trim(digits))?))),
        _ => None,
    }
}

fn port(digits: &[u8]) -> Option<u16> {
    u16::try_from(number(digits)?).ok().filter(|&port| port > 0)
}

/// Bytes that end a URI wherever it stands; `#` is tolerated because phones dial star codes unescaped.
const fn never_in_a_uri(byte: u8) -> bool {
    byte <= b' ' || matches!(byte, b'<' | b'>' | b'"' | 0x7f)
}

/// Reads `%` escapes; a `%` without two hexadecimal digits stays as it is.
fn decoded(text: &[u8]) -> Cow<'_, [u8]> {
    if memchr(b'%', text).is_none() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(characters(text).map(|(byte, _)| byte).collect())
}

/// The characters of an escaped text, and for each whether it was escaped.
fn characters(text: &[u8]) -> impl Iterator<Item = (u8, bool)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if let [b'%', high, low, tail @ ..] = rest
            && let (Some(high), Some(low)) = (hex(*high), hex(*low))
        {
            rest = tail;
            return Some((high << 4 | low, true));
        }
        let (first, tail) = rest.split_first()?;
        rest = tail;
        Some((*first, false))
    })
}

pub(crate) const fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

/// Case matters; an escape equals its character unless that one is reserved (RFC 3261 19.1.4).
fn same_text(mine: Option<&[u8]>, theirs: Option<&[u8]>) -> bool {
    let meaning = |(byte, escaped): (u8, bool)| (byte, escaped && b";/?:@&=+$,".contains(&byte));
    match (mine, theirs) {
        (Some(mine), Some(theirs)) => characters(mine).map(meaning).eq(characters(theirs).map(meaning)),
        (mine, theirs) => mine == theirs,
    }
}

/// What both have must be equal; what only one has matters for four names (RFC 3261 19.1.4).
/// A name that stands several times agrees with any of its values, so that an address equals itself.
fn params_agree(mine: Params<'_>, theirs: Params<'_>) -> bool {
    mine.iter().all(|param| {
        let mut same_name =
            theirs.iter().filter(|other| other.name.eq_ignore_ascii_case(param.name)).peekable();
        if same_name.peek().is_none() {
            let weighty = [&b"user"[..], b"ttl", b"method", b"maddr"];
            return !weighty.iter().any(|weighty| param.name.eq_ignore_ascii_case(weighty));
        }
        same_name.any(|other| match (param.value, other.value) {
            (Some(mine), Some(theirs)) => mine.eq_ignore_ascii_case(theirs),
            (mine, theirs) => mine == theirs,
        })
    })
}

/// The same headers in any order.
fn same_headers(mine: &[u8], theirs: &[u8]) -> bool {
    let all_in = |these: &[u8], those: &[u8]| {
        these
            .split(|&byte| byte == b'&')
            .all(|header| those.split(|&byte| byte == b'&').any(|other| same_text(Some(header), Some(other))))
    };
    all_in(mine, theirs) && all_in(theirs, mine)
}

#[cfg(test)]
mod tests;
