//! What may be changed in the cloud: these acts and no others.
//!
//! A request is made of an [`Intent`] alone, so what has no variant here cannot be sent: above all `DELETE /history`,
//! which without ids wipes everything, `DELETE /contacts`, and `PUT /addresses`, which may switch numbers off.

mod check;
mod truth;

use account::{DeviceId, E164, GroupId, PhonelineId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::Source;

/// The cloud's own id of something; never empty, since a path that ends early means more than one thing.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Id(String);

/// One change an admin wants.
#[expect(missing_docs, reason = "the sentence of an act says what its fields are")]
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum Intent {
    /// Another name for a device.
    DeviceAlias { device: DeviceId, alias: String },
    /// The number a device shows.
    DeviceCallerId { device: DeviceId, number: E164 },
    /// Do not disturb and the place a device stands at, which the cloud takes together.
    DeviceState { device: DeviceId, dnd: bool, address: u32 },
    /// A new device for a user.
    DeviceNew { user: UserId, alias: String },
    /// Removes a device.
    DeviceGone { device: DeviceId },
    /// A new SIP password, made by the cloud.
    DevicePassword { device: DeviceId },
    /// Whether a user may change the account.
    UserRole { user: UserId, admin: bool },
    /// Whether a second call meets a busy tone.
    UserBusyOnBusy { user: UserId, enabled: bool },
    /// Where a user is, for the emergency services.
    UserAddress { user: UserId, address: u32 },
    /// The device a user's calls leave through.
    UserDefaultDevice { user: UserId, device: DeviceId },
    /// Where calls to a number go; whoever had it before loses it.
    NumberTarget { number: Id, endpoint: account::EndpointId },
    /// A new extension of a user.
    ExtensionNew { user: UserId, extension: account::Extension },
    /// Takes an extension away.
    ExtensionGone { number: Id },
    /// A new group, with nobody in it yet.
    GroupNew { alias: String },
    /// Removes a group; whoever was in it stays.
    GroupGone { group: GroupId },
    /// A device joins a group.
    GroupJoin { group: GroupId, device: DeviceId },
    /// A device leaves a group.
    GroupLeave { group: GroupId, device: DeviceId },
    /// A new entry of the telephone book.
    ContactNew { name: String, numbers: Vec<E164>, shared: bool },
    /// An entry of the telephone book as it is to be, whole: the cloud replaces it whole.
    ContactChange { contact: Id, entry: Box<ContactEntry> },
    /// Removes an entry of the telephone book.
    ContactGone { contact: Id },
    /// Removes a user and all that is theirs.
    UserGone { user: UserId },
    /// Turns a caller, or all whose numbers begin like this, away.
    Block { number: E164, range: bool },
    /// Takes that back.
    Unblock { number: E164, range: bool },
    /// What a user may not call.
    Restriction { user: UserId, what: Restriction, enabled: bool },
    /// The whole list of forwardings of a line.
    Forwardings { user: UserId, line: PhonelineId, forwardings: Vec<Forward> },
}

/// Everything the cloud keeps of an entry of the telephone book.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ContactEntry {
    /// Its name.
    pub name: String,
    /// Its numbers.
    pub numbers: Vec<E164>,
    /// Its e-mail addresses.
    pub emails: Vec<String>,
    /// Companies with their departments.
    pub organization: Vec<Vec<String>>,
    /// Postal addresses, as the cloud wrote them.
    pub addresses: Vec<Value>,
    /// Whether everybody in the account sees it.
    pub shared: bool,
}

/// A class of numbers.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Restriction {
    /// Abroad and special numbers.
    ForeignSpecial,
    /// Everything that costs money.
    Charged,
    /// Roaming.
    Roaming,
    /// Expensive countries.
    HighCostForeignNumbers,
}

/// One forwarding.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Forward {
    /// Its name.
    pub alias: String,
    /// A number or an extension id.
    pub destination: String,
    /// Seconds of ringing before it, at most 600.
    pub timeout: u16,
    /// Whether it counts.
    pub active: bool,
}

/// The method of a request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Method {
    /// Makes something.
    Post,
    /// Replaces something.
    Put,
    /// Removes one thing.
    Delete,
}

/// One request to the cloud.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Request {
    /// Its method.
    pub method: Method,
    /// With the version.
    pub path: String,
    /// JSON, where the method has a body.
    pub body: Option<Value>,
}

/// Why an intent cannot be journalled.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum IntentRefused {
    /// What it changes is not in the mirror.
    #[error("the account has no such object")]
    NoSuchObject,
    /// A text or number is out of range.
    #[error("a name is empty or longer than 128 characters, or a forwarding rings longer than 600 seconds")]
    OutOfRange,
    /// Nobody may have this extension.
    #[error("this extension is reserved (110-119, 211-911, 999, 99...) or already in use")]
    Reserved,
}

/// Longest name taken.
const LONGEST: usize = 128;

impl Intent {
    /// Whether doing it twice does more than doing it once. Such an act is never repeated on its own.
    #[must_use]
    pub const fn is_once(&self) -> bool {
        matches!(
            self,
            Self::DeviceNew { .. }
                | Self::DevicePassword { .. }
                | Self::ContactNew { .. }
                | Self::GroupNew { .. }
        )
    }

    /// The one request that does it. Ids in the path have passed their types; free ones are escaped.
    #[must_use]
    pub fn request(&self) -> Request {
        use Method::{Delete, Post, Put};
        let (method, path, body) = match self {
            Self::DeviceAlias { device, alias } => {
                (Put, format!("/devices/{device}/alias"), json!({"value": alias}))
            }
            Self::DeviceCallerId { device, number } => {
                (Put, format!("/devices/{device}/callerid"), json!({"value": number}))
            }
            Self::DeviceState { device, dnd, address } => {
                (Put, format!("/devices/{device}"), json!({"dnd": dnd, "emergencyAddressId": address}))
            }
            Self::DeviceNew { user, alias } => {
                (Post, format!("/{user}/devices/register"), json!({"alias": alias}))
            }
            Self::DeviceGone { device } => (Delete, format!("/devices/{device}"), Value::Null),
            Self::DevicePassword { device } => {
                (Post, format!("/devices/{device}/credentials/password"), Value::Null)
            }
            Self::UserRole { user, admin } => (Put, format!("/users/{user}/role"), json!({"admin": admin})),
            Self::UserBusyOnBusy { user, enabled } => {
                (Put, format!("/users/{user}/busyonbusy"), json!({"enabled": enabled}))
            }
            Self::UserAddress { user, address } => {
                (Put, format!("/users/{user}/location"), json!({"addressId": address}))
            }
            Self::UserDefaultDevice { user, device } => {
                (Put, format!("/users/{user}/defaultdevice"), json!({"deviceId": device}))
            }
            Self::NumberTarget { number, endpoint } => {
                (Put, format!("/numbers/{}", number.escaped()), json!({"endpointId": endpoint}))
            }
            Self::ExtensionNew { user, extension } => new_extension(user, extension),
            Self::ExtensionGone { number } => {
                (Delete, format!("/numbers/quickdial/{}", number.escaped()), Value::Null)
            }
            Self::GroupNew { alias } => (Post, "/groups".to_owned(), json!({"alias": alias})),
            Self::GroupGone { group } => (Delete, format!("/groups/{group}"), Value::Null),
            Self::GroupJoin { group, device } => {
                (Post, format!("/groups/{group}/devices"), json!({"deviceId": device}))
            }
            Self::GroupLeave { group, device } => {
                (Delete, format!("/groups/{group}/devices/{device}"), Value::Null)
            }
            Self::ContactNew { name, numbers, shared } => new_contact(name, numbers, *shared),
            Self::ContactChange { contact, entry } => (Put, one_contact(contact), changed(contact, entry)),
            Self::ContactGone { contact } => (Delete, one_contact(contact), Value::Null),
            Self::Block { number, range } => {
                (Post, "/blacklist/incoming".to_owned(), json!({"phoneNumber": number, "isBlock": range}))
            }
            Self::Unblock { number, .. } => (Delete, one_caller(number), Value::Null),
            Self::UserGone { user } => (Delete, format!("/users/{user}"), Value::Null),
            Self::Restriction { user, what, enabled } => {
                (Post, format!("/{user}/callrestrictions/{}", what.name()), json!({"enabled": enabled}))
            }
            Self::Forwardings { user, line, forwardings } => {
                (Put, format!("/{user}/phonelines/{line}/forwardings"), json!({"forwardings": forwardings}))
            }
        };
        let version = self.source().version();
        Request { method, path: format!("{version}{path}"), body: Some(body).filter(|body| !body.is_null()) }
    }

    /// Groups are made and removed by the newer interface only.
    const fn source(&self) -> Source {
        if matches!(self, Self::GroupNew { .. } | Self::GroupGone { .. }) { Source::V3 } else { Source::V2 }
    }
}

impl Restriction {
    const fn name(self) -> &'static str {
        match self {
            Self::ForeignSpecial => "foreignSpecial",
            Self::Charged => "charged",
            Self::Roaming => "roaming",
            Self::HighCostForeignNumbers => "highCostForeignNumbers",
        }
    }
}

fn new_extension(user: &UserId, extension: &account::Extension) -> (Method, String, Value) {
    (Method::Post, "/numbers/quickdial".to_owned(), json!({"userId": user, "number": extension}))
}

fn new_contact(name: &str, numbers: &[E164], shared: bool) -> (Method, String, Value) {
    (Method::Post, "/contacts".to_owned(), contact(name, numbers, shared))
}

fn one_contact(id: &Id) -> String {
    format!("/contacts/{}", id.escaped())
}

fn one_caller(number: &E164) -> String {
    format!("/blacklist/incoming/{}", Id(number.to_string()).escaped())
}

fn contact(name: &str, numbers: &[E164], shared: bool) -> Value {
    let (given, family) = name.rsplit_once(' ').unwrap_or(("", name));
    let numbers: Vec<Value> =
        numbers.iter().map(|number| json!({"number": number, "type": ["work"]})).collect();
    json!({"name": name, "given": given, "family": family, "numbers": numbers, "emails": [], "addresses": [],
           "organization": [], "scope": if shared { "SHARED" } else { "PRIVATE" }})
}

fn changed(id: &Id, entry: &ContactEntry) -> Value {
    let mut whole = contact(&entry.name, &entry.numbers, entry.shared);
    let emails: Vec<Value> = entry.emails.iter().map(|email| json!({"email": email, "type": []})).collect();
    if let Some(whole) = whole.as_object_mut() {
        whole.insert("id".to_owned(), id.0.as_str().into());
        whole.insert("emails".to_owned(), emails.into());
        whole.insert("organization".to_owned(), json!(entry.organization));
        whole.insert("addresses".to_owned(), json!(entry.addresses));
    }
    whole
}

impl Id {
    /// One segment of a path, whatever is in it.
    fn escaped(&self) -> String {
        let fine = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
        self.0
            .bytes()
            .map(|b| if fine(b) { char::from(b).to_string() } else { format!("%{b:02X}") })
            .collect()
    }
}

impl TryFrom<String> for Id {
    type Error = IntentRefused;

    fn try_from(id: String) -> Result<Self, IntentRefused> {
        if id.is_empty() || id.len() > LONGEST { Err(IntentRefused::NoSuchObject) } else { Ok(Self(id)) }
    }
}

impl From<Id> for String {
    fn from(id: Id) -> Self {
        id.0
    }
}
