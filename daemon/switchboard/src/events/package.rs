//! The kinds of state that can be watched.

use sip::message::Message;
use sip::package::{dialog_info, feature, mail, pidf, profile, reginfo};

/// What Allow-Events says.
pub(crate) const ALLOW_EVENTS: &str = "dialog, presence, message-summary, reg, as-feature-event";
/// The same where telephones are told of their configuration.
pub(crate) const ALLOW_EVENTS_AND_PROFILES: &str =
    "dialog, presence, message-summary, reg, as-feature-event, ua-profile";

/// Longest `id` of an Event header; phones use a number.
const LONGEST_ID: usize = 64;

/// An event package (RFC 6665 7.2).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Package {
    /// Lamps: who is in a call (RFC 4235).
    Dialog,
    /// Who can be reached and what they do (RFC 3856).
    Presence,
    /// Messages waiting (RFC 3842).
    Mailbox,
    /// Where a login is registered (RFC 3680).
    Reg,
    /// Do-not-disturb at the phone (BroadSoft).
    Feature,
    /// Where a telephone finds its configuration (RFC 6080).
    Profile,
}

impl Package {
    const ALL: [Self; 6] =
        [Self::Dialog, Self::Presence, Self::Mailbox, Self::Reg, Self::Feature, Self::Profile];

    /// Its name in Event.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Dialog => "dialog",
            Self::Presence => "presence",
            Self::Mailbox => "message-summary",
            Self::Reg => "reg",
            Self::Feature => "as-feature-event",
            Self::Profile => profile::EVENT,
        }
    }

    /// The kind of its documents.
    pub(crate) const fn kind(self) -> &'static str {
        match self {
            Self::Dialog => dialog_info::KIND,
            Self::Presence => pidf::KIND,
            Self::Mailbox => mail::KIND,
            Self::Reg => reginfo::KIND,
            Self::Feature => feature::KIND,
            Self::Profile => profile::EXTERNAL,
        }
    }

    /// What a request is about (RFC 6665 8.2.1); also its name as it is repeated in every NOTIFY.
    pub(crate) fn of(request: &Message<'_>) -> Option<(Self, String)> {
        let event = request.event()?;
        let package = Self::ALL.into_iter().find(|package| package.name().as_bytes() == event.package)?;
        let short = event.id().is_none_or(|id| id.len() <= LONGEST_ID);
        short.then(|| (package, event.to_string()))
    }

    /// Whether the sender reads documents of this kind; one that does not say reads them (RFC 6665 4.1.2.1).
    /// Profiles are told in whatever form their telephone reads.
    pub(crate) fn is_read_by(self, request: &Message<'_>) -> bool {
        self == Self::Profile || request.accepts(self.kind().as_bytes()).unwrap_or(true)
    }
}
