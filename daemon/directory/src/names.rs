//! Whose number is calling: the name for a phone's display, found without a search through the address book.
//!
//! Numbers are packed into eight bytes each and sorted, names lie in one text. 50,000 numbers with their names take about
//! two megabytes; a look-up is a few binary searches.

use account::{E164, UserId};

use crate::{Contact, Scope};

/// Every contact's numbers, ready to be asked. Immutable; built anew when contacts change.
#[derive(Clone, Debug, Default)]
pub struct NameIndex {
    /// Whole numbers, sorted by number, owner and order of the contacts.
    whole: Vec<Entry>,
    /// Numbers of switchboards without their zero: every direct line behind them begins so.
    blocks: Vec<Entry>,
    /// Who has private contacts, sorted; an entry's owner is the place here plus one.
    owners: Vec<UserId>,
    names: String,
}

#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Entry {
    number: u64,
    /// 0 for shared contacts.
    owner: u32,
    /// Where its name starts.
    from: u32,
    /// How long it is.
    length: u16,
}

/// Longest direct line behind a switchboard, digits.
const LONGEST_LINE: usize = 5;
/// Longest name kept, bytes; displays show forty letters.
const LONGEST_NAME: usize = 120;

impl NameIndex {
    /// Builds it. Of several contacts with the same number and scope the first counts.
    #[must_use]
    pub fn new<'a>(contacts: impl Iterator<Item = &'a Contact> + Clone) -> Self {
        let mut index = Self { owners: owners(contacts.clone()), ..Self::default() };
        for contact in contacts {
            index.add(contact);
        }
        for entries in [&mut index.whole, &mut index.blocks] {
            entries.sort_unstable();
            entries.dedup_by_key(|entry| (entry.number, entry.owner));
            entries.shrink_to_fit();
        }
        index
    }

    fn add(&mut self, contact: &Contact) {
        let owner = match &contact.scope {
            Scope::Shared => 0,
            Scope::Private(user) => self.owner(user),
        };
        let shown = contact.shown();
        let name = shown.get(..shown.floor_char_boundary(LONGEST_NAME)).unwrap_or_default();
        let (Ok(from), Ok(length)) = (u32::try_from(self.names.len()), u16::try_from(name.len())) else {
            return;
        };
        self.names.push_str(name);
        for number in &contact.numbers {
            let digits = number.number.as_str().trim_start_matches('+');
            self.whole.push(Entry { number: packed(digits), owner, from, length });
            if let Some(block) = digits.strip_suffix('0').filter(|_| number.switchboard) {
                self.blocks.push(Entry { number: packed(block), owner, from, length });
            }
        }
    }

    fn owner(&self, user: &UserId) -> u32 {
        let place = self.owners.binary_search(user).ok().and_then(|at| u32::try_from(at + 1).ok());
        place.unwrap_or(u32::MAX)
    }

    /// The name to show to `user` (or to everybody) when this number calls. The longest match counts, and of equal ones
    /// the person's own contact before a shared one. Another person's private contacts are never shown.
    #[must_use]
    pub fn name(&self, number: &E164, user: Option<&UserId>) -> Option<&str> {
        let digits = number.as_str().trim_start_matches('+');
        let owner = user.map_or(0, |user| self.owner(user));
        self.find(&self.whole, packed(digits), owner).or_else(|| {
            let shorter = (1..=LONGEST_LINE).filter_map(|cut| digits.get(..digits.len().checked_sub(cut)?));
            shorter.filter_map(|front| self.find(&self.blocks, packed(front), owner)).next()
        })
    }

    fn find(&self, entries: &[Entry], number: u64, owner: u32) -> Option<&str> {
        let at =
            |owner| entries.binary_search_by_key(&(number, owner), |entry| (entry.number, entry.owner)).ok();
        let entry = entries.get(at(owner).or_else(|| at(0))?)?;
        let from = usize::try_from(entry.from).ok()?;
        self.names.get(from..from + usize::from(entry.length))
    }

    /// How many numbers it knows.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.whole.len()
    }

    /// Whether it knows none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.whole.is_empty()
    }

    /// Bytes of memory it holds.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        (self.whole.capacity() + self.blocks.capacity()) * size_of::<Entry>() + self.names.capacity()
    }
}

fn owners<'a>(contacts: impl Iterator<Item = &'a Contact>) -> Vec<UserId> {
    let mut owners: Vec<UserId> = contacts
        .filter_map(|contact| match &contact.scope {
            Scope::Private(user) => Some(user.clone()),
            Scope::Shared => None,
        })
        .collect();
    owners.sort_unstable();
    owners.dedup();
    owners
}

/// Up to fifteen digits, four bits each, and a mark in front so that leading zeros count.
fn packed(digits: &str) -> u64 {
    digits.bytes().take(15).fold(1, |packed, digit| (packed << 4) | u64::from(digit & 0xf))
}

#[cfg(test)]
mod tests;
