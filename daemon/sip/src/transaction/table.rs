//! The transactions of one side: found by what a message says, by key, or because time has come.

use bytes::Bytes;
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

impl Key {
    /// No place at all.
    pub(super) const NOWHERE: Self = Self { place: u32::MAX, generation: 0 };
}

/// What a table must know about its transactions.
pub(super) trait Transaction {
    /// When it wants to be woken.
    fn next_deadline(&self) -> Option<Instant>;
    /// True once it can be forgotten.
    fn over(&self) -> bool;
}

/// The same bytes in exactly the room they need; a message being composed reserves twice as much.
pub(super) fn without_slack(bytes: &Bytes) -> Bytes {
    Bytes::copy_from_slice(bytes)
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

#[cfg(test)]
mod tests {
    use super::{Key, RESERVE, SWEEP_AT, Table, Transaction};
    use crate::transaction::tests::start;
    use std::time::{Duration, Instant};

    /// Wants to be woken at a moment, and is over when it wants nothing.
    #[derive(Debug)]
    struct Sleeper(Option<Instant>);

    impl Transaction for Sleeper {
        fn next_deadline(&self) -> Option<Instant> {
            self.0
        }

        fn over(&self) -> bool {
            self.0.is_none()
        }
    }

    fn second(number: u64) -> Instant {
        start() + Duration::from_secs(number)
    }

    fn sleeping(table: &mut Table<Sleeper>, name: usize, until: u64) -> Key {
        table.insert(name.to_string().as_bytes(), Sleeper(Some(second(until)))).unwrap()
    }

    fn end(table: &mut Table<Sleeper>, key: Key) {
        table.at(key).unwrap().0 = None;
        assert!(table.settle(key).is_some());
    }

    #[test]
    fn a_deadline_that_moves_is_due_when_it_says_last() {
        let mut table = Table::new();
        let (late, early) = (sleeping(&mut table, 1, 5), sleeping(&mut table, 2, 9));
        for (key, until) in [(late, 8), (early, 3)] {
            table.at(key).unwrap().0 = Some(second(until));
            table.settle(key);
        }
        assert_eq!((table.take_due(second(2)), table.next_deadline()), (None, Some(second(3))));
        assert_eq!(table.take_due(second(7)), Some(early));
        end(&mut table, early);
        assert_eq!(table.take_due(second(7)), None);
        assert_eq!(table.take_due(second(8)), Some(late));
    }

    #[test]
    fn an_old_key_never_reaches_a_new_transaction() {
        let mut table = Table::new();
        let old = sleeping(&mut table, 1, 5);
        end(&mut table, old);
        let new = sleeping(&mut table, 1, 6);
        assert!(table.at(old).is_none() && table.settle(old).is_none());
        assert_eq!(table.find(b"1"), Some(new));
        assert!(table.insert(b"1", Sleeper(None)).is_none(), "a name is given once");
    }

    #[test]
    fn deadlines_of_the_dead_are_swept_out() {
        let mut table = Table::new();
        for name in 0..10 * SWEEP_AT {
            let key = sleeping(&mut table, name, 100);
            end(&mut table, key);
            assert!(table.deadlines.len() <= SWEEP_AT + 2);
        }
    }

    #[test]
    fn a_flood_leaves_nothing_behind() {
        let mut table = Table::new();
        let keys: Vec<Key> = (0..2 * RESERVE).map(|name| sleeping(&mut table, name, 100)).collect();
        keys.into_iter().for_each(|key| end(&mut table, key));
        assert_eq!((table.len(), table.places.capacity(), table.deadlines.len()), (0, 0, 0));
    }
}
