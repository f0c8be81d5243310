//! What is over: calls the box connected, and what the cloud reports.

use std::time::{Duration, SystemTime};

/// Who remembers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Witness {
    /// The box, from its own calls.
    House,
    /// The cloud's history.
    Cloud,
}

/// A page of it, the newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Past {
    /// What happened.
    pub events: Vec<Event>,
    /// Where the next older page begins; `None` when this was the last.
    pub older: Option<u64>,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// What it was.
    pub kind: Kind,
    /// From outside, to the outside, or inside the house.
    pub direction: Direction,
    /// Who called or sent.
    pub from: Party,
    /// Who was called or sent to.
    pub to: Party,
    /// When it began.
    pub at: SystemTime,
    /// How long people talked.
    pub talked: Duration,
    /// How it ended.
    pub outcome: Outcome,
}

/// One end of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Party {
    /// As the account or the cloud names it, when it does.
    pub name: Option<String>,
    /// Extension inside the house, number outside; empty when withheld.
    pub number: String,
}

/// What it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Kind {
    Call,
    Fax,
    Voicemail,
    Message,
}

/// Which way it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From outside.
    In,
    /// To the outside.
    Out,
    /// Between two desks.
    Inside,
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// People talked, or it went through.
    Answered,
    /// Nobody answered, and a mailbox did.
    Mailbox,
    /// Nobody answered.
    Missed,
    /// The caller gave up.
    Cancelled,
    /// The other side was busy.
    Busy,
    /// It could not be connected.
    Failed,
}
