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
//!
//! | what | how |
//! |---|---|
//! | refuse or serve REGISTER, OPTIONS, challenge anybody | [`Transactions::send_once`]: nothing is kept |
//! | serve BYE, INFO, REFER at once | [`Transactions::answer_kept`] |
//! | serve INVITE, or anything that takes time | [`Transactions::proceed`], then [`Transactions::answer`] |
//! | our 2xx has its ACK ([`Arrival::Ack`] of the dialog) | [`Transactions::acknowledged`] |
//! | ask something | [`Transactions::request`], then wait for [`Arrival::Response`] or an [`Output`] |
//! | a peer took our INVITE | the dialog's ACK through [`Transactions::send_once`], again for every copy of the 2xx |
//! | a peer refused our INVITE | nothing: the ACK has left |
//! | give up our INVITE | [`Transactions::cancel`], then wait as before: a 2xx may still cross it |

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
