//! Keeping the mirror true: fetch, plan, commit, publish, and again.
//!
//! ```text
//!   cloud ── Fetched ──> mirror::plan ──> store (one transaction) ──> Documents ──> Snapshot ──> switchboard, page
//! ```
//!
//! Two rounds of questions may be under way at once ([`lane::Lane`]); their answers are committed one after the other by
//! this task alone. What the last run committed serves until the cloud answers, and again whenever it does not.

mod attended;
mod bill_check;
mod desk;
mod history;
mod lane;
mod ledger;
mod lists;
mod login;
mod money;
mod names;
mod now;
mod past;
mod people;
mod publishing;
mod shown;
mod telephone_book;
mod way_in;
mod writing;

pub(crate) use desk::{Ask, Desk};
pub(crate) use now::{Brought, LastSync, MirrorNow, SyncFailed};
pub(crate) use shown::kinds as kinds_shown;
pub(crate) use way_in::token_kept;
use way_in::{REFRESH, RIGHTS, TOKEN, TOKEN_ID};

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use account::Snapshot;
use cloud::{Client, FetchFailed, Progress, Wanted};
use mirror::{Documents, Fetched, Key, Kind, Outcome, Plan, Roll, Scope};
use store::{Loaded, Store, Write};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::Instant;
use tracing::{info, warn};

use super::exchange::News;
use super::notices::Notices;
use super::spare::give_back;
use crate::config::{Cloud, Config};
use lane::{Lane, Lanes};
use money::Money;
use now::{Changed, Meta};
use people::People;
use publishing::{host, house, kinds};
use way_in::WayIn;
use writing::{Journal, Moved};

/// How current an unchanged account is gets written this often; after a power cut it looks that much older.
const SAVE_AGES_EVERY: Duration = Duration::from_secs(10 * 60);

/// Those who wait for a sync, and what it did so far.
#[derive(Default)]
struct Waiting {
    asks: Vec<oneshot::Sender<Result<web::Synced, String>>>,
    /// Somebody looks on.
    watched: bool,
    changed: usize,
    requests: u32,
    failed: Option<SyncFailed>,
}

/// Something that was under way has ended.
enum Ended {
    /// A round of questions.
    Round(Lane, Result<Fetched, SyncFailed>),
    /// A step of a change on its way to the cloud.
    Change(Moved),
    /// A page of the history.
    Page(history::Page),
}

/// The task and all it knows.
pub(crate) struct Mirroring {
    config: Cloud,
    data: PathBuf,
    store: Arc<Store>,
    documents: Documents,
    meta: Meta,
    now: watch::Sender<Arc<MirrorNow>>,
    notices: Notices,
    lanes: Lanes,
    way_in: WayIn,
    journal: Journal,
    history: history::Reading,
    money: Money,
    people: People,
    waiting: Waiting,
    ages_saved: Option<Instant>,
}

impl Mirroring {
    /// Starts from what the last run committed.
    pub(crate) fn new(config: &Config, store: Arc<Store>, loaded: &mut Loaded, notices: Notices) -> Self {
        let documents: Documents = std::mem::take(&mut loaded.documents).into_iter().collect();
        let meta = loaded.mirror_meta.take().and_then(|meta| serde_json::from_value(meta).ok());
        let meta: Meta = meta.unwrap_or_default();
        let (house, oddities) = house(&documents, meta.fetched());
        let now = MirrorNow {
            shown: Arc::new(shown::account(&house, &documents)),
            house: Arc::new(house),
            source: host(&config.cloud.api),
            kinds: kinds(&meta, &documents),
            fetched: meta.fetched(),
            last: LastSync::NotYet,
            progress: None,
            brought: None,
            oddities,
        };
        let (now, _) = watch::channel(Arc::new(now));
        Self {
            config: config.cloud.clone(),
            data: config.data.clone(),
            store,
            documents,
            meta,
            now,
            notices,
            lanes: Lanes::default(),
            way_in: WayIn::default(),
            journal: Journal::woken(std::mem::take(&mut loaded.journal)),
            history: history::Reading::default(),
            money: Money::woken(loaded),
            people: People::woken(loaded),
            waiting: Waiting::default(),
            ages_saved: None,
        }
    }

    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.now.borrow().house)
    }

    pub(crate) fn watch(&self) -> watch::Receiver<Arc<MirrorNow>> {
        self.now.subscribe()
    }

    /// How much of a call may be kept.
    pub(crate) fn watch_privacy(&self) -> watch::Receiver<billing::Privacy> {
        self.money.watch_privacy()
    }

    /// Begins to sync; whoever wants something of it asks here.
    pub(crate) fn start(self, news: mpsc::Sender<News>) -> (mpsc::Sender<Ask>, JoinHandle<()>) {
        let (asks, asked) = mpsc::channel(8);
        (asks, tokio::spawn(self.run(news, asked)))
    }

    /// Syncs until dropped: on its own beat, and whenever asked.
    async fn run(mut self, news: mpsc::Sender<News>, mut asked: mpsc::Receiver<Ask>) {
        let mut rounds: JoinSet<Ended> = JoinSet::new();
        if self.publish_names(&news).await.is_err() {
            return;
        }
        loop {
            self.start_what_is_due(&mut rounds).await;
            if self.lanes.is_idle() && !self.history.is_busy() {
                self.answer_the_waiting();
            }
            tokio::select! {
                Some(ended) = rounds.join_next() => {
                    let Ok(ended) = ended else { return };
                    self.take(ended, &mut rounds, &news).await;
                }
                ask = asked.recv() => match ask {
                    Some(Ask::Unlink(answer)) => {
                        // What is under way belongs to the account that is to be forgotten.
                        rounds = JoinSet::new();
                        let _ = answer.send(self.unlink(&news).await);
                    }
                    Some(ask) => self.hear(ask).await,
                    None => return,
                },
                () = tokio::time::sleep_until(self.next(Instant::now())) => {}
            }
        }
    }

    async fn start_what_is_due(&mut self, rounds: &mut JoinSet<Ended>) {
        self.attend().await;
        self.stay_logged_in().await;
        self.start_rounds(rounds).await;
        self.start_change(rounds).await;
        self.start_history(rounds).await;
    }

    async fn take(&mut self, ended: Ended, rounds: &mut JoinSet<Ended>, news: &mpsc::Sender<News>) {
        match ended {
            Ended::Round(lane, fetched) => self.end_round(lane, fetched, news).await,
            Ended::Change(moved) => self.change_moved(moved, rounds, news).await,
            Ended::Page(page) => self.page_read(page).await,
        }
    }

    /// When something is due again.
    fn next(&self, now: Instant) -> Instant {
        let history = self.history.next(now).filter(|_| self.meta.fetched().is_some());
        let others = [self.journal.wake_at(now), history, self.renew_at(), self.money.attended.next()];
        others.into_iter().flatten().chain([self.lanes.next(now)]).min().unwrap_or(now)
    }

    async fn start_rounds(&mut self, rounds: &mut JoinSet<Ended>) {
        for lane in Lanes::ALL {
            let kinds = self.lanes.start(lane, Instant::now());
            if kinds.is_empty() {
                continue;
            }
            match self.client().await {
                Ok(client) => {
                    let watched = self.waiting.watched || self.meta.fetched().is_none();
                    self.waiting.watched = watched;
                    let shown = watched.then(|| self.now.clone());
                    rounds.spawn(round(lane, client, self.wanted(kinds), shown));
                }
                Err(why) => {
                    self.lanes.ended(lane, Instant::now(), |_| None);
                    self.failed(why);
                }
            }
        }
    }

    /// Every round also asks whose account it is: a token may be exchanged at any time.
    fn wanted(&self, mut kinds: std::collections::BTreeSet<Kind>) -> Wanted {
        kinds.insert(Kind::Identity);
        Wanted { kinds, roll: Roll::of(&self.documents), absences: self.meta.absences.clone(), only: None }
    }

    async fn end_round(
        &mut self,
        lane: Lane,
        fetched: Result<Fetched, SyncFailed>,
        news: &mpsc::Sender<News>,
    ) {
        let ends = fetched.as_ref().map(|fetched| fetched.scopes.clone()).unwrap_or_default();
        let worst = |kind| {
            let of_kind = ends.range(Scope::all(kind)..).take_while(|(scope, _)| scope.kind == kind);
            let mut ends = of_kind.map(|(_, end)| *end);
            let first = ends.next()?;
            Some(ends.find(|end| matches!(end, Outcome::Failed(_))).unwrap_or(first))
        };
        self.lanes.ended(lane, Instant::now(), worst);
        let done = match fetched {
            Ok(fetched) => self.commit(fetched, news).await,
            Err(why) => Err(why),
        };
        if let Err(why) = done {
            self.failed(why);
        }
        give_back().await;
    }

    /// Saves what changed in one transaction; only what is on disk is published.
    async fn commit(&mut self, fetched: Fetched, news: &mpsc::Sender<News>) -> Result<(), SyncFailed> {
        self.same_account(&fetched)?;
        let plan = mirror::plan(&self.documents, &fetched);
        let mut meta = self.meta.clone();
        meta.freshness = mirror::freshness(&meta.freshness, &fetched);
        meta.absences.learn(&fetched);
        let (changed, requests) = (plan.put.len() + plan.gone.len(), fetched.requests);
        drop(fetched);
        self.waiting.changed += changed;
        self.waiting.requests += requests;
        self.save(&plan, &meta).await?;
        self.meta = meta;
        let touched = plan.touched();
        let mut oddities = plan.notices.clone();
        let changed_for = touched.iter().copied().map(Changed::by).max().unwrap_or(Changed::Nothing);
        self.documents.apply(plan);
        self.settle_the_unsure().await?;
        self.publish(changed_for, &mut oddities, news).await?;
        if touched.contains(&Kind::Contact) {
            self.publish_names(news).await?;
        }
        self.look_at_credit().await;
        self.welcome_the_arrived().await;
        info!(changed, requests, partly = self.meta.is_partial(), "mirrored the account");
        Ok(())
    }

    /// Another account is never mixed with the mirrored one, whatever the token says.
    fn same_account(&mut self, fetched: &Fetched) -> Result<(), SyncFailed> {
        let key = Key { kind: Kind::Identity, id: Kind::Identity.name().to_owned() };
        let number = |document: &mirror::Document| {
            document.body.read().get("masterSipId").and_then(|id| id.as_str()).map(str::to_owned)
        };
        let Some(is) = fetched.documents.iter().find(|document| document.key == key).and_then(number) else {
            return Ok(());
        };
        match self.documents.find(&key).and_then(number) {
            Some(was) if was != is => {
                self.history.stop();
                Err(SyncFailed::OtherAccount { was, is })
            }
            _ => Ok(()),
        }
    }

    async fn save(&mut self, plan: &Plan, meta: &Meta) -> Result<(), SyncFailed> {
        let old = self.ages_saved.is_none_or(|at| at.elapsed() > SAVE_AGES_EVERY);
        if plan.is_empty() && !old && self.waiting.asks.is_empty() {
            return Ok(());
        }
        let meta = serde_json::to_value(meta).unwrap_or_default();
        let write = Write::Mirror { put: plan.put.clone(), gone: plan.gone.clone(), meta };
        let store = Arc::clone(&self.store);
        let saved = tokio::task::spawn_blocking(move || store.write(write)).await;
        saved.map_err(|_| SyncFailed::Stopped)??;
        self.ages_saved = Some(Instant::now());
        Ok(())
    }

    fn failed(&mut self, why: SyncFailed) {
        let linked = why != SyncFailed::NotLinked;
        let last = if linked { LastSync::Failed(why.clone()) } else { LastSync::NotLinked };
        if self.now.borrow().last != last {
            warn!(%why, "the account could not be mirrored; the last copy serves");
            self.now.send_modify(|now| *now = Arc::new(MirrorNow { last, ..MirrorNow::clone(now) }));
        }
        self.notices.mirror_failed(&why);
        self.waiting.failed = Some(why);
    }

    /// Everybody who asked for a sync hears of the same one.
    fn answer_the_waiting(&mut self) {
        let Waiting { asks, watched, changed, requests, failed } = std::mem::take(&mut self.waiting);
        if watched {
            let at = SystemTime::now();
            let brought = failed.is_none().then_some(Brought { at, changed, requests });
            self.now.send_modify(|now| {
                let brought = brought.or(now.brought);
                *now = Arc::new(MirrorNow { progress: None, brought, ..MirrorNow::clone(now) });
            });
        }
        for ask in asks {
            let done = match &failed {
                None => Ok(web::Synced { changed, requests }),
                Some(why) => Err(why.to_string()),
            };
            // Whoever asked may have gone.
            let _ = ask.send(done);
        }
    }
}

/// One round of questions; how far it is, is shown to whoever looks on.
async fn round(
    lane: Lane,
    client: Client,
    wanted: Wanted,
    shown: Option<watch::Sender<Arc<MirrorNow>>>,
) -> Ended {
    let mut before = Progress { answered: 0, questions: 0, requests: 0 };
    let show = |is: Progress| {
        let Some(shown) = &shown else { return };
        shown.send_modify(|now| {
            let all = now.progress.unwrap_or(Progress { answered: 0, questions: 0, requests: 0 });
            let progress = Progress {
                answered: all.answered + is.answered.saturating_sub(before.answered),
                questions: all.questions + is.questions.saturating_sub(before.questions),
                requests: all.requests + is.requests.saturating_sub(before.requests),
            };
            *now = Arc::new(MirrorNow { progress: Some(progress), ..MirrorNow::clone(now) });
        });
        before = is;
    };
    let fetched = client.fetch(wanted, show).await;
    Ended::Round(lane, fetched.map_err(|why: FetchFailed| SyncFailed::from(why)))
}
