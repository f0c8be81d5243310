//! The monthly test of calls for help: what would become of one from each phone, and whether those who are to be told can be. It calls
//! nobody; it only reads what a call would take. Written down each month and whenever somebody asks.
//!
//! ```text
//!   first of the month, page, command line ──> pictures, mail server, relay ──> report ──> self-tests/2026-12-01T08-00-10Z.json
//! ```

mod calendar;
mod report;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use alarm::Strobe;
use jiff::Timestamp;
use serde_json::{Value, json};
use switchboard::Picture;
use tokio::sync::watch;
use tracing::info;
use web::SelfTestAsk;
use web::view::Sentence;

use super::detour::Around;
use super::drills;
use super::locations::reaches;
use super::mirroring::MirrorNow;
use super::night;
use super::notices::Notices;
use super::records::{Records, said};
use crate::config::{AlarmWays, Config};
use report::{Looked, Report, Verdict, Ways};

/// Reports that are kept; three years.
const KEPT: usize = 36;
/// After a start lines and phones need a while to be back.
const RESTED: Duration = Duration::from_secs(600);
/// How often the calendar is looked at.
const LOOK: Duration = Duration::from_secs(300);
/// Whoever asks for a test waits no longer for a mail server.
const ANSWERS: Duration = Duration::from_secs(5);

/// Who asks for tests, and for their reports.
#[derive(Clone)]
pub(crate) struct SelfTests {
    records: Records,
    drills: Records,
    ways: AlarmWays,
    pictures: watch::Receiver<Arc<Picture>>,
    mirror: watch::Receiver<Arc<MirrorNow>>,
    notices: Notices,
}

impl SelfTests {
    pub(super) fn new(config: &Config, around: &Around, notices: Notices) -> Self {
        let records = Records::new(&config.data, "self-tests", KEPT);
        notices.self_test(records.newest().as_ref());
        Self {
            records,
            drills: drills::records(&config.data),
            ways: config.emergency.ways.clone(),
            pictures: around.pictures.clone(),
            mirror: around.mirror.clone(),
            notices,
        }
    }

    /// Carries out what somebody asks; the reports after it.
    pub(super) async fn ask(&self, ask: SelfTestAsk) -> Result<Value, Sentence> {
        match ask {
            SelfTestAsk::Shown => {}
            SelfTestAsk::Begin => self.carry_out().await,
        }
        Ok(self.shown())
    }

    /// The newest report whole, of the others what they found in all.
    fn shown(&self) -> Value {
        let mut records = self.records.all();
        let older = records.iter_mut().skip(1).filter_map(Value::as_object_mut);
        older.for_each(|record| drop(record.remove("phones")));
        json!({"schema": "self-tests/1", "records": records})
    }

    /// One test each month, until the box stops.
    pub(super) async fn keep(self) {
        let zone = night::zone();
        // Should the disk not take a report, it is not made again every few minutes.
        let mut last = None;
        tokio::time::sleep(RESTED).await;
        loop {
            let made: Vec<Timestamp> = self.records.moments().into_iter().chain(last).collect();
            let linked = !self.mirror.borrow().house.devices.is_empty();
            let now = Timestamp::now();
            if linked && calendar::is_due(&made, now, &zone) {
                self.carry_out().await;
                last = Some(now);
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn carry_out(&self) {
        let ways = self.reached().await;
        let last_drill = self.drills.last().map(said);
        let at = SystemTime::now();
        let (picture, house) = (Arc::clone(&self.pictures.borrow()), Arc::clone(&self.mirror.borrow().house));
        let looked = Looked {
            ready: &picture.ready,
            lines: picture.lines.iter().map(|line| (&line.id, line.health.is_up())).collect(),
            registered: &picture.registered,
            house: &house,
            ways: &ways,
            last_drill: last_drill.as_deref(),
        };
        let report = Report::of(&looked, said(at));
        info!(verdict = ?report.verdict, phones = report.phones.len(), "calls for help were tested without a call");
        let record = serde_json::to_value(&report).unwrap_or_default();
        self.records.keep(at, &record);
        self.notices.self_test(Some(&record).filter(|_| report.verdict != Verdict::Passed));
    }

    /// Whether letters would be taken and the light switched; nothing is sent, and nothing switched.
    async fn reached(&self) -> Ways {
        let mail = async {
            let asked = tokio::time::timeout(ANSWERS, reaches(self.ways.mail.as_ref()?)).await;
            Some(asked.unwrap_or_else(|_| Err("it does not answer in time".to_owned())))
        };
        let strobe = async {
            let strobe = Strobe { file: self.ways.strobe.clone()? };
            Some(strobe.is_there().await.map_err(|why| why.to_string()))
        };
        let (mail, strobe) = tokio::join!(mail, strobe);
        Ways { mail, strobe }
    }
}
