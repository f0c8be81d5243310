//! Transactions: a request and its answers, over a network that loses, repeats and reorders.
//!
//! [`Transactions`] is the one thing to talk to. Below it: four machines, one for each diagram of
//! RFC 3261 17, none of which knows a message; [`Transactions`] gives them what they need to know of one.
//!
//! ```text
//!   message ──> receive ──> Arrival        request, cancel, proceed, answer <── the user
//!                  │                                      │
//!                  └─────> matching ──> table ──> machine ┴──> Output: send, timed out, ...
//! ```

mod client;
mod invite_client;
mod invite_server;
mod layer;
mod matching;
mod received;
mod reply;
mod sent;
mod server;
mod table;
mod timer;

pub use layer::{Arrival, ClientKey, Count, Limits, NotSent, Output, Priority, ServerKey, Transactions};

#[cfg(test)]
mod tests;
