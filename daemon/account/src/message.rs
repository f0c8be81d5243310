//! A message that a caller left in a mailbox of the house.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use crate::{CallParty, VoicemailId};

/// Something said after the tone.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
pub struct VoiceMessage {
    /// Unique on this box; its recording is the file of that name.
    pub id: String,
    /// The mailbox it lies in.
    pub mailbox: VoicemailId,
    /// Who left it.
    pub caller: CallParty,
    /// When the tone sounded.
    pub left: SystemTime,
    /// How long it is.
    pub length: Duration,
    /// Whether somebody whose mailbox it is has listened to it.
    pub heard: bool,
}
