//! Which versions of the software there are, and how a box knows that they are ours.
//!
//! ```text
//!   private key ──> Signer ──> head ──────────────> opened ──> what was signed, or why it is not believed
//!   feed, signed ──> Feed ── is it fresh? ──> newest version for this box ──> Offer ──> is a file what was promised?
//! ```
//!
//! In go bytes as they came, public keys and the time; out comes what may be believed of them. It refuses to know where bytes come
//! from, and what a version is made of.

mod feed;
mod signed;
mod version;

pub use feed::{DAY, Feed, FeedRefused, LARGEST, LONGEST_FEED, Model, Offer, Stale};
pub use signed::{Form, HeadRefused, PUBLIC_KEY, SealFailed, Signer, new_key};
pub use version::{Version, VersionRefused};

/// Lower-case hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}
