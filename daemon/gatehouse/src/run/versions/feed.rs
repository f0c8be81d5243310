//! The feed of new versions: asked once a day and whenever somebody wants it; what it offers is fetched into the folder where uploaded
//! versions go.
//!
//! ```text
//!   feed ── signed? fresh? newer? ──> "version X is there" ── fetch, resumed where it ended ── hash ──> box/feed.update
//! ```
//!
//! What the flashed box does with it then is the same as with an uploaded one: it checks the signature of the update itself.

mod fetching;
mod keeping;
mod trouble;

use std::path::{Path, PathBuf};
use std::time::Duration;

use cloud::Depot;
use jiff::Timestamp;
use release::{Feed as Document, LONGEST_FEED, Model, Offer, PUBLIC_KEY, Version};
use rustls::RootCertStore;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until};
use web::view::Sentence;
use web::{Feed as Shown, FeedAsk, Starts, There, Versions};

use super::read;
use crate::config::{Config, Updates};
use keeping::Kept;
use trouble::Trouble;

/// For an answer to begin, and between two pieces of it.
const PATIENCE: Duration = Duration::from_secs(30);
/// Boxes that start together after a power failure do not ask together.
const FIRST: Duration = Duration::from_secs(3600);
/// The next look comes so much later, and up to an eighth sooner or later than that.
const DAILY: Duration = Duration::from_secs(24 * 3600);
/// A look that failed is made again after this.
const AGAIN: Duration = Duration::from_secs(3600);
/// Questions that wait; more are refused.
const QUESTIONS: usize = 4;

type Answer = Result<(), Sentence>;

/// Whoever wants something of the feed.
#[derive(Debug)]
pub(super) struct Asking {
    asks: mpsc::Sender<(FeedAsk, oneshot::Sender<Answer>)>,
    shown: watch::Receiver<Shown>,
}

impl Asking {
    pub(super) fn shown(&self) -> Shown {
        self.shown.borrow().clone()
    }

    /// Comes back once it was looked, or once a version begins to come.
    pub(super) async fn ask(&self, ask: FeedAsk) -> Answer {
        if self.shown.borrow().fetching.is_some() {
            return Err(Sentence::new(
                "Eine neue Version wird gerade geholt.",
                "A new version is being fetched.",
            ));
        }
        let busy = || Sentence::new("Bitte gleich noch einmal.", "Please try again in a moment.");
        let (answer, answered) = oneshot::channel();
        self.asks.try_send((ask, answer)).map_err(|_| busy())?;
        answered.await.unwrap_or_else(|_| Err(busy()))
    }
}

/// The task that owns what is known of the feed.
#[derive(Debug)]
pub(super) struct Keeper {
    address: String,
    wanted: Updates,
    authorities: Option<PathBuf>,
    data: PathBuf,
    asked: mpsc::Receiver<(FeedAsk, oneshot::Sender<Answer>)>,
    shown: watch::Sender<Shown>,
    /// What the feed offers to this box.
    offer: Option<(Version, Offer)>,
    kept: Kept,
}

impl Keeper {
    /// `None` when no feed is named.
    pub(super) fn new(config: &Config) -> Option<(Self, Asking)> {
        let address = config.updates.feed.clone()?;
        let (asks, asked) = mpsc::channel(QUESTIONS);
        let (shown, watched) = watch::channel(Shown { installs: config.updates.install, ..Shown::default() });
        let keeper = Self {
            address,
            wanted: config.updates.clone(),
            authorities: config.cloud.authorities.clone(),
            kept: Kept::read(&config.data),
            data: config.data.clone(),
            asked,
            shown,
            offer: None,
        };
        Some((keeper, Asking { asks, shown: watched }))
    }

    /// Looks for ever.
    pub(super) async fn keep(mut self) {
        let mut next = Instant::now() + FIRST.mul_f64(chance());
        loop {
            tokio::select! {
                () = sleep_until(next) => next = Instant::now() + self.daily().await,
                asked = self.asked.recv() => match asked {
                    Some((ask, answer)) => self.hear(ask, answer).await,
                    None => return,
                },
            }
        }
    }

    /// Whoever asked may have gone.
    async fn hear(&mut self, ask: FeedAsk, answer: oneshot::Sender<Answer>) {
        match ask {
            FeedAsk::Look => drop(answer.send(self.look().await.map_err(|trouble| trouble.sentence()))),
            FeedAsk::Fetch(_) if self.offer.is_none() => {
                let nothing = Sentence::new("Es gibt keine neue Version.", "There is no new version.");
                drop(answer.send(Err(nothing)));
            }
            FeedAsk::Fetch(starts) => {
                self.coming(0);
                drop(answer.send(Ok(())));
                // What went wrong stands on the page.
                let _ = self.fetch(starts).await;
            }
        }
    }

    /// How long to wait for the next look.
    async fn daily(&mut self) -> Duration {
        let looked = self.look().await;
        let fetched = match (looked, self.wanted.install) {
            (Ok(()), Some(starts)) if self.is_untried() => self.fetch(starts).await,
            (looked, _) => looked,
        };
        let wait = if fetched.is_ok() { DAILY } else { AGAIN };
        wait.mul_f64(0.875 + chance() / 4.0)
    }

    /// A version that was installed once and does not run has failed: it is not installed again by itself.
    fn is_untried(&self) -> bool {
        self.offer.as_ref().is_some_and(|(version, _)| self.kept.given().is_none_or(|given| *version > given))
    }

    async fn look(&mut self) -> Result<(), Trouble> {
        let looked = self.read_feed().await;
        let trouble = looked.as_ref().err().map(Trouble::sentence);
        let offer = self.offer.as_ref();
        let there = offer.map(|(version, offer)| There { version: version.to_string(), size: offer.size });
        let asked = u64::try_from(Timestamp::now().as_second()).ok();
        self.shown.send_modify(|shown| (shown.asked, shown.there, shown.trouble) = (asked, there, trouble));
        looked
    }

    async fn read_feed(&mut self) -> Result<(), Trouble> {
        let versions = read(&self.data).await.ok().flatten().ok_or(Trouble::NotFlashed)?;
        let bytes = self.depot()?.document(&self.address, LONGEST_FEED).await?;
        let document = Document::open(&bytes, &keys(&self.wanted.keys)?)?;
        let now = u64::try_from(Timestamp::now().as_second()).unwrap_or(0);
        document.is_fresh(now, self.kept.seen)?;
        let offer = document.newest(model(&versions)).map(|(version, offer)| (version, offer.clone()));
        if document.made > self.kept.seen {
            self.kept.seen = document.made;
            self.kept.write(&self.data).await?;
        }
        self.offer = offer;
        Ok(())
    }

    fn depot(&self) -> Result<Depot, Trouble> {
        let own = self.authorities.as_deref().map(certificates::authorities).transpose();
        let own = own.map_err(|_| Trouble::Authorities)?.unwrap_or_else(RootCertStore::empty);
        Depot::new(own, PATIENCE).map_err(|_| Trouble::Authorities)
    }

    /// So much of a hundred is there.
    fn coming(&self, percent: u64) {
        let Some((version, _)) = &self.offer else { return };
        let percent = u8::try_from(percent).unwrap_or(100);
        let coming = web::Installing { version: version.to_string(), percent };
        self.shown.send_if_modified(|shown| {
            let is_new = shown.fetching.as_ref() != Some(&coming);
            shown.fetching = Some(coming);
            is_new
        });
    }

    async fn fetch(&mut self, starts: Starts) -> Result<(), Trouble> {
        let fetched = self.bring(starts).await;
        if fetched.is_ok() {
            self.offer = None;
        }
        self.shown.send_modify(|shown| {
            shown.fetching = None;
            shown.trouble = fetched.as_ref().err().map(Trouble::sentence);
            if fetched.is_ok() {
                shown.there = None;
            }
        });
        fetched
    }
}

/// What an offer must be for.
fn model(versions: &Versions) -> Model<'_> {
    let version = versions.running.parse().unwrap_or_default();
    Model { board: &versions.board, arch: &versions.arch, version }
}

/// The public keys of whoever makes versions.
fn keys(folder: &Path) -> Result<Vec<[u8; PUBLIC_KEY]>, Trouble> {
    let files = std::fs::read_dir(folder)?.filter_map(Result::ok).map(|file| file.path());
    let public = files.filter(|path| path.extension().is_some_and(|end| end == "public"));
    Ok(public.filter_map(|path| std::fs::read(path).ok()?.try_into().ok()).collect())
}

/// From 0 to 1; the middle when the system gives no randomness.
fn chance() -> f64 {
    let mut bytes = [0; 4];
    if getrandom::fill(&mut bytes).is_err() {
        return 0.5;
    }
    f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests;
