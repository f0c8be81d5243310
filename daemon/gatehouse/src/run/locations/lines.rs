//! The lines out of the house as calls for help see them: the account's phones, each with the address that the account gives
//! it, the trunk, and second lines.

use std::collections::BTreeMap;

use account::{Destination, Device, DeviceId, DeviceKind, E164, LineId, Snapshot};
use emergency::area::area;
use emergency::{Capable, Line, Places, Via};

use crate::config::{Emergency, Provider, Trunk};

/// Proxies of a provider that a call for help tries; a way that is not there costs nothing.
const MOST_WAYS: u8 = 3;

/// Every phone's own line.
pub(super) fn own(house: &Snapshot) -> BTreeMap<DeviceId, LineId> {
    phones(house).filter_map(|phone| Some((phone.id.clone(), name(phone)?))).collect()
}

/// The lines that a call for help may take.
pub(super) fn all(config: &Emergency, trunk: &Trunk, house: &Snapshot, places: &Places) -> Vec<Line> {
    let phones = if trunk.mode.has_phones() { of(house, places) } else { Vec::new() };
    let capable = |line: &Provider| config.backup.is_empty() || config.backup.contains(&line.name);
    let second = trunk.backup.iter().filter(|line| capable(line));
    phones.into_iter().chain(trunk.main.iter().chain(second).map(of_provider)).collect()
}

/// A provider that knows no place of the caller.
fn of_provider(provider: &Provider) -> Line {
    let number = provider.presents.first();
    Line {
        name: provider.name.clone(),
        number: number.cloned(),
        via: provider.via,
        ways: MOST_WAYS,
        address: None,
        site: None,
        area: number.and_then(area).map(Into::into),
        capable: Capable::Yes,
    }
}

/// The lines of the account's phones.
pub(super) fn of(house: &Snapshot, places: &Places) -> Vec<Line> {
    let numbers = numbers(house);
    let line = |phone: &Device| {
        let address = phone.emergency_address.as_ref();
        let place = address.and_then(|address| places.at_address(address));
        let cloud = place.and_then(|place| places.find(place)).and_then(|place| place.cloud.clone());
        let owner = phone.owner.clone().map(Destination::User);
        let number = [Some(Destination::Device(phone.id.clone())), owner].into_iter().flatten();
        let number = number.filter_map(|to| numbers.get(&to)).next().cloned();
        Some(Line {
            name: name(phone)?,
            area: number.as_ref().and_then(area).map(Into::into),
            number,
            via: Via::Account,
            ways: MOST_WAYS,
            address: cloud,
            site: place.and_then(|place| places.site(place)),
            capable: Capable::Yes,
        })
    };
    phones(house).filter_map(line).collect()
}

fn phones(house: &Snapshot) -> impl Iterator<Item = &Device> {
    house.devices.values().filter(|device| device.kind == DeviceKind::Register)
}

fn name(phone: &Device) -> Option<LineId> {
    Some(LineId::new(phone.credentials.as_ref()?.user.as_str()))
}

/// The first outside number that leads to each destination.
fn numbers(house: &Snapshot) -> std::collections::HashMap<Destination, E164> {
    let mut numbers = std::collections::HashMap::new();
    for number in house.numbers.iter().filter_map(account::Number::e164) {
        if let Some(to) = house.destination_of_number(&number) {
            numbers.entry(to).or_insert(number);
        }
    }
    numbers
}
