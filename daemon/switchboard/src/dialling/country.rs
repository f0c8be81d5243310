//! Numbering plans, as much of them as a telephone system has to know.

mod austria;
mod germany;
mod switzerland;
mod united_kingdom;

use account::E164;

use super::digits_of;

/// What a number is for, and hence roughly what it costs.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Sort {
    /// Somebody's place.
    Landline,
    /// Somebody's pocket.
    Mobile,
    /// Somebody, wherever he is: 032, 0700.
    Anywhere,
    /// Free for the caller: 0800.
    Free,
    /// A service with a fixed price: 0180.
    Service,
    /// Votes and games: 0137.
    Mass,
    /// As dear as its owner likes: 0900.
    Premium,
    /// Directory enquiries: 118xx.
    Directory,
    /// The public administration: 115.
    Authority,
    /// Services of social value: 116 116.
    Social,
    /// The doctor on call, 116 117: no rule of the house stands in its way.
    Doctor,
    /// Private networks, pagers, data: nobody to talk with.
    Machine,
    /// A country whose plan is not known here.
    Unknown,
}

/// How numbers that begin alike are dialled.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Form {
    /// With area code or service code, anywhere in the world.
    Whole,
    /// As it stands, without any prefix; the country code in front is tolerated.
    Short,
    /// As it stands, and different in each area.
    EachArea,
}

/// Numbers that begin alike.
#[derive(Debug, Eq, PartialEq)]
pub struct Shape {
    /// First digits, without the national prefix.
    pub prefix: &'static str,
    /// What they are for.
    pub sort: Sort,
    /// Fewest digits, without country code and national prefix.
    pub least: usize,
    /// Most digits.
    pub most: usize,
    /// How they are dialled.
    pub form: Form,
}

/// Whether neighbours call each other without area code.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Local {
    /// They may; no local number begins with one of these digits.
    Dialled {
        /// As text, `01`.
        never_first: &'static str,
    },
    /// The area code always belongs to the number.
    AreaAlways,
}

/// How a country dials.
pub struct Country {
    /// ISO 3166-1, `DE`.
    pub name: &'static str,
    /// `49` (ITU-T E.164).
    pub code: &'static str,
    /// What stands before an area code, `0`.
    pub national: &'static str,
    /// What stands before a country code, `00`.
    pub international: &'static str,
    /// Whether area codes may be left out.
    pub local: Local,
    /// The area code in one of its international numbers, where that is certain.
    pub area_of: fn(&E164) -> Option<&str>,
    /// Never read as anything else, whatever stands in [`Self::shapes`].
    pub emergency: &'static [&'static str],
    /// Beginnings of numbers that count as special where an account forbids "foreign and special" ones.
    pub special: &'static [&'static str],
    /// The longest fitting prefix counts; what fits none does not exist.
    pub shapes: &'static [Shape],
}

/// Every country whose plan is known.
pub const COUNTRIES: [&Country; 4] =
    [&germany::GERMANY, &austria::AUSTRIA, &switzerland::SWITZERLAND, &united_kingdom::UNITED_KINGDOM];

impl PartialEq for Country {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Country {}

impl std::fmt::Debug for Country {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl Country {
    /// Germany, where the box is sold.
    pub const GERMANY: &Self = &germany::GERMANY;

    /// By its name, `DE`.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        COUNTRIES.into_iter().find(|country| country.name.eq_ignore_ascii_case(name))
    }

    /// The country that an international number (without plus) belongs to.
    #[must_use]
    pub fn of(digits: &str) -> Option<&'static Self> {
        COUNTRIES.into_iter().find(|country| digits.starts_with(country.code))
    }

    /// A number as somebody in this country dials it: `030555010`, and `0033142685300` for one abroad.
    #[must_use]
    pub fn dials(&self, number: &E164) -> String {
        let digits = digits_of(number);
        match digits.strip_prefix(self.code) {
            Some(inland) => format!("{}{inland}", self.national),
            None => format!("{}{digits}", self.international),
        }
    }

    /// What a number without its country code is, among those dialled in one of these forms.
    pub(super) fn shape(&self, digits: &str, forms: &[Form]) -> Option<&'static Shape> {
        let fits = |shape: &&Shape| forms.contains(&shape.form) && digits.starts_with(shape.prefix);
        self.shapes.iter().filter(fits).max_by_key(|shape| shape.prefix.len())
    }
}

/// Area codes of every length, and no list of them here.
const fn never_certain(_: &E164) -> Option<&str> {
    None
}

const fn whole(prefix: &'static str, sort: Sort, least: usize, most: usize) -> Shape {
    Shape { prefix, sort, least, most, form: Form::Whole }
}

const fn short(prefix: &'static str, sort: Sort, least: usize, most: usize) -> Shape {
    Shape { prefix, sort, least, most, form: Form::Short }
}
