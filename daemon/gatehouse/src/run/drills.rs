//! Drills: begun by hand or at night, and written down when they are over.
//!
//! ```text
//!   API, command line, night ──> switchboard: begin ──> pictures ──> over ──> drills/2026-11-22T03-00-00Z.json
//! ```

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::{Value, json};
use switchboard::Picture;
use switchboard::drill::{DrillEnd, DrillRefused, DrillReport};
use tokio::sync::{mpsc, oneshot, watch};
use tracing::info;
use web::DrillAsk;
use web::view::Sentence;

use super::exchange::News;
use super::night::is_night;
use super::records::{Records, said};
use super::viewing::wall;
use crate::config::Trunk;

/// Records that are kept; three years of monthly ones.
const KEPT: usize = 36;
/// Until the picture shows what was asked.
const FOLLOWED: Duration = Duration::from_millis(250);
/// How often the night is looked for.
const LOOK: Duration = Duration::from_secs(300);
/// A drill at night.
const NIGHT: Duration = Duration::from_secs(300);
/// Between two of them; they keep to the same days of a month that way.
const MONTH: Duration = Duration::from_secs(28 * 24 * 3600);

/// What the switchboard is to do.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wanted {
    Begin(Duration),
    Stop,
}

/// Who asks for drills, and for their records.
#[derive(Clone)]
pub(crate) struct Drills {
    records: Records,
    news: mpsc::Sender<News>,
    pictures: watch::Receiver<Arc<Picture>>,
}

impl Drills {
    pub(super) fn new(
        data: &Path,
        news: mpsc::Sender<News>,
        pictures: watch::Receiver<Arc<Picture>>,
    ) -> Self {
        Self { records: records(data), news, pictures }
    }

    /// Carries out what somebody asks; what stands in the records after it.
    pub(super) async fn ask(&self, ask: DrillAsk) -> Result<Value, Sentence> {
        match ask {
            DrillAsk::Shown => return Ok(self.shown()),
            DrillAsk::Begin { minutes: 0 } => {
                return Err(Sentence::new(
                    "Eine Übung dauert mindestens eine Minute.",
                    "A drill takes a minute at least.",
                ));
            }
            DrillAsk::Begin { minutes } => {
                let length = Duration::from_secs(60 * u64::from(minutes));
                self.want(Wanted::Begin(length)).await.map_err(refusal)?;
            }
            DrillAsk::Stop => drop(self.want(Wanted::Stop).await),
        }
        // The picture follows what was asked within a tenth of a second.
        tokio::time::sleep(FOLLOWED).await;
        Ok(self.shown())
    }

    /// The one under way, and those that are over.
    fn shown(&self) -> Value {
        let now = self.pictures.borrow().drill.0;
        let [began, until] = [now.map(|drill| drill.began), now.map(|drill| drill.until)]
            .map(|moment| moment.map(|moment| said(wall(moment))));
        json!({"schema": "drills/1", "began": began, "until": until, "records": self.records.all()})
    }

    async fn want(&self, wanted: Wanted) -> Result<(), DrillRefused> {
        let (answer, answered) = oneshot::channel();
        // An error means that the box is shutting down: then there is no line to cut.
        if self.news.send(News::Drill(wanted, answer)).await.is_err() {
            return Err(DrillRefused::NoLines);
        }
        answered.await.unwrap_or(Err(DrillRefused::NoLines))
    }

    /// Writes records and holds drills at night, until the box stops.
    pub(super) async fn keep(mut self, trunk: watch::Receiver<Trunk>) {
        let mut told = self.pictures.borrow().drill.1;
        let mut looked = Instant::now();
        loop {
            let changed = tokio::time::timeout(LOOK, self.pictures.changed()).await;
            if matches!(changed, Ok(Err(_))) {
                return;
            }
            let report = self.pictures.borrow_and_update().drill.1;
            if report != told {
                told = report;
                report.iter().for_each(|report| self.records.keep(wall(report.drill.began), &record(report)));
            }
            if looked.elapsed() >= LOOK {
                looked = Instant::now();
                let monthly = trunk.borrow().drill_monthly;
                self.drill_at_night(monthly).await;
            }
        }
    }

    async fn drill_at_night(&self, monthly: bool) {
        if monthly && is_night(Timestamp::now()) && self.last_is_old() {
            let begun = self.want(Wanted::Begin(NIGHT)).await;
            begun.unwrap_or_else(|why| info!(%why, "no drill tonight so far"));
        }
    }

    fn last_is_old(&self) -> bool {
        self.records.last().is_none_or(|last| last.elapsed().is_ok_and(|since| since >= MONTH))
    }
}

/// Where drills are written down.
pub(super) fn records(data: &Path) -> Records {
    Records::new(data, "drills", KEPT)
}

/// Why it is not the moment for a drill.
fn refusal(why: DrillRefused) -> Sentence {
    match why {
        DrillRefused::Help => Sentence::new(
            "Jemand ruft um Hilfe, oder eine Leitstelle könnte zurückrufen.",
            "Somebody calls for help, or a control centre may call back.",
        ),
        DrillRefused::Outside => Sentence::new(
            "Jemand telefoniert gerade nach draußen; danach geht es.",
            "Somebody telephones with the outside; try again after that.",
        ),
        DrillRefused::UnderWay => Sentence::new("Es läuft schon eine Übung.", "A drill is under way."),
        DrillRefused::NoLines => Sentence::new(
            "Keine Leitung nach draußen geht, es gibt also nichts abzuschalten.",
            "No outside line works, so there is nothing to cut.",
        ),
    }
}

fn record(report: &DrillReport) -> Value {
    let how = match report.how {
        DrillEnd::TimeUp => "time_up",
        DrillEnd::Stopped => "stopped",
        DrillEnd::Help => "help",
    };
    let well = report.phones.1 >= report.phones.0 && report.lines.1 >= report.lines.0;
    json!({
        "schema": "drill/1",
        "began": said(wall(report.drill.began)), "ended": said(wall(report.ended)), "how": how,
        "calls_inside": report.calls, "answered_inside": report.answered, "registrations": report.registrations,
        "refused_out": report.refused_out, "turned_away": report.turned_away,
        "phones_before": report.phones.0, "phones_after": report.phones.1,
        "lines_before": report.lines.0, "lines_after": report.lines.1,
        "verdict": if well { "passed" } else { "look" },
    })
}
