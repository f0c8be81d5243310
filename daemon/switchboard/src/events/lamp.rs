//! Lamps: which calls a device is in, as a colleague's key shows it (RFC 4235).

use std::collections::{BTreeMap, HashMap};

use account::{CallParty, DeviceId};
use sip::compose::sip_uri;
use sip::package::dialog_info::{Dialog, DialogInfo, Direction, Extent, Names, Party, Stage};

use super::Package;
use super::topic::{Content, Sight, Topic};
use crate::bridge::{self, Call, CallId, Fork, ForkState};
use crate::switchboard::Switchboard;

/// The calls of each device, kept only while somebody watches.
#[derive(Debug, Default)]
pub(super) struct Lamps {
    of_device: HashMap<DeviceId, BTreeMap<String, Dialog>>,
    of_call: HashMap<CallId, Vec<(DeviceId, String)>>,
}

impl Lamps {
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.of_device.len() + self.of_call.len()
    }

    pub(super) fn of<'a>(&'a self, devices: &'a [DeviceId]) -> impl Iterator<Item = &'a Dialog> {
        devices.iter().filter_map(|device| self.of_device.get(device)).flat_map(BTreeMap::values)
    }

    /// Takes in how a call is now; names the devices whose lamp may look different.
    ///
    /// A call that is over is shown as such until the next change, so that watchers see it end.
    fn update(&mut self, call: CallId, now: Vec<(DeviceId, Dialog)>) -> Vec<DeviceId> {
        let before = self.of_call.remove(&call).unwrap_or_default();
        let mut devices: Vec<_> = before.iter().map(|(device, _)| device.clone()).collect();
        devices.extend(now.iter().map(|(device, _)| device.clone()));
        devices.sort_unstable();
        devices.dedup();
        for device in &devices {
            let dialogs = self.of_device.entry(device.clone()).or_default();
            dialogs.retain(|_, dialog| dialog.stage != Stage::Terminated);
        }
        for (device, id) in before {
            let dialog = self.of_device.get_mut(&device).and_then(|dialogs| dialogs.get_mut(&id));
            dialog.into_iter().for_each(|dialog| dialog.stage = Stage::Terminated);
        }
        let there =
            now.iter().map(|(device, dialog)| (device.clone(), dialog.id.clone())).collect::<Vec<_>>();
        if !there.is_empty() {
            self.of_call.insert(call, there);
        }
        for (device, dialog) in now {
            self.of_device.entry(device).or_default().insert(dialog.id.clone(), dialog);
        }
        self.of_device.retain(|_, dialogs| !dialogs.is_empty());
        devices
    }
}

impl Switchboard {
    /// The first watcher of calls makes the calls known that are there already.
    pub(super) fn look_at_calls(&mut self, package: Package) {
        let of_interest = matches!(package, Package::Dialog | Package::Presence);
        if of_interest && self.calls.watch(true) {
            let now: Vec<_> =
                self.calls.alive().map(|call| (call.id, lamps(call, &self.wires.domain))).collect();
            for (id, dialogs) in now {
                self.events.lamps.update(id, dialogs);
            }
        }
    }

    /// Something happened in a call.
    pub(super) fn call_stirred(&mut self, id: CallId) {
        let now = self.calls.get(id).map(|call| lamps(call, &self.wires.domain)).unwrap_or_default();
        for device in self.events.lamps.update(id, now) {
            self.stir(&device);
        }
    }

    /// The lamp of a topic.
    pub(super) fn lamp(&self, topic: &Topic, devices: &[DeviceId]) -> Content {
        let dialogs = self.events.lamps.of(devices).map(|dialog| match topic.sight {
            Sight::Colleague => dialog.clone(),
            Sight::Lamp => Dialog { names: None, local: None, remote: None, ..dialog.clone() },
        });
        let info = DialogInfo {
            entity: self.address_of(&topic.of),
            extent: Extent::Full,
            dialogs: dialogs.collect(),
        };
        Content::Versioned(info.write())
    }

    /// Whether one of these devices talks or rings.
    pub(super) fn in_a_call(&self, devices: &[DeviceId]) -> bool {
        self.events.lamps.of(devices).any(|dialog| dialog.stage != Stage::Terminated)
    }
}

/// What everybody in a call is doing in it, as their phones see it.
fn lamps(call: &Call, domain: &str) -> Vec<(DeviceId, Dialog)> {
    let party =
        |party: &CallParty| Party { display: party.name.clone(), address: sip_uri(&party.number, domain) };
    let (caller, callee) = (party(&call.caller), party(&call.callee));
    let known = !call.asker.request.message().privacy().hides_caller();
    let shown = known.then(|| caller.clone());
    let forks = call.forks.iter().enumerate().filter_map(|(place, fork)| {
        let dialog = called(call, place, fork)?;
        let phone = fork.owner.phone()?.clone();
        Some((phone, Dialog { local: Some(callee.clone()), remote: shown.clone(), ..dialog }))
    });
    let asker = calling(call).and_then(|dialog| {
        let dialog = Dialog { local: Some(caller.clone()), remote: Some(callee.clone()), ..dialog };
        Some((call.asker.owner.phone()?.clone(), dialog))
    });
    asker.into_iter().chain(forks).collect()
}

/// The caller's end.
fn calling(call: &Call) -> Option<Dialog> {
    let stage = match call.stage {
        bridge::Stage::Talking(_) | bridge::Stage::Mailbox => Stage::Confirmed,
        bridge::Stage::Ringing if call.asker.progress.told.is_some() => Stage::Early,
        bridge::Stage::Ringing => Stage::Trying,
        bridge::Stage::Over => return None,
    };
    let id = call.asker.peer.dialog.id();
    let names = Names {
        call_id: text(id.call_id()),
        local_tag: Some(text(id.remote_tag())),
        remote_tag: Some(text(id.local_tag())),
    };
    let (id, direction) = (format!("{}-a", call.id.0), Some(Direction::Initiator));
    Some(Dialog { id, stage, direction, names: Some(names), local: None, remote: None })
}

/// The end of a phone that was rung.
fn called(call: &Call, place: usize, fork: &Fork) -> Option<Dialog> {
    let stage = match (call.stage, fork.state) {
        (bridge::Stage::Talking(taken), _) if taken == place => Stage::Confirmed,
        (bridge::Stage::Ringing, ForkState::Open(_)) => Stage::Early,
        _ => return None,
    };
    let names = Names {
        call_id: fork.request.message().call_id().map(text).unwrap_or_default(),
        local_tag: fork_dialog(fork).map(|dialog| text(dialog.id().remote_tag())),
        remote_tag: Some(fork.names.tag.to_string()),
    };
    let (id, direction) = (format!("{}-{place}", call.id.0), Some(Direction::Recipient));
    Some(Dialog { id, stage, direction, names: Some(names), local: None, remote: None })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The dialog with a phone that was rung, once it has answered in a way that makes one.
fn fork_dialog(fork: &Fork) -> Option<&sip::dialog::Dialog> {
    let early = || fork.early.first().map(|early| &early.peer);
    fork.peer.as_ref().or_else(early).map(|peer| &peer.dialog)
}
