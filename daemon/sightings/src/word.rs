//! One word about one piece of hardware, from whoever speaks without being asked.

use std::net::IpAddr;

use emergency::{Mac, Mark};

/// What somebody said.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Word {
    /// Of which hardware.
    pub mac: Mac,
    /// Where it hangs.
    pub mark: Option<Mark>,
    /// Which address it has.
    pub address: Option<IpAddr>,
    /// Whether that goes on.
    pub stays: Stays,
}

/// Whether hardware goes on being there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Stays {
    /// It has come, or is still there.
    Stays,
    /// It has been there and leaves.
    Leaves,
}
