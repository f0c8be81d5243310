//! What is left to spend, and when to say that it is little.

use std::time::{Duration, SystemTime};

use crate::Amount;

/// The account's credit as the cloud last said it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Credit {
    /// How much.
    pub amount: Amount,
    /// ISO 4217, `EUR`.
    pub currency: String,
    /// When the cloud said so.
    pub said: SystemTime,
}

impl Credit {
    /// Takes over what is mirrored.
    #[must_use]
    pub fn new(balance: &account::Balance, said: SystemTime) -> Self {
        Self {
            amount: Amount::ten_thousandths(balance.ten_thousandths),
            currency: balance.currency.clone(),
            said,
        }
    }

    /// How old the word is; nothing when clocks disagree.
    #[must_use]
    pub fn age(&self, now: SystemTime) -> Duration {
        now.duration_since(self.said).unwrap_or_default()
    }
}

/// Tells once for each threshold that the credit fell below it, and again only after it had risen well above.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Watch {
    /// From the lowest, each with whether it was told.
    levels: Vec<(Amount, bool)>,
    margin: Amount,
}

/// Most thresholds one can set.
const MOST: usize = 10;

impl Watch {
    /// `margin` is how far above a threshold the credit must rise before falling below it is news again. At most the ten
    /// lowest thresholds are kept.
    #[must_use]
    pub fn new(mut thresholds: Vec<Amount>, margin: Amount) -> Self {
        thresholds.sort_unstable();
        thresholds.dedup();
        let levels = thresholds.into_iter().take(MOST).map(|level| (level, false)).collect();
        Self { levels, margin: margin.max(Amount::ZERO) }
    }

    /// Restores what was told before a restart.
    #[must_use]
    pub fn told(mut self, before: &[Amount]) -> Self {
        self.levels.iter_mut().for_each(|(level, told)| *told = before.contains(level));
        self
    }

    /// The thresholds that need no further telling, to be stored.
    pub fn all_told(&self) -> impl Iterator<Item = Amount> {
        self.levels.iter().filter(|(_, told)| *told).map(|(level, _)| *level)
    }

    /// Looks at a new word of the cloud. Answers the lowest threshold newly crossed; those above it are told with it.
    pub fn look(&mut self, credit: Amount) -> Option<Amount> {
        let mut lowest = None;
        for (level, told) in &mut self.levels {
            if credit >= level.plus(self.margin) {
                *told = false;
            } else if credit < *level && !*told {
                *told = true;
                lowest = lowest.or(Some(*level));
            }
        }
        lowest
    }
}
