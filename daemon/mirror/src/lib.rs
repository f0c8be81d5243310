//! Cloud answers become changes: what the account says now is compared with what the house knows, and made into a [`account::Snapshot`].
//!
//! ```text
//!   cloud ── answers ──> Fetched ──┐
//!                                  ├── plan ──> Plan (put, gone, unchanged) ──> store
//!   store ── last time ─> Documents ┘                                             │
//!                             ^── apply ──────────────────────────────────────────┘
//!                             └── assemble ──> Snapshot ──Arc──> switchboard, page
//! ```
//!
//! In go the cloud's answers as JSON and what was known before; out come changes, the typed account, how fresh each part
//! of it is, and [`Notice`]s about what the cloud said that could not be used. Nothing the cloud says stops it: a field of
//! the wrong type is an absent field, an object without an id is a notice, and only a complete answer may take anything
//! away. It refuses to know sockets, tokens, files and clocks.

mod assemble;
mod capability;
#[cfg(test)]
mod converges;
mod detour;
mod document;
mod endpoint;
mod fetched;
mod freshness;
mod history;
mod intent;
mod journal;
mod kind;
mod known;
mod notice;
#[cfg(test)]
mod page;
mod plan;
mod question;
mod read;
mod rights;
mod secrets;

pub use assemble::assemble;
pub use capability::{Absence, Absences};
pub use detour::{DETOUR, detour, detoured};
pub use document::{Body, Document, Documents, Key, Plan, Source};
pub use endpoint::{Beat, ENDPOINTS, Endpoint};
pub use fetched::{Failure, Fetched, Outcome, Scope};
pub use freshness::{Freshness, State, freshness};
pub use history::{ChannelTrail, Event, Listed, Trail, Window, read_history};
pub use intent::{ContactEntry, Forward, Id, Intent, IntentRefused, Method, Request, Restriction};
pub use journal::{Choice, Entry, Progress, Reply, Step};
pub use kind::{Kind, KindUnknown};
pub use notice::{Fault, Notice, Problem};
pub use plan::plan;
pub use question::{PARENTS_FIRST, Question, Roll, Rule, Way};
pub use rights::{Right, Standing, reading_rights, rights};
