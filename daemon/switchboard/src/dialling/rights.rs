//! What stands between a caller and the world. Emergency calls never come here, and the doctor on call passes every rule.

use account::{Destination, DeviceId, Restrictions, Snapshot, UserId};

use super::guard::{Guard, Held};
use super::{Distance, Outgoing, Outside, Sort};
use crate::wires::Clock;

/// Who answers for an outside call: who made it, or had it sent on.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Payer {
    /// A person.
    User(UserId),
    /// A phone that belongs to nobody.
    Device(DeviceId),
    /// A group or channel that had a call sent on.
    House,
}

/// Why a call may not leave the house.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Barred {
    /// The account lets this person call no other country.
    Foreign,
    /// The account lets this person call no special numbers.
    Special,
    /// The account lets this person call nothing that costs money.
    Charged,
    /// The account lets this person call no expensive country.
    Expensive,
    /// The admin blocked numbers that begin so.
    Blocked,
    /// The provider connects no such numbers.
    Uncarried(Sort),
    /// Too many calls in a short time: somebody may be calling at the office's expense.
    Held(Held),
    /// As many outside calls as the way to the internet carries.
    UplinkFull,
}

/// What a decision about an outside call looks at.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'a> {
    /// What was called lately.
    pub guard: &'a Guard,
    /// Now.
    pub at: Clock,
    /// Outside calls that ring or talk.
    pub outside_calls: usize,
}

impl Payer {
    /// Who answers for a call of this phone.
    #[must_use]
    pub fn of(device: &DeviceId, house: &Snapshot) -> Self {
        let owner = house.devices.get(device).and_then(|device| device.owner.clone());
        owner.map_or_else(|| Self::Device(device.clone()), Self::User)
    }

    /// Who answers for a call that was sent on from there.
    #[must_use]
    pub fn sending_on(from: &Destination, house: &Snapshot) -> Self {
        match from {
            Destination::User(user) => Self::User(user.clone()),
            Destination::Device(device) => Self::of(device, house),
            Destination::Group(_)
            | Destination::Channel(_)
            | Destination::Voicemail(_)
            | Destination::Fax(_) => Self::House,
        }
    }

    fn restrictions<'a>(&self, house: &'a Snapshot) -> Option<&'a Restrictions> {
        match self {
            Self::User(user) => house.rules.restrictions.get(user),
            Self::Device(_) | Self::House => None,
        }
    }
}

impl Outgoing {
    /// Whether `payer` may reach `outside` now: what the provider cannot, what the admin and the account forbid, what looks
    /// like fraud, what there is no room for.
    ///
    /// # Errors
    /// [`Barred`] names the first rule in the way.
    pub fn admit(
        &self,
        payer: &Payer,
        outside: &Outside,
        house: &Snapshot,
        now: &Standing<'_>,
    ) -> Result<(), Barred> {
        if outside.sort == Sort::Doctor {
            return Ok(());
        }
        if self.uncarried.cover(&outside.key) {
            return Err(Barred::Uncarried(outside.sort));
        }
        if self.blocked.cover(&outside.key) {
            return Err(Barred::Blocked);
        }
        if let Some(restrictions) = payer.restrictions(house) {
            self.obey(restrictions, outside)?;
        }
        if let Some(limits) = &self.limits {
            now.guard.judge(now.at, limits, payer, outside).map_err(Barred::Held)?;
        }
        match self.uplink {
            Some(most) if now.outside_calls >= usize::from(most) => Err(Barred::UplinkFull),
            _ => Ok(()),
        }
    }

    /// The account's own restrictions; roaming concerns SIM cards, which do not call through the box.
    fn obey(&self, rules: &Restrictions, outside: &Outside) -> Result<(), Barred> {
        let abroad = outside.distance == Distance::Abroad;
        let national = outside.key.strip_prefix(self.country.code).filter(|_| !abroad).unwrap_or_default();
        let special = self.country.special.iter().any(|prefix| national.starts_with(prefix));
        if rules.foreign_and_special && abroad {
            return Err(Barred::Foreign);
        }
        if rules.foreign_and_special && special {
            return Err(Barred::Special);
        }
        if rules.expensive_countries && abroad && is_expensive(&outside.key) {
            return Err(Barred::Expensive);
        }
        if rules.charged && !self.is_covered(outside) {
            return Err(Barred::Charged);
        }
        Ok(())
    }

    /// What a flat rate covers, as far as the box was told; without being told, calls inside the country.
    fn is_covered(&self, outside: &Outside) -> bool {
        let free = matches!(outside.sort, Sort::Free | Sort::Social);
        let usual = matches!(outside.sort, Sort::Landline | Sort::Mobile | Sort::Anywhere)
            && outside.distance == Distance::Inland;
        free || if self.flat_rate.is_empty() { usual } else { self.flat_rate.cover(&outside.key) }
    }
}

/// Satellites and networks of no country (ITU-T E.164 assigned codes), premium numbers of the world (+979), and small islands and
/// states that calls at other people's expense are most often made to.
const EXPENSIVE: [&str; 43] = [
    "870", "878", "881", "882", "883", "888", "979", "53", "222", "224", "232", "235", "236", "239", "240",
    "245", "246", "247", "252", "257", "261", "269", "290", "500", "592", "597", "670", "672", "674", "675",
    "676", "677", "678", "682", "683", "685", "686", "687", "688", "690", "692", "850", "960",
];

fn is_expensive(key: &str) -> bool {
    EXPENSIVE.iter().any(|prefix| key.starts_with(prefix))
}
