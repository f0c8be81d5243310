//! Calls out of the house: whom somebody means by what he dialled, and whether he may.
//!
//! ```text
//!   dialled ── Wish (hide my number?) ── internal? emergency? (route) ── Spot::read ──> Outside ── Outgoing::admit ──> a line
//! ```
//!
//! In goes text from a phone; out comes a number that any line understands, or the reason why there is none. It refuses to
//! know lines and money. A country is data ([`country`]); nothing here knows one by name.

mod calling;
pub mod country;
mod failure;
mod guard;
mod identity;
mod outgoing;
mod outside;
mod prefixes;
mod rights;
mod wish;

pub use calling::Calling;
pub use country::{Country, Sort};
pub use failure::{Failure, Tone};
pub use guard::{Guard, Held, LONGEST_TRUST, Limits, Night};
pub use identity::{Presented, Presenting, digits_of, diversion};
pub use outgoing::{Outgoing, UNCARRIED};
pub use outside::{Called, DialledRefused, Distance, Outside, Spot, in_context};
pub use prefixes::Prefixes;
pub use rights::{Barred, Payer, Standing};
pub use wish::{Wish, wish};

#[cfg(test)]
mod tests;
