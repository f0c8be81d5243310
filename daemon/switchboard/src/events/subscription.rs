//! One watcher and when it is told, and all of them.

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

use account::{Destination, DeviceId};
use sip::dialog::{Dialog, DialogId};
use sip::flow::Flow;
use sip::package::profile::Wanted;
use sip::transaction::ClientKey;

use super::package::Package;
use super::topic::{Sheet, Topic};

/// A watcher is told no more often than this.
const PACE: Duration = Duration::from_secs(1);
/// All watchers together; one takes about 1.5 KiB.
const MOST: usize = 16_384;
/// More keys than any phone with three side-cars has.
const MOST_PER_DEVICE: usize = 256;

/// A device that wants to know something.
#[derive(Debug)]
pub(super) struct Subscription {
    pub device: DeviceId,
    pub package: Package,
    /// The value of Event.
    pub event: String,
    /// What a telephone says of itself that asks for its configuration.
    pub wanted: Option<Wanted>,
    pub dialog: Dialog,
    /// What it watches: one topic, or the members of a list.
    pub watched: Vec<Seen>,
    pub list: Option<List>,
    pub expires_at: Instant,
    /// Something must be said.
    pub owed: Owed,
    /// The NOTIFY that is not answered yet.
    pub asked: Option<ClientKey>,
    /// Changes wait until then.
    pub not_before: Instant,
    /// Its connection closed; what there is to say waits until the phone is back.
    pub lost: bool,
}

/// What a watcher has seen of a topic.
#[derive(Debug)]
pub(super) struct Seen {
    pub topic: Topic,
    /// The address under which a list names it.
    pub address: String,
    /// The name people know it by.
    pub name: String,
    /// Of the next document.
    pub version: u32,
    /// Of the sheet that was sent last; zero before the first.
    pub edition: u64,
}

/// A list of topics under one address (RFC 4662).
#[derive(Debug)]
pub(super) struct List {
    pub of: Destination,
    /// Its address.
    pub address: String,
    /// Of the next document.
    pub version: u32,
}

impl Seen {
    /// The latest document, which is from now on seen.
    pub(super) fn next(&mut self, sheet: &Sheet) -> Vec<u8> {
        let document = sheet.content.at(self.version);
        self.version += 1;
        self.edition = sheet.edition;
        document
    }
}

/// How urgent it is.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Owed {
    Nothing,
    /// Something changed.
    Change,
    /// The watcher asked, and is told everything at once (RFC 6665 4.2.1.2).
    Everything,
}

impl Subscription {
    /// The next moment at which it wants attention. A NOTIFY waits for the answer to the one before.
    fn deadline(&self) -> Instant {
        let word = match (self.asked, self.owed) {
            _ if self.lost => None,
            (Some(_), _) | (None, Owed::Nothing) => None,
            (None, Owed::Change) => Some(self.not_before),
            (None, Owed::Everything) => Some(self.not_before.checked_sub(PACE).unwrap_or(self.not_before)),
        };
        word.map_or(self.expires_at, |at| at.min(self.expires_at))
    }

    /// A NOTIFY has left.
    pub(super) fn told(&mut self, now: Instant, asked: Option<ClientKey>) {
        (self.asked, self.owed, self.not_before) = (asked, Owed::Nothing, now + PACE);
    }

    pub(super) fn owe(&mut self, owed: Owed) {
        self.owed = self.owed.max(owed);
    }
}

/// Everybody who watches something.
#[derive(Debug, Default)]
pub(super) struct Subscriptions {
    all: HashMap<u64, Subscription>,
    next: u64,
    names: HashMap<DialogId, u64>,
    asked: HashMap<ClientKey, u64>,
    due: BTreeSet<(Instant, u64)>,
    devices: HashMap<DeviceId, usize>,
    /// Those whose connection closed.
    lost: BTreeSet<u64>,
}

impl Subscriptions {
    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Whether nobody else may come.
    pub(super) fn is_full(&self) -> bool {
        self.all.len() >= MOST
    }

    /// Whether this device has all the keys it may have.
    pub(super) fn has_enough(&self, device: &DeviceId) -> bool {
        self.devices.get(device).is_some_and(|count| *count >= MOST_PER_DEVICE)
    }

    pub(super) fn ids(&self) -> Vec<u64> {
        self.all.keys().copied().collect()
    }

    pub(super) fn get(&self, id: u64) -> Option<&Subscription> {
        self.all.get(&id)
    }

    pub(super) fn by_name(&self, name: &DialogId) -> Option<u64> {
        self.names.get(name).copied()
    }

    pub(super) fn insert(&mut self, subscription: Subscription) -> u64 {
        self.next += 1;
        self.names.insert(subscription.dialog.id().clone(), self.next);
        *self.devices.entry(subscription.device.clone()).or_default() += 1;
        self.due.insert((subscription.deadline(), self.next));
        self.all.insert(self.next, subscription);
        self.next
    }

    /// Lets `deed` change a subscription, then brings the indexes up to date.
    pub(super) fn with<T>(&mut self, id: u64, deed: impl FnOnce(&mut Subscription) -> T) -> Option<T> {
        let subscription = self.all.get_mut(&id)?;
        let (before, asked) = (subscription.deadline(), subscription.asked);
        let done = deed(subscription);
        let after = subscription.deadline();
        if before != after {
            self.due.remove(&(before, id));
            self.due.insert((after, id));
        }
        if subscription.lost {
            self.lost.insert(id);
        } else {
            self.lost.remove(&id);
        }
        if asked != subscription.asked {
            asked.map(|key| self.asked.remove(&key));
            subscription.asked.map(|key| self.asked.insert(key, id));
        }
        Some(done)
    }

    pub(super) fn remove(&mut self, id: u64) -> Option<Subscription> {
        let subscription = self.all.remove(&id)?;
        self.names.remove(subscription.dialog.id());
        self.lost.remove(&id);
        self.due.remove(&(subscription.deadline(), id));
        subscription.asked.map(|key| self.asked.remove(&key));
        if let Some(count) = self.devices.get_mut(&subscription.device) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.devices.remove(&subscription.device);
            }
        }
        Some(subscription)
    }

    /// Whose NOTIFY this was.
    pub(super) fn answered(&self, key: ClientKey) -> Option<u64> {
        self.asked.get(&key).copied()
    }

    /// A connection closed: those who were told things over it are told nothing until they are back.
    pub(super) fn lose(&mut self, flow: Flow) {
        let over = |known: &Subscription| known.dialog.flow() == flow;
        let lost: Vec<_> = self.all.iter().filter(|(_, known)| over(known)).map(|(id, _)| *id).collect();
        for id in lost {
            self.with(id, |known| {
                known.lost = true;
                known.asked = None;
                known.owe(Owed::Change);
            });
        }
    }

    /// A device has registered over a new connection: what it watches is told there (RFC 5626 5.3 does so for calls).
    pub(super) fn is_back(&mut self, device: &DeviceId, flow: Flow) {
        let back = |id: &&u64| {
            self.all.get(id).is_some_and(|known| {
                known.device == *device && known.dialog.flow().peer.ip() == flow.peer.ip()
            })
        };
        let back: Vec<_> = self.lost.iter().filter(back).copied().collect();
        for id in back {
            self.with(id, |known| {
                known.dialog.move_to(flow);
                known.lost = false;
            });
        }
    }

    /// One that wants attention.
    pub(super) fn due(&self, now: Instant) -> Option<u64> {
        self.due.first().filter(|(at, _)| *at <= now).map(|(_, id)| *id)
    }

    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.due.first().map(|(at, _)| *at)
    }

    #[cfg(test)]
    pub(super) fn in_memory(&self) -> [usize; 5] {
        [self.all.len(), self.names.len(), self.asked.len(), self.due.len(), self.devices.len()]
    }
}
