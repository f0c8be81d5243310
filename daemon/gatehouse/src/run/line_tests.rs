//! Tests of the access line: how fast the provider answers, and what becomes of voice on the way, with words about it.
//!
//! ```text
//!   API, command line, page ──> begin ──> ask the providers, every half second
//!                                    └──> call [trunk] echo, as often as wanted, and listen ──> line-tests/2026-11-22T....json
//! ```
//!
//! A test makes way for a call for help, does not begin while somebody may be called back, and never calls for help itself.

mod measuring;
mod telephone;
mod verdict;
mod voice;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use account::{Credentials, DeviceId};
use emergency::dialled::Class;
use serde_json::{Value, json};
use switchboard::Picture;
use switchboard::lines::{LineKind, LineNow};
use tokio::sync::{Notify, mpsc, watch};
use web::LineTestAsk;
use web::view::Sentence;

use super::exchange::News;
use super::mirroring::MirrorNow;
use super::records::{Records, said};
use super::viewing::wall;
use crate::config::{Config, Trunk};
use measuring::Test;

/// Records that are kept.
const KEPT: usize = 36;
/// A thousand packets of each call: one of them lost is the most there may be.
const LENGTH: Duration = Duration::from_secs(20);
/// Calls at once; more belong to a larger line than this test is for.
const MOST_CALLS: u16 = 30;

/// Who asks for tests, and for their records.
#[derive(Clone)]
pub(crate) struct LineTests {
    records: Records,
    news: mpsc::Sender<News>,
    pictures: watch::Receiver<Arc<Picture>>,
    mirror: watch::Receiver<Arc<MirrorNow>>,
    trunk: watch::Receiver<Trunk>,
    /// Where telephones reach the box over UDP.
    house: Option<SocketAddr>,
    now: Arc<Mutex<Option<UnderWay>>>,
}

/// The test under way.
#[derive(Clone, Debug)]
struct UnderWay {
    began: Instant,
    calls: u16,
    stop: Arc<Notify>,
}

/// Why a test does not begin.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum NoTest {
    UnderWay,
    /// Somebody calls for help, or a control centre may call back.
    Help,
    Drill,
    NoLines,
    /// None, or more than [`MOST_CALLS`].
    Calls,
    /// The number to test with calls for help.
    ForHelp,
    NoSocket,
}

impl LineTests {
    pub(super) fn new(
        config: &Config,
        news: mpsc::Sender<News>,
        (pictures, mirror, trunk): (
            watch::Receiver<Arc<Picture>>,
            watch::Receiver<Arc<MirrorNow>>,
            watch::Receiver<Trunk>,
        ),
    ) -> Self {
        let udp = config.sip.listen.iter().find(|listen| listen.transport == sip::Transport::Udp);
        let house = udp.map(|listen| match listen.address.ip() {
            ip if ip.is_unspecified() => SocketAddr::from((Ipv4Addr::LOCALHOST, listen.address.port())),
            ip => SocketAddr::new(ip, listen.address.port()),
        });
        let records = Records::new(&config.data, "line-tests", KEPT);
        Self { records, news, pictures, mirror, trunk, house, now: Arc::default() }
    }

    /// Carries out what somebody asks; how things stand after it.
    pub(super) fn ask(&self, ask: LineTestAsk) -> Result<Value, Sentence> {
        match ask {
            LineTestAsk::Shown => {}
            LineTestAsk::Begin { calls } => self.begin(calls).map_err(NoTest::words)?,
            LineTestAsk::Stop => self.under_way().iter().for_each(|now| now.stop.notify_one()),
        }
        let now = self.under_way();
        let [began, until] = [now.as_ref().map(|now| now.began), now.as_ref().map(|now| now.began + LENGTH)]
            .map(|moment| moment.map(|moment| said(wall(moment))));
        Ok(json!({
            "schema": "line-tests/1", "began": began, "until": until, "calls": now.map(|now| now.calls),
            "records": self.records.all(),
        }))
    }

    fn under_way(&self) -> Option<UnderWay> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn begin(&self, calls: u16) -> Result<(), NoTest> {
        if !(1..=MOST_CALLS).contains(&calls) {
            return Err(NoTest::Calls);
        }
        let test = self.prepared(calls)?;
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        if now.is_some() {
            return Err(NoTest::UnderWay);
        }
        let (began, stop) = (Instant::now(), Arc::<Notify>::default());
        *now = Some(UnderWay { began, calls, stop: Arc::clone(&stop) });
        let this = self.clone();
        tokio::spawn(async move {
            let measured = test.run(&this.news, &this.pictures, &stop).await;
            this.records.keep(wall(began), &measured.record([wall(began), wall(Instant::now())]));
            *this.now.lock().unwrap_or_else(PoisonError::into_inner) = None;
        });
        Ok(())
    }

    fn prepared(&self, calls: u16) -> Result<Test, NoTest> {
        let picture = self.pictures.borrow();
        if picture.stays_until(Instant::now()).is_some() {
            return Err(NoTest::Help);
        }
        if picture.drill.0.is_some() {
            return Err(NoTest::Drill);
        }
        let login = self.login(&picture.lines).ok_or(NoTest::NoLines)?;
        let echo = self.trunk.borrow().echo.clone();
        let numbers = &picture.ready.rules().numbers;
        if echo.as_deref().is_some_and(|echo| numbers.class(echo) != Class::Ordinary) {
            return Err(NoTest::ForHelp);
        }
        let house = self.house.ok_or(NoTest::NoSocket)?;
        Ok(Test { house, login, echo, calls })
    }

    /// As whom the test calls: a telephone whose own line works; any, where a line works that is for everybody.
    fn login(&self, lines: &[LineNow]) -> Option<Credentials> {
        let up = || lines.iter().filter(|line| line.health.is_up());
        let house = Arc::clone(&self.mirror.borrow().house);
        let of = |device: &DeviceId| house.devices.get(device)?.credentials.clone();
        let own = up().find_map(|line| match &line.kind {
            LineKind::Device(device) => of(device),
            LineKind::Trunk | LineKind::Backup => None,
        });
        own.or_else(|| up().next().and_then(|_| house.devices.keys().find_map(of)))
    }
}

impl NoTest {
    fn words(self) -> Sentence {
        match self {
            Self::UnderWay => Sentence::new("Es läuft schon ein Test.", "A test is under way."),
            Self::Help => Sentence::new(
                "Jemand ruft um Hilfe, oder eine Leitstelle könnte zurückrufen.",
                "Somebody calls for help, or a control centre may call back.",
            ),
            Self::Drill => Sentence::new("Es läuft gerade eine Übung.", "A drill is under way."),
            Self::NoLines => Sentence::new(
                "Keine Leitung nach draußen geht, es gibt also nichts zu messen.",
                "No outside line works, so there is nothing to test.",
            ),
            Self::Calls => Sentence::new(
                format!("Möglich sind 1 bis {MOST_CALLS} Gespräche zugleich."),
                format!("1 to {MOST_CALLS} calls at once can be tested."),
            ),
            Self::ForHelp => Sentence::new(
                "[trunk] echo nennt eine Notrufnummer; die wählt kein Automat.",
                "[trunk] echo names a number for calls for help; no machine dials those.",
            ),
            Self::NoSocket => Sentence::new(
                "[sip] listen nennt keinen UDP-Anschluss, den das Telefon des Tests braucht.",
                "[sip] listen names no UDP socket, which the test's telephone needs.",
            ),
        }
    }
}
