//! What somebody watches, and how that goes (RFC 6665, 3903).

use std::fmt;

use super::seconds;
use crate::message::Message;
use crate::name::Name;
use crate::scan::{Params, is_token, trim};

/// Which news are meant (RFC 6665 8.2.1). Written again by [`fmt::Display`].
#[derive(Debug, Clone, Copy)]
pub struct Event<'a> {
    /// The package with its template: `dialog`, `presence.winfo`.
    pub package: &'a [u8],
    /// Parameters of the package.
    pub params: Params<'a>,
}

impl<'a> Event<'a> {
    /// Reads `dialog;id=7`.
    #[must_use]
    pub fn parse(value: &'a [u8]) -> Option<Self> {
        let (package, params) = word_and_params(value)?;
        Some(Self { package, params })
    }

    /// Tells two subscriptions of one dialog apart.
    #[must_use]
    pub fn id(&self) -> Option<&'a [u8]> {
        self.params.value(b"id").filter(|id| is_token(id))
    }

    /// True for the same package and id, compared byte by byte (RFC 6665 8.2.1).
    #[must_use]
    pub fn same_as(&self, other: &Event<'_>) -> bool {
        self.package == other.package && self.id() == other.id()
    }
}

impl fmt::Display for Event<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&String::from_utf8_lossy(self.package))?;
        match self.id() {
            Some(id) => write!(out, ";id={}", String::from_utf8_lossy(id)),
            None => Ok(()),
        }
    }
}

/// Where a subscription stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Substate<'a> {
    /// News come.
    Active,
    /// Nobody has decided yet.
    Pending,
    /// No more news.
    Terminated,
    /// A state nobody knows, as written; it counts as active (RFC 6665 4.1.3).
    Other(&'a [u8]),
}

/// What a NOTIFY says about its subscription (RFC 6665 8.2.3). Written again by [`fmt::Display`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubscriptionState<'a> {
    /// Where it stands.
    pub state: Substate<'a>,
    /// Seconds it has left.
    pub expires: Option<u32>,
    /// Why it ended: `timeout`, `noresource`, `deactivated`, ...
    pub reason: Option<&'a [u8]>,
    /// Seconds until subscribing again makes sense.
    pub retry_after: Option<u32>,
}

impl<'a> SubscriptionState<'a> {
    /// News come for this many seconds.
    #[must_use]
    pub const fn active(seconds: u32) -> Self {
        Self { state: Substate::Active, expires: Some(seconds), reason: None, retry_after: None }
    }

    /// No more news, and why; one of the words of RFC 6665 4.1.3.
    #[must_use]
    pub const fn terminated(reason: &'static str) -> Self {
        let reason = Some(reason.as_bytes());
        Self { state: Substate::Terminated, expires: None, reason, retry_after: None }
    }

    /// Reads `terminated;reason=timeout`.
    #[must_use]
    pub fn parse(value: &'a [u8]) -> Option<Self> {
        let (word, params) = word_and_params(value)?;
        Some(Self {
            state: Substate::of(word),
            expires: params.value(b"expires").and_then(seconds),
            reason: params.value(b"reason").filter(|reason| is_token(reason)),
            retry_after: params.value(b"retry-after").and_then(seconds),
        })
    }
}

impl<'a> Substate<'a> {
    fn of(word: &'a [u8]) -> Self {
        let known =
            [(&b"active"[..], Self::Active), (b"pending", Self::Pending), (b"terminated", Self::Terminated)];
        let found = known.into_iter().find(|(name, _)| word.eq_ignore_ascii_case(name));
        found.map_or(Self::Other(word), |(_, state)| state)
    }

    const fn word(self) -> &'a [u8] {
        match self {
            Self::Active => b"active",
            Self::Pending => b"pending",
            Self::Terminated => b"terminated",
            Self::Other(word) => word,
        }
    }
}

impl fmt::Display for SubscriptionState<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&String::from_utf8_lossy(self.state.word()))?;
        if let Some(reason) = self.reason {
            write!(out, ";reason={}", String::from_utf8_lossy(reason))?;
        }
        if let Some(seconds) = self.expires {
            write!(out, ";expires={seconds}")?;
        }
        match self.retry_after {
            Some(seconds) => write!(out, ";retry-after={seconds}"),
            None => Ok(()),
        }
    }
}

fn word_and_params(value: &[u8]) -> Option<(&[u8], Params<'_>)> {
    let end = memchr::memchr(b';', value).unwrap_or(value.len());
    let (word, params) = value.split_at_checked(end)?;
    let word = Some(trim(word)).filter(|word| is_token(word))?;
    Some((word, Params::parse(params)?))
}

impl<'a> Message<'a> {
    /// What the sender watches, tells about or leaves with us (RFC 6665 8.2.1).
    #[must_use]
    pub fn event(&self) -> Option<Event<'a>> {
        self.header(Name::Event).and_then(Event::parse)
    }

    /// Packages whose news the sender can give (RFC 6665 8.2.2).
    pub fn allow_events(&self) -> impl Iterator<Item = &'a [u8]> + '_ {
        self.words(Name::AllowEvents)
    }

    /// How the subscription of a NOTIFY goes (RFC 6665 8.2.3).
    #[must_use]
    pub fn subscription_state(&self) -> Option<SubscriptionState<'a>> {
        self.header(Name::SubscriptionState).and_then(SubscriptionState::parse)
    }

    /// The name under which we keep what was published (RFC 3903 11.3.1).
    #[must_use]
    pub fn sip_etag(&self) -> Option<&'a [u8]> {
        self.header(Name::SipEtag).filter(|etag| is_token(etag))
    }

    /// Which published state the sender means (RFC 3903 11.3.2).
    #[must_use]
    pub fn sip_if_match(&self) -> Option<&'a [u8]> {
        self.header(Name::SipIfMatch).filter(|etag| is_token(etag))
    }

    /// The shortest time the sender keeps something, in seconds (RFC 3261 20.23).
    #[must_use]
    pub fn min_expires(&self) -> Option<u32> {
        self.seconds(Name::MinExpires)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages() {
        for value in ["dialog", "presence.winfo", "refer;id=93809824"] {
            assert_eq!(Event::parse(value.as_bytes()).map(|event| event.to_string()).as_deref(), Some(value));
        }
        for value in ["", ";id=1", "dia log", "\"dialog\"", "dialog,presence", "a/b"] {
            assert!(Event::parse(value.as_bytes()).is_none(), "{value}");
        }
    }

    #[test]
    fn the_same_news_are_the_same_byte_by_byte() {
        let event = |value: &'static str| Event::parse(value.as_bytes()).unwrap();
        assert!(event("dialog;sla;ma").same_as(&event("dialog ;x=y")));
        assert!(event("refer;id=1").same_as(&event("refer;x;id=1")));
        for (one, other) in [("dialog", "Dialog"), ("refer", "refer;id=1"), ("refer;id=1", "refer;id=2")] {
            assert!(!event(one).same_as(&event(other)), "{one} {other}");
        }
    }

    #[test]
    fn states_come_back_as_they_were_read() {
        for (value, expected) in [
            ("active;expires=600", "active;expires=600"),
            ("Terminated ; reason = timeout;retry-after=5", "terminated;reason=timeout;retry-after=5"),
            ("pending", "pending"),
            ("waiting;expires=x", "waiting"),
            ("terminated;reason=\"no, really\"", "terminated"),
        ] {
            let state = SubscriptionState::parse(value.as_bytes()).map(|state| state.to_string());
            assert_eq!(state.as_deref(), Some(expected), "{value}");
        }
        for value in ["", ";expires=1", "act ive", "active expires=1"] {
            assert_eq!(SubscriptionState::parse(value.as_bytes()), None, "{value}");
        }
        assert_eq!(SubscriptionState::active(60).to_string(), "active;expires=60");
        assert_eq!(SubscriptionState::terminated("noresource").to_string(), "terminated;reason=noresource");
    }

    #[test]
    fn what_was_published_is_named_by_one_word() {
        let bytes = b"PUBLISH sip:a@b SIP/2.0\r\no: presence\r\nu: presence, dialog\r\n\
            SIP-If-Match: dx200xyz\r\nSIP-ETag: two words\r\nMin-Expires: 60\r\n\r\n";
        let message = Message::parse(bytes).unwrap();
        assert_eq!(message.event().map(|event| event.package), Some(&b"presence"[..]));
        assert_eq!(message.allow_events().count(), 2);
        assert_eq!((message.sip_if_match(), message.sip_etag()), (Some(&b"dx200xyz"[..]), None));
        assert_eq!(message.min_expires(), Some(60));
    }
}
