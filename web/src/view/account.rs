//! The mirrored account as the page shows it: what belongs together stands together, and nothing of it is a secret.
//!
//! Texts are as the cloud sent them, cut to a sane length; ids are the cloud's own.

use std::collections::BTreeMap;
use std::time::SystemTime;

use serde::Serialize;

use crate::when;

/// The whole account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Account {
    /// The customer's name.
    pub company: String,
    /// The product as the cloud names it, `TEAM`.
    pub product: String,
    /// The account number that starts every SIP user name.
    pub number: String,
    /// IANA name of the office's time zone, `Europe/Berlin`; empty when the cloud did not say.
    pub zone: String,
    /// What is left to spend.
    pub balance: Option<Balance>,
    /// People with a login.
    pub users: Vec<User>,
    /// Phones and other terminals, also those that do not register here.
    pub devices: Vec<Device>,
    /// People who are rung together.
    pub groups: Vec<Group>,
    /// Numbers with greeting, queue and agents, on newer accounts.
    pub channels: Vec<Channel>,
    /// Numbers of every kind, extensions among them.
    pub numbers: Vec<Number>,
    /// Places the emergency services can be sent to.
    pub locations: Vec<Location>,
    /// Fax lines of people and groups.
    pub faxlines: Vec<Faxline>,
    /// The telephone book.
    pub contacts: Vec<Contact>,
    /// Numbers on their way to or from another provider.
    pub portings: Vec<Porting>,
    /// Callers that are turned away.
    pub blocked: Vec<String>,
    /// Pages of the cloud's app by the names the cloud gives them.
    pub links: BTreeMap<String, String>,
}

impl Account {
    /// A page of the cloud's app.
    #[must_use]
    pub fn link(&self, name: &str) -> Option<&str> {
        self.links.get(name).map(String::as_str)
    }

    /// The person with this id.
    #[must_use]
    pub fn user(&self, id: &str) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }
}

/// What is left to spend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Balance {
    /// In ten-thousandths of the currency's unit, as the cloud counts.
    pub ten_thousandths: i64,
    /// ISO 4217, `EUR`.
    pub currency: String,
}

/// A person with a login.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct User {
    /// `w0`
    pub id: String,
    /// Given and family name.
    pub name: String,
    /// Where the cloud writes to.
    pub email: String,
    /// May change the account.
    pub admin: bool,
    /// A second call is refused while one is up.
    pub busy_on_busy: bool,
    /// Short numbers that ring this person.
    pub extensions: Vec<String>,
    /// Numbers from outside that ring this person.
    pub numbers: Vec<String>,
    /// Their devices, by id.
    pub devices: Vec<String>,
    /// The device that their calls leave through.
    pub default_device: Option<String>,
    /// Where this person is for the emergency services, by id.
    pub location: Option<String>,
    /// Their lines.
    pub lines: Vec<Phoneline>,
    /// What they may not call, as the cloud names it: `foreignSpecial`, ...
    pub restrictions: Vec<String>,
}

/// A person's line on a classic account: what becomes of a call to it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Phoneline {
    /// `p0`
    pub id: String,
    /// Its name.
    pub alias: String,
    /// Where unanswered calls go, in order; only those that count.
    pub forwardings: Vec<Forwarding>,
    /// Callers without a number are turned away, or sent to `VOICEMAIL`.
    pub anonymous: Option<String>,
}

/// Where an unanswered call goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Forwarding {
    /// A number, or what the cloud calls a voicemail, `v0`.
    pub to: String,
    /// Its name.
    pub alias: String,
    /// After ringing so long, in seconds.
    pub after: u64,
}

/// A phone or other terminal.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Device {
    /// `e0`
    pub id: String,
    /// The name people gave it.
    pub alias: String,
    /// What it is.
    pub kind: DeviceKind,
    /// Whose it is, by id.
    pub owner: Option<String>,
    /// What it registers with, `7654321e0`; no password.
    pub login: Option<String>,
    /// It does not ring.
    pub dnd: bool,
    /// Groups it rings for, by id.
    pub groups: Vec<String>,
    /// Where it stands, by id.
    pub location: Option<String>,
    /// The number others see.
    pub shows: String,
}

/// What kind of terminal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceKind {
    /// Registers by SIP, here.
    Phone,
    /// A SIM card.
    Mobile,
    /// A number elsewhere.
    External,
    /// The cloud's own app.
    App,
    /// A kind this version has not heard of.
    #[default]
    Other,
}

/// People who are rung together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Group {
    /// `g0`
    pub id: String,
    /// Its name.
    pub alias: String,
    /// Short numbers.
    pub extensions: Vec<String>,
    /// Numbers from outside.
    pub numbers: Vec<String>,
    /// Members, by id.
    pub users: Vec<String>,
    /// Devices that ring, by id.
    pub devices: Vec<String>,
}

/// A number with greeting, queue and agents.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Channel {
    /// The cloud's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Numbers that lead to it.
    pub numbers: Vec<String>,
    /// People in it, by id.
    pub users: Vec<String>,
    /// In which order they are rung, as the cloud names it.
    pub order: String,
    /// Whether callers wait in a queue.
    pub queue: bool,
}

/// A number and where it leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Number {
    /// The cloud's id.
    pub id: String,
    /// International form, or the digits of an extension.
    pub digits: String,
    /// What kind.
    pub kind: NumberKind,
    /// Where it leads.
    pub target: Target,
}

/// What kind of number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum NumberKind {
    Landline,
    Mobile,
    International,
    Extension,
    Block,
}

/// Where a number leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Target {
    /// Nowhere: whoever calls it reaches nobody.
    Nowhere,
    /// A person.
    User {
        /// `w0`
        id: String,
    },
    /// A group.
    Group {
        /// `g0`
        id: String,
    },
    /// One device.
    Device {
        /// `e0`
        id: String,
    },
    /// A fax line.
    Fax {
        /// `f0`
        id: String,
    },
    /// A channel.
    Channel {
        /// The cloud's id.
        id: String,
    },
    /// Something this version has not heard of.
    Other {
        /// As the cloud names it.
        id: String,
    },
}

/// A place the emergency services can be sent to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Location {
    /// The cloud's id.
    pub id: String,
    /// Street, number, postcode and city in one line.
    pub line: String,
    /// The cloud's word on whether emergency calls may name it, `SUCCESS` when they may.
    pub state: String,
}

/// A fax line.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Faxline {
    /// `f0`
    pub id: String,
    /// Its name.
    pub alias: String,
    /// The person or group it belongs to, by id.
    pub owner: String,
    /// Numbers that lead to it.
    pub numbers: Vec<String>,
    /// Faxes can be sent from it.
    pub can_send: bool,
    /// Faxes can be received on it.
    pub can_receive: bool,
}

/// Somebody in the telephone book.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Contact {
    /// The cloud's id.
    pub id: String,
    /// Their name.
    pub name: String,
    /// Where they work.
    pub organization: String,
    /// Their numbers.
    pub numbers: Vec<String>,
    /// Their mail addresses.
    pub emails: Vec<String>,
    /// Everybody in the account sees them.
    pub shared: bool,
}

/// Numbers on their way to or from another provider.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Porting {
    /// The cloud's id.
    pub id: String,
    /// The day it is planned for, `2026-12-01`.
    pub day: String,
    /// Which numbers.
    pub numbers: Vec<String>,
    /// It has not happened yet.
    pub pending: bool,
}

/// How current one kind of object is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KindNow {
    /// `user`
    pub name: String,
    /// How many.
    pub count: usize,
    /// When the cloud last told all of them.
    #[serde(serialize_with = "when::serialize_option")]
    pub at: Option<SystemTime>,
    /// How it went.
    pub state: KindState,
}

/// How the last question about a kind went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KindState {
    /// Everything the cloud has is here.
    Complete,
    /// The account or the token does not have it.
    Absent,
    /// It went wrong; what was known is still here.
    Failed,
    /// Not asked yet.
    Never,
}
