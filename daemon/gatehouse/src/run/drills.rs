//! Drills: begun by hand or at night, and written down when they are over.
//!
//! ```text
//!   API, command line, night ──> switchboard: begin ──> pictures ──> over ──> drills/2026-11-22T03-00-00Z.json
//! ```

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use jiff::Timestamp;
use jiff::tz::TimeZoneDatabase;
use serde_json::{Value, json};
use switchboard::Picture;
use switchboard::drill::{DrillEnd, DrillRefused, DrillReport};
use tokio::sync::{mpsc, oneshot, watch};
use tracing::{info, warn};
use web::DrillAsk;

use super::exchange::News;
use super::viewing::wall;
use crate::config::Trunk;

/// Records that are kept; three years of monthly ones.
const KEPT: usize = 36;
/// How often the night is looked for.
const LOOK: Duration = Duration::from_secs(300);
/// The hour at which nobody telephones, in the office's zone.
const HOUR: i8 = 3;
const ZONE: &str = "Europe/Berlin";
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
    folder: PathBuf,
    news: mpsc::Sender<News>,
    pictures: watch::Receiver<Arc<Picture>>,
}

impl Drills {
    pub(super) fn new(
        data: &Path,
        news: mpsc::Sender<News>,
        pictures: watch::Receiver<Arc<Picture>>,
    ) -> Self {
        Self { folder: data.join("drills"), news, pictures }
    }

    /// Carries out what somebody asks; what stands in the records after it.
    pub(super) async fn ask(&self, ask: DrillAsk) -> Result<Value, String> {
        match ask {
            DrillAsk::Shown => {}
            DrillAsk::Begin { minutes: 0 } => return Err("a drill takes a minute at least".to_owned()),
            DrillAsk::Begin { minutes } => {
                let length = Duration::from_secs(60 * u64::from(minutes));
                self.want(Wanted::Begin(length)).await.map_err(|why| why.to_string())?;
            }
            DrillAsk::Stop => drop(self.want(Wanted::Stop).await),
        }
        Ok(json!({"schema": "drills/1", "until": self.until().await, "records": self.records()}))
    }

    async fn want(&self, wanted: Wanted) -> Result<(), DrillRefused> {
        let (answer, answered) = oneshot::channel();
        // An error means that the box is shutting down: then there is no line to cut.
        if self.news.send(News::Drill(wanted, answer)).await.is_err() {
            return Err(DrillRefused::NoLines);
        }
        answered.await.unwrap_or(Err(DrillRefused::NoLines))
    }

    /// When the one under way is over; the picture follows what was asked within a tenth of a second.
    async fn until(&self) -> Option<String> {
        tokio::time::sleep(Duration::from_millis(250)).await;
        let until = self.pictures.borrow().drill.0.map(|drill| drill.until)?;
        Some(said(wall(until)))
    }

    /// The newest first.
    fn records(&self) -> Vec<Value> {
        let read = |path: PathBuf| serde_json::from_slice(&fs::read(path).ok()?).ok();
        self.files().into_iter().rev().filter_map(read).collect()
    }

    fn files(&self) -> Vec<PathBuf> {
        let all = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let mut files: Vec<PathBuf> = all.map(|entry| entry.path()).collect();
        files.retain(|path| path.extension().is_some_and(|end| end == "json"));
        files.sort();
        files
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
                report.iter().for_each(|report| self.write_down(report));
            }
            if looked.elapsed() >= LOOK {
                looked = Instant::now();
                let monthly = trunk.borrow().drill_monthly;
                self.drill_at_night(monthly).await;
            }
        }
    }

    async fn drill_at_night(&self, monthly: bool) {
        if monthly && is_night() && self.last_is_old() {
            let begun = self.want(Wanted::Begin(NIGHT)).await;
            begun.unwrap_or_else(|why| info!(%why, "no drill tonight so far"));
        }
    }

    fn last_is_old(&self) -> bool {
        let changed = |path: &PathBuf| fs::metadata(path).and_then(|file| file.modified()).ok();
        let last = self.files().last().and_then(changed);
        last.is_none_or(|last| last.elapsed().is_ok_and(|since| since >= MONTH))
    }

    fn write_down(&self, report: &DrillReport) {
        let record = record(report);
        let name = said(wall(report.drill.began)).replace(':', "-");
        let file = self.folder.join(format!("{name}.json"));
        let (half, text) = (file.with_extension("half"), record.to_string());
        let written = fs::create_dir_all(&self.folder)
            .and_then(|()| fs::write(&half, text))
            .and_then(|()| fs::rename(&half, &file));
        match written {
            Ok(()) => info!(file = %file.display(), "a drill is over"),
            Err(fault) => warn!(%fault, file = %file.display(), "a drill is over, and its record is lost"),
        }
        let files = self.files();
        let old = files.len().saturating_sub(KEPT);
        // What stays behind is removed with the next one.
        files.iter().take(old).for_each(|file| drop(fs::remove_file(file)));
    }
}

fn is_night() -> bool {
    let zone = TimeZoneDatabase::bundled().get(ZONE);
    zone.is_ok_and(|zone| Timestamp::now().to_zoned(zone).hour() == HOUR)
}

fn said(at: SystemTime) -> String {
    Timestamp::try_from(at)
        .map(|at| at.round(jiff::Unit::Second).unwrap_or(at).to_string())
        .unwrap_or_default()
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
