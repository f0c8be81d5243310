//! Presence: what the house sees of somebody, and what their own devices say (RFC 3856).

use account::{Destination, DeviceId};
use sip::package::pidf::{Activity, Basic, Presence, Tuple};

use super::topic::Content;
use crate::switchboard::Switchboard;

impl Switchboard {
    /// Open as long as a phone is registered and no device of theirs says otherwise.
    pub(super) fn presence(&self, of: &Destination, devices: &[DeviceId]) -> Content {
        let known = devices.iter().filter_map(|id| self.house.devices.get(id));
        let reachable = known.clone().any(|device| self.registrar.registered(device));
        let silenced = known.clone().count() > 0 && known.clone().all(|device| self.is_silenced(device));
        let published = || self.events.published.of(of);
        let away = published().flat_map(|state| &state.tuples).any(|tuple| tuple.basic == Basic::Closed);
        let mut activities: Vec<_> = published().flat_map(|state| state.activities.iter().copied()).collect();
        activities.extend(self.in_a_call(devices).then_some(Activity::OnThePhone));
        activities.extend(silenced.then_some(Activity::Busy));
        activities.sort_unstable();
        activities.dedup();
        let basic = if reachable && !away { Basic::Open } else { Basic::Closed };
        let state = Presence {
            entity: self.address_of(of),
            tuples: vec![Tuple { id: "phones".into(), basic, contact: None }],
            activities,
            note: published().filter_map(|state| state.note.clone()).next_back(),
        };
        Content::Plain(state.write())
    }
}
