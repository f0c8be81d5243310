//! Do-not-disturb, switched at the phone and shown at the phone.

use account::{Device, DeviceId};
use sip::message::Message;
use sip::package::feature::{self, Feature};

use super::Package;
use super::topic::Content;
use crate::io::Output;
use crate::refusal::Refused;
use crate::switchboard::Switchboard;

impl Switchboard {
    /// Whether a device must not ring: its phone says so, or the account.
    pub(crate) fn is_silenced(&self, device: &Device) -> bool {
        device.dnd || self.events.is_quiet(&device.id)
    }

    /// What a phone wants changed besides being told. Forwarding is set in the account; the box cannot do it on its own.
    pub(super) fn wishes(
        &mut self,
        package: Package,
        device: &DeviceId,
        request: &Message<'_>,
    ) -> Result<(), Refused> {
        if package != Package::Feature || request.body().is_empty() {
            return Ok(());
        }
        if !request.has_content_type(feature::KIND.as_bytes()) {
            return Err(Refused::BadDocument);
        }
        match Feature::parse(request.body()) {
            Ok(Feature::DoNotDisturb(on)) => self.silence(device, on),
            Ok(Feature::Forward { .. }) => return Err(Refused::NoForwarding),
            Err(_) => return Err(Refused::BadDocument),
        }
        Ok(())
    }

    fn silence(&mut self, device: &DeviceId, on: bool) {
        let changed =
            if on { self.events.quiet.insert(device.clone()) } else { self.events.quiet.remove(device) };
        if changed {
            self.edition += 1;
            self.wires.push(Output::Silenced { device: device.clone(), on });
            self.stir(device);
        }
    }

    pub(super) fn features(&self, devices: &[DeviceId]) -> Content {
        let mut known = devices.iter().filter_map(|id| self.house.devices.get(id));
        let on = known.any(|device| self.is_silenced(device));
        Content::Plain(Feature::DoNotDisturb(on).write())
    }
}
