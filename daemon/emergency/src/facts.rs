//! What the installer has entered: the places of the house, what tells them, and which moves somebody has confirmed.
//!
//! Every change is checked whole before it counts; one that does not fit changes nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use account::{AddressId, DeviceId, Snapshot};

use crate::{
    bindings::{Bindings, BindingsRefused, Key},
    place::{Civic, CloudAddress, CloudState, Location, LocationId, LocationKind, Places, PlacesRefused},
    resolve::{Ground, Rule},
    table::Table,
};

/// All of it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Facts {
    /// The places.
    pub places: Vec<Location>,
    /// What tells them.
    pub bindings: Vec<(Key, LocationId)>,
    /// The site that is assumed where nothing is known.
    pub default: Option<LocationId>,
    /// Where somebody knows each phone to be.
    pub known: BTreeMap<DeviceId, LocationId>,
}

/// One change.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Change {
    /// A place as it is from now on; one with a number not in use is new.
    Place(Box<Location>),
    /// A place that is no more.
    Remove(LocationId),
    /// This sign tells this place.
    Bind(Key, LocationId),
    /// It tells nothing any more.
    Unbind(Key),
    /// These bindings instead of all others.
    Rebind(Vec<(Key, LocationId)>),
    /// This site is assumed where nothing is known.
    Default(LocationId),
    /// The phone was moved there, and that is right.
    Confirm(DeviceId, LocationId),
}

/// Why a change is not taken.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ChangeRefused {
    /// The places would form no house.
    #[error(transparent)]
    Places(#[from] PlacesRefused),
    /// The bindings would not fit.
    #[error(transparent)]
    Bindings(#[from] BindingsRefused),
    /// Something lies in this place, is told by it, or it is the default.
    #[error("place {} is still needed: by {by}", .place.0)]
    Needed {
        /// The place.
        place: LocationId,
        /// By what.
        by: String,
    },
    /// There is no such place.
    #[error("there is no place {}", .0.0)]
    Unknown(LocationId),
    /// This sign is not bound.
    #[error("{} {} tells no place", .0.written().0, .0.written().1)]
    NotBound(Key),
}

/// A phone that is not where somebody knows it to be.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Moved {
    /// The phone.
    pub device: DeviceId,
    /// Where it was.
    pub from: LocationId,
    /// Where it is seen.
    pub to: LocationId,
}

impl Facts {
    /// The facts with one change made.
    ///
    /// # Errors
    /// [`ChangeRefused`] says what does not fit.
    pub fn changed(&self, change: Change) -> Result<Self, ChangeRefused> {
        let mut facts = self.clone();
        match change {
            Change::Place(place) => {
                facts.places.retain(|one| one.id != place.id);
                facts.places.push(*place);
            }
            Change::Remove(place) => facts.remove(place)?,
            Change::Bind(key, place) => {
                facts.bindings.retain(|(bound, _)| *bound != key);
                facts.bindings.push((key, place));
            }
            Change::Unbind(key) => {
                let before = facts.bindings.len();
                facts.bindings.retain(|(bound, _)| *bound != key);
                if facts.bindings.len() == before {
                    return Err(ChangeRefused::NotBound(key));
                }
            }
            Change::Rebind(bindings) => facts.bindings = bindings,
            Change::Default(place) => facts.default = Some(place),
            Change::Confirm(device, place) => {
                facts.known.insert(device, place);
            }
        }
        facts.ground().map(|_| facts)
    }

    /// A number no place has.
    #[must_use]
    pub fn fresh(&self) -> LocationId {
        let last = self.places.iter().map(|place| place.id.0).max().unwrap_or_default();
        LocationId(last.saturating_add(1))
    }

    /// Checked and ready to look up.
    ///
    /// # Errors
    /// [`ChangeRefused`] names the first fact that does not fit.
    pub fn ground(&self) -> Result<Ground, ChangeRefused> {
        let places = Places::new(self.places.clone())?;
        let bindings = Bindings::new(self.bindings.clone(), &places)?;
        let default = self.default.unwrap_or(LocationId(0));
        for place in self.known.values().copied().chain(self.default) {
            places.find(place).ok_or(ChangeRefused::Unknown(place))?;
        }
        Ok(Ground { places, bindings, default })
    }

    /// The facts beside the account as it is now: every address of the account has a site, and each says what the
    /// account says of it. One that the account no longer has stays, and is marked.
    #[must_use]
    pub fn beside(&self, house: &Snapshot) -> Self {
        let mut facts = self.clone();
        for place in &mut facts.places {
            if let Some(cloud) = &mut place.cloud {
                cloud.state = house
                    .addresses
                    .get(&cloud.id)
                    .map_or(CloudState::Removed, |address| CloudState::of_account(&address.emergency_state));
            }
        }
        let has: BTreeSet<AddressId> =
            facts.places.iter().filter_map(|place| Some(place.cloud.as_ref()?.id.clone())).collect();
        for address in house.addresses.values().filter(|address| !has.contains(&address.id)) {
            let state = CloudState::of_account(&address.emergency_state);
            facts.places.push(Location {
                id: facts.fresh(),
                parent: None,
                kind: LocationKind::Site,
                name: address.line.clone(),
                cloud: Some(CloudAddress { id: address.id.clone(), state }),
                civic: Civic::default(),
                coordinates: None,
            });
        }
        facts.default = facts.default.or_else(|| facts.where_most_phones_are(house));
        facts
    }

    /// The place whose address most phones of the account have.
    fn where_most_phones_are(&self, house: &Snapshot) -> Option<LocationId> {
        let mut phones: HashMap<&AddressId, usize> = HashMap::new();
        house.devices.values().filter_map(|device| device.emergency_address.as_ref()).for_each(|address| {
            *phones.entry(address).or_default() += 1;
        });
        let weight = |place: &&Location| {
            let here = place.cloud.as_ref().and_then(|cloud| phones.get(&cloud.id)).copied();
            (here.unwrap_or_default(), std::cmp::Reverse(place.id))
        };
        let sites = self.places.iter().filter(|place| place.kind == LocationKind::Site);
        sites.max_by_key(weight).map(|place| place.id)
    }

    /// Phones that the network sees elsewhere than somebody knows them to be. To be seen in the house rather than in the
    /// room, because a switch is silent, is no move.
    #[must_use]
    pub fn moved(&self, table: &Table, places: &Places) -> Vec<Moved> {
        let mut moved: Vec<Moved> = seen(table)
            .filter_map(|(device, to)| {
                let from = *self.known.get(device)?;
                let same = places.lies_in(from, to) || places.lies_in(to, from);
                (!same).then(|| Moved { device: device.clone(), from, to })
            })
            .collect();
        moved.sort_by(|a, b| a.device.cmp(&b.device));
        moved
    }

    /// The facts with every phone known that is seen for the first time, or more exactly than before; `None` when there is none.
    #[must_use]
    pub fn acquainted(&self, table: &Table, places: &Places) -> Option<Self> {
        let is_fresh = |device: &DeviceId, place: LocationId| {
            self.known.get(device).is_none_or(|known| *known != place && places.lies_in(place, *known))
        };
        let fresh: Vec<_> = seen(table).filter(|(device, place)| is_fresh(device, *place)).collect();
        if fresh.is_empty() {
            return None;
        }
        let mut facts = self.clone();
        facts.known.extend(fresh.into_iter().map(|(device, place)| (device.clone(), place)));
        Some(facts)
    }

    fn remove(&mut self, place: LocationId) -> Result<(), ChangeRefused> {
        let needed = |by: String| Err(ChangeRefused::Needed { place, by });
        if let Some(inner) = self.places.iter().find(|one| one.parent == Some(place)) {
            return needed(format!("place {}", inner.id.0));
        }
        if let Some((key, _)) = self.bindings.iter().find(|(_, bound)| *bound == place) {
            let (kind, sign) = key.written();
            return needed(format!("{kind} {sign}"));
        }
        if self.default == Some(place) {
            return needed("the default".to_owned());
        }
        let before = self.places.len();
        self.places.retain(|one| one.id != place);
        self.known.retain(|_, known| *known != place);
        if self.places.len() == before { Err(ChangeRefused::Unknown(place)) } else { Ok(()) }
    }
}

/// Phones that the network itself has placed.
fn seen(table: &Table) -> impl Iterator<Item = (&DeviceId, LocationId)> {
    let seen = |rule: &Rule| matches!(rule, Rule::Port | Rule::Radio | Rule::Stated | Rule::Network);
    table
        .all()
        .filter(move |(_, one)| one.rule.as_ref().is_some_and(seen))
        .filter_map(|(device, one)| Some((device, one.location?)))
}

#[cfg(test)]
mod e18_taken_away;
#[cfg(test)]
mod tests;
