//! Changes on their way to the cloud: cloud first, then mirror. One at a time, in the order they were asked for.

mod detouring;

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use cloud::{Client, Wanted};
use mirror::{Choice, Entry, Fetched, Intent, Progress, Reply, Scope, Step};
use serde_json::{Value, json};
use store::Write;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tracing::{info, warn};

use super::{Ended, Mirroring, News, SyncFailed};

/// Changes that may wait at once; an office types fewer in a week without the cloud.
const MOST: usize = 500;
/// After the cloud could not be reached; doubled up to [`LONGEST_PAUSE`].
const PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// What came of one step of a change.
pub(super) enum Moved {
    /// The cloud was looked at before sending.
    Looked(u64, Result<Fetched, SyncFailed>),
    /// The request was sent.
    Sent(u64, Reply, Scope),
    /// The cloud was looked at after sending.
    Confirmed(Result<Fetched, SyncFailed>),
}

/// All changes that are known.
#[derive(Default)]
pub(super) struct Journal {
    entries: BTreeMap<u64, Entry>,
    /// One is under way.
    busy: bool,
    /// Not before this moment, after a failure; and how many failures there were.
    rest: Option<(Instant, u32)>,
}

impl Journal {
    /// What the last run left; what was being sent when it ended is judged anew.
    pub(super) fn woken(entries: Vec<Entry>) -> Self {
        let wake = |mut entry: Entry| {
            entry.wake();
            (entry.id, entry)
        };
        Self { entries: entries.into_iter().map(wake).collect(), ..Self::default() }
    }

    fn next(&self, now: Instant) -> Option<&Entry> {
        let rested = self.rest.is_none_or(|(until, _)| until <= now);
        self.entries.values().find(|entry| entry.is_waiting()).filter(|_| rested && !self.busy)
    }

    /// When to look again, if something waits.
    pub(super) fn wake_at(&self, now: Instant) -> Option<Instant> {
        let waits = !self.busy && self.entries.values().any(Entry::is_waiting);
        waits.then(|| self.rest.map_or(now, |(until, _)| until))
    }

    fn pause(&mut self, now: Instant) {
        let failures = self.rest.map_or(0, |(_, failures)| failures);
        let pause = PAUSE.saturating_mul(1 << failures.min(5)).min(LONGEST_PAUSE);
        self.rest = Some((now + pause, failures + 1));
    }

    pub(super) fn listed(&self) -> Value {
        json!({ "schema": "mirror-journal/1", "changes": self.entries.values().rev().collect::<Vec<_>>() })
    }

    /// Whether this very change was taken in before.
    pub(super) fn has(&self, change: &Value) -> bool {
        let same = |entry: &Entry| serde_json::to_value(&entry.intent).is_ok_and(|intent| intent == *change);
        self.entries.values().any(same)
    }

    /// Of those settled only the newest stay, as in the store.
    fn take(&mut self, entry: Entry) {
        let kept = u64::try_from(store::JOURNAL_KEPT).unwrap_or(u64::MAX);
        let old = if entry.is_settled() { entry.id.saturating_sub(kept) } else { 0 };
        self.entries.insert(entry.id, entry);
        self.entries.retain(|id, entry| *id > old || !entry.is_settled());
    }

    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }
}

impl Mirroring {
    /// Takes a change in; it is on disk before anybody is told so.
    pub(super) async fn change(&mut self, intent: Value) -> Result<Value, String> {
        let intent: Intent = serde_json::from_value(intent)
            .map_err(|fault| format!("not a change this box can make: {fault}"))?;
        intent.check(&self.documents).map_err(|refused| refused.to_string())?;
        if self.journal.entries.values().filter(|entry| !entry.is_settled()).count() >= MOST {
            return Err("too many changes wait for the cloud already".to_owned());
        }
        let id = self.journal.entries.keys().next_back().map_or(1, |last| last + 1);
        let seen = intent.found(&self.documents);
        let entry =
            Entry { id, intent, seen, state: Progress::Waiting, attempts: 0, made: SystemTime::now() };
        self.keep(entry.clone()).await.map_err(|why| why.to_string())?;
        Ok(json!({ "schema": "mirror-change/1", "change": entry }))
    }

    /// Takes a decision in.
    pub(super) async fn decide(&mut self, id: u64, choice: Option<Choice>) -> Result<Value, String> {
        let mut entry = self.journal.entries.get(&id).cloned().ok_or("there is no such change")?;
        let taken = match choice {
            Some(choice) => entry.choose(choice, &self.documents),
            None => entry.cancel(),
        };
        if !taken {
            return Err("nothing is to be decided about this change now".to_owned());
        }
        self.keep(entry.clone()).await.map_err(|why| why.to_string())?;
        Ok(json!({ "schema": "mirror-change/1", "change": entry }))
    }

    /// Saves an entry, and only then believes in it.
    async fn keep(&mut self, entry: Entry) -> Result<(), SyncFailed> {
        let store = std::sync::Arc::clone(&self.store);
        let write = Write::Journal(Box::new(entry.clone()));
        let saved = tokio::task::spawn_blocking(move || store.write(write)).await;
        saved.map_err(|_| SyncFailed::Stopped)??;
        self.journal.take(entry);
        Ok(())
    }

    /// Looks at what the oldest waiting change is about, as it is in the cloud now.
    pub(super) async fn start_change(&mut self, rounds: &mut JoinSet<Ended>) {
        let Some(entry) = self.journal.next(Instant::now()) else { return };
        let (id, scope) = (entry.id, entry.intent.scope(&self.documents));
        let Ok(client) = self.client().await else {
            self.journal.pause(Instant::now());
            return;
        };
        self.journal.busy = true;
        let wanted = self.about(scope);
        rounds.spawn(async move { Ended::Change(Moved::Looked(id, look(client, wanted).await)) });
    }

    fn about(&self, scope: Scope) -> Wanted {
        let mut wanted = self.wanted([scope.kind].into());
        wanted.only = scope.owner;
        wanted
    }

    pub(super) async fn change_moved(
        &mut self,
        moved: Moved,
        rounds: &mut JoinSet<Ended>,
        news: &mpsc::Sender<News>,
    ) {
        let done = match moved {
            Moved::Looked(id, Ok(fetched)) => self.looked(id, fetched, rounds, news).await,
            Moved::Sent(id, reply, scope) => self.sent(id, reply, scope, rounds).await,
            Moved::Confirmed(Ok(fetched)) => {
                self.journal.busy = false;
                self.commit(fetched, news).await
            }
            Moved::Looked(_, Err(why)) | Moved::Confirmed(Err(why)) => Err(why),
        };
        if let Err(why) = done {
            warn!(%why, "a change waits for the cloud");
            self.journal.busy = false;
            self.journal.pause(Instant::now());
        }
    }

    async fn looked(
        &mut self,
        id: u64,
        fetched: Fetched,
        rounds: &mut JoinSet<Ended>,
        news: &mpsc::Sender<News>,
    ) -> Result<(), SyncFailed> {
        if let Some(mirror::Outcome::Failed(why)) =
            fetched.scopes.values().find(|end| matches!(end, mirror::Outcome::Failed(_)))
        {
            return Err(SyncFailed::Fetch(cloud::FetchFailed::Unanswered(*why)));
        }
        self.commit(fetched, news).await?;
        // Somebody may have taken it back meanwhile.
        let Some(mut entry) = self.journal.entries.get(&id).filter(|entry| entry.is_waiting()).cloned()
        else {
            self.journal.busy = false;
            return Ok(());
        };
        if let Step::Settle(state) = entry.look(&self.documents) {
            entry.state = state;
            self.journal.busy = false;
            return self.keep(entry).await;
        }
        let client = self.client().await?;
        entry.state = Progress::Sending;
        entry.attempts += 1;
        let (request, scope) = (entry.intent.request(), entry.intent.scope(&self.documents));
        self.keep(entry).await?;
        rounds.spawn(async move { Ended::Change(Moved::Sent(id, client.send(&request).await, scope)) });
        Ok(())
    }

    async fn sent(
        &mut self,
        id: u64,
        reply: Reply,
        scope: Scope,
        rounds: &mut JoinSet<Ended>,
    ) -> Result<(), SyncFailed> {
        if let Some(mut entry) = self.journal.entries.get(&id).cloned() {
            entry.hear(reply);
            info!(id, ?reply, "a change was sent to the cloud");
            self.keep(entry).await?;
        }
        match reply {
            Reply::Told => self.journal.rest = None,
            Reply::NotSent | Reply::Unknown => self.journal.pause(Instant::now()),
            Reply::Refused(_) => {}
        }
        let client = self.client().await?;
        let wanted = self.about(scope);
        rounds.spawn(async move { Ended::Change(Moved::Confirmed(look(client, wanted).await)) });
        Ok(())
    }

    /// What was made without anybody hearing of it may have appeared in what the cloud has just told.
    pub(super) async fn settle_the_unsure(&mut self) -> Result<(), SyncFailed> {
        let appeared = self.journal.entries.values().filter(|entry| entry.has_appeared(&self.documents));
        for mut entry in appeared.cloned().collect::<Vec<_>>() {
            entry.state = Progress::Done;
            self.keep(entry).await?;
        }
        Ok(())
    }
}

async fn look(client: Client, wanted: Wanted) -> Result<Fetched, SyncFailed> {
    Ok(client.look(wanted).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: u64, state: Progress) -> Entry {
        let intent = json!({"act": "device_alias", "device": "e0", "alias": id.to_string()});
        let intent = serde_json::from_value(intent).unwrap();
        Entry { id, intent, seen: Value::Null, state, attempts: 1, made: SystemTime::UNIX_EPOCH }
    }

    #[test]
    fn of_settled_changes_the_newest_thousand_stay_and_of_others_all() {
        let mut journal = Journal::default();
        journal.take(entry(1, Progress::Unsure));
        (2..=2_500).for_each(|id| journal.take(entry(id, Progress::Done)));
        let ids: Vec<u64> = journal.entries.keys().copied().collect();
        assert_eq!((ids.len(), ids[0], ids[1]), (1_001, 1, 1_501));
    }
}
