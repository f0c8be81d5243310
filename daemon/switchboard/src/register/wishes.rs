//! What a REGISTER asks for, read and checked before anything is changed.

use std::time::{Duration, Instant};

use sip::flow::Flow;
use sip::message::Message;
use sip::name::Name;
use sip::view::{Contact, NameAddr, Scheme, Uri};

use super::{
    Bound, DEFAULT_EXPIRES, LONGEST_CONTACT, MAX_EXPIRES, MIN_EXPIRES, MOST_CONTACTS, ROAMING_EXPIRES,
    RegisterRefused,
};

/// All that one REGISTER wants.
pub(super) struct Wishes {
    /// `Contact: *` with `Expires: 0`.
    pub forget_all: bool,
    pub all: Vec<Wish>,
    pub call_id: Box<str>,
    pub cseq: u32,
    pub user_agent: Box<str>,
}

/// One Contact.
pub(super) struct Wish {
    pub contact: Box<str>,
    pub instance: Option<Box<str>>,
    /// Only of a phone that has a name for itself and knows RFC 5626.
    pub reg_id: Option<u32>,
    /// Zero: forget it.
    pub expires: Duration,
}

impl Wishes {
    pub(super) fn read(message: &Message<'_>) -> Result<Self, RegisterRefused> {
        let mut wishes = Self {
            forget_all: false,
            all: Vec::new(),
            call_id: text(message.call_id().unwrap_or_default()),
            cseq: message.cseq().map_or(0, |cseq| cseq.number),
            user_agent: message
                .text(Name::UserAgent)
                .map(|agent| agent.chars().take(128).collect())
                .unwrap_or_default(),
        };
        for contact in message.contacts() {
            match contact {
                Contact::Any => wishes.forget_all = true,
                Contact::Address(address) => wishes.all.push(Wish::read(&address, message)?),
            }
            if wishes.all.len() > MOST_CONTACTS {
                return Err(RegisterRefused::TooManyContacts);
            }
        }
        let unreadable =
            wishes.all.is_empty() && !wishes.forget_all && message.header(Name::Contact).is_some();
        let star_misused = wishes.forget_all && (!wishes.all.is_empty() || message.expires() != Some(0));
        if unreadable || star_misused {
            return Err(RegisterRefused::BadContact);
        }
        if wishes.keeps_flows() && !first_hop_is_outbound(message) {
            return Err(RegisterRefused::FirstHop);
        }
        Ok(wishes)
    }

    /// Whether a binding of these stands for the very path it came on and for nothing else (RFC 5626 6).
    pub(super) fn keeps_flows(&self) -> bool {
        self.added().any(|wish| wish.reg_id.is_some())
    }

    /// Contacts to be kept.
    pub(super) fn added(&self) -> impl Iterator<Item = &Wish> {
        self.all.iter().filter(|wish| !wish.expires.is_zero())
    }

    /// Whether this binding goes, for good or to be replaced.
    pub(super) fn end(&self, bound: &Bound) -> bool {
        self.forget_all || self.all.iter().any(|wish| wish.replaces(bound))
    }

    /// A REGISTER of the same Call-ID that was overtaken by a later one. A repeated one is not older.
    pub(super) fn older_than(&self, bound: &Bound) -> bool {
        self.end(bound) && *self.call_id == *bound.call_id && self.cseq < bound.cseq
    }
}

impl Wish {
    fn read(address: &NameAddr<'_>, message: &Message<'_>) -> Result<Self, RegisterRefused> {
        let usable = matches!(address.uri.scheme, Scheme::Sip | Scheme::Sips) && address.uri.host.is_some();
        let contact = str::from_utf8(address.uri.raw()).map_err(|_| RegisterRefused::BadContact)?;
        if !usable || contact.len() > LONGEST_CONTACT {
            return Err(RegisterRefused::BadContact);
        }
        let seconds = address.expires().or_else(|| message.expires()).map(u64::from);
        let expires = seconds.map_or(DEFAULT_EXPIRES, Duration::from_secs).min(longest(message));
        if !expires.is_zero() && expires < MIN_EXPIRES {
            return Err(RegisterRefused::TooBrief);
        }
        let instance = address.instance().filter(|id| id.len() <= LONGEST_CONTACT).map(|id| text(&id));
        let knows = instance.is_some() && message.supports(b"outbound");
        let reg_id = address.reg_id().filter(|id| knows && *id > 0);
        Ok(Self { contact: contact.into(), instance, reg_id, expires })
    }

    /// The same phone: by its own name for itself if both have one, and then by which of its ways this is (RFC 5626 6), else by
    /// its Contact (RFC 3261 19.1.4).
    pub(super) fn replaces(&self, bound: &Bound) -> bool {
        match (&self.instance, &bound.instance) {
            (Some(mine), Some(theirs)) => {
                let another_way = self.reg_id.zip(bound.reg_id).is_some_and(|(mine, theirs)| mine != theirs);
                mine == theirs && !another_way
            }
            _ if self.contact == bound.contact => true,
            _ => match (Uri::parse(self.contact.as_bytes()), Uri::parse(bound.contact.as_bytes())) {
                (Some(mine), Some(theirs)) => mine.same_as(&theirs),
                _ => false,
            },
        }
    }

    pub(super) fn bound(&self, now: Instant, since: Instant, flow: Flow, wishes: &Wishes) -> Bound {
        Bound {
            contact: self.contact.clone(),
            instance: self.instance.clone(),
            reg_id: self.reg_id,
            flow,
            call_id: wishes.call_id.clone(),
            cseq: wishes.cseq,
            user_agent: wishes.user_agent.clone(),
            since,
            expires_at: now + self.expires,
            saved: None,
        }
    }
}

/// A phone that names its access point comes back soon, so that what it names is never old.
fn longest(message: &Message<'_>) -> Duration {
    if message.access_points().next().is_some() { ROAMING_EXPIRES } else { MAX_EXPIRES }
}

/// Whether we see the phone's own way to us, or somebody in between does and says so (RFC 5626 6).
fn first_hop_is_outbound(message: &Message<'_>) -> bool {
    message.vias().nth(1).is_none() || message.paths().last().is_some_and(|first| first.uri.params.has(b"ob"))
}

fn text(bytes: &[u8]) -> Box<str> {
    String::from_utf8_lossy(bytes).into()
}
