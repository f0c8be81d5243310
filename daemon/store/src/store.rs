//! The store as the rest of the daemon sees it.

use std::fs::File;
use std::path::PathBuf;
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use crate::copy::Copier;
use crate::database::{DATABASE, GOOD_COPY};
use crate::open::{Opened, open};
use crate::queue::Queue;
use crate::reader::Reader;
use crate::writer::Writer;
use crate::{Batch, Loaded, OpenFailed, StoreFault};

/// Where the store keeps its files.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Config {
    /// The data directory; made when it does not exist.
    pub dir: PathBuf,
}

/// Counts batches in the order they were handed over, from 1, new at each start.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Ticket(pub u64);

/// What the store tells while it works. A ticket is settled by exactly one of `Committed` and `Refused`; a
/// `Postponed` may come first.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Notice {
    /// Every batch up to this one is on disk and survives a power cut, save those refused.
    Committed {
        /// The last of them.
        up_to: Ticket,
    },
    /// These batches cannot be written now. They are kept and tried again; whoever waits should stop waiting.
    Postponed {
        /// The first of them.
        from: Ticket,
        /// The last of them.
        to: Ticket,
        /// Why.
        fault: StoreFault,
    },
    /// This batch can never be written and was dropped.
    Refused {
        /// Which.
        ticket: Ticket,
        /// Why.
        fault: StoreFault,
    },
    /// The disk does not take our writes; said once, and again when the reason changes.
    Trouble(StoreFault),
    /// It does again, and everything kept meanwhile is on disk.
    Works {
        /// How long it did not.
        after: Duration,
    },
}

/// Why a batch was not taken; nothing of it was.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SubmitRefused {
    /// Too much waits for the disk already ([`crate::QUEUE_ROWS`]).
    #[error("too much waits for the disk")]
    QueueFull,
    /// The store is closed.
    #[error("the store is closed")]
    Closed,
}

/// Keeps what must survive a power cut. Share it behind an `Arc`; only [`Store::write`] and [`Store::close`] wait for the disk.
pub struct Store {
    queue: Arc<Queue>,
    reader: Arc<Reader>,
    threads: Mutex<Option<Threads>>,
}

struct Threads {
    writer: JoinHandle<Result<(), StoreFault>>,
    copier: Copier,
    _lock: File,
}

impl Store {
    /// Opens the data directory, repairs and migrates what is in it, and returns all that is needed at start.
    ///
    /// `notify` is called from the store's own thread and must not wait.
    ///
    /// # Errors
    /// [`OpenFailed`], each naming the file and what to do about it. A broken database is no error: see [`Loaded::recovered`]. Nor
    /// is one that cannot be opened now, such as one that another program keeps locked, if there is a good copy: that is read,
    /// [`Notice::Trouble`] says so, and what is written waits until the database opens.
    pub fn open(
        config: &Config,
        notify: impl FnMut(Notice) + Send + 'static,
    ) -> Result<(Self, Loaded), OpenFailed> {
        let dir = &config.dir;
        let path = dir.join(DATABASE);
        let failed = |fault: StoreFault| OpenFailed::Database { path: path.clone(), fault };
        let Opened { db, seal, lock, loaded } = open(dir, SystemTime::now())?;
        let read = if db.is_ok() { path.clone() } else { dir.join(GOOD_COPY) };
        let reader = Arc::new(Reader::open(&read, seal.clone()).map_err(failed)?);
        let copier = Copier::start(dir.clone()).map_err(failed)?;
        let queue = Arc::new(Queue::default());
        let asks = copier.asks();
        let (db, fault) = match db {
            Ok(db) => (Some(db), None),
            Err(fault) => (None, Some(fault)),
        };
        let writer = Writer::new(Arc::clone(&queue), path.clone(), db, seal, Box::new(notify), asks);
        let writer = match fault {
            Some(fault) => writer.without(fault, Arc::clone(&reader)),
            None => writer,
        };
        let writer = std::thread::Builder::new().name("store".into()).spawn(move || writer.run());
        let writer = writer.map_err(|cause| OpenFailed::Directory { path: dir.clone(), cause })?;
        let threads = Mutex::new(Some(Threads { writer, copier, _lock: lock }));
        Ok((Self { queue, reader, threads }, loaded))
    }

    /// Hands a batch over without waiting; the [`Notice`] that settles its ticket follows.
    ///
    /// # Errors
    /// Nothing was taken: too much waits for the disk, or the store is closed.
    pub fn submit(&self, batch: impl Into<Batch>) -> Result<Ticket, SubmitRefused> {
        self.queue.push(batch.into(), None)
    }

    /// Hands a batch over and waits until it is on disk. Not for the call path.
    ///
    /// # Errors
    /// What keeps it from the disk; unless the store was closed or the batch is one that can never be written
    /// ([`StoreFault::may_pass`]), it is kept and tried again.
    pub fn write(&self, batch: impl Into<Batch>) -> Result<(), WriteFailed> {
        let (waiter, outcome) = sync_channel(1);
        self.queue.push(batch.into(), Some(waiter))?;
        Ok(outcome.recv().unwrap_or(Err(StoreFault::Closed))?)
    }

    /// What is on disk, for those who may wait for it.
    #[must_use]
    pub fn reader(&self) -> Arc<Reader> {
        Arc::clone(&self.reader)
    }

    /// Rows that are not on disk yet.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.queue.waiting()
    }

    /// Writes what is left, leaves tidy files behind and ends the threads. A second call does nothing.
    ///
    /// # Errors
    /// What kept the last writes from the disk; they are lost.
    pub fn close(&self) -> Result<(), StoreFault> {
        let Some(threads) = self.threads().take() else { return Ok(()) };
        threads.copier.end();
        self.queue.close();
        threads.writer.join().unwrap_or(Err(StoreFault::Closed))
    }

    fn threads(&self) -> MutexGuard<'_, Option<Threads>> {
        self.threads.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("waiting", &self.waiting()).finish_non_exhaustive()
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        let _ = self.close();
    }
}

/// Why a batch that somebody waited for is not on disk.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum WriteFailed {
    /// It was not taken.
    #[error(transparent)]
    NotTaken(#[from] SubmitRefused),
    /// It was taken, and the disk refused.
    #[error(transparent)]
    Fault(#[from] StoreFault),
}
