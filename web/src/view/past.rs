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
    /// The number of a call over the box, by which it has a page of its own.
    pub number: Option<u64>,
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
    /// Where the caller is and where the callee, of calls over the box.
    pub sides: Option<[Side; 2]>,
    /// How the caller's voice came through, and the callee's; of calls over the box in which people talked.
    pub voice: Option<[Voice; 2]>,
}

/// Where one end of a call is, seen from the box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// A phone of the house.
    Lan,
    /// Outside, over a line.
    Wan,
}

/// How the voice of one side arrived at the box.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Voice {
    /// How it sounds, in hundredths from 100 to 441 (ITU-T G.107); nothing when no packet came.
    pub mos: Option<u16>,
    /// Packets of voice that came.
    pub packets: u64,
    /// Packets that never came.
    pub lost: u64,
    /// The same in hundredths of a percent.
    pub loss: u64,
    /// Runs of packets that never came.
    pub gaps: u64,
    /// Packets that came later than their successors.
    pub reordered: u64,
    /// Packets that came twice.
    pub duplicates: u64,
    /// Packets it was sent.
    pub sent: u64,
    /// Variation of the transit time.
    pub jitter: Duration,
    /// There and back between it and the box, if it reported.
    pub round_trip: Option<Duration>,
    /// Why it was not heard when it should have been.
    pub unheard: Option<Unheard>,
    /// How its phone says that it heard the other side, if it does.
    pub phone: Option<PhoneVoice>,
}

/// How a phone heard a call, by its own figures (RFC 6035). Loss in hundredths of a percent, times in milliseconds, scores
/// in hundredths.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PhoneVoice {
    /// Packets that never came.
    pub lost: Option<u16>,
    /// Packets that came too late to be played.
    pub discarded: Option<u16>,
    /// Both of them within bursts.
    pub burst_density: Option<u16>,
    /// Mean length of a burst.
    pub burst: Option<u16>,
    /// Both of them between bursts.
    pub gap_density: Option<u16>,
    /// There and back.
    pub round_trip: Option<u16>,
    /// What the phone itself adds.
    pub end_system_delay: Option<u16>,
    /// Variation of the transit time.
    pub jitter: Option<u16>,
    /// Nominal length of its jitter buffer.
    pub jitter_buffer: Option<u16>,
    /// How it sounds to who listens.
    pub mos_listening: Option<u16>,
    /// How it sounds in a conversation.
    pub mos_conversation: Option<u16>,
}

impl PhoneVoice {
    /// How it sounded, as far as it says.
    #[must_use]
    pub fn mos(&self) -> Option<u16> {
        self.mos_listening.or(self.mos_conversation)
    }

    /// Packets that never came or came too late, in hundredths of a percent, if it says either.
    #[must_use]
    pub fn loss(&self) -> Option<u64> {
        let known = self.lost.is_some() || self.discarded.is_some();
        known.then(|| self.lost.into_iter().chain(self.discarded).map(u64::from).sum())
    }
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
