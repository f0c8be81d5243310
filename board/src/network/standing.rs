//! What the box says of its place in the network: one file, `network.json`, whole at every change.

use serde::{Deserialize, Serialize};

use super::Network;

/// A longer file was not written by the box; in bytes.
pub const LONGEST_STANDING: u64 = 16 * 1024;

/// The file. Moments are seconds since 1970.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Standing {
    /// What counts at every start, and once a trial that is not confirmed is over.
    pub settings: Network,
    /// Who said so.
    pub origin: Origin,
    /// What is tried.
    pub trial: Option<Trial>,
    /// What became of the last change that was wanted.
    pub last: Option<Ended>,
}

/// Who said where the box stands.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Nobody: the network is asked (DHCP).
    #[default]
    Nobody,
    /// `network.ini` in the drop zone.
    DropZone,
    /// An admin on the page, who confirmed it.
    Page,
}

/// Settings on trial.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Trial {
    /// Names this trial and no other; whoever confirms says it.
    pub id: u64,
    /// What is tried.
    pub settings: Network,
    /// Until then they may be confirmed; nothing as long as they do not count yet.
    pub until: Option<u64>,
}

/// A change that is over.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Ended {
    /// When.
    pub at: u64,
    /// How.
    pub outcome: Outcome,
    /// What was wanted, where it could be read.
    pub settings: Network,
}

/// How a change ended.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Somebody confirmed it: it counts from now on.
    Kept,
    /// Nobody confirmed it in time.
    NotConfirmed,
    /// The box started anew before anybody confirmed it.
    Restarted,
    /// What watched over the trial ended before its time.
    Unwatched,
    /// The system did not take it.
    NotTaken,
    /// It could not be written down.
    NotWritten,
    /// Somebody calls for help, or did so a short while ago.
    Help,
    /// It was no `network.ini`.
    Unreadable,
}
