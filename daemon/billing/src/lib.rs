//! Money and minutes: what is left, what calls cost, whether the bill is right, how well people can be reached.
//!
//! ```text
//!   CallRecord, cloud's history ──witnessed──> Call
//!   balance ──> credit::Watch ──> a warning, once
//!   own calls ──┬── rates::Table ──> estimate, itemised list ──> CSV, XLSX
//!               ├── cloud's history ──> check (each difference explained), history (one list)
//!               └── statistics (reachability, waiting, duration)
//! ```
//!
//! In go facts about calls and credit; out come sums of whole numbers, never floats. It refuses to know the cloud, the disk
//! and the clock, and it never says that a call may not be made.

pub mod attendance;
pub mod calendar;
pub mod call;
pub mod check;
pub mod credit;
pub mod estimate;
pub mod history;
pub mod itemised;
pub mod money;
pub mod privacy;
pub mod rates;
pub mod statistics;
pub mod witnessed;

pub use attendance::Attendance;
pub use calendar::Calendar;
pub use call::{Call, Direction, Kind, Outcome, Witness};
pub use money::Amount;
pub use privacy::Privacy;

#[cfg(test)]
mod tests;
