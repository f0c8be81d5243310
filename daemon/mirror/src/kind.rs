//! Which sort of thing of the account a document describes.

use serde::{Deserialize, Serialize};

/// No kind of this version has that name.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the mirror keeps no objects of that kind")]
pub struct KindUnknown;

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $name:literal,)*) => {
        /// A sort of object of the account. The order is the order in which pages list them.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
        #[serde(into = "&'static str", try_from = "String")]
        pub enum Kind {
            $($(#[$doc])* $kind,)*
        }

        impl Kind {
            /// Every kind there is.
            pub const ALL: &'static [Self] = &[$(Self::$kind),*];

            /// Its name on disk, in JSON and on the command line; it never changes.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)*
                }
            }
        }
    };
}

kinds! {
    /// The customer and the product; one document.
    Account = "account",
    /// Whose token this is, account number and SIP domain; one document.
    Identity = "identity",
    /// People with a login.
    User = "user",
    /// Phones and other terminals.
    Device = "device",
    /// Lines of users on classic accounts.
    Phoneline = "phoneline",
    /// Call groups.
    Group = "group",
    /// Numbers of every type, extensions among them.
    Number = "number",
    /// Postal addresses, which emergency calls refer to.
    Address = "address",
    /// The credit; one document.
    Balance = "balance",
    /// Voicemail boxes.
    Voicemail = "voicemail",
    /// Fax lines of users.
    Faxline = "faxline",
    /// Fax lines of groups.
    GroupFaxline = "group_faxline",
    /// The telephone book.
    Contact = "contact",
    /// Channels with their queue and ringing order, on neo accounts.
    Channel = "channel",
    /// What a user may not call; the id is the user's.
    CallRestriction = "call_restriction",
    /// A caller or a range of callers that is turned away.
    Blocked = "blocked",
    /// The list of forwardings of a phone line; the id is the line's.
    Forwarding = "forwarding",
    /// Numbers on their way to or from another provider.
    Porting = "porting",
    /// Whom a user's calls, faxes and voicemails are reported to; the id is the user's.
    Notification = "notification",
    /// Who belongs to a group; the id is the group's.
    GroupMember = "group_member",
    /// Where a number leads in the words of the newer interface, channels and blocks included.
    Routing = "routing",
    /// Calls that exist in the cloud now; the cloud lists established ones only.
    LiveCall = "live_call",
    /// The voicemail of a phone line and after how long it answers; the id is the line's.
    LineVoicemail = "line_voicemail",
    /// Colleagues as the cloud's directory lists them.
    Directory = "directory",
    /// What becomes of callers without a number; the id is the line's.
    BlockAnonymous = "block_anonymous",
    /// The number a device shows; the id is the device's.
    CallerId = "caller_id",
    /// The area code a device dials by itself; the id is the device's.
    LocalPrefix = "local_prefix",
    /// Extensions that send text messages.
    Sms = "sms",
    /// Where the cloud reports calls to; one document.
    Webhook = "webhook",
    /// Whether calls of a line are recorded; the id is the line's.
    Recording = "recording",
    /// Pages of the cloud that do what the box cannot; one document.
    Link = "link",
    /// What the product lets the token's owner do, each by the cloud's word for it: `CAN_USE_GROUPS`.
    Capability = "capability",
}

impl From<Kind> for &'static str {
    fn from(kind: Kind) -> Self {
        kind.name()
    }
}

impl std::str::FromStr for Kind {
    type Err = KindUnknown;

    fn from_str(name: &str) -> Result<Self, KindUnknown> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name).ok_or(KindUnknown)
    }
}

impl TryFrom<String> for Kind {
    type Error = KindUnknown;

    fn try_from(name: String) -> Result<Self, KindUnknown> {
        name.parse()
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
