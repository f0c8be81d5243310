//! Is the bill right? Every record of the box and of the cloud is paired or explained, none twice, none left out.
//!
//! Matching asks both sides the same: records of one kind and direction with the same far end, as close in time as can be.
//! Swapping the sides gives the same pairs.

mod explain;
mod pair;

use std::time::Duration;

use crate::Call;

pub use explain::{Alone, Difference, Known, check};
pub(crate) use pair::pairs;

/// How far records of the same call may lie apart.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Tolerance {
    /// Clocks that disagree, and the time between the first leg and the cloud's note of it.
    pub clocks: Duration,
    /// Durations rounded or cut by either side.
    pub duration: Duration,
    /// How late the cloud's history may show a call.
    pub late: Duration,
}

impl Default for Tolerance {
    /// Two minutes for clocks and set-up, two seconds of duration, fifteen minutes until the cloud shows it.
    fn default() -> Self {
        Self {
            clocks: Duration::from_secs(120),
            duration: Duration::from_secs(2),
            late: Duration::from_secs(900),
        }
    }
}

/// How two records of one call stand to each other, by their place in the lists that were given.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Pair {
    /// Place in the first list.
    pub one: usize,
    /// Place in the second list.
    pub other: usize,
    /// How far apart they began, whole hours of a wrong time zone taken out.
    pub apart: Duration,
    /// One of them is an hour (or two) off: daylight saving counted once or not at all.
    pub hours: u8,
}

/// Whether two records can be of one call, whenever they were: kind, direction and far end agree. Numbers that one side
/// shortened agree when what is left does.
fn agree(one: &Call, other: &Call) -> bool {
    one.kind == other.kind
        && one.direction == other.direction
        && same_end(one.remote_digits(), other.remote_digits())
}

fn same_end(one: &str, other: &str) -> bool {
    let whole = |text: &str| text.trim_end_matches('x').len();
    let shorter = whole(one).min(whole(other));
    one == other
        || (one.len() == other.len() && shorter < one.len() && one.get(..shorter) == other.get(..shorter))
}

#[cfg(test)]
mod tests;
