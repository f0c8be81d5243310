//! Where a call was before it came here: Diversion and History-Info.

use std::borrow::Cow;
use std::fmt;

use super::{NameAddr, Privacy, Reason};
use crate::compose::{name_addr, quoted};
use crate::lex::number;
use crate::message::Message;
use crate::name::Name;
use crate::scan::{is_token, unquoted};

/// One forwarding, the newest first (RFC 5806 5).
#[derive(Debug, Clone, Copy)]
pub struct Diversion<'a> {
    /// Who forwarded the call.
    pub address: NameAddr<'a>,
}

impl<'a> Diversion<'a> {
    /// Why: `unconditional`, `user-busy`, `no-answer`, ... without quotes.
    #[must_use]
    pub fn reason(&self) -> Option<Cow<'a, [u8]>> {
        self.address.params.value(b"reason").map(unquoted)
    }

    /// How many forwardings this entry stands for; 1 when unsaid.
    #[must_use]
    pub fn counter(&self) -> u8 {
        let counter = self.address.params.value(b"counter").and_then(number);
        counter.map_or(1, |counter| u8::try_from(counter).unwrap_or(u8::MAX))
    }

    /// True when the entry asks for being hidden.
    #[must_use]
    pub fn is_private(&self) -> bool {
        let privacy = self.address.params.value(b"privacy").map(unquoted);
        privacy.is_some_and(|privacy| !privacy.eq_ignore_ascii_case(b"off"))
    }
}

/// A Diversion entry of ours; [`fmt::Display`] is its value.
#[derive(Debug, Clone, Copy)]
pub struct Diverted<'a> {
    /// The name of whoever forwarded; may be empty.
    pub display: &'a str,
    /// Its address, without brackets.
    pub uri: &'a str,
    /// Why, one of the words of RFC 5806 5.
    pub reason: &'a str,
}

impl fmt::Display for Diverted<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = name_addr(self.display, self.uri);
        if is_token(self.reason.as_bytes()) {
            write!(out, "{address};reason={}", self.reason)
        } else {
            write!(out, "{address};reason={}", quoted(self.reason))
        }
    }
}

/// One station of a call (RFC 7044 5).
#[derive(Debug, Clone, Copy)]
pub struct Station<'a> {
    /// The address that was called there.
    pub address: NameAddr<'a>,
}

impl<'a> Station<'a> {
    /// Its place in the history: `1.2.1`.
    #[must_use]
    pub fn index(&self) -> Option<&'a [u8]> {
        let digits = |index: &&[u8]| {
            index
                .split(|&byte| byte == b'.')
                .all(|part| !part.is_empty() && part.iter().all(u8::is_ascii_digit))
        };
        self.address.params.value(b"index").filter(digits)
    }

    /// Why the call left this address (RFC 7044 5, the Reason inside of the URI).
    #[must_use]
    pub fn has_left_because(&self) -> Option<u16> {
        let reason = self.address.uri.header(b"Reason")?;
        Reason::parse(&reason)?.cause
    }

    /// Why the call came to this address (RFC 4458 `cause`): 302 forwarded, 408 not answered, 486 busy.
    #[must_use]
    pub fn cause(&self) -> Option<u16> {
        u16::try_from(number(self.address.uri.params.value(b"cause")?)?).ok()
    }

    /// True when the station asks not to be shown (RFC 7044 10.1.1).
    #[must_use]
    pub fn is_private(&self) -> bool {
        let privacy = self.address.uri.header(b"Privacy");
        privacy.is_some_and(|privacy| Privacy::parse(&privacy).history)
    }
}

impl<'a> Message<'a> {
    /// Who forwarded the call, the last one first (RFC 5806).
    pub fn diversions(&self) -> impl Iterator<Item = Diversion<'a>> + '_ {
        self.addresses(Name::Diversion).map(|address| Diversion { address })
    }

    /// Where the call has been, the first station first (RFC 7044).
    pub fn history(&self) -> impl Iterator<Item = Station<'a>> + '_ {
        self.addresses(Name::HistoryInfo).map(|address| Station { address })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forwardings() {
        let bytes = b"INVITE sip:a@b SIP/2.0\r\n\
            Diversion: \"B, C\" <sip:b@h>;reason=\"user-busy\";counter=2;privacy=full, <sip:a@h>;reason=deflection\r\n\
            Diversion: <tel:+4930>;counter=999999;privacy=\"off\"\r\nDiversion: <\r\n\r\n";
        let message = Message::parse(bytes).unwrap();
        let all: Vec<_> = message
            .diversions()
            .map(|one| (one.address.uri.raw(), one.reason(), one.counter(), one.is_private()))
            .collect();
        assert_eq!(
            all,
            [
                (&b"sip:b@h"[..], Some(Cow::Borrowed(&b"user-busy"[..])), 2, true),
                (b"sip:a@h", Some(Cow::Borrowed(b"deflection")), 1, false),
                (b"tel:+4930", None, u8::MAX, false),
            ]
        );
    }

    #[test]
    fn a_forwarding_of_ours_can_be_read() {
        let ours =
            Diverted { display: "M\u{fc}ller \"x\"", uri: "sip:101@box", reason: "no-answer" }.to_string();
        assert_eq!(ours, "\"M\u{fc}ller \\\"x\\\"\" <sip:101@box>;reason=no-answer");
        let odd = Diverted { display: "", uri: "sip:101@box", reason: "a;b" }.to_string();
        assert_eq!(odd, "<sip:101@box>;reason=\"a;b\"");
    }

    /// RFC 7044 5.2 and RFC 4458 3.2.
    #[test]
    fn stations() {
        let bytes = b"INVITE sip:a@b SIP/2.0\r\n\
            History-Info: <sip:a@h?Reason=SIP%3Bcause%3D486&Privacy=history>;index=1, <sip:v@h;cause=302>;index=1.1;mp=1\r\n\
            History-Info: <sip:x@h>;index=1..2, <sip:y@h?Reason=x%y>\r\n\r\n";
        let message = Message::parse(bytes).unwrap();
        let all: Vec<_> = message
            .history()
            .map(|one| (one.index(), one.has_left_because(), one.cause(), one.is_private()))
            .collect();
        assert_eq!(
            all,
            [
                (Some(&b"1"[..]), Some(486), None, true),
                (Some(b"1.1"), None, Some(302), false),
                (None, None, None, false),
                (None, None, None, false),
            ]
        );
    }
}
