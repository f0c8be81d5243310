//! Where does this phone stand? One pure function over what was seen of it and what the installer knows.
//!
//! ```text
//!   1 pinned > 2 switch port > 3 radio > 4 stated by the phone > 5 network > 6 its user > 7 its account entry > 8 default
//! ```
//!
//! Inside one site the lower number wins. When the network (2 to 5) sees the phone in several sites, the freshest
//! sighting decides which; a pin to another site then gives way and raises an alarm. A phone outside the house's
//! network uses 6 and 7 only: it never inherits the address of a site.

use std::{cmp::Reverse, time::Instant};

use account::AddressId;

use crate::{
    bindings::{Bindings, Mark},
    place::{LocationId, LocationKind, Places},
    standing::{MOST_SIGHTINGS, Seen, Standing, Whereabouts},
};

/// Which of the eight sources decided.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Rule {
    /// Pinned by hand.
    Pinned,
    /// The switch port it hangs on.
    Port,
    /// The access point or DECT base it speaks through.
    Radio,
    /// What the phone says itself, when the place is known here.
    Stated,
    /// Its VLAN or subnet.
    Network,
    /// The address of its user in the account.
    User,
    /// The address of the phone in the account.
    Account,
    /// The default of the site.
    Default,
}

/// All of them, in order.
pub const RULES: [Rule; 8] = [
    Rule::Pinned,
    Rule::Port,
    Rule::Radio,
    Rule::Stated,
    Rule::Network,
    Rule::User,
    Rule::Account,
    Rule::Default,
];

/// What each rule had to say; together they answer "why there?".
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Said {
    /// It knows nothing about this phone.
    #[default]
    Nothing,
    /// It knew, but that is too long ago.
    Expired,
    /// It saw the phone where nothing is bound.
    Unbound,
    /// It does not count outside the house's network.
    DoesNotCount,
    /// It knows this place, but a stronger rule decided.
    Outranked(LocationId),
    /// It knows this place, but fresher sightings are in another site.
    Overruled(LocationId),
    /// It decided.
    Decided,
}

/// What the installer knows.
#[derive(Clone, Debug)]
pub struct Ground {
    /// The places.
    pub places: Places,
    /// What tells them.
    pub bindings: Bindings,
    /// The site of the box, for phones that nothing is known about; one that does not exist says nothing.
    pub default: LocationId,
}

/// How sure the answer is.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Confidence {
    /// Better than the site.
    Exact,
    /// The site or postal address.
    Site,
    /// Assumed only: the alert says "location not verified".
    Default,
    /// Nothing is known: the call goes without a place.
    None,
}

/// Two sources that cannot both be right; somebody should look.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Conflict {
    /// Pinned to one site, seen in another.
    PinnedElsewhere {
        /// Where it is pinned.
        pinned: LocationId,
        /// Where it is seen.
        seen: LocationId,
    },
    /// Seen in two sites.
    SeenInTwoSites {
        /// Taken.
        taken: LocationId,
        /// Not taken.
        other: LocationId,
    },
}

/// Where a phone stands, which rule says so, and what the others said.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Resolution {
    /// The place, when it is one of the house.
    pub location: Option<LocationId>,
    /// The address of the account that a line must carry to say the same.
    pub address: Option<AddressId>,
    /// Which rule decided.
    pub rule: Option<Rule>,
    /// How sure that is.
    pub confidence: Confidence,
    /// Whether somebody should look.
    pub conflict: Option<Conflict>,
    /// What each of [`RULES`] said.
    pub said: [Said; 8],
    /// Where its network is.
    pub whereabouts: Whereabouts,
}

/// One source's opinion.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    rule: Rule,
    place: LocationId,
    site: Option<LocationId>,
    at: Instant,
    /// Bits of the subnet; a VLAN is worth more than any.
    prefix: u8,
}

const VLAN: u8 = u8::MAX;

/// Decides where a phone stands at `now`.
#[must_use]
pub fn resolve(phone: &Standing, ground: &Ground, now: Instant) -> Resolution {
    let mut found = Resolution::nothing(phone.whereabouts);
    if phone.whereabouts == Whereabouts::OnNet {
        found.inside(phone, ground, now);
    } else {
        let inside = [Rule::Pinned, Rule::Port, Rule::Radio, Rule::Stated, Rule::Network, Rule::Default];
        inside.into_iter().for_each(|rule| found.note(rule, Said::DoesNotCount));
    }
    for (rule, address) in [(Rule::User, &phone.user), (Rule::Account, &phone.account)] {
        if let Some(address) = address {
            found.offer_address(rule, address, ground);
        }
    }
    if phone.whereabouts == Whereabouts::OnNet {
        found.offer(Rule::Default, ground.default, ground);
    }
    found
}

impl Resolution {
    /// Where an unknown phone in the house's network is taken to be.
    pub(crate) fn of_stranger(ground: &Ground) -> Self {
        let mut assumed = Self::nothing(Whereabouts::OnNet);
        assumed.offer(Rule::Default, ground.default, ground);
        assumed
    }

    /// Before anything is known.
    pub(crate) fn unknown() -> Self {
        Self::nothing(Whereabouts::OnNet)
    }

    fn nothing(whereabouts: Whereabouts) -> Self {
        Self {
            location: None,
            address: None,
            rule: None,
            confidence: Confidence::None,
            conflict: None,
            said: [Said::Nothing; 8],
            whereabouts,
        }
    }

    /// Rules 1 to 5.
    fn inside(&mut self, phone: &Standing, ground: &Ground, now: Instant) {
        let seen = self.sightings(phone, ground, now);
        let freshest = seen.iter().max_by_key(|one| (one.at, Reverse(one.place)));
        let site = freshest.and_then(|one| one.site);
        let best = seen
            .iter()
            .filter(|one| one.site == site)
            .min_by_key(|one| (one.rule, Reverse(one.prefix), Reverse(one.at), one.place));
        let other = seen.iter().filter(|one| one.site != site).max_by_key(|one| one.at);
        if let (Some(best), Some(other)) = (best, other) {
            self.conflict = Some(Conflict::SeenInTwoSites { taken: best.place, other: other.place });
        }
        if let Some(pinned) = ground.bindings.of_device(&phone.device) {
            match best {
                Some(best) if best.site != ground.places.site(pinned) => {
                    self.conflict = Some(Conflict::PinnedElsewhere { pinned, seen: best.place });
                    self.note(Rule::Pinned, Said::Overruled(pinned));
                }
                _ => self.offer(Rule::Pinned, pinned, ground),
            }
        }
        if let Some(best) = best {
            self.offer(best.rule, best.place, ground);
        }
        for one in &seen {
            let said = if one.site == site { Said::Outranked(one.place) } else { Said::Overruled(one.place) };
            self.note(one.rule, said);
        }
    }

    /// What was seen and is bound and fresh; notes what is not.
    fn sightings(&mut self, phone: &Standing, ground: &Ground, now: Instant) -> Vec<Candidate> {
        let mut seen = vec![];
        let mut missed = vec![];
        for one in phone.sightings.iter().rev().take(MOST_SIGHTINGS) {
            let (rule, place) = look_up(&one.what, &ground.bindings);
            match place {
                _ if one.until <= now => missed.push((rule, Said::Expired)),
                None => missed.push((rule, Said::Unbound)),
                Some((place, prefix)) => {
                    let site = ground.places.site(place);
                    seen.push(Candidate { rule, place, site, at: one.at, prefix });
                }
            }
        }
        let silent = |rule: Rule| seen.iter().all(|one: &Candidate| one.rule != rule);
        missed.into_iter().filter(|(rule, _)| silent(*rule)).for_each(|(rule, said)| self.note(rule, said));
        seen
    }

    /// A rule names a place: it decides unless a stronger one has.
    fn offer(&mut self, rule: Rule, place: LocationId, ground: &Ground) {
        if self.rule.is_some() {
            return self.note(rule, Said::Outranked(place));
        }
        let Some(kind) = ground.places.find(place).map(|place| place.kind) else { return };
        self.location = Some(place);
        self.address = ground.places.cloud_address(place).map(|cloud| cloud.id.clone());
        self.confidence = match (rule, kind) {
            (Rule::Default, _) => Confidence::Default,
            (_, LocationKind::Site) => Confidence::Site,
            _ => Confidence::Exact,
        };
        self.rule = Some(rule);
        self.note(rule, Said::Decided);
    }

    /// A rule names an address of the account, which may be none of the house's places: somebody's home.
    fn offer_address(&mut self, rule: Rule, address: &AddressId, ground: &Ground) {
        if let Some(place) = ground.places.at_address(address) {
            return self.offer(rule, place, ground);
        }
        if self.rule.is_some() {
            return;
        }
        self.address = Some(address.clone());
        self.confidence = Confidence::Site;
        self.rule = Some(rule);
        self.note(rule, Said::Decided);
    }

    /// Keeps what a rule said; the first word counts.
    fn note(&mut self, rule: Rule, said: Said) {
        let slot = RULES.iter().zip(&mut self.said).find(|(one, _)| **one == rule);
        if let Some((_, slot @ Said::Nothing)) = slot {
            *slot = said;
        }
    }
}

fn look_up(seen: &Seen, bindings: &Bindings) -> (Rule, Option<(LocationId, u8)>) {
    let mark = match seen {
        Seen::Address(address) => return (Rule::Network, bindings.of_address(*address)),
        Seen::Mark(mark) => mark,
    };
    let rule = match mark {
        Mark::Port { .. } => Rule::Port,
        Mark::AccessPoint(_) | Mark::Base(_) => Rule::Radio,
        Mark::Stated(_) => Rule::Stated,
        Mark::Vlan(_) => Rule::Network,
    };
    (rule, bindings.of_mark(mark).map(|place| (place, VLAN)))
}

#[cfg(test)]
mod tests;
