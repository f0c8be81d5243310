//! A token for the cloud account, on its way from a form to the daemon.

use std::fmt;

use zeroize::Zeroizing;

/// A personal access token of the cloud account, wiped when dropped and never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct CloudToken(Zeroizing<String>);

impl CloudToken {
    /// As somebody typed it.
    pub fn new(typed: String) -> Self {
        Self(Zeroizing::new(typed))
    }

    /// For whoever keeps it, and for nobody else.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for CloudToken {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("CloudToken(..)")
    }
}
