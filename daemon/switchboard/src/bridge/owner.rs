//! Who sits at one end of a call.

use account::{DeviceId, LineId};
use serde::{Deserialize, Serialize};

/// A phone of the house, or the world behind a line.
#[derive(Clone, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
pub(crate) enum Owner {
    Phone(DeviceId),
    Line(LineId),
}

impl Owner {
    /// The phone, if it is one.
    pub(crate) fn phone(&self) -> Option<&DeviceId> {
        match self {
            Self::Phone(device) => Some(device),
            Self::Line(_) => None,
        }
    }

    /// The line, if it is one.
    pub(crate) fn line(&self) -> Option<&LineId> {
        match self {
            Self::Phone(_) => None,
            Self::Line(line) => Some(line),
        }
    }
}
