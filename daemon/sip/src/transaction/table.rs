//! The transactions of one side: found by what a message says, by key, or because time has come.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::Arc;
use std::time::Instant;

/// Overtaken deadlines that may lie around before they are swept out.
const SWEEP_AT: usize = 64;
/// Places that stay reserved when the last transaction has left; a flood leaves no more behind.
const RESERVE: usize = 1024;

/// A place in a [`Table`]; of no use once the transaction in it has ended.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(super) struct Key {
    place: u32,
    generation: u32,
}

/// What a table must know about its transactions.
pub(super) trait Transaction {
    /// When it wants to be woken.
    fn next_deadline(&self) -> Option<Instant>;
    /// True once it can be forgotten.
    fn over(&self) -> bool;
}

/// Transactions by name and key, and their deadlines in order.
///
/// A deadline that moves back stays in the heap where it was and is looked at again when it comes up;
/// only one that moves forward is entered anew. Nothing is ever searched for.
#[derive(Debug)]
pub(super) struct Table<T> {
    places: Vec<Option<Entry<T>>>,
    free: Vec<u32>,
    names: HashMap<Arc<[u8]>, Key>,
    deadlines: BinaryHeap<Reverse<(Instant, Key)>>,
    generation: u32,
}

#[derive(Debug)]
struct Entry<T> {
    generation: u32,
    name: Arc<[u8]>,
    /// The deadline that stands in the heap for this entry.
    entered: Option<Instant>,
    transaction: T,
}

impl<T: Transaction> Table<T> {
    pub(super) fn new() -> Self {
        Self {
            places: Vec::new(),
            free: Vec::new(),
            names: HashMap::new(),
            deadlines: BinaryHeap::new(),
            generation: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// Keeps a transaction under a name; none when the name is taken.
    pub(super) fn insert(&mut self, name: &[u8], transaction: T) -> Option<Key> {
        if self.names.contains_key(name) {
            return None;
        }
        self.generation = self.generation.wrapping_add(1);
        let name: Arc<[u8]> = name.into();
        let entry =
            Entry { generation: self.generation, name: Arc::clone(&name), entered: None, transaction };
        let key = Key { place: self.put(entry)?, generation: self.generation };
        self.names.insert(name, key);
        self.settle(key);
        Some(key)
    }

    pub(super) fn find(&self, name: &[u8]) -> Option<Key> {
        self.names.get(name).copied()
    }

    pub(super) fn at(&mut self, key: Key) -> Option<&mut T> {
        self.entry(key).map(|entry| &mut entry.transaction)
    }

    /// Every transaction that fits, in the order of their places.
    pub(super) fn keys_where(&self, fits: impl Fn(&T) -> bool) -> Vec<Key> {
        let entries = self.places.iter().flatten().filter(|entry| fits(&entry.transaction));
        entries.filter_map(|entry| self.find(&entry.name)).collect()
    }

    /// Call after every change: enters the new deadline, or hands out the transaction when it is over.
    pub(super) fn settle(&mut self, key: Key) -> Option<T> {
        let entry = self.entry(key)?;
        if entry.transaction.over() {
            return self.remove(key);
        }
        let wanted = entry.transaction.next_deadline()?;
        if entry.entered.is_none_or(|entered| wanted < entered) {
            entry.entered = Some(wanted);
            self.deadlines.push(Reverse((wanted, key)));
            self.sweep();
        }
        None
    }

    /// A transaction whose deadline has passed; wake it, settle it, ask again.
    pub(super) fn take_due(&mut self, now: Instant) -> Option<Key> {
        while self.next_deadline().is_some_and(|at| at <= now) {
            let Reverse((at, key)) = self.deadlines.pop()?;
            let Some(entry) = self.entry(key).filter(|entry| entry.entered == Some(at)) else { continue };
            entry.entered = None;
            if entry.transaction.next_deadline().is_some_and(|wanted| wanted <= now) {
                return Some(key);
            }
            self.settle(key);
        }
        None
    }

    /// Not later than the earliest deadline of any transaction.
    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.deadlines.peek().map(|Reverse((at, _))| *at)
    }

    fn entry(&mut self, key: Key) -> Option<&mut Entry<T>> {
        let entry = self.places.get_mut(usize::try_from(key.place).ok()?)?.as_mut();
        entry.filter(|entry| entry.generation == key.generation)
    }

    fn put(&mut self, entry: Entry<T>) -> Option<u32> {
        if let Some(place) = self.free.pop() {
            *self.places.get_mut(usize::try_from(place).ok()?)? = Some(entry);
            return Some(place);
        }
        let place = u32::try_from(self.places.len()).ok()?;
        self.places.push(Some(entry));
        Some(place)
    }

    fn remove(&mut self, key: Key) -> Option<T> {
        let entry = self.places.get_mut(usize::try_from(key.place).ok()?)?.take()?;
        self.free.push(key.place);
        self.names.remove(&entry.name);
        if self.names.is_empty() && self.places.len() > RESERVE {
            *self = Self { generation: self.generation, ..Self::new() };
        }
        Some(entry.transaction)
    }

    /// Keeps the heap no larger than twice the table.
    fn sweep(&mut self) {
        if self.deadlines.len() < SWEEP_AT + 2 * self.names.len() {
            return;
        }
        let places = &self.places;
        self.deadlines.retain(|Reverse((at, key))| {
            let place = usize::try_from(key.place).ok().and_then(|place| places.get(place)?.as_ref());
            place.is_some_and(|entry| entry.generation == key.generation && entry.entered == Some(*at))
        });
    }
}
