//! Box and cloud in one list, each call once.

use std::time::Duration;

use crate::check::{Tolerance, pairs};
use crate::{Call, Outcome};

/// The cloud's two records of one call carry the same clock; rounding may part them.
const SAME_CLOCK: Tolerance =
    Tolerance { clocks: Duration::from_secs(5), duration: Duration::from_secs(2), late: Duration::ZERO };

/// One line of the history.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Entry {
    /// The call. Where both saw it: time and duration as the box measured them, group and chain also from the cloud.
    pub call: Call,
    /// The box's id, when it saw it.
    pub house: Option<String>,
    /// The cloud's id, when it saw it.
    pub cloud: Option<String>,
}

/// Merges both lists, the newest first; of equal times the box's id decides, then the cloud's, so that pages never shift.
#[must_use]
pub fn merged(house: &[Call], cloud: &[Call], tolerance: &Tolerance) -> Vec<Entry> {
    let mut partner: Vec<Option<usize>> = vec![None; house.len()];
    let mut taken = vec![false; cloud.len()];
    for pair in pairs(house, cloud, tolerance) {
        partner.get_mut(pair.one).into_iter().for_each(|place| *place = Some(pair.other));
        taken.get_mut(pair.other).into_iter().for_each(|taken| *taken = true);
    }
    let of_house =
        house.iter().zip(partner).map(|(call, partner)| match partner.and_then(|at| cloud.get(at)) {
            Some(other) => both(call, other),
            None => Entry { call: call.clone(), house: Some(call.id.clone()), cloud: None },
        });
    let of_cloud = cloud.iter().zip(taken).filter(|(_, taken)| !taken);
    let of_cloud =
        of_cloud.map(|(call, _)| Entry { call: call.clone(), house: None, cloud: Some(call.id.clone()) });
    let mut all: Vec<Entry> = of_house.chain(of_cloud).collect();
    all.sort_by(|one, other| {
        let key = |entry: &Entry| (entry.house.clone(), entry.cloud.clone());
        other.call.started.cmp(&one.call.started).then_with(|| key(one).cmp(&key(other)))
    });
    all
}

/// Neo accounts tell of one and the same call in a channel's events and in the history: the channel's record stays, which
/// knows how long the caller waited. The newest first.
#[must_use]
pub fn told_once(history: Vec<Call>, mut channels: Vec<Call>) -> Vec<Call> {
    let mut taken = vec![false; history.len()];
    for pair in pairs(&channels, &history, &SAME_CLOCK).into_iter().filter(|pair| pair.hours == 0) {
        if let (Some(call), Some(other)) = (channels.get_mut(pair.one), history.get(pair.other)) {
            call.user = call.user.take().or_else(|| other.user.clone());
            taken.get_mut(pair.other).into_iter().for_each(|taken| *taken = true);
        }
    }
    channels.extend(history.into_iter().zip(taken).filter(|(_, taken)| !taken).map(|(call, _)| call));
    channels.sort_by(|one, other| other.started.cmp(&one.started).then_with(|| one.id.cmp(&other.id)));
    channels
}

/// The box measured on its own legs; the cloud knows more about where a call went, and a call that any side saw answered was.
fn both(house: &Call, cloud: &Call) -> Entry {
    let mut call = house.clone();
    call.user = call.user.or_else(|| cloud.user.clone());
    call.group = call.group.or_else(|| cloud.group.clone());
    call.chain = call.chain.or_else(|| cloud.chain.clone());
    if cloud.outcome == Outcome::Answered && call.outcome != Outcome::Answered {
        // A mobile phone or app took it: the box saw its own phones ring only.
        call.outcome = Outcome::Answered;
        call.talked = cloud.talked;
    }
    if call.remote.contains('x') && !cloud.remote.contains('x') {
        call.remote.clone_from(&cloud.remote);
    }
    Entry { house: Some(house.id.clone()), cloud: Some(cloud.id.clone()), call }
}
