//! The cloud's history on its way into the store: a page at a time, each saved with the trail it leaves.

use std::time::{Duration, SystemTime};

use cloud::{Client, FetchFailed};
use mirror::{Event, Failure, Kind, Window, read_history};
use store::{Batch, Write};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tracing::warn;

use super::{Ended, Mirroring, SyncFailed};

/// What people watch is at most a minute old.
const EVERY: Duration = Duration::from_secs(50);
/// When the account has none, or the token may not read it.
const ABSENT: Duration = Duration::from_secs(24 * 60 * 60);
const AFTER_FAILURE: Duration = Duration::from_secs(60);
/// Pages read forwards in one go, at most: more than a day of a large office.
const PAGES: usize = 20;

/// When to go on, and in which direction.
#[derive(Default)]
pub(super) struct Reading {
    busy: bool,
    due: Option<Instant>,
    /// Entries passed over while reading forwards.
    skip: usize,
    /// Backwards next: the two take turns until the beginning is reached.
    back: bool,
}

/// One page and where it belongs.
pub(super) struct Page {
    window: Window,
    back: bool,
    answer: Result<(Vec<Event>, usize), FetchFailed>,
}

impl Reading {
    pub(super) fn next(&self, now: Instant) -> Option<Instant> {
        (!self.busy).then(|| self.due.unwrap_or(now))
    }

    pub(super) fn hurry(&mut self) {
        self.due = None;
    }

    /// Another account lies behind the token: nothing of its history may come in, not even what is under way.
    pub(super) fn stop(&mut self) {
        *self = Self { due: Some(Instant::now() + AFTER_FAILURE), ..Self::default() };
    }

    pub(super) const fn is_busy(&self) -> bool {
        self.busy
    }
}

impl Mirroring {
    /// Asks for the next page once phones can call.
    pub(super) async fn start_history(&mut self, rounds: &mut JoinSet<Ended>) {
        let now = Instant::now();
        if self.history.busy || self.history.due.is_some_and(|due| due > now) || self.meta.fetched().is_none()
        {
            return;
        }
        let Ok(client) = self.client().await else {
            self.history.due = Some(now + AFTER_FAILURE);
            return;
        };
        let back = self.meta.history.backward().filter(|_| self.history.back);
        let (window, back) = match back {
            Some(window) => (window, true),
            None => (self.meta.history.forward(self.history.skip), false),
        };
        self.history.busy = true;
        rounds.spawn(async move { Ended::Page(read(client, window, back).await) });
    }

    pub(super) async fn page_read(&mut self, page: Page) {
        if !std::mem::take(&mut self.history.busy) {
            return;
        }
        let Page { window, back, answer } = page;
        let saved = match answer {
            Ok((events, listed)) => self.keep_events(&window, back, events, listed).await,
            Err(FetchFailed::Unanswered(Failure::Status(403 | 404))) => {
                self.history.due = Some(Instant::now() + ABSENT);
                return;
            }
            Err(why) => Err(why.into()),
        };
        if let Err(why) = saved {
            warn!(%why, "the cloud's history could not be read on");
            self.history.due = Some(Instant::now() + AFTER_FAILURE);
        }
    }

    async fn keep_events(
        &mut self,
        window: &Window,
        back: bool,
        events: Vec<Event>,
        listed: usize,
    ) -> Result<(), SyncFailed> {
        let mut trail = self.meta.history;
        let mut more = false;
        if back {
            trail.went_back(window, &events, listed);
        } else {
            more = trail.went_forward(&events, listed) && self.history.skip / listed.max(1) < PAGES;
        }
        let mut meta = self.meta.clone();
        meta.history = trail;
        let put = if self.keeps_history() { events } else { Vec::new() };
        let writes = vec![
            Write::Events { put, forget_before: self.forget_before() },
            Write::Mirror {
                put: Vec::new(),
                gone: Vec::new(),
                meta: serde_json::to_value(&meta).unwrap_or_default(),
            },
        ];
        let store = std::sync::Arc::clone(&self.store);
        let saved = tokio::task::spawn_blocking(move || store.write(Batch(writes))).await;
        saved.map_err(|_| SyncFailed::Stopped)??;
        self.meta = meta;
        self.history.skip = if more { self.history.skip + listed } else { 0 };
        self.history.back = !back && !more;
        let on = more || (!trail.is_whole() && self.history.back) || (back && !trail.is_whole());
        self.history.due = Some(if on { Instant::now() } else { Instant::now() + EVERY });
        Ok(())
    }

    /// `NONE`: the account keeps no history, so neither does the box.
    fn keeps_history(&self) -> bool {
        self.life_time().as_deref() != Some("NONE")
    }

    fn forget_before(&self) -> Option<SystemTime> {
        match self.life_time().as_deref() {
            Some("NONE") => Some(SystemTime::now() + Duration::from_secs(24 * 60 * 60)),
            Some("THIRTY_DAYS") => SystemTime::now().checked_sub(Duration::from_secs(30 * 24 * 60 * 60)),
            _ => None,
        }
    }

    fn life_time(&self) -> Option<String> {
        let account = self.documents.of(Kind::Account).next()?.body.read();
        account.get("historyLifeTime")?.as_str().map(str::to_owned)
    }
}

async fn read(client: Client, window: Window, back: bool) -> Page {
    let answer = match client.page(&window.path()).await {
        Ok(page) => read_history(&page).map_err(FetchFailed::Unanswered),
        Err(why) => Err(why),
    };
    Page { window, back, answer }
}
