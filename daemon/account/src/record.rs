//! What is remembered of a call.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use crate::{CallVoice, ChannelId, DeviceId, UserId};

/// One end of a call, named by the account and never by what a phone claimed.
#[derive(Clone, Debug, Default, Eq, PartialEq, Deserialize, Serialize)]
pub struct CallParty {
    /// The device, when it is one of ours.
    pub device: Option<DeviceId>,
    /// Its owner, when it has one.
    pub user: Option<UserId>,
    /// The number as dialled or shown.
    pub number: String,
    /// The name as shown.
    pub name: String,
}

impl CallParty {
    /// Whoever is no phone or user of ours is reached over a line.
    #[must_use]
    pub fn side(&self) -> Side {
        if self.device.is_some() || self.user.is_some() { Side::Lan } else { Side::Wan }
    }
}

/// Where one end of a call is, seen from the box.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// A phone of the house.
    Lan,
    /// Outside, over a line.
    Wan,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CallOutcome {
    /// People talked.
    Answered,
    /// Nobody answered, and a mailbox of the house did.
    Mailbox,
    /// The caller gave up while it rang.
    Cancelled,
    /// The other side was busy.
    Busy,
    /// Nobody answered in time, or nobody's phone was registered.
    Missed,
    /// It could not be connected.
    Failed,
}

/// A finished call.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
pub struct CallRecord {
    /// Unique on this box.
    pub id: String,
    /// Who called.
    pub caller: CallParty,
    /// Who was called and, once answered, who answered.
    pub callee: CallParty,
    /// When the first phone asked for it.
    pub started: SystemTime,
    /// How long it rang, until answered or over.
    pub ringing: Duration,
    /// How long people talked; zero when nobody answered, or a mailbox.
    pub talked: Duration,
    /// How it ended.
    pub outcome: CallOutcome,
    /// The final SIP status the caller saw.
    pub status: u16,
    /// The channel in whose line the caller waited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub through: Option<ChannelId>,
    /// How the voice came through. Known a moment after the call is over, and of calls alone in which people talked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voice: Option<Box<CallVoice>>,
}
