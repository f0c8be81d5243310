//! One program that is told: its queue, its two tries, and how they went.

use std::collections::VecDeque;
use std::time::{Duration, SystemTime};

use cloud::{Hook, HookFailed, HookTarget};
use rustls::RootCertStore;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use web::view::Sentence;

use super::super::records::said;
use super::told::Fields;

/// What waits for it; a busy minute of a large office.
const QUEUE: usize = 64;
/// Results that are kept.
const RESULTS: usize = 10;
/// For an answer.
const DEADLINE: Duration = Duration::from_secs(5);
/// Before the second and last try.
const AGAIN: Duration = Duration::from_secs(2);

/// A program as it is kept.
#[derive(Clone, Deserialize, Serialize)]
pub(super) struct Kept {
    pub id: u64,
    pub url: String,
    /// It stands in the office's own network.
    pub inside: bool,
}

/// How one telling went.
#[derive(Clone)]
pub(super) struct Outcome {
    pub program: u64,
    at: SystemTime,
    event: String,
    tries: u8,
    failed: Option<HookFailed>,
}

/// A program that is told. It is not any more when this is dropped.
pub(super) struct Program {
    pub kept: Kept,
    queue: mpsc::Sender<Fields>,
    task: AbortHandle,
    /// What did not fit into the queue.
    lost: u64,
    results: VecDeque<Outcome>,
}

impl Program {
    /// `None` when such an address is never visited. How each telling went comes by `results`.
    pub(super) fn start(kept: Kept, results: mpsc::Sender<Outcome>) -> Option<Self> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let target = HookTarget { url: kept.url.clone(), inside: kept.inside };
        let hook = Hook::new(target, roots, DEADLINE).ok()?;
        let (queue, waiting) = mpsc::channel(QUEUE);
        let task = tokio::spawn(work(kept.id, hook, waiting, results)).abort_handle();
        Some(Self { kept, queue, task, lost: 0, results: VecDeque::new() })
    }

    /// Lets it know in its turn.
    pub(super) fn tell(&mut self, fields: &Fields) {
        if self.queue.try_send(fields.clone()).is_err() {
            self.lost += 1;
        }
    }

    pub(super) fn remember(&mut self, result: &Outcome) {
        self.results.push_front(result.clone());
        self.results.truncate(RESULTS);
    }

    /// Without what stands behind the question mark of its address: that may be a key.
    pub(super) fn shown(&self) -> Value {
        let address = self.kept.url.split(['?', '#']).next().unwrap_or_default();
        let results: Vec<Value> = self.results.iter().map(Outcome::shown).collect();
        json!({ "id": self.kept.id, "address": address, "inside": self.kept.inside, "lost": self.lost, "results": results })
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Outcome {
    fn shown(&self) -> Value {
        let words = match self.failed {
            None => Sentence::new("angenommen", "taken"),
            Some(HookFailed::Address) => {
                Sentence::new("dorthin sendet die Box nichts", "the box sends nothing there")
            }
            Some(HookFailed::Unreachable) => Sentence::new("nicht erreichbar", "could not be reached"),
            Some(HookFailed::Late) => {
                Sentence::new("keine Antwort in fünf Sekunden", "no answer within five seconds")
            }
            Some(HookFailed::Refused(status)) => {
                Sentence::new(format!("antwortete {status}"), format!("answered {status}"))
            }
            Some(HookFailed::Tls) => Sentence::new("TLS geht hier nicht", "TLS does not work here"),
        };
        json!({ "at": said(self.at), "event": self.event, "ok": self.failed.is_none(), "tries": self.tries, "words": words })
    }
}

/// Tells what waits, one after the other.
async fn work(program: u64, hook: Hook, mut waiting: mpsc::Receiver<Fields>, results: mpsc::Sender<Outcome>) {
    while let Some(fields) = waiting.recv().await {
        let (mut tries, mut told) = (1, hook.tell(&fields).await);
        if told.err().is_some_and(may_pass) {
            tokio::time::sleep(AGAIN).await;
            (tries, told) = (2, hook.tell(&fields).await);
        }
        let event = fields.first().map(|(_, event)| event.clone()).unwrap_or_default();
        let result = Outcome { program, at: SystemTime::now(), event, tries, failed: told.err() };
        // A result that finds no room is not remembered; nothing else hangs on it.
        drop(results.try_send(result));
    }
}

/// Whether a second try may go better.
const fn may_pass(failed: HookFailed) -> bool {
    matches!(failed, HookFailed::Unreachable | HookFailed::Late | HookFailed::Refused(500..))
}
