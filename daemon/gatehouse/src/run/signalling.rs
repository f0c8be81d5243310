//! What passed lately: the messages of the last calls, and everything while somebody captures.
//!
//! It lives on the signalling thread, which only adds to it: a message that arrives costs one copy, one that leaves none. Whoever
//! asks gets what stands in it; secrets are taken out by those who show it (`sip::redact`). Where the customer wants no complete
//! records of calls, nothing is kept unasked.

pub(super) mod ladder;
pub(super) mod pcapng;

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use billing::Privacy;
use bytes::Bytes;
use memchr::memmem;
use sip::{Flow, Message, Method};
use tokio::sync::{oneshot, watch};

/// Of the last calls, in bytes; a call with voice is about ten messages of 800.
const RECENT: usize = 1 << 20;
/// Of a capture, in bytes.
const LARGEST: usize = 8 << 20;
/// What a message costs beside its own bytes.
const EACH: usize = 128;
/// Parts of calls that are known by name; more than messages of that many calls fit.
const LEGS: usize = 1024;
/// A capture that nobody fetches is forgotten after this.
const FETCHED_WITHIN: Duration = Duration::from_secs(3600);

/// Which way a message went.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Way {
    In,
    Out,
}

/// A message that passed. Never shown as it is: it holds numbers, names and proofs.
#[derive(Clone)]
pub(super) struct Passed {
    pub at: SystemTime,
    pub way: Way,
    pub flow: Flow,
    pub bytes: Bytes,
}

impl fmt::Debug for Passed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Passed({:?}, {} bytes)", self.way, self.bytes.len())
    }
}

/// What is wanted of it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Want {
    /// The messages of the last calls.
    Recent,
    /// How the capture stands.
    Capture,
    /// What it holds.
    Captured,
    /// Capture for so long; one that is under way goes on instead.
    Begin(Duration),
    /// End the one under way.
    End,
    /// Forget what it holds.
    Forget,
}

/// What is told.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub passed: Vec<Passed>,
    /// Names of calls and their Call-IDs, the oldest first.
    pub legs: Vec<(Arc<str>, Arc<str>)>,
    pub capture: Option<CaptureNow>,
    /// Nothing of calls is kept: the customer wants it so.
    pub silent: bool,
}

/// How a capture stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct CaptureNow {
    pub began: SystemTime,
    pub until: SystemTime,
    /// `None` while it is under way.
    pub ended: Option<Ended>,
    pub messages: usize,
    pub bytes: usize,
}

/// Why a capture ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Ended {
    Asked,
    InTime,
    Full,
}

/// What passed lately.
pub(super) struct Signalling {
    privacy: watch::Receiver<Privacy>,
    recent: VecDeque<Passed>,
    /// Of `recent`, as counted against [`RECENT`].
    bytes: usize,
    legs: VecDeque<(Arc<str>, Arc<str>)>,
    capture: Option<(CaptureNow, Vec<Passed>)>,
}

impl Signalling {
    pub(super) fn new(privacy: watch::Receiver<Privacy>) -> Self {
        Self { privacy, recent: VecDeque::new(), bytes: 0, legs: VecDeque::new(), capture: None }
    }

    /// A message arrived.
    pub(super) fn arrived(&mut self, flow: Flow, message: &Message<'_>) {
        let recent = message.cseq().is_some_and(|cseq| is_of_a_call(cseq.method));
        if recent || self.captures() {
            let bytes = Bytes::copy_from_slice(message.bytes());
            self.passes(recent, Passed { at: SystemTime::now(), way: Way::In, flow, bytes });
        }
    }

    /// A message of ours leaves.
    pub(super) fn leaves(&mut self, flow: Flow, bytes: &Bytes) {
        let recent = is_of_a_call(Method::from_token(method(bytes)));
        if recent || self.captures() {
            let bytes = bytes.clone();
            self.passes(recent, Passed { at: SystemTime::now(), way: Way::Out, flow, bytes });
        }
    }

    /// Messages with this Call-ID belong to this call.
    pub(super) fn belongs(&mut self, call: String, call_id: String) {
        if self.legs.len() >= LEGS {
            self.legs.pop_front();
        }
        self.legs.push_back((call.into(), call_id.into()));
    }

    /// The call that messages with this Call-ID belong to, if it was one of the last.
    pub(super) fn call_of(&self, call_id: &str) -> Option<&str> {
        self.legs.iter().rev().find(|(_, id)| **id == *call_id).map(|(call, _)| &**call)
    }

    /// Does what is wanted, and tells.
    pub(super) fn tell(&mut self, want: Want, now: SystemTime) -> Told {
        self.end_in_time(now);
        match want {
            Want::Begin(length) if !self.captures() => {
                self.capture = Some((CaptureNow::begin(now, length), Vec::new()));
            }
            Want::End => self.end(Ended::Asked),
            Want::Forget if !self.captures() => self.capture = None,
            Want::Begin(_) | Want::Forget | Want::Capture | Want::Recent | Want::Captured => {}
        }
        let silent = self.heeds_privacy();
        let captured = self.capture.as_ref().map(|(_, passed)| passed);
        let (passed, legs) = match want {
            Want::Recent => (self.recent.iter().cloned().collect(), self.legs.iter().cloned().collect()),
            Want::Captured => (captured.cloned().unwrap_or_default(), Vec::new()),
            Want::Begin(_) | Want::End | Want::Forget | Want::Capture => (Vec::new(), Vec::new()),
        };
        Told { passed, legs, capture: self.capture.as_ref().map(|(now, _)| *now), silent }
    }

    fn passes(&mut self, recent: bool, passed: Passed) {
        let size = passed.bytes.len() + EACH;
        if let Some((now, all)) = self.capture.as_mut().filter(|(now, _)| now.ended.is_none()) {
            if now.bytes + size > LARGEST {
                now.ended = Some(Ended::Full);
            } else if passed.at >= now.until {
                now.ended = Some(Ended::InTime);
            } else {
                (now.bytes, now.messages) = (now.bytes + size, now.messages + 1);
                all.push(passed.clone());
            }
        }
        if !self.heeds_privacy() && recent {
            self.bytes += size;
            self.recent.push_back(passed);
            while self.bytes > RECENT {
                let oldest = self.recent.pop_front();
                self.bytes -= oldest.map_or(self.bytes, |oldest| oldest.bytes.len() + EACH);
            }
        }
    }

    fn captures(&self) -> bool {
        self.capture.as_ref().is_some_and(|(now, _)| now.ended.is_none())
    }

    /// Whether nothing may be kept unasked; then nothing is.
    fn heeds_privacy(&mut self) -> bool {
        let silent = *self.privacy.borrow() != Privacy::Complete;
        if silent && self.bytes > 0 {
            (self.recent, self.bytes) = (VecDeque::new(), 0);
        }
        silent
    }

    fn end(&mut self, why: Ended) {
        if let Some((now, _)) = &mut self.capture {
            now.ended.get_or_insert(why);
        }
    }

    /// Ends a capture whose time is over, and forgets one that nobody fetched.
    fn end_in_time(&mut self, now: SystemTime) {
        let Some((capture, _)) = &self.capture else { return };
        let until = capture.until;
        if now >= until + FETCHED_WITHIN {
            self.capture = None;
        } else if now >= until {
            self.end(Ended::InTime);
        }
    }
}

impl CaptureNow {
    fn begin(now: SystemTime, length: Duration) -> Self {
        Self { began: now, until: now + length, ended: None, messages: 0, bytes: 0 }
    }
}

/// Where an answer goes.
pub(super) type Answer = oneshot::Sender<Told>;

/// What a message of ours is about: the method it asks, or that it answers.
fn method(bytes: &[u8]) -> &[u8] {
    let word = |bytes: &[u8], end: u8| bytes.iter().position(|byte| *byte == end);
    if !bytes.starts_with(b"SIP/2.0 ") {
        return bytes.split(|byte| *byte == b' ').next().unwrap_or_default();
    }
    let found = memmem::find(bytes, b"\r\nCSeq: ").and_then(|at| bytes.get(at + 8..)).unwrap_or_default();
    let line = word(found, b'\r').and_then(|end| found.get(..end)).unwrap_or_default();
    word(line, b' ').and_then(|at| line.get(at + 1..)).unwrap_or_default()
}

/// Registrations, lamps and signs of life are captured on demand only: there are too many of them.
const fn is_of_a_call(method: Method<'_>) -> bool {
    use Method::{Ack, Bye, Cancel, Info, Invite, Prack, Refer, Update};
    matches!(method, Invite | Ack | Bye | Cancel | Prack | Update | Refer | Info)
}

#[cfg(test)]
mod tests;
