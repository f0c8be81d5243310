//! What somebody dialled, read by the rules of the country the phone stands in.
//!
//! ```text
//!   dialled ── Wish (hide my number?) ── internal? emergency? (route) ── read ──> Outside
//! ```
//!
//! In goes text from a phone; out comes a number that any line understands, or the reason why there is none. It refuses to
//! know who dials and what it costs. A country is data ([`country`]); nothing here knows one by name.

pub mod country;
mod outgoing;
mod outside;
mod wish;

pub use country::{Country, Sort};
pub use outgoing::Outgoing;
pub use outside::{Called, DialledRefused, Distance, Outside, Spot, in_context};
pub use wish::{Wish, wish};

#[cfg(test)]
mod tests;
