//! Places, signs and changes as JSON: for the store, the API and the last-good file.

use std::collections::BTreeMap;

use account::{AddressId, DeviceId};
use emergency::{
    Change, Civic, CloudAddress, CloudState, Coordinates, Facts, Key, Location, LocationId, LocationKind,
    NotCoordinates,
};
use serde::{Deserialize, Serialize};
use web::view::Sentence;

use super::refusing;

/// Longest name or part of an address, in characters.
const LONGEST: usize = 128;

/// What is kept.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct Kept {
    /// Grows with every change.
    pub revision: u64,
    pub places: Vec<PlaceForm>,
    pub bindings: Vec<BindingForm>,
    pub default: Option<u32>,
    #[serde(default)]
    pub known: BTreeMap<DeviceId, u32>,
    /// The last changes, oldest first.
    #[serde(default)]
    pub trail: Vec<Trail>,
}

/// A change that was made.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Trail {
    /// Seconds since 1970.
    pub at: u64,
    pub who: String,
    pub what: ChangeForm,
}

/// A place.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PlaceForm {
    /// 0 or nothing for a new one.
    #[serde(default)]
    pub id: u32,
    #[serde(default)]
    pub parent: Option<u32>,
    pub kind: KindForm,
    pub name: String,
    /// The account's address that it stands for.
    #[serde(default)]
    pub address: Option<String>,
    #[serde(default)]
    pub civic: CivicForm,
    /// `51.22172, 6.77616` and perhaps a radius in metres.
    #[serde(default)]
    pub coordinates: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum KindForm {
    Site,
    Building,
    Floor,
    Zone,
    Room,
}

/// A sign and the place it tells.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BindingForm {
    pub kind: String,
    pub key: String,
    pub place: u32,
}

/// A change somebody asks for.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum ChangeForm {
    Place { place: Box<PlaceForm> },
    Remove { place: u32 },
    Bind { kind: String, key: String, place: u32 },
    Unbind { kind: String, key: String },
    Rebind { bindings: Vec<BindingForm> },
    Default { place: u32 },
    Confirm { device: DeviceId, place: u32 },
}

/// An address in parts, with the names of [`Civic`].
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct CivicForm {
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    district: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    town: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quarter: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    street: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    house_number: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    house_suffix: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    postcode: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    building: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    floor: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    room: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<Box<str>>,
}

impl Kept {
    pub(super) fn of(facts: &Facts, revision: u64, trail: Vec<Trail>) -> Self {
        Self {
            revision,
            places: facts.places.iter().map(PlaceForm::of).collect(),
            bindings: facts.bindings.iter().map(BindingForm::of).collect(),
            default: facts.default.map(|place| place.0),
            known: facts.known.iter().map(|(device, place)| (device.clone(), place.0)).collect(),
            trail,
        }
    }

    /// The facts; what cannot be read of them is left out rather than all of them.
    pub(super) fn facts(&self) -> Facts {
        let place = |form: &PlaceForm| form.clone().place().ok();
        Facts {
            places: self.places.iter().filter_map(place).collect(),
            bindings: self.bindings.iter().filter_map(|form| form.binding().ok()).collect(),
            default: self.default.map(LocationId),
            known: self.known.iter().map(|(device, place)| (device.clone(), LocationId(*place))).collect(),
        }
    }
}

impl ChangeForm {
    /// The change, or a sentence about what is wrong with it; `fresh` is the number of a new place.
    pub(super) fn change(self, fresh: LocationId) -> Result<Change, Sentence> {
        Ok(match self {
            Self::Place { place } => {
                let place = place.place()?;
                Change::Place(Box::new(if place.id.0 == 0 { Location { id: fresh, ..place } } else { place }))
            }
            Self::Remove { place } => Change::Remove(LocationId(place)),
            Self::Bind { kind, key, place } => Change::Bind(read(&kind, &key)?, LocationId(place)),
            Self::Unbind { kind, key } => Change::Unbind(read(&kind, &key)?),
            Self::Rebind { bindings } => {
                Change::Rebind(bindings.iter().map(BindingForm::binding).collect::<Result<_, _>>()?)
            }
            Self::Default { place } => Change::Default(LocationId(place)),
            Self::Confirm { device, place } => Change::Confirm(device, LocationId(place)),
        })
    }
}

impl BindingForm {
    pub(super) fn of((key, place): &(Key, LocationId)) -> Self {
        let (kind, key) = key.written();
        Self { kind: kind.to_owned(), key, place: place.0 }
    }

    fn binding(&self) -> Result<(Key, LocationId), Sentence> {
        Ok((read(&self.kind, &self.key)?, LocationId(self.place)))
    }
}

fn read(kind: &str, key: &str) -> Result<Key, Sentence> {
    Key::read(kind, key).map_err(|why| refusing::of_key(&why))
}

impl PlaceForm {
    pub(super) fn of(place: &Location) -> Self {
        Self {
            id: place.id.0,
            parent: place.parent.map(|parent| parent.0),
            kind: KindForm::of(place.kind),
            name: place.name.clone(),
            address: place.cloud.as_ref().map(|cloud| cloud.id.as_str().to_owned()),
            civic: CivicForm::of(&place.civic),
            coordinates: place.coordinates.as_ref().map(ToString::to_string),
        }
    }

    fn place(self) -> Result<Location, Sentence> {
        let named = |text: &str| {
            let fine = !text.trim().is_empty() && text.chars().count() <= LONGEST;
            fine && !text.chars().any(char::is_control)
        };
        if !named(&self.name) {
            return Err(Sentence::new(
                format!("Ein Ort hat einen Namen von höchstens {LONGEST} Zeichen."),
                format!("a place has a name of at most {LONGEST} characters"),
            ));
        }
        if let Some(wrong) = self.civic.parts().into_iter().flatten().find(|part| !named(part)) {
            return Err(Sentence::new(
                format!("„{wrong}“ ist kein Teil einer Anschrift."),
                format!("{wrong:?} is no part of an address"),
            ));
        }
        let address = self.address.filter(|address| !address.is_empty());
        if address.as_ref().is_some_and(|address| !named(address)) {
            return Err(Sentence::new(
                "Das ist keine Anschrift des Kontos.",
                "this is no address of the account",
            ));
        }
        let coordinates =
            self.coordinates.filter(|text| !text.trim().is_empty()).map(|text| coordinates(&text));
        let cloud = address.map(|id| CloudAddress { id: AddressId::new(&id), state: CloudState::Unknown });
        Ok(Location {
            id: LocationId(self.id),
            parent: self.parent.map(LocationId),
            kind: self.kind.kind(),
            name: self.name.trim().to_owned(),
            cloud,
            civic: self.civic.civic(),
            coordinates: coordinates.transpose()?,
        })
    }
}

fn coordinates(text: &str) -> Result<Coordinates, Sentence> {
    let like = "Koordinaten werden geschrieben wie 51.22172, 6.77616 oder, mit einem Radius in Metern, 51.22172, 6.77616, 25.";
    text.parse().map_err(|why: NotCoordinates| Sentence::new(like, why.to_string()))
}

impl KindForm {
    fn of(kind: LocationKind) -> Self {
        match kind {
            LocationKind::Site => Self::Site,
            LocationKind::Building => Self::Building,
            LocationKind::Floor => Self::Floor,
            LocationKind::Zone => Self::Zone,
            LocationKind::Room => Self::Room,
        }
    }

    fn kind(self) -> LocationKind {
        match self {
            Self::Site => LocationKind::Site,
            Self::Building => LocationKind::Building,
            Self::Floor => LocationKind::Floor,
            Self::Zone => LocationKind::Zone,
            Self::Room => LocationKind::Room,
        }
    }
}

/// The fields of both are the same.
macro_rules! civic {
    ($($part:ident)*) => {
        impl CivicForm {
            fn of(civic: &Civic) -> Self {
                Self { $($part: civic.$part.clone()),* }
            }

            fn civic(self) -> Civic {
                Civic { $($part: self.$part),* }
            }

            fn parts(&self) -> impl IntoIterator<Item = Option<&str>> {
                [$(self.$part.as_deref()),*]
            }
        }
    };
}

civic!(country state district town quarter street house_number house_suffix postcode name building floor room hint);
