//! What a minute costs: a table by prefix, as the admin fills it in from the tariff.

mod import;

use std::collections::HashMap;

use crate::calendar::Date;
use crate::{Amount, Calendar, Call, Direction, Kind};

pub use import::{Imported, RateProblem, RateTrouble, import};

/// The price of one destination.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Rate {
    /// Digits without plus that a number must begin with; empty for all.
    pub prefix: String,
    /// What people call it, "Österreich mobil".
    pub name: String,
    /// For each call that is answered.
    pub set_up: Amount,
    /// For a minute.
    pub minute: Amount,
    /// Seconds that are charged even when people talked less; at least 1.
    pub first: u32,
    /// Seconds that are charged together after that; at least 1.
    pub then: u32,
    /// Covered by a flat rate: costs nothing.
    pub flat: bool,
    /// First day it holds.
    pub from: Option<Date>,
    /// Last day it holds.
    pub until: Option<Date>,
}

impl Rate {
    fn holds(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day <= until)
    }

    /// What talking so many seconds costs.
    #[must_use]
    pub fn price(&self, seconds: u64) -> Amount {
        if self.flat || seconds == 0 {
            return Amount::ZERO;
        }
        let (first, then) = (u64::from(self.first.max(1)), u64::from(self.then.max(1)));
        let more = seconds.saturating_sub(first).div_ceil(then).saturating_mul(then);
        self.set_up.plus(self.minute.for_seconds(first.saturating_add(more)))
    }
}

/// What a call costs.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Price<'a> {
    /// So much, by this rate.
    Known(Amount, &'a Rate),
    /// Nothing: it was not answered, came from outside or stayed in the house.
    Free,
    /// The table has no rate for this number on that day.
    NoRate,
}

/// Rates by prefix.
#[derive(Clone, Debug, Default)]
pub struct Table(HashMap<String, Vec<Rate>>);

/// Longest prefix, digits (ITU-T E.164).
const LONGEST: usize = 15;

impl Table {
    /// Of several rates with the same prefix the one that began last counts.
    #[must_use]
    pub fn new(rates: Vec<Rate>) -> Self {
        let mut table: HashMap<String, Vec<Rate>> = HashMap::new();
        for rate in rates {
            table.entry(rate.prefix.clone()).or_default().push(rate);
        }
        table.values_mut().for_each(|rates| rates.sort_by_key(|rate| std::cmp::Reverse(rate.from)));
        Self(table)
    }

    /// The rate for an international number (its digits, without plus) on a day: the longest prefix that has one.
    #[must_use]
    pub fn rate(&self, digits: &str, day: Date) -> Option<&Rate> {
        let fronts = (0..=digits.len().min(LONGEST)).rev().filter_map(|length| digits.get(..length));
        fronts.filter_map(|front| self.0.get(front)?.iter().find(|rate| rate.holds(day))).next()
    }

    /// What a call costs.
    #[must_use]
    pub fn price(&self, call: &Call, calendar: &Calendar) -> Price<'_> {
        let charged = call.direction == Direction::Out && call.kind == Kind::Call && !call.talked.is_zero();
        if !charged {
            return Price::Free;
        }
        let whole = call.talked.as_secs() + u64::from(call.talked.subsec_nanos() > 0);
        // A number that was shortened for privacy still has its front, which is what rates go by.
        let digits = call.remote_digits().trim_end_matches('x');
        let rate = self.rate(digits, calendar.day(call.started)).filter(|_| is_international(call, digits));
        rate.map_or(Price::NoRate, |rate| Price::Known(rate.price(whole), rate))
    }
}

fn is_international(call: &Call, digits: &str) -> bool {
    let marked = call.remote.starts_with('+') || call.remote.starts_with("00");
    marked && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests;
