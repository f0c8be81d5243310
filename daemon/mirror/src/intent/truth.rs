//! What the cloud has at the place an intent changes, and what it should have afterwards.

use account::DeviceId;
use serde_json::{Value, json};

use super::Intent;
use crate::{Document, Documents, Key, Kind, Scope};

impl Intent {
    /// What the cloud has at the place this changes; null when there is nothing.
    #[must_use]
    pub fn found(&self, known: &Documents) -> Value {
        let field = |kind, id: &str, name: &str| field(known, kind, id, name);
        match self {
            Self::DeviceAlias { device, .. } => field(Kind::Device, device.as_str(), "alias"),
            Self::DeviceCallerId { device, .. } => field(Kind::CallerId, device.as_str(), "value"),
            Self::DeviceState { device, .. } => {
                let address = field(Kind::Device, device.as_str(), "emergencyAddressId");
                json!({"dnd": field(Kind::Device, device.as_str(), "dnd"), "emergencyAddressId": as_text(&address)})
            }
            Self::DeviceNew { user, alias } => {
                let own = known.of(Kind::Device).filter(|d| d.owner.as_deref() == Some(user.as_str()));
                ids_of(own.filter(|d| d.body.read().get("alias") == Some(&json!(alias))))
            }
            Self::GroupNew { alias } => {
                ids_of(known.of(Kind::Group).filter(|d| d.body.read().get("alias") == Some(&json!(alias))))
            }
            Self::GroupGone { group } => there(known, Kind::Group, group.as_str()),
            Self::ContactNew { name, .. } => {
                ids_of(known.of(Kind::Contact).filter(|d| d.body.read().get("name") == Some(&json!(name))))
            }
            Self::DevicePassword { .. } => Value::Null,
            Self::DeviceGone { device } => there(known, Kind::Device, device.as_str()),
            Self::UserRole { user, .. } => field(Kind::User, user.as_str(), "admin"),
            Self::UserBusyOnBusy { user, .. } => field(Kind::User, user.as_str(), "busyOnBusy"),
            Self::UserAddress { user, .. } => as_text(&field(Kind::User, user.as_str(), "addressId")),
            Self::UserDefaultDevice { user, .. } => field(Kind::User, user.as_str(), "defaultDevice"),
            Self::NumberTarget { number, .. } => field(Kind::Number, &number.0, "endpointId"),
            Self::ExtensionNew { extension, .. } => {
                let same = |d: &&Document| d.body.read().get("number") == Some(&json!(extension));
                Value::Bool(known.of(Kind::Number).any(|d| same(&d)))
            }
            Self::ExtensionGone { number } => there(known, Kind::Number, &number.0),
            Self::GroupJoin { group, device } | Self::GroupLeave { group, device } => {
                let groups = field(Kind::Device, device.as_str(), "activeGroups");
                let mut groups = groups.as_array().into_iter().flatten();
                Value::Bool(groups.any(|it| it.get("id").unwrap_or(it) == group.as_str()))
            }
            Self::ContactGone { contact } => there(known, Kind::Contact, &contact.0),
            Self::ContactChange { contact, .. } => contact_now(known, &contact.0),
            Self::UserGone { user } => there(known, Kind::User, user.as_str()),
            Self::Block { number, range } | Self::Unblock { number, range } => {
                let id = if *range { format!("{number}*") } else { number.to_string() };
                there(known, Kind::Blocked, &id)
            }
            Self::Restriction { user, what, .. } => field(Kind::CallRestriction, user.as_str(), what.name()),
            Self::Forwardings { line, .. } => field(Kind::Forwarding, line.as_str(), "items"),
        }
    }

    /// What will be found there once it is done; `None` when only the number of things found grows.
    #[must_use]
    pub fn wanted(&self) -> Option<Value> {
        Some(match self {
            Self::DeviceNew { .. }
            | Self::ContactNew { .. }
            | Self::GroupNew { .. }
            | Self::DevicePassword { .. } => return None,
            Self::DeviceAlias { alias, .. } => json!(alias),
            Self::DeviceCallerId { number, .. } => json!(number),
            Self::DeviceState { dnd, address, .. } => {
                json!({"dnd": dnd, "emergencyAddressId": address.to_string()})
            }
            Self::DeviceGone { .. }
            | Self::ExtensionGone { .. }
            | Self::ContactGone { .. }
            | Self::UserGone { .. }
            | Self::Unblock { .. }
            | Self::GroupGone { .. }
            | Self::GroupLeave { .. } => json!(false),
            Self::ContactChange { entry, .. } => {
                json!({"name": entry.name, "numbers": entry.numbers, "shared": entry.shared})
            }
            Self::ExtensionNew { .. } | Self::GroupJoin { .. } | Self::Block { .. } => json!(true),
            Self::UserRole { admin: flag, .. }
            | Self::UserBusyOnBusy { enabled: flag, .. }
            | Self::Restriction { enabled: flag, .. } => json!(flag),
            Self::UserAddress { address, .. } => json!(address.to_string()),
            Self::UserDefaultDevice { device, .. } => json!(device),
            Self::NumberTarget { endpoint, .. } => json!(endpoint),
            Self::Forwardings { forwardings, .. } => json!(forwardings),
        })
    }

    /// What has to be asked again to know whether it is done.
    #[must_use]
    pub fn scope(&self, known: &Documents) -> Scope {
        let of_device = |device: &DeviceId| {
            let key = Key { kind: Kind::Device, id: device.to_string() };
            Scope { kind: Kind::Device, owner: known.find(&key).and_then(|document| document.owner.clone()) }
        };
        match self {
            Self::DeviceAlias { device, .. }
            | Self::DeviceState { device, .. }
            | Self::DeviceGone { device }
            | Self::DevicePassword { device }
            | Self::GroupJoin { device, .. }
            | Self::GroupLeave { device, .. } => of_device(device),
            Self::DeviceCallerId { device, .. } => Scope::of(Kind::CallerId, device.as_str()),
            Self::DeviceNew { user, .. } => Scope::of(Kind::Device, user.as_str()),
            Self::UserRole { .. }
            | Self::UserBusyOnBusy { .. }
            | Self::UserAddress { .. }
            | Self::UserGone { .. }
            | Self::UserDefaultDevice { .. } => Scope::all(Kind::User),
            Self::NumberTarget { .. } | Self::ExtensionNew { .. } | Self::ExtensionGone { .. } => {
                Scope::all(Kind::Number)
            }
            Self::ContactNew { .. } | Self::ContactGone { .. } | Self::ContactChange { .. } => {
                Scope::all(Kind::Contact)
            }
            Self::Block { .. } | Self::Unblock { .. } => Scope::all(Kind::Blocked),
            Self::GroupNew { .. } | Self::GroupGone { .. } => Scope::all(Kind::Group),
            Self::Restriction { .. } => Scope::all(Kind::CallRestriction),
            Self::Forwardings { line, .. } => Scope::of(Kind::Forwarding, line.as_str()),
        }
    }
}

fn field(known: &Documents, kind: Kind, id: &str, name: &str) -> Value {
    let key = Key { kind, id: id.to_owned() };
    known.find(&key).and_then(|document| document.body.read().get(name).cloned()).unwrap_or_default()
}

/// What somebody would see who is about to change an entry of the telephone book.
fn contact_now(known: &Documents, id: &str) -> Value {
    let key = Key { kind: Kind::Contact, id: id.to_owned() };
    let Some(body) = known.find(&key).map(|document| document.body.read()) else { return Value::Null };
    let numbers = body.get("numbers").and_then(Value::as_array).into_iter().flatten();
    let numbers: Vec<&Value> = numbers.filter_map(|number| number.get("number")).collect();
    let shared = body.get("scope").and_then(Value::as_str) == Some("SHARED");
    json!({"name": body.get("name"), "numbers": numbers, "shared": shared})
}

pub(super) fn there(known: &Documents, kind: Kind, id: &str) -> Value {
    Value::Bool(known.find(&Key { kind, id: id.to_owned() }).is_some())
}

fn ids_of<'a>(documents: impl Iterator<Item = &'a Document>) -> Value {
    documents.map(|document| Value::from(document.key.id.as_str())).collect()
}

/// The cloud takes this id as a number and answers it as text.
fn as_text(id: &Value) -> Value {
    id.as_u64().map_or_else(|| id.clone(), |id| Value::from(id.to_string()))
}
