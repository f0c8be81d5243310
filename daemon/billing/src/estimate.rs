//! What this month has cost so far, by the box's own records.

use std::time::SystemTime;

use crate::rates::{Price, Table};
use crate::{Amount, Calendar, Call, Direction};

/// Sums over a month up to now. It is an estimate: the invoice is the cloud's.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Estimate {
    /// What calls with a rate cost.
    pub amount: Amount,
    /// Calls to the outside that were answered.
    pub calls: u64,
    /// How long they lasted, whole seconds begun.
    pub seconds: u64,
    /// Of these, calls covered by a flat rate.
    pub flat: u64,
    /// Of these, calls for which the table has no rate; they are missing from the amount.
    pub without_rate: u64,
}

/// Adds up the calls that began in the month `now` lies in, not after `now`.
#[must_use]
pub fn month_to_date<'a>(
    calls: impl IntoIterator<Item = &'a Call>,
    table: &Table,
    calendar: &Calendar,
    now: SystemTime,
) -> Estimate {
    let month = calendar.month_began(now)..=now;
    let mut estimate = Estimate::default();
    for call in calls.into_iter().filter(|call| month.contains(&call.started)) {
        estimate.add(call, &table.price(call, calendar));
    }
    estimate
}

impl Estimate {
    fn add(&mut self, call: &Call, price: &Price<'_>) {
        if call.direction != Direction::Out || call.talked.is_zero() {
            return;
        }
        match price {
            Price::Free => return,
            Price::Known(amount, rate) => {
                self.amount = self.amount.plus(*amount);
                self.flat += u64::from(rate.flat);
            }
            Price::NoRate => self.without_rate += 1,
        }
        self.calls += 1;
        let begun = call.talked.as_secs() + u64::from(call.talked.subsec_nanos() > 0);
        self.seconds = self.seconds.saturating_add(begun);
    }
}
