//! The small pieces of what we write: reasons, names, addresses.

use std::fmt::Write as _;

use rsip::common::uri::Auth;

use crate::view::NamedDialog;

/// The usual words behind a status (RFC 3261 21 and its extensions).
#[must_use]
pub fn reason(status: u16) -> &'static str {
    if let Ok(place) = REASONS.binary_search_by_key(&status, |(known, _)| *known)
        && let Some((_, words)) = REASONS.get(place)
    {
        return words;
    }
    match status / 100 {
        1 => "Progress",
        2 => "OK",
        3 => "Redirection",
        4 => "Request Failure",
        5 => "Server Failure",
        _ => "Global Failure",
    }
}

/// In the order of their numbers.
const REASONS: &[(u16, &str)] = &[
    (100, "Trying"),
    (180, "Ringing"),
    (181, "Call Is Being Forwarded"),
    (182, "Queued"),
    (183, "Session Progress"),
    (200, "OK"),
    (202, "Accepted"),
    (300, "Multiple Choices"),
    (301, "Moved Permanently"),
    (302, "Moved Temporarily"),
    (305, "Use Proxy"),
    (400, "Bad Request"),
    (401, "Unauthorized"),
    (403, "Forbidden"),
    (404, "Not Found"),
    (405, "Method Not Allowed"),
    (406, "Not Acceptable"),
    (407, "Proxy Authentication Required"),
    (408, "Request Timeout"),
    (410, "Gone"),
    (411, "Length Required"),
    (412, "Conditional Request Failed"),
    (413, "Request Entity Too Large"),
    (414, "Request-URI Too Long"),
    (415, "Unsupported Media Type"),
    (416, "Unsupported URI Scheme"),
    (420, "Bad Extension"),
    (421, "Extension Required"),
    (422, "Session Interval Too Small"),
    (423, "Interval Too Brief"),
    (424, "Bad Location Information"),
    (429, "Provide Referrer Identity"),
    (430, "Flow Failed"),
    (433, "Anonymity Disallowed"),
    (439, "First Hop Lacks Outbound Support"),
    (480, "Temporarily Unavailable"),
    (481, "Call/Transaction Does Not Exist"),
    (482, "Loop Detected"),
    (483, "Too Many Hops"),
    (484, "Address Incomplete"),
    (485, "Ambiguous"),
    (486, "Busy Here"),
    (487, "Request Terminated"),
    (488, "Not Acceptable Here"),
    (489, "Bad Event"),
    (491, "Request Pending"),
    (493, "Undecipherable"),
    (500, "Server Internal Error"),
    (501, "Not Implemented"),
    (502, "Bad Gateway"),
    (503, "Service Unavailable"),
    (504, "Server Time-out"),
    (505, "Version Not Supported"),
    (513, "Message Too Large"),
    (580, "Precondition Failure"),
    (600, "Busy Everywhere"),
    (603, "Decline"),
    (604, "Does Not Exist Anywhere"),
    (606, "Not Acceptable"),
    (607, "Unwanted"),
    (608, "Rejected"),
];

/// A text in quotes, its own quotes and backslashes escaped (RFC 3261 25.1 `quoted-string`).
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            control if control.is_control() => out.push(' '),
            plain => out.push(plain),
        }
    }
    out.push('"');
    out
}

/// `"Display" <uri>`; without a display name just `<uri>`. Append `;tag=` and the like to it.
#[must_use]
pub fn name_addr(display: &str, uri: &str) -> String {
    let mut address = if display.is_empty() { String::new() } else { quoted(display) + " " };
    address.push('<');
    address.extend(uri.chars().filter(|character| !matches!(character, '<' | '>' | '\r' | '\n')));
    address.push('>');
    address
}

/// The value of a Refer-To: whom to call, and which of its calls that one takes the place of.
///
/// `None` where `replaces` cannot be written, see [`NamedDialog::written`].
#[must_use]
pub fn refer_to(uri: &str, replaces: Option<&NamedDialog<'_>>) -> Option<String> {
    let Some(dialog) = replaces else { return Some(name_addr("", uri)) };
    let dialog = escaped(&dialog.written()?, b"-_.!~*'()");
    Some(name_addr("", &format!("{uri}?Replaces={dialog}")))
}

/// `sip:user@host` with the user part escaped where it must be (RFC 3261 25.1 `user`); `#` becomes `%23`.
///
/// `host` is ours: a name, or an address with port as [`std::net::SocketAddr`] prints it.
#[must_use]
pub fn sip_uri(user: &str, host: &str) -> String {
    let auth = (!user.is_empty()).then(|| Auth { user: escaped(user.as_bytes(), IN_USER), password: None });
    // As a name, since rsip writes IPv6 addresses without the brackets that the port needs.
    let host = rsip::Host::Domain(host.into());
    rsip::Uri { scheme: Some(rsip::Scheme::Sip), auth, host_with_port: host.into(), ..Default::default() }
        .to_string()
}

/// What a user part may hold beside letters and digits (RFC 3261 25.1 `unreserved`, `user-unreserved`).
const IN_USER: &[u8] = b"-_.!~*'()&=+$,;?/";

/// Everything but letters, digits and the bytes that are `plain` here becomes `%41` and the like.
fn escaped(text: &[u8], plain: &[u8]) -> String {
    let mut out = String::with_capacity(text.len());
    for &byte in text {
        if byte.is_ascii_alphanumeric() || plain.contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// The lower four bits as a hexadecimal digit.
pub(crate) const fn hex_digit(bits: u64) -> u8 {
    match bits & 0xf {
        0 => b'0',
        1 => b'1',
        2 => b'2',
        3 => b'3',
        4 => b'4',
        5 => b'5',
        6 => b'6',
        7 => b'7',
        8 => b'8',
        9 => b'9',
        10 => b'a',
        11 => b'b',
        12 => b'c',
        13 => b'd',
        14 => b'e',
        _ => b'f',
    }
}
