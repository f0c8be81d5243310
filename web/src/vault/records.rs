//! Who may sign in, who has, and what they did.

use std::collections::BTreeSet;
use std::fmt;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

/// Somebody who may sign in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Account {
    /// What they type: small letters, digits, `.`, `-`, `_` and `@`; unique.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The person in the cloud's account they are, such as `w0`; a [`Role::User`] sees nothing without.
    pub user: Option<String>,
    /// They may sign in until then; `None`: for good.
    pub until: Option<SystemTime>,
    /// `None`: nobody gets in with a password.
    pub password: Option<PasswordHash>,
    /// Set while signing in asks for more than the password.
    pub second: Option<SecondFactor>,
    /// Keys in their devices that open the page without a password.
    #[serde(default)]
    pub passkeys: Passkeys,
    /// Digests of browsers and networks they signed in from, the newest last.
    #[serde(default)]
    pub seen_from: Vec<u64>,
}

/// Somebody's passkeys (WebAuthn Level 3).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Passkeys {
    /// By which their devices know the account: 64 random bytes, made with the first key.
    pub handle: Vec<u8>,
    /// The keys, the oldest first.
    pub keys: Vec<Passkey>,
}

/// A public key whose other half stays in somebody's device.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Passkey {
    /// As the device names it.
    pub id: Vec<u8>,
    /// With which browser it was made.
    pub name: String,
    /// The name of the box under which it works.
    pub host: String,
    /// The key itself.
    pub public: Vec<u8>,
    /// How often it was used and the like, as last seen.
    pub state: Vec<u8>,
    /// When it was made.
    pub made: SystemTime,
    /// When it last opened the page.
    pub used: Option<SystemTime>,
}

/// What somebody may do; each is for one kind of person around an office telephone system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything, also who else is an owner.
    Owner,
    /// Everything but owners.
    Admin,
    /// Sets the telephone system up, until a date.
    Installer,
    /// Works with calls, telephones and fax.
    Operator,
    /// Looks at everything, changes nothing.
    Auditor,
    /// Their own calls, forwardings and the telephone book.
    User,
}

impl Role {
    /// From the one that may most to the one that may least.
    pub const ALL: [Self; 6] =
        [Self::Owner, Self::Admin, Self::Installer, Self::Operator, Self::Auditor, Self::User];
}

/// What a program with a token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[expect(missing_docs, reason = "the names stand in the address of every route that asks for them")]
pub enum Scope {
    #[serde(rename = "read")]
    Read,
    #[serde(rename = "phones:write")]
    Phones,
    #[serde(rename = "calls:write")]
    Calls,
    #[serde(rename = "system:write")]
    System,
}

impl Scope {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Read, Self::Phones, Self::Calls, Self::System];

    /// As it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Phones => "phones:write",
            Self::Calls => "calls:write",
            Self::System => "system:write",
        }
    }
}

/// What proves, beside the password, who signs in. Not shown by `Debug`.
#[derive(Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct SecondFactor {
    /// What the person's telephone knows too (RFC 6238).
    pub secret: Vec<u8>,
    /// The last time step of which a code was accepted; none works twice.
    pub used: u64,
    /// SHA-256 of the codes on paper that are left.
    pub paper: Vec<[u8; 32]>,
}

/// An argon2id hash in PHC text form (`$argon2id$v=19$m=...`). Not shown by `Debug`.
#[derive(Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct PasswordHash(pub String);

/// SHA-256 of the set-up code. Not shown by `Debug`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SetupCodeHash(pub [u8; 32]);

/// SHA-256 of the token in the browser's cookie. Not shown by `Debug`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SessionKey(pub [u8; 32]);

/// SHA-256 of a program's token. Not shown by `Debug`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash(pub [u8; 32]);

/// One signed-in browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRecord {
    /// When somebody signed in.
    pub opened: SystemTime,
    /// When the browser last asked for something by itself, to the minute.
    pub seen: SystemTime,
    /// Whose it is.
    pub holder: Holder,
}

/// Whose browser it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Holder {
    /// Name of the account.
    pub account: String,
    /// Where they signed in from.
    pub address: String,
    /// What the browser calls itself, cut short.
    pub agent: String,
}

/// A program that may use the API.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct ApiToken {
    /// What it is for, in the words of whoever made it.
    pub name: String,
    /// Who made it; it opens nothing once that account is gone.
    pub by: String,
    /// What it may do, and never more than its maker.
    pub scopes: Vec<Scope>,
    /// When it was made.
    pub made: SystemTime,
    /// It works until then.
    pub until: Option<SystemTime>,
}

/// Something somebody did on the page, through the API or on the console.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Deed {
    /// When.
    pub at: SystemTime,
    /// Name of the account, `console`, or `-` when it is not known.
    pub who: String,
    /// Address of the browser or program.
    pub from: String,
    /// What.
    pub act: Act,
    /// Which one, where that says more: an address on the page, a browser.
    pub about: String,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Signed in, with a browser from where they did so before.
    SignedIn,
    /// Signed in with a browser or from a network that is new for this account.
    SignedInAnew,
    /// Gave a wrong password or code.
    Refused,
    /// Gave so many that they have to wait.
    LockedOut,
    /// Set the box up with the code from its console.
    SetUp,
    /// Forgot the first account on the console and made a new set-up code.
    Reset,
    /// A real call for help for testing left, and the box is disarmed.
    TestCallLeft,
    /// Nobody confirmed or made a test call in time; the box is disarmed.
    TestCallOver,
    /// Something on the page or through the API.
    Did {
        /// Of the request.
        method: String,
        /// The route, `/security/accounts/{name}`.
        route: String,
    },
}

/// A page of deeds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deeds {
    /// The newest first.
    pub deeds: Vec<Deed>,
    /// Where the next older page begins; `None` when this was the last.
    pub older: Option<u64>,
}

/// A step of setting a new box up, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Language and password of the first account.
    Access,
    /// Addresses, clock and certificate.
    Network,
    /// The link to the cloud account.
    Account,
    /// Where help comes to.
    Place,
    /// Telephones.
    Phones,
    /// Fax.
    Fax,
    /// A test call.
    Calls,
    /// What the customer keeps.
    Handover,
}

impl Step {
    /// The first one first.
    pub const ALL: [Self; 8] = [
        Self::Access,
        Self::Network,
        Self::Account,
        Self::Place,
        Self::Phones,
        Self::Fax,
        Self::Calls,
        Self::Handover,
    ];
}

/// How far setting up has come; what the box can tell by itself is not in here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct FirstRun {
    /// Steps of which somebody said that all is right.
    pub confirmed: BTreeSet<Step>,
    /// Steps that somebody put off.
    pub skipped: BTreeSet<Step>,
    /// When the box was handed over.
    pub finished: Option<SystemTime>,
}

macro_rules! hidden {
    ($($name:ident),+) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    )+};
}

hidden!(PasswordHash, SecondFactor, SetupCodeHash, SessionKey, TokenHash);

/// What a program asked for under a key of its own, so that it is not done twice.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Order {
    /// Digest of what was sent.
    pub sent: [u8; 32],
    /// When it was begun.
    pub at: SystemTime,
    /// What was answered; `None` while it is being done.
    pub answer: Option<Answered>,
}

/// What was answered to an [`Order`] that was carried out.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Answered {
    /// The HTTP status.
    pub status: u16,
    /// The media type.
    pub kind: Option<String>,
    /// The text; `None` where it was too long to be kept.
    pub body: Option<String>,
}

/// Names an [`Order`]: a digest of who asked for what under which key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OrderName(pub [u8; 32]);
