//! Where phones can stand: sites, their buildings, floors, zones and rooms, under the addresses the cloud has verified.

use std::collections::{BTreeMap, HashMap};

use account::AddressId;

mod civic;
mod globe;

pub use civic::Civic;
pub use globe::{Coordinates, NotCoordinates};

/// A place of this house, numbered here.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct LocationId(pub u32);

/// How fine a place is. Each lies in a coarser one.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum LocationKind {
    /// A postal address with everything on it.
    Site,
    /// One of several buildings there; may have a postal address of its own.
    Building,
    /// A floor.
    Floor,
    /// A part of a floor, what one access point covers.
    Zone,
    /// A room.
    Room,
}

/// The cloud's word on an address.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum CloudState {
    /// The cloud has not said.
    Unknown,
    /// Being checked.
    Pending,
    /// Emergency calls may refer to it.
    Verified,
    /// Checked and not taken.
    Rejected,
    /// No longer in the account.
    Removed,
}

impl CloudState {
    /// What the account's own word for it means.
    #[must_use]
    pub fn of_account(word: &str) -> Self {
        match word {
            "SUCCESS" | "VERIFIED" => Self::Verified,
            "PENDING" | "IN_PROGRESS" => Self::Pending,
            "FAILED" | "REJECTED" => Self::Rejected,
            _ => Self::Unknown,
        }
    }
}

/// The address of the account that stands for a place.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CloudAddress {
    /// Its id in the account.
    pub id: AddressId,
    /// Whether emergency calls may refer to it.
    pub state: CloudState,
}

/// One place.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Location {
    /// Its number.
    pub id: LocationId,
    /// The coarser place it lies in; a site lies in none.
    pub parent: Option<LocationId>,
    /// How fine it is.
    pub kind: LocationKind,
    /// What people call it.
    pub name: String,
    /// The address of the account that stands for it, where it has one of its own.
    pub cloud: Option<CloudAddress>,
    /// What it adds to the address of the places around it.
    pub civic: Civic,
    /// Where on the globe it is, if somebody has looked that up.
    pub coordinates: Option<Coordinates>,
}

/// Why the places do not form a house.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PlacesRefused {
    /// More places than the box keeps.
    #[error("more than {MOST} places")]
    TooMany,
    /// Two places with one number.
    #[error("place {} is stated twice", .0.0)]
    Twice(LocationId),
    /// It lies in a place that does not exist, or, not being a site, in none.
    #[error("place {} lies nowhere", .0.0)]
    Nowhere(LocationId),
    /// It lies in a place that is not coarser; a site lies in a place at all.
    #[error("place {} lies in a place that is not coarser", .0.0)]
    NotFiner(LocationId),
    /// A floor, zone or room with a street, town or postcode of its own.
    #[error("place {} may not have a street of its own: only sites and buildings do", .0.0)]
    Street(LocationId),
    /// Of an address in Germany, coordinates that lie elsewhere.
    #[error("the coordinates of place {} do not lie in Germany: latitude comes first", .0.0)]
    NotGerman(LocationId),
    /// Coordinates far away from those of the place around it.
    #[error("the coordinates of place {} lie far away from the place around it", .0.0)]
    FarAway(LocationId),
}

/// A place further away than this from the one around it is not in it, metres; a works has less.
const FAR: f64 = 5_000.0;

/// Most places kept.
const MOST: usize = 20_000;

/// All places, checked: each but the sites lies in a coarser one, so there is no circle.
#[derive(Clone, Debug, Default)]
pub struct Places {
    by_id: BTreeMap<LocationId, Location>,
    by_address: HashMap<AddressId, LocationId>,
}

impl Places {
    /// Checks and keeps the places.
    ///
    /// # Errors
    /// [`PlacesRefused`] names the first that does not fit.
    pub fn new(all: Vec<Location>) -> Result<Self, PlacesRefused> {
        if all.len() > MOST {
            return Err(PlacesRefused::TooMany);
        }
        let mut places = Self::default();
        for one in all {
            let id = one.id;
            if places.by_id.insert(id, one).is_some() {
                return Err(PlacesRefused::Twice(id));
            }
        }
        places.by_id.values().try_for_each(|one| places.check(one))?;
        places.by_id.values().try_for_each(|one| places.check_coordinates(one))?;
        for one in places.by_id.values() {
            let Some(cloud) = &one.cloud else { continue };
            places.by_address.entry(cloud.id.clone()).or_insert(one.id);
        }
        Ok(places)
    }

    /// The place with this number.
    #[must_use]
    pub fn find(&self, id: LocationId) -> Option<&Location> {
        self.by_id.get(&id)
    }

    /// The place that an address of the account stands for; the one with the lowest number when there are several.
    #[must_use]
    pub fn at_address(&self, address: &AddressId) -> Option<LocationId> {
        self.by_address.get(address).copied()
    }

    /// The site around a place.
    #[must_use]
    pub fn site(&self, id: LocationId) -> Option<LocationId> {
        self.outwards(id).last().map(|place| place.id)
    }

    /// Whether one place lies in the other, or is it.
    #[must_use]
    pub fn lies_in(&self, inner: LocationId, outer: LocationId) -> bool {
        self.outwards(inner).any(|place| place.id == outer)
    }

    /// The address of the account for a place: the nearest verified one around it, else the nearest of all.
    #[must_use]
    pub fn cloud_address(&self, id: LocationId) -> Option<&CloudAddress> {
        let mut around = self.outwards(id).filter_map(|place| place.cloud.as_ref());
        let verified = around.clone().find(|cloud| cloud.state == CloudState::Verified);
        verified.or_else(|| around.next())
    }

    /// The whole address of a place, each part taken from the nearest place around it that states it.
    #[must_use]
    pub fn civic(&self, id: LocationId) -> Civic {
        self.outwards(id).fold(Civic::default(), |inner, place| inner.within(&place.civic))
    }

    /// Where on the globe a place is: as it says itself, or as what is around it says, out to whatever has the street. What lies
    /// further out has another address, and both in one document must be one place (RFC 5491 3.2).
    #[must_use]
    pub fn coordinates(&self, id: LocationId) -> Option<Coordinates> {
        let mut inside = true;
        let around = self.outwards(id).take_while(|place| {
            let before = inside;
            inside = place.civic.street.is_none();
            before
        });
        around.filter_map(|place| place.coordinates).next()
    }

    /// The place in words: the names of those around it, from the outside inwards.
    #[must_use]
    pub fn spoken(&self, id: LocationId) -> String {
        let mut names: Vec<&str> = self.outwards(id).map(|place| place.name.as_str()).collect();
        names.reverse();
        names.join(" / ")
    }

    /// The place and what lies around it, outwards. Ends because each is coarser than the one before.
    fn outwards(&self, id: LocationId) -> impl Iterator<Item = &Location> + Clone {
        std::iter::successors(self.find(id), |place| self.find(place.parent?))
    }

    fn check_coordinates(&self, one: &Location) -> Result<(), PlacesRefused> {
        let Some(here) = one.coordinates else { return Ok(()) };
        let german = self.civic(one.id).country.as_deref() == Some("DE");
        if german && !here.is_german() {
            return Err(PlacesRefused::NotGerman(one.id));
        }
        let around = self.outwards(one.id).skip(1).find_map(|place| place.coordinates);
        let far = around.is_some_and(|around| here.metres_to(around) > FAR);
        if far { Err(PlacesRefused::FarAway(one.id)) } else { Ok(()) }
    }

    fn check(&self, one: &Location) -> Result<(), PlacesRefused> {
        match (one.kind, one.parent) {
            (LocationKind::Site, None) => {}
            (_, None) => return Err(PlacesRefused::Nowhere(one.id)),
            (kind, Some(parent)) => {
                let parent = self.find(parent).ok_or(PlacesRefused::Nowhere(one.id))?;
                if parent.kind >= kind {
                    return Err(PlacesRefused::NotFiner(one.id));
                }
            }
        }
        if one.kind > LocationKind::Building && one.civic.is_postal() {
            return Err(PlacesRefused::Street(one.id));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
