//! SIP without sockets: what arrives is read, what leaves is written, and nothing here knows the time.
//!
//! ```text
//!  bytes ──> lex ──> message ──> view ──> validate ──> transaction ──> dialog ──> (the switchboard)
//!    ^      places    borrowed   on        worth        once each       the call
//!    │                           demand    answering?
//!  frame (streams)                                          compose <── answers and requests
//!                                                           digest  <── who may ask
//! ```
//!
//! In: bytes with the [`flow::Flow`] they came on, and the time as an argument.
//! Out: values: views of what came, bytes to send, verdicts on who asks.
//! It refuses to know: sockets, clocks, threads, randomness of its own, the account, and what a call
//! is for.

pub mod admit;
pub mod compose;
pub mod dialog;
pub mod digest;
pub mod flow;
pub mod frame;
mod lex;
pub mod locate;
pub mod message;
pub mod method;
pub mod name;
pub mod package;
pub mod redact;
mod scan;
pub mod seed;
pub mod stun;
pub mod transaction;
pub mod validate;
pub mod view;

pub use flow::{Flow, Transport};
pub use lex::{MAX_HEADER, MAX_HEADERS, MAX_MESSAGE, ParseError};
pub use message::{Message, OwnedMessage, Start};
pub use method::Method;
pub use name::Name;
pub use scan::{Param, Params, unfolded, unquoted};
