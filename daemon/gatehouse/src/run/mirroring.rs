//! Keeping the mirror true: fetch, plan, commit, publish, and again.
//!
//! ```text
//!   cloud ── Fetched ──> mirror::plan ──> store (one transaction) ──> Documents ──> Snapshot ──> switchboard, page
//! ```
//!
//! What the last run committed serves until the cloud answers, and again whenever it does not.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use account::{Secret, Snapshot};
use cloud::{Client, Credential, FetchFailed, Progress};
use mirror::{Documents, Fetched, Freshness, Kind, Notice};
use serde::{Deserialize, Serialize};
use store::{Loaded, Store, Write};
use tokio::sync::{mpsc, oneshot, watch};
use tracing::{info, warn};

use super::exchange::News;
use super::notices::Notices;
use crate::config::{Cloud, Config};

/// Between two syncs that went well: 60 requests a minute suffice for 50 users at this pace.
const SYNC_EVERY: Duration = Duration::from_secs(5 * 60);
/// After the first failure; doubled each time up to [`SYNC_EVERY`].
const RETRY_AFTER: Duration = Duration::from_secs(10);
/// Where the token stands in the store once the account was linked.
pub(crate) const TOKEN: &str = "cloud.token";
pub(crate) const TOKEN_ID: &str = "cloud.token_id";

/// The mirror as it is now, for page and command line.
#[derive(Clone, Debug)]
pub(crate) struct MirrorNow {
    /// The account.
    pub house: Arc<Snapshot>,
    /// The cloud's host.
    pub source: String,
    /// Each kind and how current it is.
    pub freshness: BTreeMap<Kind, Freshness>,
    /// When everything asked for was last answered.
    pub fetched: Option<SystemTime>,
    /// How the last sync ended.
    pub last: LastSync,
    /// What was odd in the answers.
    pub oddities: Vec<Notice>,
}

/// How the last sync ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum LastSync {
    /// There was none in this run.
    NotYet,
    /// No token was given.
    NotLinked,
    /// Everything that was asked was answered.
    Well,
    /// Some questions were not answered; what was known of them stays.
    Partly,
    /// Nothing was.
    Failed(SyncFailed),
}

/// Why the mirror could not be brought up to date. Its text is for admins.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum SyncFailed {
    #[error("no account is linked; run `gatehouse link`, or set cloud.token_id and cloud.token_file")]
    NotLinked,
    #[error("{path}: {cause}")]
    TokenFile { path: String, cause: String },
    #[error(transparent)]
    Refused(#[from] cloud::ClientRefused),
    #[error(transparent)]
    Fetch(#[from] FetchFailed),
    #[error("the account was fetched but not saved, so the old one stays: {0}")]
    Store(#[from] store::WriteFailed),
    #[error("the mirror is shutting down")]
    Stopped,
}

/// What is remembered about the documents as a whole.
#[derive(Default, Deserialize, Serialize)]
struct Meta {
    freshness: BTreeMap<Kind, Freshness>,
    fetched: Option<SystemTime>,
    #[serde(default)]
    oddities: Vec<Notice>,
}

/// Somebody wants a sync now and waits for its end.
pub(crate) type Ask = oneshot::Sender<Result<web::Synced, String>>;

/// The task and all it knows.
pub(crate) struct Mirroring {
    config: Cloud,
    store: Arc<Store>,
    documents: Documents,
    now: watch::Sender<Arc<MirrorNow>>,
    notices: Notices,
}

impl Mirroring {
    /// Starts from what the last run committed.
    pub(crate) fn new(config: &Config, store: Arc<Store>, loaded: &Loaded, notices: Notices) -> Self {
        let documents: Documents = loaded.documents.iter().cloned().collect();
        let meta = loaded.mirror_meta.clone().and_then(|meta| serde_json::from_value(meta).ok());
        let meta: Meta = meta.unwrap_or_default();
        let now = MirrorNow {
            house: Arc::new(house(&documents, meta.fetched).0),
            source: host(&config.cloud.api),
            freshness: meta.freshness,
            fetched: meta.fetched,
            last: LastSync::NotYet,
            oddities: meta.oddities,
        };
        let (now, _) = watch::channel(Arc::new(now));
        Self { config: config.cloud.clone(), store, documents, now, notices }
    }

    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.now.borrow().house)
    }

    pub(crate) fn watch(&self) -> watch::Receiver<Arc<MirrorNow>> {
        self.now.subscribe()
    }

    /// Syncs until dropped: on its own beat, and whenever asked.
    pub(crate) async fn run(mut self, news: mpsc::Sender<News>, mut asked: mpsc::Receiver<Ask>) {
        let mut failures = 0;
        let mut waiting: Option<Ask> = None;
        loop {
            let done = self.sync(&news).await;
            if let Err(why) = &done {
                self.failed(why);
            }
            failures = if self.now.borrow().last == LastSync::Well { 0 } else { failures + 1 };
            if let Some(ask) = waiting.take() {
                // Whoever asked may have gone.
                let _ = ask.send(done.map_err(|why| why.to_string()));
            }
            tokio::select! {
                () = tokio::time::sleep(pause(failures)) => {}
                ask = asked.recv() => match ask {
                    Some(ask) => waiting = Some(ask),
                    None => return,
                },
            }
        }
    }

    async fn sync(&mut self, news: &mpsc::Sender<News>) -> Result<web::Synced, SyncFailed> {
        let credential = self.credential().await?;
        let limits = cloud::Limits::default();
        let client = Client::new(cloud::Config { api: self.config.api.clone(), credential, limits })?;
        let fetched = client.fetch(|_: Progress| {}).await?;
        self.commit(fetched, news).await
    }

    /// Saves what changed in one transaction; only what is on disk is published.
    async fn commit(
        &mut self,
        fetched: Fetched,
        news: &mpsc::Sender<News>,
    ) -> Result<web::Synced, SyncFailed> {
        let plan = mirror::plan(&self.documents, &fetched);
        let mut documents = self.documents.clone();
        documents.apply(plan.clone());
        let before = Arc::clone(&self.now.borrow());
        let freshness = mirror::freshness(&before.freshness, &fetched, &documents);
        let complete = !fetched.scopes.values().any(|outcome| matches!(outcome, mirror::Outcome::Failed(_)));
        let when = if complete { Some(fetched.at) } else { before.fetched };
        let (house, mut oddities) = house(&documents, when);
        oddities.extend(plan.notices.iter().cloned());
        oddities.sort();
        oddities.dedup();
        let meta = Meta { freshness, fetched: when, oddities };
        let synced = web::Synced { changed: plan.put.len() + plan.gone.len(), requests: fetched.requests };
        self.save(plan, &meta).await?;
        self.documents = documents;
        self.say_odd(&before.oddities, &meta.oddities);
        let house = if synced.changed == 0 { same(&before.house, house) } else { Arc::new(house) };
        let last = if complete { LastSync::Well } else { LastSync::Partly };
        let Meta { freshness, fetched, oddities } = meta;
        let now = MirrorNow {
            house: Arc::clone(&house),
            source: before.source.clone(),
            freshness,
            fetched,
            last,
            oddities,
        };
        self.now.send_replace(Arc::new(now));
        news.send(News::Account(house)).await.map_err(|_| SyncFailed::Stopped)?;
        info!(changed = synced.changed, requests = synced.requests, complete, "mirrored the account");
        Ok(synced)
    }

    async fn save(&self, plan: mirror::Plan, meta: &Meta) -> Result<(), SyncFailed> {
        let meta = serde_json::to_value(meta).unwrap_or_default();
        let mirror::Plan { at, put, gone, unchanged, .. } = plan;
        let write = Write::Mirror { put, gone, confirmed: unchanged, at, meta };
        let store = Arc::clone(&self.store);
        let saved = tokio::task::spawn_blocking(move || store.write(write)).await;
        Ok(saved.map_err(|_| SyncFailed::Stopped)??)
    }

    /// The token file wins over the store, and is read anew each time so that a new token needs no restart.
    async fn credential(&self) -> Result<Credential, SyncFailed> {
        let (store, config) = (Arc::clone(&self.store), self.config.clone());
        let read = tokio::task::spawn_blocking(move || read_credential(&store, &config)).await;
        read.unwrap_or(Err(SyncFailed::Stopped))
    }

    fn failed(&self, why: &SyncFailed) {
        let linked = *why != SyncFailed::NotLinked;
        let last = if linked { LastSync::Failed(why.clone()) } else { LastSync::NotLinked };
        if self.now.borrow().last != last {
            warn!(%why, "the account could not be mirrored; the last copy serves");
            self.now.send_modify(|now| *now = Arc::new(MirrorNow { last, ..MirrorNow::clone(now) }));
        }
        self.notices.mirror_failed(why);
    }

    /// What is odd is said once, not at every sync.
    fn say_odd(&self, before: &[Notice], now: &[Notice]) {
        for odd in now.iter().filter(|odd| !before.contains(odd)) {
            info!("{odd}");
        }
        self.notices.mirror_works();
        self.notices.oddities(now);
    }
}

fn read_credential(store: &Store, config: &Cloud) -> Result<Credential, SyncFailed> {
    if let Some(path) = &config.token_file {
        let shown = super::shown(path);
        let wrong = |cause: String| SyncFailed::TokenFile { path: shown.clone(), cause };
        let line = std::fs::read_to_string(path).map_err(|fault| wrong(fault.to_string()))?;
        return Credential::parse_line(&line, &config.token_id).map_err(|fault| wrong(fault.to_string()));
    }
    let reader = store.reader();
    let id = reader.setting(TOKEN_ID).ok().flatten();
    let token = reader.secret_setting(TOKEN).ok().flatten();
    let (id, token) = id.zip(token).ok_or(SyncFailed::NotLinked)?;
    Ok(Credential::PersonalToken { id, token: Secret::new(token.expose().to_owned()) })
}

fn house(documents: &Documents, fetched: Option<SystemTime>) -> (Snapshot, Vec<Notice>) {
    let (mut house, notices) = mirror::assemble(documents);
    house.taken = fetched;
    (house, notices)
}

/// An unchanged account keeps its tables; only its date moves on.
fn same(before: &Arc<Snapshot>, now: Snapshot) -> Arc<Snapshot> {
    if before.taken == now.taken { Arc::clone(before) } else { Arc::new(now) }
}

fn pause(failures: u32) -> Duration {
    match failures {
        0 => SYNC_EVERY,
        n => RETRY_AFTER.saturating_mul(1 << (n - 1).min(6)).min(SYNC_EVERY),
    }
}

fn host(api: &str) -> String {
    api.split("://").last().unwrap_or(api).to_owned()
}

/// What the page and the command line may ask of the mirror.
pub(crate) struct Desk(mpsc::Sender<Ask>);

impl Desk {
    pub(crate) fn new(asks: mpsc::Sender<Ask>) -> Self {
        Self(asks)
    }
}

impl web::Commands for Desk {
    fn sync(&self) -> web::Commanded<'_, web::Synced> {
        Box::pin(async move {
            let (ask, answer) = oneshot::channel();
            let busy = || "a sync is already under way; ask again when it has ended".to_owned();
            self.0.try_send(ask).map_err(|_| busy())?;
            answer.await.unwrap_or_else(|_| Err("the box is shutting down".to_owned()))
        })
    }
}
