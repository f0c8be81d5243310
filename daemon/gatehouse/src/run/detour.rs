//! While no line of the account works although the cloud answers, the account sends its calls on to a second line: if the admin
//! allowed it in the configuration and switched it on.
//!
//! ```text
//!   pictures ──> Judge: gone for good? back for good? ──> mirror: forwardings set, taken back ──> the cloud's API
//!   switch, and whether anything of ours stands in the account ──> detour.json
//! ```

mod judge;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use account::{E164, LineId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use switchboard::Picture;
use tokio::sync::{mpsc, oneshot, watch};
use tracing::{info, warn};
use web::DetourAsk;
use web::view::Sentence;

use super::locations::replace;
use super::mirroring::{Ask, LastSync, MirrorNow};
use super::notices::Notices;
use crate::config::Trunk;
use judge::Judge;

/// How often the lines are looked at.
const LOOK: Duration = Duration::from_secs(5);
/// How often what is wanted is wanted again, as long as it is not so.
const AGAIN: Duration = Duration::from_secs(30);
/// In the data directory.
const FILE: &str = "detour.json";

/// What is remembered.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
struct Kept {
    /// The switch on the page.
    on: bool,
    /// Something of ours may stand in the account.
    led: bool,
}

/// The switch, and how things stand.
#[derive(Clone)]
pub(crate) struct Detour {
    trunk: watch::Receiver<Trunk>,
    kept: Arc<watch::Sender<Kept>>,
    file: PathBuf,
    notices: Notices,
}

/// What the task that does it listens to, and whom it asks.
pub(super) struct Around {
    pub pictures: watch::Receiver<Arc<Picture>>,
    pub mirror: watch::Receiver<Arc<MirrorNow>>,
    pub asks: mpsc::Sender<Ask>,
}

impl Detour {
    pub(super) fn new(data: &std::path::Path, trunk: watch::Receiver<Trunk>, notices: Notices) -> Self {
        let file = data.join(FILE);
        let kept = std::fs::read(&file).ok().and_then(|text| serde_json::from_slice(&text).ok());
        Self { trunk, kept: Arc::new(watch::Sender::new(kept.unwrap_or_default())), file, notices }
    }

    /// Shows it, or switches it.
    pub(super) async fn ask(&self, ask: DetourAsk) -> Result<Value, Sentence> {
        if let DetourAsk::Switch { on } = ask {
            if on && self.way().is_none() {
                return Err(Sentence::new(
                    "Dafür muss [trunk] detour = \"forwardings\" gesetzt sein und eine [[trunk.backup]] eine Nummer haben (presents).",
                    "This needs [trunk] detour = \"forwardings\" and a [[trunk.backup]] with a number (presents).",
                ));
            }
            self.keep_in_mind(|kept| kept.on = on).await;
        }
        let (kept, way) = (*self.kept.borrow(), self.way());
        let number = way.as_ref().map(|(_, number, _)| number.as_str());
        let allowed = number.is_some();
        Ok(
            json!({"schema": "detour/1", "allowed": allowed, "on": kept.on, "number": number, "led": kept.led}),
        )
    }

    /// Does it, as long as the box runs.
    pub(super) async fn keep(self, around: Around) {
        let (mut judge, mut told) = (Judge::default(), None::<(Option<E164>, Instant)>);
        let mut tick = tokio::time::interval(LOOK);
        loop {
            tick.tick().await;
            let Some(to) = self.wanted(&mut judge, &around) else { continue };
            if told.as_ref().is_some_and(|(before, at)| *before == to && at.elapsed() < AGAIN) {
                continue;
            }
            told = Some((to.clone(), Instant::now()));
            if self.lead(to, &around.asks).await.is_none() {
                return;
            }
        }
    }

    /// Where calls are to be sent on to, or `None` in it: nowhere any more. Without an answer all may stay as it is.
    fn wanted(&self, judge: &mut Judge, around: &Around) -> Option<Option<E164>> {
        let (kept, way) = (*self.kept.borrow(), self.way().filter(|_| self.kept.borrow().on));
        let Some((second, number, after)) = way else { return kept.led.then_some(None) };
        let gone = judge.looks(Instant::now(), &around.pictures.borrow().lines, (&second, after));
        let answers = matches!(around.mirror.borrow().last, LastSync::Well | LastSync::Partly);
        match gone? {
            true if kept.led || answers => Some(Some(number)),
            true => None,
            false => kept.led.then_some(None),
        }
    }

    /// Tells the mirror; `None` when the box stops.
    async fn lead(&self, to: Option<E164>, asks: &mpsc::Sender<Ask>) -> Option<()> {
        if to.is_some() && !self.kept.borrow().led {
            info!("no line of the account works: its calls are sent on to the second line");
            self.keep_in_mind(|kept| kept.led = true).await;
        }
        let (answer, answered) = oneshot::channel();
        asks.send(Ask::Detour(to.clone(), answer)).await.ok()?;
        let done = answered.await.ok()?.inspect_err(|why| warn!(%why, "the account's calls are not sent on"));
        let Ok(done) = done else { return Some(()) };
        let (led, waiting) = (count(&done, "led"), count(&done, "waiting"));
        self.notices.detour(to.as_ref().filter(|_| led > 0).map(|number| (led, number.as_str())));
        if to.is_none() && led == 0 && waiting == 0 {
            info!("the account's calls come by its own lines again");
            self.keep_in_mind(|kept| kept.led = false).await;
        }
        Some(())
    }

    /// The second line, its number, and how long the others must be gone: where the configuration allows it.
    fn way(&self) -> Option<(LineId, E164, Duration)> {
        let trunk = self.trunk.borrow();
        let after = trunk.detour?;
        let second = trunk.backup.iter().find(|line| !line.presents.is_empty())?;
        Some((second.name.clone(), second.presents.first()?.clone(), after))
    }

    async fn keep_in_mind(&self, change: impl FnOnce(&mut Kept)) {
        self.kept.send_modify(change);
        let (kept, file) = (*self.kept.borrow(), self.file.clone());
        let text = serde_json::to_vec(&kept).unwrap_or_default();
        let written = tokio::task::spawn_blocking(move || replace(&file, &text)).await;
        // A disk that takes nothing is said elsewhere; this run knows it all the same.
        drop(written);
    }
}

fn count(told: &Value, name: &str) -> usize {
    told.get(name).and_then(Value::as_u64).and_then(|count| count.try_into().ok()).unwrap_or(0)
}
