//! What is over: calls the box connected, and what the cloud reports.

use std::time::{Duration, SystemTime};

use super::Unheard;

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
    /// How the caller's voice came through, and the callee's; of calls over the box in which people talked.
    pub voice: Option<[Voice; 2]>,
}

/// How the voice of one side arrived at the box.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Voice {
    /// How it sounds, in hundredths from 100 to 441 (ITU-T G.107); nothing when no packet came.
    pub mos: Option<u16>,
    /// Packets that never came, in hundredths of a percent.
    pub loss: u64,
    /// Variation of the transit time.
    pub jitter: Duration,
    /// There and back between it and the box, if it reported.
    pub round_trip: Option<Duration>,
    /// Why it was not heard when it should have been.
    pub unheard: Option<Unheard>,
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
