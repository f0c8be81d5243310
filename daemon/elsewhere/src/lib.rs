//! Outside Germany: where the network says that the house stands (HELD, RFC 5985), and which control centre is competent for a
//! place (LoST, RFC 5222).
//!
//! ```text
//!   address of a location server ──HELD──> Civic ──LoST──> Competent: the control centre's URI and its number
//! ```
//!
//! Asked now and then and kept until it expires, never while somebody calls. In Germany neither is used: the line carries the
//! address. In go addresses and places, out come places and control centres; every answer is bounded in size, depth and
//! time, and nobody is sent on to another server.

mod ask;
mod held;
mod lost;

pub use ask::{AskFailed, Asker};
pub use held::{Where, located};
pub use lost::{Competent, Expires, competent};
