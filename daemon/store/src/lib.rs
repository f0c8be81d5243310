//! What must survive a power cut: bindings, the mirrored account, call records, settings and sessions, in SQLite.
//!
//! ```text
//!   SIP thread, page, mirror ── submit ──> queue ──> store thread ──> one transaction, one fsync
//!          ^                                              │
//!          └────────── Notice::Committed { up_to } ───────┘         good-copy thread ── hourly ──> gatehouse.db.good
//!   page ── Reader ──> read-only connection
//! ```
//!
//! In go [`Batch`]es, out come [`Notice`]s; at start, [`Loaded`] has everything. Nothing on the call path waits for the
//! disk: submitting takes a lock for as long as a push takes, and whoever must not answer before the disk has it
//! waits for the notice. When the disk fails, writes are kept (only the newest state of each row) and tried again,
//! up to [`QUEUE_ROWS`]; beyond that they are refused and calls go on.
//!
//! It refuses to know SIP, HTTP, the cloud, and what a setting means.

mod apply;
mod beside;
mod copy;
mod database;
mod fault;
mod migrate;
mod open;
mod queue;
mod reader;
mod recover;
mod rows;
mod seal;
mod store;
mod travel;
mod write;
mod writer;

pub use apply::{DEEDS_KEPT, JOURNAL_KEPT, RECORDS_KEPT};
pub use beside::{forget_copy, write_beside};
pub use fault::StoreFault;
pub use open::{Loaded, OpenFailed};
pub use queue::QUEUE_ROWS;
pub use reader::{CallPage, Counts, DeedPage, PAGE, Reader};
pub use recover::{Recovered, Restored};
pub use store::{Config, Notice, Store, SubmitRefused, Ticket, WriteFailed};
pub use travel::{adopt, copy_to};
pub use write::{Batch, Session, Write};

#[cfg(test)]
mod tests;
