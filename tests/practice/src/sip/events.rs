//! What happened on the SIP side, for tests to wait for.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;

use serde::Serialize;
use tokio::sync::broadcast;

use crate::cloud::lock;

/// Events kept for `GET /practice/sip/events`; older ones fall out.
const REMEMBERED: usize = 10_000;
/// The longest [`EventStream::find`] waits.
const PATIENCE: Duration = Duration::from_secs(10);
/// Events a slow listener may lag behind before it misses some.
const LAG: usize = 4096;

/// Something that happened, with its number in the order of events (from 1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Numbered {
    /// Position in the order of events.
    pub sequence: u64,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// Something that happened on the SIP side. Devices go by their id (`e0`), calls by their number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[expect(missing_docs, reason = "the fields are named for what they hold")]
pub enum Event {
    /// A device has bound or renewed a contact.
    Registered { device: String, contact: String, source: String, expires: u64 },
    /// A contact is gone: taken back, or run out.
    Unregistered { device: String, contact: String },
    /// A request was refused with a final status that is no challenge.
    Refused { method: String, from: String, status: u16 },
    /// An INVITE was dropped without an answer: it came from a port that holds no registration.
    Dropped { from: String, source: String },
    /// A call began. `presented` is the caller's number as the callee sees it.
    CallStarted { call: u64, direction: Direction, device: String, number: String, presented: String },
    /// 110 or 112 was dialled; the address is the emergency location of the device that dialled.
    Emergency { call: u64, device: String, number: String, address: Option<String> },
    /// The callee rings.
    CallRinging { call: u64 },
    /// The callee has answered.
    CallAnswered { call: u64 },
    /// A device was asked whether it lives (OPTIONS); without a status it kept silent.
    Asked { device: String, status: Option<u16> },
    /// The session was confirmed to go on (RFC 4028), by the device or by the practice cloud.
    CallRefreshed { call: u64, by: EndedBy },
    /// The phone changed the session: `direction` of its new offer (`sendrecv`, `sendonly`, ...).
    CallChanged { call: u64, direction: String },
    /// A DTMF digit came as a telephone event (RFC 4733).
    Digit { call: u64, digit: char },
    /// The call is over; `status` is the final status when it was never answered.
    CallEnded { call: u64, by: EndedBy, status: Option<u16>, received: u64, sent: u64 },
}

/// Which way a call goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Direction {
    /// The practice cloud calls a registered device.
    ToDevice,
    /// A device calls a number in the practice cloud.
    FromDevice,
}

/// Who ended a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum EndedBy {
    /// The practice cloud, or the test through it.
    Cloud,
    /// The device: BYE, CANCEL or a refusal.
    Device,
    /// Nobody answered in time, or the call lasted too long.
    Timeout,
}

#[derive(Debug)]
pub(super) struct Events {
    kept: Mutex<VecDeque<Numbered>>,
    sender: broadcast::Sender<Numbered>,
}

/// Everything that happens from now on.
#[derive(Debug)]
pub struct EventStream(broadcast::Receiver<Numbered>);

impl EventStream {
    /// The next event; `None` when the practice cloud has stopped. Events missed by a slow listener are skipped.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            match self.0.recv().await {
                Ok(numbered) => return Some(numbered.event),
                Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        }
    }

    /// Waits for the next event that `wanted` accepts, ten seconds at most, so that a test fails instead of hanging.
    pub async fn find(&mut self, wanted: impl Fn(&Event) -> bool) -> Option<Event> {
        let end = tokio::time::Instant::now() + PATIENCE;
        while let Ok(Some(event)) = tokio::time::timeout_at(end, self.next()).await {
            if wanted(&event) {
                return Some(event);
            }
        }
        None
    }
}

impl Events {
    pub(super) fn new() -> Self {
        Self { kept: Mutex::default(), sender: broadcast::channel(LAG).0 }
    }

    pub(super) fn tell(&self, event: Event) {
        tracing::info!(?event);
        let mut kept = lock(&self.kept);
        let numbered = Numbered { sequence: kept.back().map_or(0, |last| last.sequence) + 1, event };
        if kept.len() == REMEMBERED {
            kept.pop_front();
        }
        kept.push_back(numbered.clone());
        // Under the lock, so that listeners see the order of the numbers. Nobody listening is fine.
        let _ = self.sender.send(numbered);
    }

    pub(super) fn listen(&self) -> EventStream {
        EventStream(self.sender.subscribe())
    }

    pub(super) fn after(&self, sequence: u64) -> Vec<Numbered> {
        lock(&self.kept).iter().filter(|numbered| numbered.sequence > sequence).cloned().collect()
    }
}
