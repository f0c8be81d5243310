//! A certificate that browsers and phones trust without being told, for a name that the admin owns (RFC 8555, by DNS: 8.4).
//!
//! ```text
//!   Plan ──> order() ──> directory (HTTPS) ──┐
//!              └──> Zone (RFC 2136, TSIG) ───┴──> Public: chain, key, when to come back
//! ```
//!
//! The box is asked nothing from outside: it shows that the name is its own by a record in the zone, which it writes and takes away
//! again. In go a [`Plan`], a folder and the time; out comes a [`Public`], kept in that folder. It refuses to know who shows it.

mod directory;
mod order;
mod plan;
mod public;
mod zone;

pub use order::{OrderFailed, ZoneFailed, order};
pub use plan::{Plan, PlanRefused, Tsig, Wanted};
pub use public::{KeepFailed, Public};
