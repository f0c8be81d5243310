//! What the ids stand for that numbers and forwardings lead to.

use std::collections::BTreeMap;
use std::str::FromStr;

use super::{Destination, Snapshot};
use crate::{EndpointId, PhonelineId};

impl Snapshot {
    /// What an id stands for; nothing when the account does not have it. A line stands for its owner.
    #[must_use]
    pub fn endpoint(&self, id: &EndpointId) -> Option<Destination> {
        let text = id.as_str();
        if let Ok(line) = text.parse::<PhonelineId>() {
            return Some(Destination::User(self.phonelines.get(&line)?.owner.clone()));
        }
        known(text, &self.groups, Destination::Group)
            .or_else(|| known(text, &self.users, Destination::User))
            .or_else(|| known(text, &self.devices, Destination::Device))
            .or_else(|| known(text, &self.rules.channels, Destination::Channel))
            .or_else(|| known(text, &self.rules.voicemails, Destination::Voicemail))
            .or_else(|| known(text, &self.rules.faxlines, Destination::Fax))
    }
}

fn known<Id: FromStr + Ord, Object>(
    text: &str,
    all: &BTreeMap<Id, Object>,
    named: fn(Id) -> Destination,
) -> Option<Destination> {
    let id = text.parse().ok()?;
    all.contains_key(&id).then(|| named(id))
}
