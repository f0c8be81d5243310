//! What the admin decided about calls out of the house.

use account::{Destination, E164, Snapshot};

use super::{Country, Limits, Prefixes, Spot};
use crate::route::Caller;

/// The admin's word on calls out of the house.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Outgoing {
    /// Whose rules are dialled by.
    pub country: &'static Country,
    /// Area code, without its zero, of phones whose own numbers do not say theirs.
    pub area: Option<Box<str>>,
    /// The digit for an outside line; without one, numbers are dialled as they are.
    pub outside_digit: Option<char>,
    /// What the admin lets nobody call.
    pub blocked: Prefixes,
    /// What the provider does not connect.
    pub uncarried: Prefixes,
    /// What a flat rate covers; none means calls inside the country.
    pub flat_rate: Prefixes,
    /// How many calls an hour are usual; `None` switches the fraud guard off.
    pub limits: Option<Limits>,
    /// Outside calls that the way to the internet carries at once; `None` means as many as come.
    pub uplink: Option<u16>,
}

/// What the account's provider connects nobody to, as Germans write it (service description of the provider).
pub const UNCARRIED: [&str; 9] = ["0137", "0138", "01212", "01807", "0185", "0181", "0188", "0900", "118"];

impl Default for Outgoing {
    fn default() -> Self {
        let country = Country::GERMANY;
        Self {
            country,
            area: None,
            outside_digit: None,
            blocked: Prefixes::default(),
            uncarried: Prefixes::read(UNCARRIED, country).unwrap_or_default(),
            flat_rate: Prefixes::default(),
            limits: Some(Limits::default()),
            uplink: None,
        }
    }
}

impl Outgoing {
    /// Where a caller stands, as far as dialling goes. The area is what the account sets for the phone, or that of a number the
    /// phone or its person has, or the admin's.
    #[must_use]
    pub fn spot(&self, house: &Snapshot, caller: Caller<'_>) -> Spot {
        let area = self.area_of(house, caller).or_else(|| self.area.clone());
        // Whoever calls in from outside is in no house, so dials no digit to leave it.
        let outside_digit = self.outside_digit.filter(|_| matches!(caller, Caller::Phone(_)));
        Spot { country: self.country, area, outside_digit }
    }

    fn area_of(&self, house: &Snapshot, caller: Caller<'_>) -> Option<Box<str>> {
        let Caller::Phone(device) = caller else { return None };
        let set = house.rules.senders.get(device).and_then(|sender| sender.local_prefix.as_ref());
        if let Some(prefix) = set.filter(|prefix| prefix.active) {
            return self.area_code(&prefix.digits);
        }
        let device = house.devices.get(device)?;
        let direct = Destination::Device(device.id.clone());
        let person = device.owner.clone().map(Destination::User);
        let numbers = std::iter::once(direct).chain(person).flat_map(|to| house.numbers_of(&to));
        numbers.into_iter().find_map(|number: &E164| (self.country.area_of)(number)).map(Into::into)
    }

    /// An area code as people write it, `030` or `+4930`, without what stands before it.
    #[must_use]
    pub fn area_code(&self, written: &str) -> Option<Box<str>> {
        let digits: String = written.chars().filter(char::is_ascii_digit).collect();
        let whole = written.trim_start().starts_with('+');
        let front = if whole { self.country.code } else { self.country.national };
        let area = digits.strip_prefix(front).unwrap_or(&digits);
        (!area.is_empty() && area.len() <= 6).then(|| area.into())
    }
}
