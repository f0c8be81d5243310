//! Every call, found by whatever an arriving message or event knows of it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Instant;

use media::relay::LegId;

use super::voice::Voice;
use super::{Call, CallId, Owner, Side, Stage};
use crate::wires::Wires;

/// Which request of ours an answer belongs to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Errand {
    /// The INVITE to this fork.
    Fork(usize),
    /// A change passed on.
    Change,
}

/// Which dialog of a call a message belongs to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum End {
    Asker,
    Fork(usize),
}

/// All calls and the ways to find them.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    /// Each in a place of its own: a call is some kilobytes, and a tree moves its neighbours with every one that comes or goes.
    calls: BTreeMap<CallId, Box<Call>>,
    next: u64,
    tags: HashMap<Box<str>, (CallId, End)>,
    legs: HashMap<LegId, CallId>,
    deadlines: BTreeSet<(Instant, CallId)>,
    /// In how many calls everybody is who is in one.
    owners: HashMap<Owner, usize>,
    /// Calls through with everything, whose keys are still to be forgotten.
    #[expect(clippy::vec_box, reason = "handed over from the tree without moving the call")]
    ended: Vec<Box<Call>>,
    /// Whether somebody watches calls.
    watched: bool,
    /// Calls in which something happened since the watchers were told; empty while nobody watches.
    stirred: BTreeSet<CallId>,
    /// Calls in which something happened since they were written down.
    unsaved: BTreeSet<CallId>,
}

impl Calls {
    pub(crate) fn next_id(&mut self) -> CallId {
        self.next += 1;
        CallId(self.next)
    }

    /// Takes up a call that has just begun.
    pub(crate) fn begin(&mut self, call: Call) {
        self.stirred.extend(self.watched.then_some(call.id));
        for (tag, end) in call.tags() {
            self.tags.insert(tag.into(), (call.id, end));
        }
        for leg in call.voice.iter().flat_map(|voice| voice.legs()) {
            self.legs.insert(leg, call.id);
        }
        for owner in call.owners() {
            *self.owners.entry(owner.clone()).or_default() += 1;
        }
        self.deadlines.extend(call.next_deadline().map(|at| (at, call.id)));
        self.calls.insert(call.id, Box::new(call));
    }

    /// Lets `deed` act on a call, then brings the indexes up to date; `None` when the call is not there any more.
    pub(crate) fn with<T>(&mut self, id: CallId, deed: impl FnOnce(&mut Call) -> T) -> Option<T> {
        let call = self.calls.get(&id)?;
        if call.transfer.is_some() || !call.lines.is_empty() {
            return self.reseat(id, deed);
        }
        let call = self.calls.get_mut(&id)?;
        let before = Timed::of(call);
        let done = deed(call);
        call.count_out(|owner| count_out(&mut self.owners, owner));
        self.tidy(id, before);
        Some(done)
    }

    /// The same for a deed that changes who sits in a call or is rung for it.
    pub(crate) fn reseat<T>(&mut self, id: CallId, deed: impl FnOnce(&mut Call) -> T) -> Option<T> {
        let call = self.calls.get_mut(&id)?;
        let before = Timed::of(call);
        for (tag, _) in call.tags() {
            self.tags.remove(tag);
        }
        call.counted().for_each(|owner| count_out(&mut self.owners, owner));
        let done = deed(call);
        call.count_out(|_| {});
        for (tag, end) in call.tags() {
            self.tags.insert(tag.into(), (id, end));
        }
        call.counted().for_each(|owner| *self.owners.entry(owner.clone()).or_default() += 1);
        self.tidy(id, before);
        Some(done)
    }

    /// Whether a call may stand otherwise than it is written down.
    pub(crate) fn has_unsaved(&self) -> bool {
        !self.unsaved.is_empty()
    }

    /// Those calls.
    pub(crate) fn take_unsaved(&mut self) -> BTreeSet<CallId> {
        std::mem::take(&mut self.unsaved)
    }

    /// Lets `look` see a call and note something in it that nobody finds it by.
    pub(crate) fn look(&mut self, id: CallId, look: impl FnOnce(&mut Call)) {
        if let Some(call) = self.calls.get_mut(&id) {
            look(call);
        }
    }

    /// Deadlines and legs as they are after a deed; a call that is through with everything goes.
    fn tidy(&mut self, id: CallId, before: Timed) {
        self.stirred.extend(self.watched.then_some(id));
        let Some(call) = self.calls.get(&id) else { return };
        self.unsaved.extend(matches!(call.stage, Stage::Talking(_)).then_some(id));
        let after = call.next_deadline();
        if after != before.deadline {
            before.deadline.map(|at| self.deadlines.remove(&(at, id)));
            self.deadlines.extend(after.map(|at| (at, id)));
        }
        if call.voice.is_none() {
            for leg in before.legs.into_iter().flatten() {
                self.legs.remove(&leg);
            }
        }
        if call.finished() {
            for (tag, _) in call.tags() {
                self.tags.remove(tag);
            }
            self.ended.extend(self.calls.remove(&id));
        }
    }

    /// Forgets whose transactions the ended calls' were.
    pub(crate) fn forget_ended(&mut self, wires: &mut Wires) {
        for call in self.ended.drain(..) {
            wires.invites.remove(&call.asker.invite);
            for server in call.forks.iter().filter_map(|fork| fork.came_as) {
                wires.invites.remove(&server);
            }
            let settled = call.changes.settled.map(|settled| settled.change);
            for key in call.forks.iter().filter_map(|fork| fork.key).chain(settled) {
                wires.errands.remove(&key);
            }
        }
    }

    /// Somebody watches calls from now on, or nobody does any more. True when nobody did before.
    pub(crate) fn watch(&mut self, watched: bool) -> bool {
        if !watched {
            self.stirred.clear();
        }
        !std::mem::replace(&mut self.watched, watched)
    }

    /// The calls in which something happened since this was asked last.
    pub(crate) fn take_stirred(&mut self) -> BTreeSet<CallId> {
        std::mem::take(&mut self.stirred)
    }

    pub(crate) fn get(&self, id: CallId) -> Option<&Call> {
        self.calls.get(&id).map(Box::as_ref)
    }

    /// The call and the dialog in it that has this tag of ours.
    pub(crate) fn by_tag(&self, tag: &[u8]) -> Option<(CallId, End)> {
        self.tags.get(str::from_utf8(tag).ok()?).copied()
    }

    pub(crate) fn by_leg(&self, leg: LegId) -> Option<CallId> {
        self.legs.get(&leg).copied()
    }

    /// A call whose time is up.
    pub(crate) fn due(&self, now: Instant) -> Option<CallId> {
        self.deadlines.first().filter(|(at, _)| *at <= now).map(|(_, id)| *id)
    }

    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        self.deadlines.first().map(|(at, _)| *at)
    }

    /// In how many calls somebody is.
    pub(crate) fn count(&self, owner: &Owner) -> usize {
        self.owners.get(owner).copied().unwrap_or(0)
    }

    /// How many calls ring or talk outside the house.
    pub(crate) fn outside(&self) -> usize {
        self.alive().filter(|call| call.turn.outside || call.asker.owner.line().is_some()).count()
    }

    /// Calls in which somebody rings or talks, oldest first.
    pub(crate) fn alive(&self) -> impl Iterator<Item = &Call> {
        self.calls.values().map(Box::as_ref).filter(|call| call.stage != Stage::Over)
    }

    /// Every call, those included that only wait for their last transactions.
    pub(crate) fn ids(&self) -> Vec<CallId> {
        self.calls.keys().copied().collect()
    }

    /// Whether no call has a transaction left.
    pub(crate) fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    #[cfg(test)]
    pub(crate) fn in_memory(&self) -> [usize; 6] {
        let Self { calls, tags, legs, deadlines, owners, ended, .. } = self;
        [calls.len(), tags.len(), legs.len(), deadlines.len(), owners.len(), ended.len()]
    }
}

/// What the indexes know of a call before a deed.
struct Timed {
    deadline: Option<Instant>,
    legs: Option<[LegId; 2]>,
}

impl Timed {
    fn of(call: &Call) -> Self {
        Self { deadline: call.next_deadline(), legs: call.voice.as_ref().map(Voice::legs) }
    }
}

fn count_out(owners: &mut HashMap<Owner, usize>, owner: &Owner) {
    if let Some(count) = owners.get_mut(owner) {
        *count = count.saturating_sub(1);
        if *count == 0 {
            owners.remove(owner);
        }
    }
}

impl End {
    pub(crate) fn side(self) -> Side {
        match self {
            Self::Asker => Side::Caller,
            Self::Fork(_) => Side::Callee,
        }
    }
}
