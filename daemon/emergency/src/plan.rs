//! No number of the house may stand where somebody dials for help.
//!
//! What the box itself keeps is refused when it is entered; what the account states cannot be refused, so the
//! installer is warned and the emergency call wins.

use std::fmt;

use account::{NumberKind, Snapshot};

use crate::{Class, How, Numbers};

/// What sort of number is planned.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum PlannedSort {
    /// A short number of a person, phone or group.
    Extension,
    /// A number behind a key or a short code.
    SpeedDial,
    /// A code that switches something, `*21`.
    FeatureCode,
    /// A short number that rings several.
    Group,
    /// The name a phone registers with, which can be dialled too.
    Login,
}

impl fmt::Display for PlannedSort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Extension => "extension",
            Self::SpeedDial => "speed dial",
            Self::FeatureCode => "feature code",
            Self::Group => "group",
            Self::Login => "login",
        })
    }
}

/// Who planned it.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Origin {
    /// Entered here.
    Here,
    /// Stated by the cloud account.
    Account,
}

/// One number of the plan.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Planned<'a> {
    /// What it is for.
    pub sort: PlannedSort,
    /// As it would be dialled.
    pub digits: &'a str,
    /// Whose plan.
    pub origin: Origin,
}

/// What follows from a collision.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Consequence {
    /// The number is not taken.
    Refused,
    /// The account has it already: whoever dials it reaches the emergency services.
    EmergencyWins,
}

/// A number of the plan that somebody calling for help would dial.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Collision {
    /// What it is for.
    pub sort: PlannedSort,
    /// The number.
    pub digits: String,
    /// What dialling it means instead.
    pub meaning: Class,
    /// What follows.
    pub consequence: Consequence,
}

impl fmt::Display for Collision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ", self.sort, self.digits)?;
        match self.meaning {
            Class::Emergency(call) if call.how == How::AsAtHome => {
                write!(f, "is what visitors dial for {}", call.service)?;
            }
            Class::Emergency(call) => write!(f, "begins with the emergency number {}", call.service)?,
            Class::Privileged => f.write_str("is the number of the doctor on call")?,
            Class::Test | Class::DryRun => f.write_str("is the code that rehearses an emergency call")?,
            Class::Resembling | Class::Ordinary => f.write_str("is free")?,
        }
        f.write_str(match self.consequence {
            Consequence::Refused => ": choose another number",
            Consequence::EmergencyWins => ": dialling it never reaches this number; change it in the account",
        })
    }
}

impl std::error::Error for Collision {}

impl Numbers {
    /// Checks one number before it is taken.
    ///
    /// # Errors
    /// [`Collision`] names the number and the reason. For a number of the account it is a warning.
    pub fn allows(&self, planned: Planned<'_>) -> Result<(), Collision> {
        let meaning = self.class(planned.digits);
        match meaning {
            Class::Ordinary | Class::Resembling => return Ok(()),
            Class::Emergency(_) | Class::Privileged | Class::Test | Class::DryRun => {}
        }
        let consequence = match planned.origin {
            Origin::Here => Consequence::Refused,
            Origin::Account => Consequence::EmergencyWins,
        };
        Err(Collision { sort: planned.sort, digits: planned.digits.to_owned(), meaning, consequence })
    }

    /// Everything in the mirrored account that somebody calling for help would dial.
    #[must_use]
    pub fn collisions(&self, house: &Snapshot) -> Vec<Collision> {
        let extensions = house.users.values().flat_map(|user| &user.extensions).map(|one| one.as_str());
        let short = house.numbers.iter().filter(|number| number.kind == NumberKind::Extension);
        let logins =
            house.devices.values().filter_map(|device| Some(device.credentials.as_ref()?.user.as_str()));
        let all =
            extensions.chain(short.map(|number| &*number.digits)).map(|one| (PlannedSort::Extension, one));
        let mut found: Vec<Collision> = all
            .chain(logins.map(|one| (PlannedSort::Login, one)))
            .filter_map(|(sort, digits)| self.allows(Planned { sort, digits, origin: Origin::Account }).err())
            .collect();
        found.sort_by(|a, b| a.digits.cmp(&b.digits));
        found.dedup();
        found
    }
}

#[cfg(test)]
mod tests;
