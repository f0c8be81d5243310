//! From the wish to the deed: every change to the cloud passes through an entry of this journal.
//!
//! ```text
//!            (the cloud is away)                    ┌─ Done
//!   Waiting ─── looked at anew ──> Sending ── told ─┼─ Refused
//!      ^   └─ not as the admin saw it ─> Conflict   └─ Unsure   (no answer, and doing it twice would do harm)
//!      └────────── no answer, harmless to repeat ───┘
//! ```
//!
//! An entry is `Sending` on disk before its request leaves. After a power cut such an entry has perhaps been carried
//! out: what is harmless to repeat waits again and the look at the cloud before sending tells; what is not is `Unsure`
//! until somebody decides.

use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Documents, Intent};

/// One change on its way.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
pub struct Entry {
    /// Counts up; entries are carried out in this order.
    pub id: u64,
    /// What is wanted.
    pub intent: Intent,
    /// What the admin saw at the place it changes.
    pub seen: Value,
    /// How far it is.
    #[serde(flatten)]
    pub state: Progress,
    /// Requests sent for it.
    pub attempts: u32,
    /// When it was asked for.
    pub made: SystemTime,
}

/// How far an entry is.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Progress {
    /// It waits for the cloud.
    Waiting,
    /// Its request has left, or was just about to.
    Sending,
    /// The cloud has it.
    Done,
    /// Somebody changed the same thing meanwhile.
    Conflict {
        /// What is there now.
        found: Value,
    },
    /// The cloud does not want it.
    Refused {
        /// HTTP status.
        status: u16,
    },
    /// Nobody knows whether it was carried out, and doing it again could do it twice.
    Unsure,
    /// Somebody thought better of it.
    Cancelled,
}

/// What to do with an entry after a fresh look at the cloud.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Step {
    /// Send it.
    Send,
    /// It is settled as it is.
    Settle(Progress),
}

/// What came of a request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reply {
    /// The cloud did it.
    Told,
    /// The cloud refuses it with this status.
    Refused(u16),
    /// It certainly did not reach the cloud, or the cloud has no time.
    NotSent,
    /// It left, and nothing sensible came back.
    Unknown,
}

/// What somebody decides about an entry that cannot go on by itself.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// Carry it out over what is there now; of an unsure one: do it (again).
    Mine,
    /// Leave the cloud as it is.
    Theirs,
}

impl Entry {
    /// Whether it will go on by itself.
    #[must_use]
    pub const fn is_waiting(&self) -> bool {
        matches!(self.state, Progress::Waiting)
    }

    /// Whether nothing more will happen to it.
    #[must_use]
    pub const fn is_settled(&self) -> bool {
        matches!(self.state, Progress::Done | Progress::Refused { .. } | Progress::Cancelled)
    }

    /// After a start: what was under way when the power went.
    pub fn wake(&mut self) {
        if self.state == Progress::Sending {
            self.state = if self.intent.is_once() { Progress::Unsure } else { Progress::Waiting };
        }
    }

    /// Compares what the admin saw with what the cloud has just told.
    #[must_use]
    pub fn look(&self, known: &Documents) -> Step {
        let found = self.intent.found(known);
        if self.intent.wanted().is_some_and(|wanted| wanted == found) {
            Step::Settle(Progress::Done)
        } else if found == self.seen {
            Step::Send
        } else {
            Step::Settle(Progress::Conflict { found })
        }
    }

    /// An unsure creation is done once what it makes has appeared.
    #[must_use]
    pub fn has_appeared(&self, known: &Documents) -> bool {
        let count = |value: &Value| value.as_array().map_or(0, Vec::len);
        self.state == Progress::Unsure && count(&self.intent.found(known)) > count(&self.seen)
    }

    /// Takes in what came of its request.
    pub fn hear(&mut self, reply: Reply) {
        self.state = match reply {
            Reply::Told => Progress::Done,
            Reply::Refused(status) => Progress::Refused { status },
            Reply::Unknown if self.intent.is_once() => Progress::Unsure,
            Reply::NotSent | Reply::Unknown => Progress::Waiting,
        };
    }

    /// Takes in a decision; entries that go on by themselves or are settled take none.
    pub fn choose(&mut self, choice: Choice, known: &Documents) -> bool {
        let open =
            matches!(self.state, Progress::Conflict { .. } | Progress::Unsure | Progress::Refused { .. });
        if !open {
            return false;
        }
        match choice {
            Choice::Mine => {
                self.seen = self.intent.found(known);
                self.state = Progress::Waiting;
            }
            Choice::Theirs => self.state = Progress::Cancelled,
        }
        true
    }

    /// Takes it back as long as it has not left.
    pub fn cancel(&mut self) -> bool {
        let open = !self.is_settled() && self.state != Progress::Sending;
        if open {
            self.state = Progress::Cancelled;
        }
        open
    }
}

#[cfg(test)]
mod cuts;
#[cfg(test)]
mod described;
#[cfg(test)]
mod tests;
