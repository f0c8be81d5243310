//! Headers that are lists of words: what the sender can, and what it insists on.

use super::address::thousandths;
use crate::message::Message;
use crate::method::Method;
use crate::name::Name;
use crate::scan::{Params, elements, split_once, trim};

impl<'a> Message<'a> {
    /// The words of the headers of this name: Require, Supported, Allow, Unsupported, Allow-Events.
    pub fn words(&self, name: Name) -> impl Iterator<Item = &'a [u8]> + '_ {
        self.headers(name).flat_map(elements).filter(|word| !word.is_empty())
    }

    /// Extensions without which the sender does not want its request served (RFC 3261 20.32).
    pub fn require(&self) -> impl Iterator<Item = &'a [u8]> + '_ {
        self.words(Name::Require)
    }

    /// True when the sender insists on this extension.
    #[must_use]
    pub fn requires(&self, extension: &[u8]) -> bool {
        self.require().any(|word| word.eq_ignore_ascii_case(extension))
    }

    /// Extensions without which no proxy may pass the request on (RFC 3261 20.29).
    pub fn proxy_require(&self) -> impl Iterator<Item = &'a [u8]> + '_ {
        self.words(Name::ProxyRequire)
    }

    /// Extensions the sender understands (RFC 3261 20.37).
    pub fn supported(&self) -> impl Iterator<Item = &'a [u8]> + '_ {
        self.words(Name::Supported)
    }

    /// True when the sender understands this extension.
    #[must_use]
    pub fn supports(&self, extension: &[u8]) -> bool {
        self.supported().any(|word| word.eq_ignore_ascii_case(extension))
    }

    /// Extensions of ours that the sender does not understand (RFC 3261 20.40).
    pub fn unsupported(&self) -> impl Iterator<Item = &'a [u8]> + '_ {
        self.words(Name::Unsupported)
    }

    /// Methods the sender understands (RFC 3261 20.5).
    pub fn allow(&self) -> impl Iterator<Item = Method<'a>> + '_ {
        self.words(Name::Allow).map(Method::from_token)
    }

    /// True when the sender names this method as one it understands.
    #[must_use]
    pub fn allows(&self, method: Method<'_>) -> bool {
        self.allow().any(|allowed| allowed.token() == method.token())
    }

    /// The kinds of body the sender can read, in its order (RFC 3261 20.1).
    pub fn accept(&self) -> impl Iterator<Item = MediaRange<'a>> + '_ {
        self.words(Name::Accept).filter_map(MediaRange::parse)
    }

    /// Whether the sender can read bodies of this kind; `None` when it says nothing, which leaves it to
    /// the method: session descriptions for INVITE (RFC 3261 20.1), its package's own for SUBSCRIBE.
    #[must_use]
    pub fn accepts(&self, kind: &[u8]) -> Option<bool> {
        self.header(Name::Accept)?;
        Some(self.accept().any(|range| range.covers(kind)))
    }
}

/// A kind of body, or all of a family: `application/*` (RFC 3261 20.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MediaRange<'a> {
    /// The family: `application`, or the star.
    pub family: &'a [u8],
    /// The member: `sdp`, or the star.
    pub member: &'a [u8],
    /// Parameters of the kind, and how much it is liked.
    pub params: Params<'a>,
}

impl<'a> MediaRange<'a> {
    /// Reads `application/sdp;q=0.5`.
    #[must_use]
    pub fn parse(element: &'a [u8]) -> Option<Self> {
        let end = memchr::memchr(b';', element).unwrap_or(element.len());
        let (kind, params) = element.split_at_checked(end)?;
        let (family, member) = split_once(trim(kind), b'/')?;
        let named = !family.is_empty() && !member.is_empty();
        named.then_some(Self { family, member, params: Params::parse(params)? })
    }

    /// How much it is liked, 0 to 1000; 0 means not at all.
    #[must_use]
    pub fn q(&self) -> u16 {
        self.params.value(b"q").and_then(thousandths).unwrap_or(1000)
    }

    /// True when a body of this kind fits.
    #[must_use]
    pub fn covers(&self, kind: &[u8]) -> bool {
        let fits = |range: &[u8], word: &[u8]| range == b"*" || range.eq_ignore_ascii_case(word);
        let parts = split_once(kind, b'/');
        self.q() > 0
            && parts.is_some_and(|(family, member)| fits(self.family, family) && fits(self.member, member))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invite(headers: &str) -> Vec<u8> {
        format!("INVITE sip:a@b SIP/2.0\r\n{headers}\r\n").into_bytes()
    }

    #[test]
    fn what_is_insisted_on_and_what_is_not_understood() {
        let bytes = invite("Require: 100rel , Replaces,\r\nProxy-Require: sec-agree\r\nUnsupported: foo\r\n");
        let message = Message::parse(&bytes).unwrap();
        assert!(message.requires(b"replaces") && message.requires(b"100REL") && !message.requires(b""));
        assert_eq!((message.proxy_require().count(), message.unsupported().count()), (1, 1));
    }

    #[test]
    fn methods_are_told_apart_by_case() {
        let bytes = invite("Allow: INVITE, update\r\nAllow: PRACK\r\n");
        let message = Message::parse(&bytes).unwrap();
        assert!(message.allows(Method::Prack) && !message.allows(Method::Update));
        assert!(message.allows(Method::Other(b"update")));
    }

    #[test]
    fn kinds_of_body() {
        let kind: &[u8] = b"application/dialog-info+xml";
        for (accept, expected) in [
            ("", None),
            ("Accept:\r\n", Some(false)),
            ("Accept: Application/Dialog-Info+XML\r\n", Some(true)),
            ("Accept: text/plain, application/*;q=0.2\r\n", Some(true)),
            ("Accept: */*\r\n", Some(true)),
            ("Accept: application/dialog-info+xml;q=0\r\n", Some(false)),
            ("Accept: application/sdp\r\nAccept: a/b/c, x, /y, z/, *;q=1\r\n", Some(false)),
        ] {
            let bytes = invite(accept);
            assert_eq!(Message::parse(&bytes).unwrap().accepts(kind), expected, "{accept}");
        }
    }
}
