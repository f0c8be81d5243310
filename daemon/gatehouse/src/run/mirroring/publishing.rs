//! What was committed, made into what others see.

use std::sync::Arc;
use std::time::SystemTime;

use account::Snapshot;
use mirror::{Documents, Kind, Notice};
use tokio::sync::mpsc;
use tracing::info;

use super::now::{Changed, LastSync, Meta, MirrorNow};
use super::{Mirroring, News, SyncFailed, shown};

impl Mirroring {
    /// An account that looks as before keeps its tables; only its date moves on.
    pub(super) async fn publish(
        &mut self,
        changed: Changed,
        oddities: &mut Vec<Notice>,
        news: &mpsc::Sender<News>,
    ) -> Result<(), SyncFailed> {
        let before = Arc::clone(&self.now.borrow());
        let fetched = self.meta.fetched();
        let house = if changed == Changed::House {
            let (house, odd) = house(&self.documents, fetched);
            oddities.extend(odd);
            Arc::new(house)
        } else {
            oddities.extend(before.oddities.iter().cloned());
            Arc::clone(&before.house)
        };
        oddities.sort();
        oddities.dedup();
        self.say_odd(&before.oddities, oddities);
        let shown = match changed {
            Changed::Nothing => Arc::clone(&before.shown),
            Changed::Aside | Changed::House => Arc::new(shown::account(&house, &self.documents)),
        };
        let now = MirrorNow {
            shown,
            house: Arc::clone(&house),
            source: before.source.clone(),
            kinds: kinds(&self.meta, &self.documents),
            fetched,
            last: if self.meta.is_partial() { LastSync::Partly } else { LastSync::Well },
            progress: None,
            brought: before.brought,
            oddities: std::mem::take(oddities),
        };
        // Another round may be under way, and its progress has moved on meanwhile.
        self.now.send_modify(|shown| *shown = Arc::new(MirrorNow { progress: shown.progress, ..now }));
        if changed == Changed::House {
            news.send(News::Account(house)).await.map_err(|_| SyncFailed::Stopped)?;
        }
        Ok(())
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

pub(super) fn house(documents: &Documents, fetched: Option<SystemTime>) -> (Snapshot, Vec<Notice>) {
    let (mut house, notices) = mirror::assemble(documents);
    house.taken = fetched;
    (house, notices)
}

pub(super) fn kinds(
    meta: &Meta,
    documents: &Documents,
) -> std::collections::BTreeMap<Kind, (mirror::Freshness, usize)> {
    let counts = documents.counts();
    let count = |kind: &Kind| counts.get(kind).copied().unwrap_or_default();
    meta.freshness.iter().map(|(kind, fresh)| (*kind, (*fresh, count(kind)))).collect()
}

pub(super) fn host(api: &str) -> String {
    api.split("://").last().unwrap_or(api).to_owned()
}
