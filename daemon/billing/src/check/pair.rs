//! Which records are of one call.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use super::{Pair, Tolerance, agree};
use crate::{Call, Direction, Kind};

const HOUR: Duration = Duration::from_secs(3600);
/// Most records of the other side looked at for one record and one hour; calls to one number within two minutes are few.
const MOST: usize = 16;

/// What sorts candidates: the closest first. Symmetric in both records.
type Rank = (u8, Duration, Duration, SystemTime, (String, String));

/// Pairs each record with at most one of the other list: closest first, ties the same whichever list came first.
pub(crate) fn pairs(one: &[Call], other: &[Call], tolerance: &Tolerance) -> Vec<Pair> {
    let index = Index::new(other);
    let mut candidates: Vec<(Rank, Pair)> = Vec::new();
    for (at, call) in one.iter().enumerate() {
        for place in index.near(call, tolerance.clocks) {
            let candidate = other.get(place).filter(|candidate| agree(call, candidate));
            let candidate = candidate.and_then(|candidate| measured(call, candidate, tolerance));
            candidates.extend(
                candidate.map(|(rank, apart, hours)| (rank, Pair { one: at, other: place, apart, hours })),
            );
        }
    }
    candidates.sort_by(|(rank, pair), (next, after)| {
        rank.cmp(next).then_with(|| (pair.one, pair.other).cmp(&(after.one, after.other)))
    });
    chosen(candidates, one.len(), other.len())
}

fn chosen(candidates: Vec<(Rank, Pair)>, ones: usize, others: usize) -> Vec<Pair> {
    let (mut one_free, mut other_free) = (vec![true; ones], vec![true; others]);
    let mut pairs = Vec::new();
    for (_, pair) in candidates {
        let places = one_free.get_mut(pair.one).zip(other_free.get_mut(pair.other));
        let Some((one, other)) = places.filter(|(one, other)| **one && **other) else { continue };
        (*one, *other) = (false, false);
        pairs.push(pair);
    }
    pairs
}

fn measured(one: &Call, other: &Call, tolerance: &Tolerance) -> Option<(Rank, Duration, u8)> {
    let gap = distance(one.started, other.started);
    let (hours, apart) = (0..=2_u8)
        .map(|hours| (hours, gap.abs_diff(HOUR * u32::from(hours))))
        .find(|(_, apart)| *apart <= tolerance.clocks)?;
    let talked = one.talked.abs_diff(other.talked);
    let ids = if one.id <= other.id { (&one.id, &other.id) } else { (&other.id, &one.id) };
    let earlier = one.started.min(other.started);
    Some(((hours, apart, talked, earlier, (ids.0.clone(), ids.1.clone())), apart, hours))
}

pub(super) fn distance(one: SystemTime, other: SystemTime) -> Duration {
    one.duration_since(other).unwrap_or_else(|why| why.duration())
}

/// Records by kind, direction and the beginning of the far end, in order of time.
struct Index(HashMap<(Kind, Direction, String), Vec<(SystemTime, usize)>>);

/// Digits of the far end that are never shortened away.
const FRONT: usize = 6;

fn key(call: &Call) -> (Kind, Direction, String) {
    (call.kind, call.direction, call.remote_digits().chars().take(FRONT).filter(|c| *c != 'x').collect())
}

impl Index {
    fn new(calls: &[Call]) -> Self {
        let mut index: HashMap<_, Vec<_>> = HashMap::new();
        for (at, call) in calls.iter().enumerate() {
            index.entry(key(call)).or_default().push((call.started, at));
        }
        index.values_mut().for_each(|calls| calls.sort_unstable());
        Self(index)
    }

    /// Places of records that began about then, or one or two hours before or after.
    fn near(&self, call: &Call, within: Duration) -> Vec<usize> {
        let calls = self.0.get(&key(call)).map_or(&[][..], Vec::as_slice);
        let mut near: Vec<usize> = Vec::new();
        for hours in 0..=2 {
            let around = [call.started.checked_add(HOUR * hours), call.started.checked_sub(HOUR * hours)];
            for centre in around.into_iter().flatten().take(if hours == 0 { 1 } else { 2 }) {
                let from = centre.checked_sub(within).unwrap_or(SystemTime::UNIX_EPOCH);
                let first = calls.partition_point(|(started, _)| *started < from);
                let later =
                    calls.iter().skip(first).take_while(|(started, _)| distance(*started, centre) <= within);
                near.extend(later.take(MOST).map(|(_, at)| *at));
            }
        }
        near
    }
}
