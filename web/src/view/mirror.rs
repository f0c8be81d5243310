//! How fresh the copy of the cloud account is, and how far a sync of it.

use std::time::SystemTime;

use serde::Serialize;

use super::Sentence;
use crate::when;

/// How fresh our copy of the cloud account is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mirror {
    /// Host of the cloud's API, such as `api.sipgate.com`.
    pub source: String,
    /// How the last attempt went.
    #[serde(flatten)]
    pub state: MirrorState,
    /// When the copy was last known to equal the cloud.
    #[serde(serialize_with = "when::serialize_option")]
    pub fetched: Option<SystemTime>,
    /// People in the copy.
    pub users: usize,
    /// Devices in the copy.
    pub devices: usize,
    /// Telephone numbers in the copy.
    pub numbers: usize,
    /// How far the sync is that makes the first copy or that somebody asked for.
    pub progress: Option<Progress>,
    /// What the last such sync brought.
    pub brought: Option<Brought>,
}

/// How far a sync is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// Questions answered, one way or another.
    pub answered: usize,
    /// Questions known so far; one answer may lead to more.
    pub questions: usize,
    /// HTTP requests sent.
    pub requests: u32,
}

/// What a sync brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Brought {
    /// When it ended.
    #[serde(serialize_with = "when::serialize")]
    pub at: SystemTime,
    /// Objects that were new, different or gone.
    pub changed: usize,
    /// HTTP requests it took.
    pub requests: u32,
}

impl Mirror {
    /// Nothing was ever mirrored.
    pub fn never(source: impl Into<String>) -> Self {
        Self {
            source: source.into(),
            state: MirrorState::Never,
            fetched: None,
            users: 0,
            devices: 0,
            numbers: 0,
            progress: None,
            brought: None,
        }
    }
}

/// How the last attempt to mirror went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum MirrorState {
    /// No account is linked, or no sync has ended yet.
    Never,
    /// The copy equals the cloud.
    Current,
    /// The copy is older than it should be, though nothing failed.
    Stale,
    /// The last attempt failed; the copy still serves.
    Failed {
        /// Why, and whose fault.
        reason: Sentence,
    },
}
