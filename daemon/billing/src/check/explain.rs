//! Why records differ, or stand alone.

use std::ops::Range;
use std::time::{Duration, SystemTime};

use super::pair::distance;
use super::{Pair, Tolerance, pairs};
use crate::{Call, Direction, Kind};

/// Why a record has no partner.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Alone {
    /// The box's: it never left the house, so the cloud cannot know it.
    Inside,
    /// The box's: nobody answered, and what costs nothing is not always listed.
    NotAnswered,
    /// The box's: too fresh; the cloud shows calls minutes later.
    NotYetListed,
    /// The box's: older than the first record the cloud still has.
    BeyondHistory,
    /// The cloud's: forwarded there, while the call at this place of its list rang or was up.
    Forwarded(usize),
    /// The cloud's: another leg of the call at this place of its list, whose call id it shares.
    Leg(usize),
    /// The cloud's: a message, a fax or what was left on a voicemail, none of which the box keeps a record of.
    NoCall,
    /// The cloud's: the box did not look after this account yet.
    BeforeTheBox,
    /// The cloud's: the box was not running then.
    BoxAway,
    /// The cloud's: of somebody who has no phone at the box, or from an app or mobile phone.
    Elsewhere,
    /// Neither side can say. These are the ones to ask about.
    Unexplained,
}

/// One line of the check. Places are those in the lists that were given.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Difference {
    /// Both say the same.
    Same(Pair),
    /// Both have it; their clocks disagree by more than ten seconds.
    Clock(Pair),
    /// Both have it, one of them an hour or two off.
    Hours(Pair),
    /// Both have it; the cloud counted this much longer than the box.
    Longer(Pair, Duration),
    /// Both have it; the cloud counted this much shorter than the box.
    Shorter(Pair, Duration),
    /// Only the box has it.
    OnlyHouse(usize, Alone),
    /// Only the cloud has it.
    OnlyCloud(usize, Alone),
}

/// What is known about the time that is checked.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// When the box began to look after this account; `None` if it always did.
    pub since: Option<SystemTime>,
    /// When the box was not running.
    pub away: Vec<Range<SystemTime>>,
    /// People who have a phone at the box; everybody else's calls are the cloud's alone.
    pub at_the_box: Vec<account::UserId>,
}

/// Clocks closer than this agree.
const AGREE: Duration = Duration::from_secs(10);

/// Checks the box's records against the cloud's. Every record of either list stands in exactly one line.
#[must_use]
pub fn check(
    house: &[Call],
    cloud: &[Call],
    tolerance: &Tolerance,
    known: &Known,
    now: SystemTime,
) -> Vec<Difference> {
    let pairs = pairs(house, cloud, tolerance);
    let mut with_partner = vec![false; house.len()];
    let mut partner: Vec<bool> = vec![false; cloud.len()];
    for pair in &pairs {
        with_partner.get_mut(pair.one).into_iter().for_each(|found| *found = true);
        partner.get_mut(pair.other).into_iter().for_each(|found| *found = true);
    }
    let oldest = cloud.iter().map(|call| call.started).min();
    let of_pairs = pairs
        .iter()
        .filter_map(|pair| Some(difference(*pair, house.get(pair.one)?, cloud.get(pair.other)?, tolerance)));
    let of_house = with_partner.iter().zip(house).enumerate().filter(|(_, (found, _))| !**found);
    let of_house =
        of_house.map(|(at, (_, call))| Difference::OnlyHouse(at, house_alone(call, oldest, tolerance, now)));
    let of_cloud = partner.iter().zip(cloud).enumerate().filter(|(_, (found, _))| !**found);
    let of_cloud = of_cloud
        .map(|(at, (_, call))| Difference::OnlyCloud(at, cloud_alone(at, call, cloud, &partner, known)));
    of_pairs.chain(of_house).chain(of_cloud).collect()
}

fn difference(pair: Pair, house: &Call, cloud: &Call, tolerance: &Tolerance) -> Difference {
    let apart = house.talked.abs_diff(cloud.talked);
    if apart > tolerance.duration {
        return if cloud.talked > house.talked {
            Difference::Longer(pair, apart)
        } else {
            Difference::Shorter(pair, apart)
        };
    }
    match pair.hours {
        0 if pair.apart <= AGREE => Difference::Same(pair),
        0 => Difference::Clock(pair),
        _ => Difference::Hours(pair),
    }
}

fn house_alone(call: &Call, oldest: Option<SystemTime>, tolerance: &Tolerance, now: SystemTime) -> Alone {
    if call.direction == Direction::Inside {
        Alone::Inside
    } else if distance(now, call.ended()) <= tolerance.late {
        Alone::NotYetListed
    } else if oldest.is_none_or(|oldest| call.started < oldest) {
        Alone::BeyondHistory
    } else if call.talked.is_zero() {
        Alone::NotAnswered
    } else {
        Alone::Unexplained
    }
}

fn cloud_alone(at: usize, call: &Call, cloud: &[Call], partner: &[bool], known: &Known) -> Alone {
    if call.kind != Kind::Call {
        return Alone::NoCall;
    }
    let others = || cloud.iter().zip(partner).enumerate().filter(move |(place, _)| *place != at);
    let same_chain = others().filter(|(_, (other, _))| call.chain.is_some() && other.chain == call.chain);
    // A leg belongs to the record that has a partner, else to the first of its chain.
    let leg = same_chain.min_by_key(|(place, (_, found))| (!**found, *place));
    if let Some((place, (_, found))) = leg
        && (*found || place < at)
    {
        return Alone::Leg(place);
    }
    if known.since.is_some_and(|since| call.started < since) {
        return Alone::BeforeTheBox;
    }
    if known.away.iter().any(|away| away.contains(&call.started)) {
        return Alone::BoxAway;
    }
    let through = others().find(|(_, (other, found))| **found && is_forwarding_of(call, other));
    if let Some((place, _)) = through {
        return Alone::Forwarded(place);
    }
    let here = call.user.as_ref().is_some_and(|user| known.at_the_box.contains(user));
    if here { Alone::Unexplained } else { Alone::Elsewhere }
}

/// An outgoing record of the same person that began while an incoming one rang or was up.
fn is_forwarding_of(call: &Call, other: &Call) -> bool {
    let within = (other.started..=other.ended()).contains(&call.started);
    call.direction == Direction::Out && other.direction == Direction::In && within && call.user == other.user
}
