//! Which path of the cloud tells about which kind, what right it takes, and how often it is asked.

use std::time::Duration;

use crate::{Kind, Source};

/// One path of the cloud that is read.
#[derive(Clone, Copy, Debug)]
pub struct Endpoint {
    /// What it tells about.
    pub kind: Kind,
    /// Which interface it belongs to.
    pub source: Source,
    /// Below the version; `{user}` and the like stand for the object it hangs on.
    pub path: &'static str,
    /// Whether it is read page by page.
    pub paged: bool,
    /// The narrowest right (OAuth scope) a token needs for it; empty when any token will do.
    pub right: &'static str,
}

/// How often a kind is asked for.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Beat {
    /// What people watch: on the page it is at most 60 s old.
    Watched,
    /// What changes by somebody's hand and costs a request for each user.
    Often,
    /// Everything else: at most 15 min old.
    Steady,
    /// What hardly ever changes.
    Daily,
}

impl Beat {
    /// From one question to the next; leaves time for the answers within the promised age.
    #[must_use]
    pub const fn every(self) -> Duration {
        match self {
            Self::Watched => Duration::from_secs(50),
            Self::Often => Duration::from_secs(5 * 60),
            Self::Steady => Duration::from_secs(14 * 60),
            Self::Daily => Duration::from_secs(24 * 60 * 60),
        }
    }
}

const fn v2(kind: Kind, path: &'static str, right: &'static str) -> Endpoint {
    Endpoint { kind, source: Source::V2, path, paged: false, right }
}

const fn v3(kind: Kind, path: &'static str, right: &'static str) -> Endpoint {
    Endpoint { kind, source: Source::V3, path, paged: false, right }
}

const fn paged(endpoint: Endpoint) -> Endpoint {
    Endpoint { paged: true, ..endpoint }
}

/// A right that the cloud keeps for its own app, says its description of 2022: nobody can ask for it.
pub(crate) const INTERNAL: &str = "internal";

/// Every path that is read. Of two for one kind the first is asked first.
pub const ENDPOINTS: &[Endpoint] = &[
    v2(Kind::Identity, "/authorization/userinfo", ""),
    v2(Kind::Account, "/account", "account:read"),
    v2(Kind::User, "/users", "users:read"),
    v3(Kind::Device, "/devices?userId={user}", "devices:read"),
    v2(Kind::Device, "/{user}/devices", "devices:read"),
    v2(Kind::Phoneline, "/{user}/phonelines", "phonelines:read"),
    v2(Kind::Group, "/groups", "groups:read"),
    v2(Kind::GroupMember, "/groups/{group}/users", "groups:users:read"),
    paged(v2(Kind::Number, "/numbers", "numbers:read")),
    paged(v3(Kind::Number, "/phone-numbers", "numbers:read")),
    paged(v3(Kind::Routing, "/phone-numbers", "numbers:read")),
    v2(Kind::Address, "/addresses", "addresses:read"),
    v2(Kind::Balance, "/balance", "balance:read"),
    v2(Kind::LiveCall, "/calls", "rtcm:read"),
    v2(Kind::Voicemail, "/voicemails", "voicemails:read"),
    v2(Kind::LineVoicemail, "/{user}/phonelines/{line}/voicemails", "phonelines:voicemails:read"),
    v2(Kind::Faxline, "/{user}/faxlines", "faxlines:read"),
    v2(Kind::GroupFaxline, "/groupfaxlines", "groups:faxlines:read"),
    paged(v2(Kind::Contact, "/contacts", "contacts:read")),
    v2(Kind::Directory, "/contacts/internal", "contacts:read"),
    v2(Kind::Channel, "/channels", "channels:read"),
    v2(Kind::Forwarding, "/{user}/phonelines/{line}/forwardings", "phonelines:forwardings:read"),
    v2(Kind::BlockAnonymous, "/{user}/phonelines/{line}/blockanonymous", "phonelines:blockanonymous:read"),
    v2(Kind::CallerId, "/devices/{device}/callerid", "devices:callerid:read"),
    v2(Kind::LocalPrefix, "/devices/{device}/localprefix", "devices:localprefix:read"),
    v2(Kind::CallRestriction, "/callrestrictions?{users}", "callrestrictions:read"),
    v2(Kind::Blocked, "/blacklist/incoming", "blacklist:read"),
    v2(Kind::Porting, "/portings", "portings:read"),
    v2(Kind::Notification, "/{user}/notifications", "notifications:read"),
    v2(Kind::Sms, "/{user}/sms", "sms:read"),
    v2(Kind::Webhook, "/settings/sipgateio", "settings:sipgateio:read"),
    v2(Kind::Recording, "/autorecordings/{line}/settings", "devices:read"),
    v2(Kind::Link, "/app/links", ""),
    v2(Kind::Capability, "/restrictions?userId={own}", INTERNAL),
];

/// What hangs on another object: kind and the kind of object its paths name.
const PARENTS: &[(Kind, Kind)] = &[
    (Kind::Device, Kind::User),
    (Kind::Phoneline, Kind::User),
    (Kind::Faxline, Kind::User),
    (Kind::Notification, Kind::User),
    (Kind::Sms, Kind::User),
    (Kind::Forwarding, Kind::Phoneline),
    (Kind::BlockAnonymous, Kind::Phoneline),
    (Kind::LineVoicemail, Kind::Phoneline),
    (Kind::Recording, Kind::Phoneline),
    (Kind::GroupMember, Kind::Group),
    (Kind::CallerId, Kind::Device),
    (Kind::LocalPrefix, Kind::Device),
];

const WATCHED: &[Kind] = &[Kind::LiveCall, Kind::Balance, Kind::Number];
const OFTEN: &[Kind] = &[Kind::Identity, Kind::User, Kind::Device];

/// What [`crate::assemble()`] makes the account of.
const HOUSE: &[Kind] = &[
    Kind::Account,
    Kind::Identity,
    Kind::User,
    Kind::Device,
    Kind::Phoneline,
    Kind::Group,
    Kind::Number,
    Kind::Address,
    Kind::Balance,
    Kind::Routing,
    Kind::Forwarding,
    Kind::BlockAnonymous,
    Kind::LineVoicemail,
    Kind::Voicemail,
    Kind::Faxline,
    Kind::GroupFaxline,
    Kind::GroupMember,
    Kind::Channel,
    Kind::CallRestriction,
    Kind::Blocked,
    Kind::CallerId,
    Kind::LocalPrefix,
];

const DAILY: &[Kind] = &[
    Kind::Porting,
    Kind::Sms,
    Kind::Recording,
    Kind::Webhook,
    Kind::Link,
    Kind::LocalPrefix,
    Kind::Capability,
];

impl Kind {
    /// The paths that tell about this kind, the one asked first standing first.
    pub fn endpoints(self) -> impl Iterator<Item = &'static Endpoint> {
        ENDPOINTS.iter().filter(move |endpoint| endpoint.kind == self)
    }

    /// The kind of object whose id its paths carry; each such object is one question.
    #[must_use]
    pub fn parent(self) -> Option<Self> {
        PARENTS.iter().find(|(kind, _)| *kind == self).map(|(_, parent)| *parent)
    }

    /// Whether the typed account depends on it.
    #[must_use]
    pub fn shapes_the_house(self) -> bool {
        HOUSE.contains(&self)
    }

    /// How often it is asked for.
    #[must_use]
    pub fn beat(self) -> Beat {
        let beats = [(WATCHED, Beat::Watched), (OFTEN, Beat::Often), (DAILY, Beat::Daily)];
        let mut mine = beats.iter().filter(|(kinds, _)| kinds.contains(&self)).map(|(_, beat)| *beat);
        mine.next().unwrap_or(Beat::Steady)
    }
}

impl Endpoint {
    /// Its name among all: the version and the path as written here.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}{}", self.source.version(), self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::ENDPOINTS;
    use crate::Kind;

    #[test]
    fn every_kind_has_a_path_and_every_hole_in_a_path_an_object_to_fill_it() {
        for kind in Kind::ALL {
            assert!(kind.endpoints().next().is_some(), "{kind}");
        }
        for endpoint in ENDPOINTS {
            let whole = ["{users}", "{own}"].iter().any(|hole| endpoint.path.contains(hole));
            let hole = endpoint.path.contains('{') && !whole;
            assert_eq!(hole, endpoint.kind.parent().is_some(), "{}", endpoint.path);
        }
    }
}
