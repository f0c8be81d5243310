//! Where this gatehouse lives: its data directory and what is in it.

use std::path::PathBuf;

/// The data directory.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub data: PathBuf,
}

impl Place {
    /// Where the command line reaches the running daemon.
    pub(crate) fn socket(&self) -> PathBuf {
        self.data.join("gatehouse.sock")
    }
}
