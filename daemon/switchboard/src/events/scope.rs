//! What may be watched by whom, and which devices it is about.

use account::{Destination, Device, DeviceId, DeviceKind};
use sip::compose::sip_uri;
use sip::flow::Flow;
use sip::message::Message;
use sip::package::profile::{Profile, Wanted};

use super::package::Package;
use super::subscription::Seen;
use super::topic::{Sight, Topic};
use crate::refusal::Refused;
use crate::route;
use crate::switchboard::Switchboard;

/// Longer lists would not fit into one message; the members with the lowest ids are shown.
const MOST_MEMBERS: usize = 100;

impl Switchboard {
    /// What the Request-URI names, if this device may watch it.
    pub(super) fn watchable(
        &self,
        flow: Flow,
        request: &Message<'_>,
        package: Package,
        watcher: &DeviceId,
    ) -> Result<Destination, Refused> {
        if package == Package::Profile && !is_of_a_user(request) {
            return Ok(Destination::Device(watcher.clone()));
        }
        let uri = request.uri().ok_or(Refused::BadOffer)?;
        if !self.serves(uri.host, flow) {
            return Err(Refused::Route(route::RouteRefused::NotFound));
        }
        let found = route::destination(&route::dialled(&uri), &self.house).map_err(Refused::Route)?;
        let watcher = self.house.devices.get(watcher).ok_or(Refused::Forbidden)?;
        let own = self.is_own(watcher, &found);
        match package {
            Package::Dialog | Package::Presence => Ok(found),
            Package::Mailbox | Package::Reg if own => Ok(person_of(watcher)),
            Package::Feature | Package::Profile if own => Ok(Destination::Device(watcher.id.clone())),
            Package::Mailbox | Package::Reg | Package::Feature | Package::Profile => Err(Refused::Forbidden),
        }
    }

    /// Whether this is the device itself, its owner, or another device of its owner.
    pub(super) fn is_own(&self, watcher: &Device, of: &Destination) -> bool {
        match of {
            Destination::User(user) => watcher.owner.as_ref() == Some(user),
            Destination::Device(device) if *device == watcher.id => true,
            Destination::Device(device) => {
                let owner = self.house.devices.get(device).and_then(|device| device.owner.as_ref());
                owner.is_some() && owner == watcher.owner.as_ref()
            }
            Destination::Group(_)
            | Destination::Channel(_)
            | Destination::Voicemail(_)
            | Destination::Fax(_) => false,
        }
    }

    /// Fills in what a subscription watches, anew when a list has other members than before.
    pub(super) fn watch(&mut self, id: u64, of: &Destination) {
        let Some(subscription) = self.events.subscriptions.get(id) else { return };
        let (package, device) = (subscription.package, subscription.device.clone());
        let wanted = subscription.wanted.clone();
        let each = if subscription.list.is_some() { self.members(of) } else { vec![of.clone()] };
        let topics: Vec<_> = each
            .into_iter()
            .map(|of| Topic { package, sight: self.sight(package, &device, &of), of, wanted: wanted.clone() })
            .collect();
        self.look_at_calls(package);
        for topic in &topics {
            if !self.events.topics.knows(topic) {
                let devices = self.devices_of(&topic.of);
                let content = self.content(topic, &devices);
                self.events.topics.put(topic, devices, content);
            }
            self.events.topics.watch(topic, id);
        }
        let seen = topics.into_iter().map(|topic| Seen {
            address: self.address_of(&topic.of),
            name: self.name_of(&topic.of),
            topic,
            version: 0,
            edition: 0,
        });
        let seen = seen.collect();
        self.events.subscriptions.with(id, |subscription| subscription.watched = seen);
    }

    /// Everybody in a group: people where a device has an owner, devices otherwise.
    pub(super) fn members(&self, of: &Destination) -> Vec<Destination> {
        let mut members = Vec::new();
        for device in self.devices_of(of) {
            let owner = self.house.devices.get(&device).and_then(|device| device.owner.clone());
            let member = owner.map_or(Destination::Device(device), Destination::User);
            if !members.contains(&member) {
                members.push(member);
            }
        }
        members.truncate(MOST_MEMBERS);
        members
    }

    /// Every phone of a destination, silenced ones too.
    pub(super) fn devices_of(&self, of: &Destination) -> Vec<DeviceId> {
        let belongs = |device: &&Device| match of {
            Destination::User(user) => device.owner.as_ref() == Some(user),
            Destination::Group(group) => device.groups.contains(group),
            Destination::Device(id) => device.id == *id,
            Destination::Channel(id) => {
                self.house.rules.channels.get(id).is_some_and(|it| it.rings(&device.id))
            }
            Destination::Voicemail(_) | Destination::Fax(_) => false,
        };
        let phones = self.house.devices.values().filter(|device| device.kind == DeviceKind::Register);
        phones.filter(belongs).map(|device| device.id.clone()).collect()
    }

    fn sight(&self, package: Package, watcher: &DeviceId, of: &Destination) -> Sight {
        let Some(watcher) = self.house.devices.get(watcher).filter(|_| package == Package::Dialog) else {
            return Sight::Lamp;
        };
        let devices = self.devices_of(of);
        let shares = |id: &DeviceId| {
            let groups =
                self.house.devices.get(id).map(|device| device.groups.as_slice()).unwrap_or_default();
            groups.iter().any(|group| watcher.groups.contains(group))
        };
        if self.is_own(watcher, of) || devices.iter().any(shares) { Sight::Colleague } else { Sight::Lamp }
    }

    fn name_of(&self, of: &Destination) -> String {
        self.house.name_of(of).unwrap_or_default().to_owned()
    }

    /// The address under which the house knows somebody.
    pub(super) fn address_of(&self, of: &Destination) -> String {
        let login = |id| Some(self.house.devices.get(id)?.credentials.as_ref()?.user.to_string());
        let number = self.house.extension_of(of).or_else(|| match of {
            Destination::Device(id) => login(id),
            Destination::User(id) => Some(id.to_string()),
            Destination::Group(id) => Some(id.to_string()),
            Destination::Channel(id) => Some(id.to_string()),
            Destination::Voicemail(id) => Some(id.to_string()),
            Destination::Fax(id) => Some(id.to_string()),
        });
        sip_uri(&number.unwrap_or_default(), &self.wires.domain)
    }
}

/// Whose device it is; a device that belongs to nobody stands for itself.
pub(super) fn person_of(device: &Device) -> Destination {
    match &device.owner {
        Some(owner) => Destination::User(owner.clone()),
        None => Destination::Device(device.id.clone()),
    }
}

/// A profile is of who uses the telephone, named by his own address, or of the telephone itself, however it is named.
fn is_of_a_user(request: &Message<'_>) -> bool {
    Wanted::of(request).is_ok_and(|wanted| wanted.profile == Profile::User)
}
