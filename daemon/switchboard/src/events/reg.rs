//! Where a person's own phones are registered (RFC 3680).

use account::DeviceId;
use sip::compose::sip_uri;
use sip::flow::Flow;
use sip::package::dialog_info::Extent;
use sip::package::reginfo::{RegInfo, RegisteredContact, Registration};

use super::topic::Content;
use crate::register::{Bound, Ledger};
use crate::switchboard::Switchboard;

impl Switchboard {
    /// A phone registered: what waits for its connection is told over this one, whether its binding is new or not.
    pub(crate) fn watcher_is_back(&mut self, device: &DeviceId, flow: Flow) {
        if flow.connection != 0 {
            self.events.subscriptions.is_back(device, flow);
        }
    }

    /// Bindings came or went.
    pub(crate) fn bindings_changed(&mut self, ledger: &[Ledger]) {
        if self.events.nobody_watches() {
            return;
        }
        for entry in ledger {
            let user = match entry {
                Ledger::Bind(binding) => &binding.user,
                Ledger::Unbind { user, .. } => user,
            };
            let Some(device) = self.house.device_of_login(user.as_str()).map(|device| device.id.clone())
            else {
                continue;
            };
            self.stir(&device);
        }
    }

    pub(super) fn registrations(&self, devices: &[DeviceId]) -> Content {
        let logins = devices.iter().filter_map(|id| self.house.devices.get(id)?.credentials.as_ref());
        let registrations = logins.map(|login| Registration {
            aor: sip_uri(login.user.as_str(), &self.wires.domain),
            id: login.user.to_string(),
            contacts: self.registrar.of(&login.user).iter().enumerate().map(place).collect(),
        });
        let info = RegInfo { extent: Extent::Full, registrations: registrations.collect() };
        Content::Versioned(info.write())
    }
}

fn place((number, bound): (usize, &Bound)) -> RegisteredContact {
    RegisteredContact {
        id: number.to_string(),
        uri: bound.contact.to_string(),
        call_id: Some(bound.call_id.to_string()),
        cseq: None,
    }
}
