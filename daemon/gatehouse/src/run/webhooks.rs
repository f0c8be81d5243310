//! Programs that are told of calls, such as a customer database that shows who rings.
//!
//! ```text
//!   pictures, records of calls ──> told ──> a queue for each program ──> HTTP ──> how it went, on the page
//! ```
//!
//! No call waits for any of it: a queue that is full loses what comes, and the page says how much.

mod program;
mod told;

use std::sync::Arc;

use account::{CallRecord, Secret};
use serde_json::{Value, json};
use store::{Batch, Store, Write};
use switchboard::Picture;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tracing::warn;
use web::WebhookAsk;
use web::view::Sentence;

use super::mirroring::MirrorNow;
use program::{Kept, Outcome, Program};
use told::{Calls, Fields};

/// Where the programs are kept.
const KEY: &str = "webhooks";
/// Programs that are told.
const MOST: usize = 5;
/// Results on their way to be remembered.
const RESULTS: usize = 64;

/// Lists of calls that are over and wait to be told.
pub(super) const ENDINGS: usize = 16;

/// Where calls are seen, and whose they are.
type Seen = (watch::Receiver<Arc<Picture>>, watch::Receiver<Arc<MirrorNow>>);

type Answer = Result<Value, Sentence>;

/// Whoever wants something of the programs.
#[derive(Clone)]
pub(super) struct Webhooks(mpsc::Sender<(WebhookAsk, oneshot::Sender<Answer>)>);

impl Webhooks {
    /// Reads which programs there are, and tells them from now on.
    pub(super) fn start(
        store: &Arc<Store>,
        seen: Seen,
        ended: mpsc::Receiver<Vec<CallRecord>>,
    ) -> (Self, JoinHandle<()>) {
        let (asks, asked) = mpsc::channel(8);
        let keeper = Keeper {
            store: Arc::clone(store),
            programs: Vec::new(),
            calls: Calls::default(),
            results: mpsc::channel(RESULTS),
            asked,
        };
        (Self(asks), tokio::spawn(keeper.keep(seen, ended)))
    }

    pub(super) async fn ask(&self, ask: WebhookAsk) -> Answer {
        let ending = || Sentence::new("Die Box fährt gerade herunter.", "The box is shutting down.");
        let (answer, answered) = oneshot::channel();
        self.0.send((ask, answer)).await.map_err(|_| ending())?;
        answered.await.map_err(|_| ending())?
    }
}

/// The task that owns them.
struct Keeper {
    store: Arc<Store>,
    programs: Vec<Program>,
    calls: Calls,
    results: (mpsc::Sender<Outcome>, mpsc::Receiver<Outcome>),
    asked: mpsc::Receiver<(WebhookAsk, oneshot::Sender<Answer>)>,
}

impl Keeper {
    async fn keep(mut self, (mut pictures, mirror): Seen, mut ended: mpsc::Receiver<Vec<CallRecord>>) {
        for kept in self.read().await {
            self.take(kept);
        }
        loop {
            let account = mirror.borrow().house.identity.master_sip_id.clone();
            tokio::select! {
                Some((ask, answer)) = self.asked.recv() => {
                    // Whoever asked may have gone.
                    let _ = answer.send(self.hear(ask).await);
                }
                Some(records) = ended.recv() => {
                    for record in records {
                        let told = self.calls.ended(&record, &account);
                        self.tell(&told);
                    }
                }
                Some(result) = self.results.1.recv() => self.remember(result),
                changed = pictures.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    let picture = Arc::clone(&pictures.borrow_and_update());
                    let told = self.calls.seen(&picture.calls, &account);
                    self.tell(&told);
                }
            }
        }
    }

    fn tell(&mut self, told: &[Fields]) {
        for fields in told {
            self.programs.iter_mut().for_each(|program| program.tell(fields));
        }
    }

    fn remember(&mut self, result: Outcome) {
        let program = self.programs.iter_mut().find(|program| program.kept.id == result.program);
        program.into_iter().for_each(|program| program.remember(&result));
    }

    async fn hear(&mut self, ask: WebhookAsk) -> Answer {
        match ask {
            WebhookAsk::Shown => {}
            WebhookAsk::Add { url, inside } => self.add(url, inside).await?,
            WebhookAsk::Remove { id } => {
                self.programs.retain(|program| program.kept.id != id);
                self.write().await?;
            }
            WebhookAsk::Test { id } => {
                let program = self.programs.iter_mut().find(|program| program.kept.id == id);
                let program = program.ok_or_else(|| {
                    Sentence::new(
                        "Dieses Programm gibt es nicht mehr.",
                        "This program is not there any more.",
                    )
                })?;
                told::trial().iter().for_each(|fields| program.tell(fields));
            }
        }
        let programs: Vec<Value> = self.programs.iter().map(Program::shown).collect();
        Ok(json!({ "schema": "webhooks/1", "programs": programs }))
    }

    async fn add(&mut self, url: String, inside: bool) -> Result<(), Sentence> {
        if self.programs.len() >= MOST {
            return Err(Sentence::new(
                "Mehr als fünf Programme werden nicht benachrichtigt.",
                "No more than five programs are told.",
            ));
        }
        let id = self.programs.iter().map(|program| program.kept.id + 1).max().unwrap_or(1);
        if !self.take(Kept { id, url: url.trim().to_owned(), inside }) {
            return Err(Sentence::new(
                "Dorthin sendet die Box nichts: ins Internet nur mit https, ins eigene Netz nur, wenn das angekreuzt ist, an sich \
                 selbst nie.",
                "The box sends nothing there: to the internet with https only, into the own network only where that is ticked, to \
                 itself never.",
            ));
        }
        let written = self.write().await;
        if written.is_err() {
            self.programs.pop();
        }
        written
    }

    /// Begins to tell a program; false when its address is never visited.
    fn take(&mut self, kept: Kept) -> bool {
        let program = Program::start(kept, self.results.0.clone());
        program.map(|program| self.programs.push(program)).is_some()
    }

    async fn read(&self) -> Vec<Kept> {
        let reader = self.store.reader();
        let read = tokio::task::spawn_blocking(move || reader.secret_setting(KEY)).await;
        let text = match read {
            Ok(Ok(Some(text))) => text,
            Ok(Ok(None)) => return Vec::new(),
            Ok(Err(_)) | Err(_) => {
                warn!("the programs to be told of calls cannot be read");
                return Vec::new();
            }
        };
        serde_json::from_str(text.expose()).unwrap_or_default()
    }

    async fn write(&self) -> Result<(), Sentence> {
        let all: Vec<&Kept> = self.programs.iter().map(|program| &program.kept).collect();
        let failed = || Sentence::new("Das ließ sich nicht speichern.", "It could not be saved.");
        let value = Secret::new(serde_json::to_string(&all).map_err(|_| failed())?);
        let store = Arc::clone(&self.store);
        let batch = Batch(vec![Write::SecretSetting { key: KEY.to_owned(), value }]);
        let written = tokio::task::spawn_blocking(move || store.write(batch)).await;
        written.map_err(|_| failed())?.map_err(|_| failed())
    }
}
