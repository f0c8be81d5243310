//! What the network shows of hardware: the marks at which it hangs, and the addresses it has.
//!
//! Each source (a switch, a file of leases, the neighbours of the box) is asked again and again. Hardware that it shows
//! elsewhere has moved; hardware that it does not show any more is believed a while longer, since switches forget whoever is
//! silent. A fact that stays keeps the moment at which it was first seen, so that the freshest sighting is the one that
//! changed last.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    net::IpAddr,
    time::{Duration, Instant},
};

use crate::{
    bindings::{Mac, Mark},
    standing::{MOST_SIGHTINGS, Seen, Sighting},
};

/// What one source shows at one moment.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Report {
    /// Hardware, and where it hangs.
    pub marks: Vec<(Mac, Mark)>,
    /// Addresses, and whose they are.
    pub addresses: Vec<(IpAddr, Mac)>,
}

/// Facts of each sort that count of one source; a large site has a tenth of it.
pub const MOST_FACTS: usize = 50_000;
/// Sources that count.
pub const MOST_SOURCES: usize = 256;
/// Hardware that one address can have at the same time before nothing is believed of it.
const MOST_OWNERS: usize = 4;

/// What all sources show.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Traces {
    sources: BTreeMap<Box<str>, Kept>,
}

/// What is kept of one source.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
struct Kept {
    marks: HashMap<Mac, Fact<Vec<(Mark, Instant)>>>,
    addresses: HashMap<IpAddr, Fact<Mac>>,
}

/// Something shown, and until when it is believed.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Fact<T> {
    what: T,
    until: Instant,
}

impl Traces {
    /// A source was asked at `now`; what it shows is believed for `believed`, or until it shows something else.
    /// Says whether it shows anything new.
    pub fn tell(&mut self, source: &str, report: Report, now: Instant, believed: Duration) -> bool {
        if !self.sources.contains_key(source) && self.sources.len() >= MOST_SOURCES {
            return false;
        }
        let old = self.sources.remove(source).unwrap_or_default();
        let until = now + believed;
        let mut new = Kept::default();
        for (mac, mark) in report.marks.into_iter().take(MOST_FACTS) {
            let before =
                old.marks.get(&mac).and_then(|seen| seen.what.iter().find(|(known, _)| *known == mark));
            let since = before.map_or(now, |(_, since)| *since);
            let seen = &mut new.marks.entry(mac).or_insert(Fact { what: vec![], until }).what;
            if seen.len() < MOST_SIGHTINGS && seen.iter().all(|(known, _)| *known != mark) {
                seen.push((mark, since));
            }
        }
        let addresses = report.addresses.into_iter().take(MOST_FACTS);
        new.addresses.extend(addresses.map(|(ip, mac)| (ip.to_canonical(), Fact { what: mac, until })));
        let is_new =
            new.marks.iter().any(|(mac, fact)| old.marks.get(mac).is_none_or(|old| old.what != fact.what))
                || new
                    .addresses
                    .iter()
                    .any(|(ip, fact)| old.addresses.get(ip).is_none_or(|old| old.what != fact.what));
        linger(&mut new.marks, old.marks, now);
        linger(&mut new.addresses, old.addresses, now);
        self.sources.insert(source.into(), new);
        is_new
    }

    /// Where the network sees whoever has this address, and until when that is believed.
    #[must_use]
    pub fn of(&self, address: IpAddr, now: Instant) -> Vec<Sighting> {
        let owners = self.owners(address, now);
        let mut seen: Vec<Sighting> = vec![];
        if owners.len() > MOST_OWNERS {
            return seen;
        }
        for kept in self.sources.values() {
            for fact in owners.iter().filter_map(|mac| kept.marks.get(mac)) {
                let sighting = |(mark, since): &(Mark, Instant)| Sighting {
                    what: Seen::Mark(mark.clone()),
                    at: *since,
                    until: fact.until,
                };
                seen.extend(fact.what.iter().map(sighting));
            }
        }
        // The last ones count: those that changed last.
        seen.sort_by_key(|one| (one.until > now, one.at));
        let old = seen.len().saturating_sub(MOST_SIGHTINGS - 1);
        seen.drain(..old);
        seen
    }

    /// Whose this address is, as far as anybody knows now.
    #[must_use]
    pub fn owners(&self, address: IpAddr, now: Instant) -> BTreeSet<Mac> {
        let address = address.to_canonical();
        let told = self.sources.values().filter_map(|kept| kept.addresses.get(&address));
        told.filter(|fact| fact.until > now).map(|fact| fact.what).collect()
    }
}

/// What is not shown any more is believed as long as it was to be; there is room for as many facts as can be shown at once.
fn linger<K: Eq + std::hash::Hash, T>(new: &mut HashMap<K, Fact<T>>, old: HashMap<K, Fact<T>>, now: Instant) {
    for (key, fact) in old.into_iter().filter(|(_, fact)| fact.until > now) {
        if new.len() >= MOST_FACTS {
            return;
        }
        new.entry(key).or_insert(fact);
    }
}

#[cfg(test)]
mod tests;
