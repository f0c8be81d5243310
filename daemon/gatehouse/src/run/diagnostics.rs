//! What somebody who looks for a fault may see: the last calls message by message, a capture of everything, the checks of
//! `gatehouse doctor`, the end of the log, and all of that in one file for whoever helps.

mod bundle;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use tokio::sync::{Semaphore, mpsc, oneshot};
use web::view::Sentence;
use web::{DiagnosticAsk, DiagnosticFile};

use super::exchange::News;
use super::records::said;
use super::signalling::ladder::{self, Shown};
use super::signalling::{CaptureNow, Ended, Told, Want, pcapng};
use crate::config::Config;
use crate::place::Place;
use crate::{doctor, log};

/// The longest capture, in seconds.
const LONGEST: u16 = 600;
/// A look at everything takes no longer than names take to be given up.
const LOOK: Duration = Duration::from_secs(25);

/// Who asks for it.
pub(super) struct Diagnostics {
    news: mpsc::Sender<News>,
    config: Arc<Config>,
    place: Place,
    /// One looks at a time: it may take a while and a thread.
    looking: Arc<Semaphore>,
}

impl Diagnostics {
    pub(super) fn new(config: &Config, place: &Place, news: mpsc::Sender<News>) -> Self {
        let (config, looking) = (Arc::new(config.clone()), Arc::new(Semaphore::new(1)));
        Self { news, config, place: place.clone(), looking }
    }

    /// Shows what was asked for, or does it.
    pub(super) async fn ask(&self, ask: DiagnosticAsk) -> Result<Value, Sentence> {
        match ask {
            DiagnosticAsk::Calls => Ok(ladder::list(&self.want(Want::Recent).await?)),
            DiagnosticAsk::Ladder { call, texts } => {
                let shown = if texts { Shown::Texts } else { Shown::Lines };
                let told = self.want(Want::Recent).await?;
                ladder::one(&told, &call, shown).ok_or_else(|| {
                    Sentence::new("Von diesem Gespräch ist nichts mehr da.", "Nothing is left of this call.")
                })
            }
            DiagnosticAsk::Checks => self.look().await,
            DiagnosticAsk::Log => Ok(json!({ "schema": "log/1", "lines": log::lately() })),
            DiagnosticAsk::Capture => Ok(capture(&self.want(Want::Capture).await?)),
            DiagnosticAsk::Begin { seconds } => self.begin(seconds).await,
            DiagnosticAsk::End => Ok(capture(&self.want(Want::End).await?)),
            DiagnosticAsk::Forget => Ok(capture(&self.want(Want::Forget).await?)),
        }
    }

    /// A file to take away.
    pub(super) async fn file(&self, file: DiagnosticFile) -> Result<Vec<u8>, Sentence> {
        match file {
            DiagnosticFile::Capture => {
                let told = self.want(Want::Captured).await?;
                if told.capture.is_none() {
                    return Err(Sentence::new("Es ist nichts mitgeschnitten.", "Nothing was captured."));
                }
                let written = tokio::task::spawn_blocking(move || pcapng::file(&told.passed)).await;
                written.map_err(|_| ending())
            }
            DiagnosticFile::Bundle => {
                let (checks, place) = (self.look().await?, self.place.clone());
                let packed = tokio::task::spawn_blocking(move || bundle::pack(&place, &checks)).await;
                let unpacked =
                    |_| Sentence::new("Die Datei ließ sich nicht packen.", "The file could not be packed.");
                packed.map_err(|_| ending())?.map_err(unpacked)
            }
        }
    }

    async fn begin(&self, seconds: u16) -> Result<Value, Sentence> {
        if !(1..=LONGEST).contains(&seconds) {
            return Err(Sentence::new(
                "Ein Mitschnitt dauert eine Sekunde bis zehn Minuten.",
                "A capture takes one second to ten minutes.",
            ));
        }
        let before = self.want(Want::Capture).await?;
        if before.capture.is_some_and(|now| now.ended.is_none()) {
            return Err(Sentence::new("Ein Mitschnitt läuft schon.", "A capture is under way already."));
        }
        Ok(capture(&self.want(Want::Begin(Duration::from_secs(seconds.into()))).await?))
    }

    /// Runs every check of `gatehouse doctor`.
    async fn look(&self) -> Result<Value, Sentence> {
        let Ok(turn) = Arc::clone(&self.looking).try_acquire_owned() else {
            return Err(Sentence::new("Die Box wird schon geprüft.", "The box is being checked already."));
        };
        let (config, place) = (Arc::clone(&self.config), self.place.clone());
        let looked = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            doctor::told(&config, &place)
        });
        let late = |_| Sentence::new("Die Prüfung wurde nicht fertig.", "The check did not come to an end.");
        tokio::time::timeout(LOOK, looked).await.map_err(late)?.map_err(|_| ending())
    }

    async fn want(&self, want: Want) -> Result<Told, Sentence> {
        let (answer, answered) = oneshot::channel();
        let sent = self.news.send(News::Signalling(want, answer)).await;
        sent.map_err(|_| ending())?;
        answered.await.map_err(|_| ending())
    }
}

fn ending() -> Sentence {
    Sentence::new("Die Box fährt gerade herunter.", "The box is shutting down.")
}

fn capture(told: &Told) -> Value {
    let ended = |now: &CaptureNow| {
        now.ended.map(|why| match why {
            Ended::Asked => "stopped",
            Ended::InTime => "in_time",
            Ended::Full => "full",
        })
    };
    let capture = told.capture.as_ref().map(|now| {
        json!({
            "began": said(now.began), "until": said(now.until), "ended": ended(now),
            "messages": now.messages, "bytes": now.bytes,
        })
    });
    json!({ "schema": "capture/1", "at": said(SystemTime::now()), "capture": capture })
}
