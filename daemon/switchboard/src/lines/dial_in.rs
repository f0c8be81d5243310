//! Direct dial-in: whom numbers of a trunk ring that the account leads to nobody in the house, as the admin chose.

use std::collections::HashMap;

use account::{Destination, E164};

/// Numbers of one trunk, and to whom they lead; looked up in both directions, so made whole beforehand.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct DialIn {
    rings: HashMap<E164, Destination>,
    numbers: HashMap<Destination, Vec<E164>>,
}

impl DialIn {
    /// Whom a call to this number rings.
    #[must_use]
    pub fn rings(&self, called: &E164) -> Option<&Destination> {
        self.rings.get(called)
    }

    /// The numbers that lead exactly there, in the order in which they were named.
    #[must_use]
    pub fn numbers_of(&self, to: &Destination) -> &[E164] {
        self.numbers.get(to).map_or(&[], Vec::as_slice)
    }
}

impl FromIterator<(E164, Destination)> for DialIn {
    /// Of several for one number the first counts.
    fn from_iter<I: IntoIterator<Item = (E164, Destination)>>(all: I) -> Self {
        let mut made = Self::default();
        for (number, to) in all {
            if !made.rings.contains_key(&number) {
                made.numbers.entry(to.clone()).or_default().push(number.clone());
                made.rings.insert(number, to);
            }
        }
        made
    }
}
