//! An address in parts, as control centres read it (RFC 5139 3.1; the letters are the elements' names there).

/// The parts of an address; what is not stated is inherited from the place around.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Civic {
    /// `country`, two letters.
    pub country: Option<Box<str>>,
    /// `A1`, the state, two letters.
    pub state: Option<Box<str>>,
    /// `A2`, the district.
    pub district: Option<Box<str>>,
    /// `A3`, the town.
    pub town: Option<Box<str>>,
    /// `A4`, the part of the town.
    pub quarter: Option<Box<str>>,
    /// `RD`, the street in full.
    pub street: Option<Box<str>>,
    /// `HNO`, the house number without letters.
    pub house_number: Option<Box<str>>,
    /// `HNS`, the letters behind the house number.
    pub house_suffix: Option<Box<str>>,
    /// `PC`, the postcode.
    pub postcode: Option<Box<str>>,
    /// `NAM`, the company.
    pub name: Option<Box<str>>,
    /// `BLD`, the building.
    pub building: Option<Box<str>>,
    /// `FLR`, the floor; the ground floor is 0.
    pub floor: Option<Box<str>>,
    /// `ROOM`, the room.
    pub room: Option<Box<str>>,
    /// `LOC`, how to get there, in words.
    pub hint: Option<Box<str>>,
}

impl Civic {
    /// Fills what is not stated from the address around.
    pub(super) fn within(self, around: &Self) -> Self {
        let or = |inner: Option<Box<str>>, outer: &Option<Box<str>>| inner.or_else(|| outer.clone());
        Self {
            country: or(self.country, &around.country),
            state: or(self.state, &around.state),
            district: or(self.district, &around.district),
            town: or(self.town, &around.town),
            quarter: or(self.quarter, &around.quarter),
            street: or(self.street, &around.street),
            house_number: or(self.house_number, &around.house_number),
            house_suffix: or(self.house_suffix, &around.house_suffix),
            postcode: or(self.postcode, &around.postcode),
            name: or(self.name, &around.name),
            building: or(self.building, &around.building),
            floor: or(self.floor, &around.floor),
            room: or(self.room, &around.room),
            hint: or(self.hint, &around.hint),
        }
    }

    /// Whether it says where on the map, rather than where inside.
    pub(super) fn is_postal(&self) -> bool {
        [&self.street, &self.house_number, &self.house_suffix, &self.postcode, &self.town]
            .iter()
            .any(|part| part.is_some())
    }
}
