//! Callers in line for the agents of a channel.

use std::time::SystemTime;

use serde::Serialize;

use super::Party;
use crate::when;
use crate::words::Lang;

/// The line of a channel at this moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Queue {
    /// The cloud's id of the channel.
    pub channel: String,
    /// Its name.
    pub name: String,
    /// Who waits, the first to come first.
    pub waiting: Vec<Waiting>,
    /// Who answers, in the order in which they are rung.
    pub agents: Vec<Agent>,
}

/// A caller in line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Waiting {
    /// Who.
    pub caller: Party,
    /// Since when.
    #[serde(serialize_with = "when::serialize")]
    pub since: SystemTime,
    /// Whether an agent rings for this caller now.
    pub rings: bool,
}

/// Somebody who answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Agent {
    /// The cloud's id.
    pub user: String,
    /// The name, empty if the account does not know it.
    pub name: String,
    /// What the agent does.
    pub state: AgentState,
}

/// What an agent does now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentState {
    /// No phone of the agent's is registered.
    Away,
    /// Do-not-disturb.
    Quiet,
    /// Would be rung next.
    Free,
    /// Rings for a caller in line.
    Rings,
    /// Talks to one.
    Talks,
    /// In another call.
    Busy,
    /// Rests after a call.
    Rests,
}

impl AgentState {
    /// The word for it.
    pub(crate) const fn word(self, t: Lang) -> &'static str {
        match self {
            Self::Away => t.pick("nicht angemeldet", "not registered"),
            Self::Quiet => t.pick("nicht stören", "do not disturb"),
            Self::Free => t.pick("frei", "free"),
            Self::Rings => t.pick("klingelt", "rings"),
            Self::Talks => t.pick("im Gespräch", "talks"),
            Self::Busy => t.pick("in anderem Gespräch", "in another call"),
            Self::Rests => t.pick("Nachbearbeitung", "wrapping up"),
        }
    }
}
