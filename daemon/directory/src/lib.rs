//! Contacts and people from the outside world: address books and staff lists become checked entries, and back.
//!
//! ```text
//!   CSV, XLSX ──sheet──> Columns ──> import ──┐
//!   vCard ────────────────────────> vcard ────┼──> Contact ──> NameIndex ──> the name on a phone's display
//!   staff list, Graph, Google ──> roster ──> Review ──> HandOff
//! ```
//!
//! In goes what people export from their programs; out come contacts, and for each cell that could not be used what is
//! wrong with it. It refuses to know files, the network and where contacts are kept.

pub mod columns;
pub mod contact;
mod draft;
pub mod export;
pub mod import;
mod mirrored;
pub mod names;
pub mod problem;
pub mod roster;
pub mod vcard;

pub use columns::{Columns, Field};
pub use contact::{Contact, ContactNumber, PhoneKind, Place, Scope};
pub use import::{Imported, import};
pub use mirrored::mirrored;
pub use names::NameIndex;
pub use problem::{Problem, Trouble};

#[cfg(test)]
mod tests;
