//! The whole account at one moment: immutable, shared behind an `Arc`, replaced whole.

use std::collections::{BTreeMap, HashMap};
use std::time::SystemTime;

mod endpoint;
mod mailboxes;

use crate::{
    Address, AddressId, Balance, Channel, ChannelId, Device, DeviceId, DeviceKind, E164, Extension,
    FaxlineId, Group, GroupId, Identity, Number, NumberKind, Phoneline, PhonelineId, Rules, SipUser, User,
    UserId, VoicemailId,
};

/// What an extension leads to.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum Destination {
    /// A person, on all phones of theirs.
    User(UserId),
    /// Everybody in a group.
    Group(GroupId),
    /// One certain device.
    Device(DeviceId),
    /// A channel of a neo account.
    Channel(ChannelId),
    /// A box that takes a message.
    Voicemail(VoicemailId),
    /// A fax line.
    Fax(FaxlineId),
}

/// The account as it was when [`Snapshot::taken`] says.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// Whose account.
    pub identity: Identity,
    /// People.
    pub users: BTreeMap<UserId, User>,
    /// Phones and other terminals.
    pub devices: BTreeMap<DeviceId, Device>,
    /// Lines of a classic account.
    pub phonelines: BTreeMap<PhonelineId, Phoneline>,
    /// Groups.
    pub groups: BTreeMap<GroupId, Group>,
    /// Numbers of every kind, extensions among them.
    pub numbers: Vec<Number>,
    /// Places.
    pub addresses: BTreeMap<AddressId, Address>,
    /// What becomes of calls that do not simply ring.
    pub rules: Rules,
    /// Credit, where the account has one.
    pub balance: Option<Balance>,
    /// When the cloud last confirmed all of this; `None` before the first sync.
    pub taken: Option<SystemTime>,
    index: Index,
}

#[derive(Clone, Debug, Default)]
struct Index {
    logins: HashMap<SipUser, DeviceId>,
    extensions: HashMap<Extension, Destination>,
    numbers: HashMap<E164, Destination>,
    /// The same the other way round, in the order of the account.
    own: HashMap<Destination, Vec<E164>>,
    /// The lowest extension of each destination.
    names: HashMap<Destination, Extension>,
    /// Every SIP phone that rings for a destination, in the order of their ids.
    rings: HashMap<Destination, Vec<DeviceId>>,
    /// Every device a person has.
    owned: HashMap<UserId, Vec<DeviceId>>,
    /// Every line a person has, in the order of their ids.
    lines: HashMap<UserId, Vec<PhonelineId>>,
}

impl Snapshot {
    /// Finishes a snapshot whose public fields are filled: works out every look-up once, so that no call has to.
    #[must_use]
    pub fn indexed(mut self) -> Self {
        let extensions = self.extensions();
        let names = lowest(&extensions);
        self.index = Index {
            logins: self.logins(),
            extensions,
            numbers: self.outside_numbers().collect(),
            own: self.own_numbers(),
            names,
            rings: self.rings(),
            owned: self.owned(),
            lines: self.lines(),
        };
        self
    }

    /// The device that logs in under this SIP user name.
    #[must_use]
    pub fn device_of_login(&self, user: &str) -> Option<&Device> {
        self.devices.get(self.index.logins.get(user)?)
    }

    /// What an extension leads to.
    #[must_use]
    pub fn destination(&self, extension: &Extension) -> Option<&Destination> {
        self.index.extensions.get(extension)
    }

    /// Every extension and what it leads to, in no order.
    pub fn extensions_known(&self) -> impl Iterator<Item = (&Extension, &Destination)> {
        self.index.extensions.iter()
    }

    /// Whether some extension is longer and begins with these digits.
    #[must_use]
    pub fn begins_extension(&self, digits: &str) -> bool {
        let longer = |extension: &Extension| {
            extension.as_str().strip_prefix(digits).is_some_and(|rest| !rest.is_empty())
        };
        !digits.is_empty() && self.index.extensions.keys().any(longer)
    }

    /// Where calls to one of the account's own outside numbers go.
    #[must_use]
    pub fn destination_of_number(&self, number: &E164) -> Option<Destination> {
        self.index.numbers.get(number).cloned()
    }

    /// The outside numbers that lead exactly there, in the order of the account.
    #[must_use]
    pub fn numbers_of(&self, to: &Destination) -> &[E164] {
        self.index.own.get(to).map_or(&[], Vec::as_slice)
    }

    /// Every SIP phone that rings for this destination; devices set to do-not-disturb are left out.
    pub fn phones_of<'a>(&'a self, to: &'a Destination) -> impl Iterator<Item = &'a Device> {
        self.listed(self.index.rings.get(to)).filter(|device| !device.dnd)
    }

    /// Every device a person has, also those that do not ring.
    pub fn devices_of(&self, user: &UserId) -> impl Iterator<Item = &Device> {
        self.listed(self.index.owned.get(user))
    }

    fn listed<'a>(&'a self, ids: Option<&'a Vec<DeviceId>>) -> impl Iterator<Item = &'a Device> {
        ids.into_iter().flatten().filter_map(|id| self.devices.get(id))
    }

    /// A person's lines, in the order of their ids.
    pub fn lines_of(&self, user: &UserId) -> impl Iterator<Item = &Phoneline> {
        let ids = self.index.lines.get(user);
        ids.into_iter().flatten().filter_map(|id| self.phonelines.get(id))
    }

    /// The person a device belongs to.
    #[must_use]
    pub fn owner(&self, device: &Device) -> Option<&User> {
        self.users.get(device.owner.as_ref()?)
    }

    /// What others see when this device calls: its owner's name (or its alias) and first extension (or SIP user name).
    #[must_use]
    pub fn shown(&self, device: &Device) -> (String, String) {
        let owner = self.owner(device);
        let name = owner.map_or(&device.alias, |user| &user.name).clone();
        let extension = owner.and_then(|user| user.extensions.first()).map(ToString::to_string);
        let direct = || self.extension_of(&Destination::Device(device.id.clone()));
        let login = || device.credentials.as_ref().map(|c| c.user.to_string());
        (name, extension.or_else(direct).or_else(login).unwrap_or_default())
    }

    /// What people call it; nothing when the account does not have it (any more).
    #[must_use]
    pub fn name_of(&self, of: &Destination) -> Option<&str> {
        match of {
            Destination::User(id) => self.users.get(id).map(|user| user.name.as_str()),
            Destination::Group(id) => self.groups.get(id).map(|group| group.alias.as_str()),
            Destination::Device(id) => self.devices.get(id).map(|device| device.alias.as_str()),
            Destination::Channel(id) => self.rules.channels.get(id).map(|channel| &*channel.name),
            Destination::Voicemail(id) => self.rules.voicemails.get(id).map(|mailbox| &*mailbox.alias),
            Destination::Fax(id) => self.rules.faxlines.get(id).map(|line| &*line.alias),
        }
    }

    /// The lowest extension that leads exactly there.
    #[must_use]
    pub fn extension_of(&self, to: &Destination) -> Option<String> {
        self.index.names.get(to).map(ToString::to_string)
    }

    fn rings(&self) -> HashMap<Destination, Vec<DeviceId>> {
        let mut rings: HashMap<_, Vec<DeviceId>> = HashMap::new();
        let phones = self.devices.values().filter(|device| device.kind == DeviceKind::Register);
        for (to, phone) in phones.flat_map(|device| self.rings_for(device).map(move |to| (to, &device.id))) {
            let ids = rings.entry(to).or_default();
            // Somebody's own phone may be on a line of theirs as well.
            if ids.last() != Some(phone) {
                ids.push(phone.clone());
            }
        }
        rings.extend(self.rules.channels.values().map(|channel| self.rung_by(channel)));
        rings
    }

    /// The SIP phones of a channel's members, in their turn.
    fn rung_by(&self, channel: &Channel) -> (Destination, Vec<DeviceId>) {
        let mut ids: Vec<DeviceId> = Vec::new();
        for id in channel.in_turn().flat_map(|member| &member.devices) {
            let phone = self.devices.get(id).is_some_and(|device| device.kind == DeviceKind::Register);
            if phone && !ids.contains(id) {
                ids.push(id.clone());
            }
        }
        (Destination::Channel(channel.id.clone()), ids)
    }

    /// Every destination for which a phone rings.
    fn rings_for<'a>(&'a self, device: &'a Device) -> impl Iterator<Item = Destination> + 'a {
        let lines = device.phonelines.iter().filter_map(|line| self.phonelines.get(line));
        let people = lines.map(|line| &line.owner).chain(&device.owner).cloned().map(Destination::User);
        let groups = device.groups.iter().cloned().map(Destination::Group);
        people.chain(groups).chain([Destination::Device(device.id.clone())])
    }

    fn lines(&self) -> HashMap<UserId, Vec<PhonelineId>> {
        let mut lines: HashMap<_, Vec<PhonelineId>> = HashMap::new();
        for line in self.phonelines.values() {
            lines.entry(line.owner.clone()).or_default().push(line.id.clone());
        }
        lines
    }

    fn owned(&self) -> HashMap<UserId, Vec<DeviceId>> {
        let mut owned: HashMap<_, Vec<DeviceId>> = HashMap::new();
        for device in self.devices.values() {
            if let Some(owner) = &device.owner {
                owned.entry(owner.clone()).or_default().push(device.id.clone());
            }
        }
        owned
    }

    fn logins(&self) -> HashMap<SipUser, DeviceId> {
        let with_login =
            self.devices.values().filter_map(|d| Some((d.credentials.as_ref()?.user.clone(), d.id.clone())));
        with_login.collect()
    }

    /// A number assigned in the cloud wins over the list a user carries, since it is what the cloud itself would ring.
    fn extensions(&self) -> HashMap<Extension, Destination> {
        let of_users = self
            .users
            .values()
            .flat_map(|user| user.extensions.iter().map(|e| (e.clone(), Destination::User(user.id.clone()))));
        let assigned = self.numbers.iter().filter(|n| n.kind == NumberKind::Extension).filter_map(|number| {
            Some((number.digits.parse().ok()?, self.endpoint(number.endpoint.as_ref()?)?))
        });
        of_users.chain(assigned).collect()
    }

    fn outside_numbers(&self) -> impl Iterator<Item = (E164, Destination)> {
        let assigned = self.numbers.iter().filter(|n| n.kind != NumberKind::Extension);
        assigned.filter_map(|n| Some((n.e164()?, self.endpoint(n.endpoint.as_ref()?)?)))
    }

    fn own_numbers(&self) -> HashMap<Destination, Vec<E164>> {
        let mut own: HashMap<_, Vec<E164>> = HashMap::new();
        for (number, to) in self.outside_numbers() {
            own.entry(to).or_default().push(number);
        }
        own
    }
}

fn lowest(extensions: &HashMap<Extension, Destination>) -> HashMap<Destination, Extension> {
    let mut names: HashMap<Destination, Extension> = HashMap::new();
    for (extension, to) in extensions {
        let name = names.entry(to.clone()).or_insert_with(|| extension.clone());
        if extension < name {
            *name = extension.clone();
        }
    }
    names
}

#[cfg(test)]
mod tests;
