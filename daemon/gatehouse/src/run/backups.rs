//! The box as one file, and a box out of one, while calls go on.
//!
//! ```text
//!   store::copy_to ──> backup::pack ──> pieces ──> whoever keeps the file
//!   pieces ──> backup::unpack ──> store::adopt ──> settle ──> the box starts anew once nobody talks ──> backup::take_over
//! ```

mod pipes;
mod words;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use backup::{About, Passphrase};
use futures_util::stream;
use store::{Batch, Store, Write};
use tokio::runtime::Handle;
use tokio::sync::{Mutex, mpsc, watch};
use tokio::task::spawn_blocking;
use tracing::{error, info, warn};
use web::view::Sentence;
use web::{Deed, Pieces, Restored, Restoring};

use super::RunFailed;
use super::notices::Notices;
use crate::config::{Config, brought};
use crate::place::Place;
use pipes::{Inlet, Outlet};

/// The store's names for when a backup was made, when one was restored, and since when the box is there.
const MADE: &str = "backup.made";
const RESTORED: &str = "backup.restored";
const SINCE: &str = "backup.since";
/// Where the copy of the database lies while it is packed; below the data folder, and never packed itself.
const COPY: &str = "gatehouse.db.leaving";
/// Pieces on their way between the disk and the network.
const AHEAD: usize = 4;
/// How often it is looked whether somebody should be reminded.
const ROUND: Duration = Duration::from_secs(6 * 3600);
const DAY: u64 = 24 * 3600;
/// A new box has other worries for so long.
const FIRST: u64 = 7 * DAY;
/// A backup older than this misses too much.
const OLD: u64 = 90 * DAY;

/// Puts a restored backup in place, if there is one; whoever reads the configuration reads it after this.
pub(crate) fn take_over(config: &Config, place: &Place) -> Result<(), RunFailed> {
    let restored = backup::take_over(&place.data).map_err(RunFailed::Restore)?;
    if restored {
        info!("the box is the one of the restored backup from here on");
    }
    brought::stands_for(&config.file, &place.data, restored).map_err(RunFailed::Restore)
}

/// Makes backups and takes them in, one at a time.
#[derive(Clone)]
pub(crate) struct Backups {
    data: PathBuf,
    /// The box's own configuration.
    file: PathBuf,
    store: Arc<Store>,
    notices: Notices,
    /// Whether a restored state waits for the box to start anew.
    restored: watch::Sender<bool>,
    one: Arc<Mutex<()>>,
}

impl Backups {
    pub(super) fn new(config: &Config, store: &Arc<Store>, notices: &Notices) -> Self {
        notices.brought(&config.brought);
        let (restored, _) = watch::channel(false);
        let (store, notices) = (Arc::clone(store), notices.clone());
        let (data, file) = (config.data.clone(), config.file.clone());
        Self { data, file, store, notices, restored, one: Arc::default() }
    }

    /// Turns true once the box is to start anew.
    pub(super) fn watch(&self) -> watch::Receiver<bool> {
        self.restored.subscribe()
    }

    /// Reminds of backups as long as the box runs.
    pub(super) async fn remind(self) {
        loop {
            let this = self.clone();
            // A store that cannot be read is said elsewhere.
            let _ = spawn_blocking(move || this.look(seconds())).await;
            tokio::time::sleep(ROUND).await;
        }
    }

    fn look(&self, now: u64) {
        let known =
            |key| self.store.reader().setting(key).map(|text| text.and_then(|text| text.parse().ok()));
        let (Ok(made), Ok(since)) = (known(MADE), known(SINCE)) else { return };
        if since.is_none() {
            // Written down the next time, if not now.
            let _ = self.store.write(setting(SINCE, now));
        }
        self.notices.backup(missing(since.unwrap_or(now), made, now));
    }

    pub(super) async fn shown(&self) -> Result<web::Backups, String> {
        let reader = self.store.reader();
        let read = spawn_blocking(move || {
            let made = reader.setting(MADE)?.and_then(|text| text.parse().ok());
            let restored = reader.setting(RESTORED)?.and_then(|text| serde_json::from_str(&text).ok());
            Ok::<_, store::StoreFault>(web::Backups { made, restored })
        });
        read.await.map_err(|fault| fault.to_string())?.map_err(|fault| fault.to_string())
    }

    /// Comes back once there is a copy of the database; the file is written while it is fetched.
    pub(super) async fn make(&self, with: Passphrase) -> Result<Pieces<'static>, Sentence> {
        let one = Arc::clone(&self.one).try_lock_owned().map_err(|_| words::busy())?;
        let (data, copy) = (self.data.clone(), Leaving(self.data.join(COPY)));
        let copied = spawn_blocking(move || store::copy_to(&data, &copy.0).map(|()| copy)).await;
        let copy = copied.map_err(|fault| words::ours(&fault))?.map_err(|fault| words::no_copy(&fault))?;
        let (pieces, mut coming) = mpsc::channel(AHEAD);
        let (this, wall) = (self.clone(), Handle::current());
        drop(spawn_blocking(move || {
            let out = Outlet::new(pieces, wall);
            this.pack(&copy, &out, &with);
            // Who has the whole file finds nothing left of the copy, and may ask for another one.
            drop((copy, one));
            drop(out);
        }));
        Ok(Box::pin(stream::poll_fn(move |waker| coming.poll_recv(waker))))
    }

    fn pack(&self, copy: &Leaving, out: &Outlet, with: &Passphrase) {
        let now = seconds();
        let house = nix::unistd::gethostname().ok().and_then(|name| name.into_string().ok());
        let about = About {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            made: now,
            house: house.unwrap_or_default(),
        };
        let settings = brought::counting(&self.file, &self.data);
        match backup::pack(&self.data, (&copy.0, &settings), out.clone(), with, &about) {
            Ok(_) => {
                info!("a backup was made");
                // Not written down, it is asked for again.
                let _ = self.store.write(setting(MADE, now));
                self.notices.backup(None);
            }
            Err(fault) => {
                warn!(%fault, "no backup was made");
                out.fails(fault.to_string());
            }
        }
    }

    /// Comes back once the restored state counts from the next start on.
    pub(super) async fn restore(&self, wanted: Restoring<'_>) -> Result<(), Sentence> {
        let _one = self.one.try_lock().map_err(|_| words::busy())?;
        let Restoring { with, by, pieces } = wanted;
        let (feed, coming) = mpsc::channel(AHEAD);
        let data = self.data.clone();
        let unpacking = spawn_blocking(move || settled(&data, Inlet::new(coming), &with, &by));
        pipes::feed(pieces, feed).await;
        unpacking.await.map_err(|fault| words::ours(&fault))??;
        info!("a backup was restored; the box starts anew once nobody talks");
        self.restored.send_replace(true);
        Ok(())
    }
}

fn settled(data: &Path, source: Inlet, with: &Passphrase, by: &Deed) -> Result<(), Sentence> {
    let staged = backup::unpack(data, source, with).map_err(|refused| words::refused(&refused))?;
    let About { made, house, version } = staged.about().clone();
    info!(made, version, "a backup is being restored");
    let restored = serde_json::to_string(&Restored { at: seconds(), made, house }).unwrap_or_default();
    let deed = serde_json::to_value(by).unwrap_or_default();
    let restored = Write::Setting { key: RESTORED.to_owned(), value: restored };
    let batch = Batch(vec![setting(MADE, made), restored, Write::Deed(deed)]);
    store::adopt(&staged.folder(), batch).map_err(|failed| {
        error!(%failed, "the database of a backup cannot be used");
        words::unusable(&failed)
    })?;
    staged.settle().map_err(|fault| words::disk(&fault))
}

/// A file that is gone when this is.
struct Leaving(PathBuf);

impl Drop for Leaving {
    fn drop(&mut self) {
        // The next one takes its place.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// What the owner should be reminded of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Missing {
    /// There never was a backup.
    Any,
    /// The last one is so many days old.
    Recent(u64),
}

fn missing(since: u64, made: Option<u64>, now: u64) -> Option<Missing> {
    match made {
        Some(made) => {
            let age = now.saturating_sub(made);
            (age > OLD).then_some(Missing::Recent(age / DAY))
        }
        None => (now.saturating_sub(since) > FIRST).then_some(Missing::Any),
    }
}

fn setting(key: &str, seconds: u64) -> Write {
    Write::Setting { key: key.to_owned(), value: seconds.to_string() }
}

fn seconds() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs()
}

#[cfg(test)]
mod tests;
