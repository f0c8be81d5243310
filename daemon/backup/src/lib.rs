//! One file that holds a box: what it cannot fetch again from the cloud, sealed with a passphrase, and the way back.
//!
//! ```text
//!   data ── pack ──> names and contents ──> pieces of 64 KiB, sealed ──> a file that somebody keeps
//!   that file ── unpack ──> data/restore/half, checked whole ── settle ──> data/restore/ready
//!   the next start ── take_over ──> data
//! ```
//!
//! In go a data folder, a sound copy of its database and the configuration, out comes a stream of bytes, and the other way round; neither is ever
//! held in memory. Until [`Staged::settle`] returns the old state counts, from then on the new one: a power cut leaves one of them.
//! It refuses to know what is in the files.

mod contents;
mod passphrase;
mod sealed;
mod take_over;
mod travel;

pub use contents::{About, inventory};
pub use passphrase::{Passphrase, PassphraseRefused};
pub use take_over::take_over;
pub use travel::{DATABASE, SETTINGS, Staged, pack, unpack};

/// Why a file does not bring a box back. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum RestoreRefused {
    /// Another program made it.
    #[error("this is no backup of a gatehouse")]
    NotOurs,
    /// A later version made it.
    #[error("a newer gatehouse made this backup; update this box first")]
    Newer,
    /// It opens with another passphrase.
    #[error("this is not the passphrase the backup was made with")]
    Passphrase,
    /// Bytes of it were changed, or its end is missing.
    #[error("the backup is damaged or not complete; use another copy of it")]
    Damaged,
    /// It holds more than any box of ours.
    #[error("the backup holds more than a box can")]
    TooLarge,
    /// It did not come whole.
    #[error("the backup did not arrive: {0}")]
    Source(std::io::Error),
    /// The box's disk does not take it.
    #[error("the disk does not take the backup: {0}")]
    Disk(std::io::Error),
}

#[cfg(test)]
mod tests;
