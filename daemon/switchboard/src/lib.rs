//! The switchboard decides: who is registered, where a call goes, and what happens to it until somebody hangs up.
//!
//! ```text
//!   transport ── bytes ──> gate ──> register ──> (bindings)          ── Output ──> transport, relay, store
//!                           '─────> route ─────> bridge ──> call
//!                           '─────> events (lamps, presence) <──'
//!   mirror ───── Snapshot ──^          relay ── Event ──^
//! ```
//!
//! In go [`Input`]s: bytes with the way they came, a new account, what the relay and the store have to say.
//! Out come [`Output`]s: bytes to send, commands for the relay, rows for the store.
//! It refuses to know sockets, clocks, files and the cloud: time is an argument, and nothing here waits.

mod access;
mod admission;
mod answers;
mod arrival;
mod body;
mod bridge;
mod carrying;
mod conference;
mod counts;
mod defence;
pub mod dialling;
mod diverting;
pub mod drill;
mod events;
mod gate;
mod help;
mod incoming;
mod io;
mod joining;
mod judging;
mod keeping;
pub mod lines;
mod mailboxes;
mod picture;
pub mod provisioning;
mod queue;
mod quirks;
mod reception;
mod refusal;
pub mod register;
pub mod route;
mod stating;
mod surviving;
mod switchboard;
mod texts;
mod transferring;
mod waiting;
mod wires;

#[cfg(test)]
mod tests;

pub use access::{Access, Rule};
pub use admission::Shortage;
pub use bridge::CallId;
pub use counts::Counts;
pub use defence::{RefusedPhone, ShutOut, WhyRefused, WhyShutOut};
pub use help::{CalledBy, HelpNow, HelpStage, TestCallNow};
pub use io::{Input, Output, Written};
pub use mailboxes::Mailboxes;
pub use picture::{CallNow, CallStage, Encrypted, Picture, Present, Reach};
pub use queue::AgentState;
pub use switchboard::{Setup, Switchboard};
pub use waiting::{AgentNow, QueueNow, WaitingNow};
pub use wires::Clock;
