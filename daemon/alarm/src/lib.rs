//! Ways to tell people on site that somebody calls for help: a letter by e-mail, a relay that switches a light or a door.
//!
//! ```text
//!   what to say, to whom ──> Mailer ──SMTP──> the mail server of the house
//!   on or off ─────────────> Strobe ──file──> the kernel's pin, light or relay
//! ```
//!
//! Each way ends within a bounded time and says why it failed; none of them knows a call, and no call waits for one.

mod mail;
mod strobe;

pub use mail::{Address, AddressRefused, Closed, Letter, MailFailed, Mailer, Server};
pub use strobe::{Strobe, StrobeFailed, Switched};
