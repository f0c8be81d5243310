//! What is refused before it is journalled.

use serde_json::json;

use super::truth::there;
use super::{Intent, IntentRefused, LONGEST};
use crate::{Documents, Kind};

/// Extensions nobody may have, also not as their beginning.
const RESERVED: &[&str] = &["11", "211", "311", "411", "511", "611", "711", "811", "911", "99"];

impl Intent {
    /// Refuses what the cloud would refuse anyway, as long as the mirror can tell.
    ///
    /// # Errors
    /// Which rule it breaks.
    pub fn check(&self, known: &Documents) -> Result<(), IntentRefused> {
        if !self.is_in_range() {
            return Err(IntentRefused::OutOfRange);
        }
        if let Self::ExtensionNew { extension, .. } = self {
            let reserved = RESERVED.iter().any(|start| extension.as_str().starts_with(start));
            if reserved || self.found(known) == json!(true) {
                return Err(IntentRefused::Reserved);
            }
        }
        if self.is_about_something(known) { Ok(()) } else { Err(IntentRefused::NoSuchObject) }
    }

    fn is_in_range(&self) -> bool {
        let fine = |text: &str| !text.trim().is_empty() && text.chars().count() <= LONGEST;
        if let Self::DeviceAlias { alias: text, .. }
        | Self::DeviceNew { alias: text, .. }
        | Self::GroupNew { alias: text }
        | Self::ContactNew { name: text, .. } = self
        {
            return fine(text);
        }
        if let Self::ContactChange { entry, .. } = self {
            let lists =
                [entry.numbers.len(), entry.emails.len(), entry.organization.len(), entry.addresses.len()];
            return fine(&entry.name) && lists.into_iter().all(|length| length <= LONGEST);
        }
        let Self::Forwardings { forwardings, .. } = self else { return true };
        forwardings.len() <= LONGEST && forwardings.iter().all(|it| it.timeout <= 600)
    }

    fn is_about_something(&self, known: &Documents) -> bool {
        let has = |kind, id: &str| there(known, kind, id) == json!(true);
        match self {
            Self::ExtensionNew { user, .. }
            | Self::DeviceNew { user, .. }
            | Self::UserRole { user, .. }
            | Self::UserBusyOnBusy { user, .. }
            | Self::UserAddress { user, .. }
            | Self::UserDefaultDevice { user, .. }
            | Self::UserGone { user }
            | Self::Restriction { user, .. } => has(Kind::User, user.as_str()),
            Self::DeviceAlias { device, .. }
            | Self::DeviceCallerId { device, .. }
            | Self::DeviceState { device, .. }
            | Self::DevicePassword { device }
            | Self::DeviceGone { device }
            | Self::GroupJoin { device, .. }
            | Self::GroupLeave { device, .. } => has(Kind::Device, device.as_str()),
            Self::NumberTarget { number, .. } | Self::ExtensionGone { number } => {
                has(Kind::Number, &number.0)
            }
            Self::ContactGone { contact } | Self::ContactChange { contact, .. } => {
                has(Kind::Contact, &contact.0)
            }
            Self::Unblock { .. } => self.found(known) == json!(true),
            Self::Forwardings { line, .. } => has(Kind::Forwarding, line.as_str()),
            Self::GroupGone { group } => has(Kind::Group, group.as_str()),
            Self::ContactNew { .. } | Self::GroupNew { .. } | Self::Block { .. } => true,
        }
    }
}
