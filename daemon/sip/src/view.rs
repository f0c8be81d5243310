//! What the headers of a message say, read when somebody asks.
//!
//! A reader gives `None` when the header is missing or cannot be read; lists leave out what cannot be
//! read. [`Message::validate`] refuses messages in which that would happen to a header that matters.

mod access;
mod address;
mod auth;
mod cause;
mod diverted;
mod event;
mod identity;
mod lists;
mod named_dialog;
mod pointer;
mod prack;
mod refer;
mod session;
mod uri;
mod via;

pub use address::{Contact, NameAddr};
pub use auth::AuthParams;
pub use cause::{Reason, Warning};
pub use diverted::{Diversion, Diverted, Station};
pub use event::{Event, SubscriptionState, Substate};
pub use identity::Privacy;
pub use lists::MediaRange;
pub use named_dialog::NamedDialog;
pub use pointer::Pointer;
pub use prack::RAck;
pub use session::{Refresher, SessionExpires};
pub use uri::{Host, Scheme, Uri};
pub use via::Via;

pub(crate) use uri::hex;

use std::borrow::Cow;

use crate::lex::number;
use crate::message::{Message, Start};
use crate::method::Method;
use crate::name::Name;
use crate::scan::{elements, is_space, is_token, trim, unfolded};

/// The number and method that order the requests of a dialog (RFC 3261 20.16).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CSeq<'a> {
    /// Less than 2^31.
    pub number: u32,
    /// The request's method, repeated in its answers.
    pub method: Method<'a>,
}

impl<'a> CSeq<'a> {
    /// Largest sequence number (RFC 3261 8.1.1.5).
    pub const MAX: u32 = (1 << 31) - 1;

    /// Reads `4711 INVITE`.
    #[must_use]
    pub fn parse(value: &'a [u8]) -> Option<Self> {
        let space = value.iter().position(|&byte| is_space(byte))?;
        let (digits, method) = value.split_at_checked(space)?;
        let number = u32::try_from(number(digits)?).ok().filter(|&number| number <= Self::MAX)?;
        let method = Some(trim(method)).filter(|method| is_token(method))?;
        Some(Self { number, method: Method::from_token(method) })
    }
}

/// What everybody who looks at a message asks for, so that it is taken apart once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known<'a> {
    uri: Option<Uri<'a>>,
    from: Option<NameAddr<'a>>,
    from_tag: Option<&'a [u8]>,
    to: Option<NameAddr<'a>>,
    to_tag: Option<&'a [u8]>,
    cseq: Option<CSeq<'a>>,
    via: Option<Via<'a>>,
}

impl<'a> Known<'a> {
    /// Of several headers with one name the first counts.
    pub(crate) fn of(message: &Message<'a>) -> Self {
        let (from, to) = (message.from(), message.to());
        Self {
            uri: message.uri(),
            from,
            from_tag: from.and_then(|from| from.tag()),
            to,
            to_tag: to.and_then(|to| to.tag()),
            cseq: message.cseq(),
            via: message.via(),
        }
    }
}

impl<'a> Message<'a> {
    /// True for a request.
    #[must_use]
    pub fn is_request(&self) -> bool {
        matches!(self.start(), Start::Request { .. })
    }

    /// What a request asks; `None` for an answer, whose method is in [`Message::cseq`].
    #[must_use]
    pub fn method(&self) -> Option<Method<'a>> {
        match self.start() {
            Start::Request { method, .. } => Some(method),
            Start::Response { .. } => None,
        }
    }

    /// Whom a request asks; `None` for an answer.
    #[must_use]
    pub fn uri(&self) -> Option<Uri<'a>> {
        match (&self.known, self.start()) {
            (Some(known), _) => known.uri,
            (None, Start::Request { uri, .. }) => Uri::parse(uri),
            (None, Start::Response { .. }) => None,
        }
    }

    /// The number of an answer; `None` for a request.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self.start() {
            Start::Response { status, .. } => Some(status),
            Start::Request { .. } => None,
        }
    }

    /// Who calls, or who registers for somebody (RFC 3261 20.20).
    #[must_use]
    pub fn from(&self) -> Option<NameAddr<'a>> {
        let read = || self.header(Name::From).and_then(NameAddr::parse);
        self.known.as_ref().map_or_else(read, |known| known.from)
    }

    /// Who was meant when the request was first written (RFC 3261 20.39).
    #[must_use]
    pub fn to(&self) -> Option<NameAddr<'a>> {
        let read = || self.header(Name::To).and_then(NameAddr::parse);
        self.known.as_ref().map_or_else(read, |known| known.to)
    }

    /// Our side's tag of an answer, the other side's of a request in a dialog.
    #[must_use]
    pub fn to_tag(&self) -> Option<&'a [u8]> {
        self.known.as_ref().map_or_else(|| self.to()?.tag(), |known| known.to_tag)
    }

    /// The tag of whoever wrote the request.
    #[must_use]
    pub fn from_tag(&self) -> Option<&'a [u8]> {
        self.known.as_ref().map_or_else(|| self.from()?.tag(), |known| known.from_tag)
    }

    /// The name of the call or registration (RFC 3261 20.8).
    #[must_use]
    pub fn call_id(&self) -> Option<&'a [u8]> {
        self.header(Name::CallId).filter(|id| !id.is_empty() && !id.iter().any(|&byte| is_space(byte)))
    }

    /// Number and method of the request (RFC 3261 20.16).
    #[must_use]
    pub fn cseq(&self) -> Option<CSeq<'a>> {
        let read = || self.header(Name::CSeq).and_then(CSeq::parse);
        self.known.as_ref().map_or_else(read, |known| known.cseq)
    }

    /// How many hops are left, 0 to 255 (RFC 3261 20.22).
    #[must_use]
    pub fn max_forwards(&self) -> Option<u8> {
        u8::try_from(number(self.header(Name::MaxForwards)?)?).ok()
    }

    /// The Expires header in seconds; more than 32 bits counts as the most there is.
    #[must_use]
    pub fn expires(&self) -> Option<u32> {
        self.header(Name::Expires).and_then(seconds)
    }

    /// The first value of a header that carries seconds first: Min-Expires, Retry-After, Session-Expires, Min-SE.
    #[must_use]
    pub fn seconds(&self, name: Name) -> Option<u32> {
        let value = self.header(name)?;
        let digits = value.iter().take_while(|byte| byte.is_ascii_digit()).count();
        seconds(value.get(..digits)?)
    }

    /// The addresses under which the sender can be reached, or the star (RFC 3261 20.10).
    pub fn contacts(&self) -> impl Iterator<Item = Contact<'a>> + '_ {
        self.headers(Name::Contact).flat_map(elements).filter_map(Contact::parse)
    }

    /// The first Contact that is an address.
    #[must_use]
    pub fn contact(&self) -> Option<NameAddr<'a>> {
        self.contacts().find_map(|contact| match contact {
            Contact::Address(address) => Some(address),
            Contact::Any => None,
        })
    }

    /// The way the request took, last hop first (RFC 3261 20.42).
    pub fn vias(&self) -> impl Iterator<Item = Via<'a>> + '_ {
        self.headers(Name::Via).flat_map(elements).filter_map(Via::parse)
    }

    /// The last hop: where an answer goes, or went through.
    #[must_use]
    pub fn via(&self) -> Option<Via<'a>> {
        let read = || elements(self.header(Name::Via)?).next().and_then(Via::parse);
        self.known.as_ref().map_or_else(read, |known| known.via)
    }

    /// The hops the request has still to visit (RFC 3261 20.34).
    pub fn routes(&self) -> impl Iterator<Item = NameAddr<'a>> + '_ {
        self.addresses(Name::Route)
    }

    /// The hops that want to stay on the way of the dialog (RFC 3261 20.30).
    pub fn record_routes(&self) -> impl Iterator<Item = NameAddr<'a>> + '_ {
        self.addresses(Name::RecordRoute)
    }

    /// Every address in the headers of this name, lists taken apart.
    pub fn addresses(&self, name: Name) -> impl Iterator<Item = NameAddr<'a>> + '_ {
        self.headers(name).flat_map(elements).filter_map(NameAddr::parse)
    }

    /// The kind of body, without parameters and as written: `application/sdp`.
    #[must_use]
    pub fn content_type(&self) -> Option<&'a [u8]> {
        let value = self.header(Name::ContentType)?;
        value.split(|&byte| byte == b';').next().map(trim)
    }

    /// True when the body is of this kind, in any case.
    #[must_use]
    pub fn has_content_type(&self, kind: &[u8]) -> bool {
        self.content_type().is_some_and(|found| found.eq_ignore_ascii_case(kind))
    }

    /// Who the sender claims to be, with its proof (RFC 3261 20.7); a request may carry several.
    pub fn authorizations(&self) -> impl Iterator<Item = AuthParams<'a>> + '_ {
        self.headers(Name::Authorization).filter_map(AuthParams::parse)
    }

    /// As [`Message::authorizations`], for proxies (RFC 3261 20.28).
    pub fn proxy_authorizations(&self) -> impl Iterator<Item = AuthParams<'a>> + '_ {
        self.headers(Name::ProxyAuthorization).filter_map(AuthParams::parse)
    }

    /// The value of a header as text on one line; bytes that are not UTF-8 become `U+FFFD`.
    #[must_use]
    pub fn text(&self, name: Name) -> Option<Cow<'a, str>> {
        self.header(name).map(unfolded).map(lossy)
    }
}

/// Text of people; bytes that are not UTF-8 become `U+FFFD`.
pub(crate) fn lossy(text: Cow<'_, [u8]>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(bytes) => String::from_utf8_lossy(bytes),
        Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
    }
}

/// A number of seconds; too many are as many as there are (RFC 3261 20.19).
pub(crate) fn seconds(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(number(digits).and_then(|seconds| u32::try_from(seconds).ok()).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests;
