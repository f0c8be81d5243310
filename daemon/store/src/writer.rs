//! The thread that owns the writing connection: everything queued becomes one transaction, one fsync and one notice.

use std::mem;
use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::apply::commit;
use crate::copy::{self, Ask};
use crate::open::reopen;
use crate::queue::{self, Queue, Queued};
use crate::seal::Seal;
use crate::{Notice, Reader, StoreFault, Write};

/// The first pause after a failure; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// The longest pause; somebody who made room on the disk waits no longer than this.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

pub(crate) struct Writer {
    pub(crate) queue: Arc<Queue>,
    pub(crate) path: PathBuf,
    /// Nothing as long as the database cannot be opened.
    pub(crate) db: Option<Connection>,
    /// Who reads the good copy until it can.
    pub(crate) reads_copy: Option<Arc<Reader>>,
    pub(crate) seal: Seal,
    pub(crate) notify: Box<dyn FnMut(Notice) + Send>,
    /// Who keeps the good copy.
    pub(crate) copier: mpsc::Sender<Ask>,
    /// Not on disk yet: only ever more than one round while the disk is in trouble.
    pub(crate) backlog: Vec<Queued>,
    pub(crate) trouble: Option<Trouble>,
}

/// The disk does not take our writes.
pub(crate) struct Trouble {
    fault: StoreFault,
    since: Instant,
    pause: Duration,
    retry: Instant,
}

impl Writer {
    pub(crate) fn new(
        queue: Arc<Queue>,
        path: PathBuf,
        db: Option<Connection>,
        seal: Seal,
        notify: Box<dyn FnMut(Notice) + Send>,
        copier: mpsc::Sender<Ask>,
    ) -> Self {
        let (reads_copy, backlog, trouble) = (None, Vec::new(), None);
        Self { queue, path, db, reads_copy, seal, notify, copier, backlog, trouble }
    }

    /// Begins without the database, which `reader` has turned from as well, and tries to open it.
    pub(crate) fn without(mut self, fault: StoreFault, reader: Arc<Reader>) -> Self {
        self.reads_copy = Some(reader);
        self.struggles(fault, Instant::now());
        self
    }

    /// Works until the queue closes; fails with what kept the last writes from the disk.
    pub(crate) fn run(mut self) -> Result<(), StoreFault> {
        let _closes = ClosesQueue(Arc::clone(&self.queue));
        loop {
            let patience = self.trouble.as_ref().map(|t| t.retry.saturating_duration_since(Instant::now()));
            let taken = self.queue.take(patience);
            self.round(taken.batches, taken.closing, Instant::now());
            if taken.closing {
                return self.finish();
            }
        }
    }

    /// Takes in new batches and commits, unless the disk is in trouble and it is too early to try again.
    pub(crate) fn round(&mut self, batches: Vec<Queued>, closing: bool, now: Instant) {
        let new = span(&batches);
        self.backlog.extend(batches);
        match &self.trouble {
            Some(trouble) if now < trouble.retry && !closing => {
                let fault = trouble.fault;
                self.postpone(new, fault);
            }
            _ => self.attempt(new, now),
        }
    }

    fn attempt(&mut self, new: Option<Span>, now: Instant) {
        let tainted = self.trouble.as_ref().is_some_and(|trouble| trouble.fault.taints_connection());
        if tainted || self.db.is_none() {
            match reopen(&self.path) {
                Ok(fresh) => self.turn_to(fresh),
                Err(fault) if self.db.is_none() => {
                    self.struggles(fault, now);
                    return self.postpone(new, fault);
                }
                Err(_) => {}
            }
        }
        match self.commit(None) {
            Ok(()) => {
                let done = mem::take(&mut self.backlog);
                self.works(now);
                self.committed(done);
            }
            Err(fault) if fault.may_pass() => {
                self.struggles(fault, now);
                self.postpone(new, fault);
            }
            Err(_) => self.one_by_one(new, now),
        }
    }

    fn turn_to(&mut self, db: Connection) {
        self.db = Some(db);
        if let Some(reader) = self.reads_copy.take()
            && reader.turn_to(&self.path).is_err()
        {
            self.reads_copy = Some(reader);
        }
    }

    /// This batch, or the backlog.
    fn commit(&mut self, batch: Option<&Queued>) -> Result<(), StoreFault> {
        let db = self.db.as_mut().ok_or(StoreFault::Closed)?;
        commit(db, &self.seal, batch.map_or(&self.backlog, std::slice::from_ref))
    }

    /// One batch cannot ever be written: finds and refuses it, so that the others are.
    fn one_by_one(&mut self, new: Option<Span>, now: Instant) {
        let mut batches = mem::take(&mut self.backlog).into_iter();
        let mut done = Vec::new();
        let mut trouble = None;
        for batch in batches.by_ref() {
            match self.commit(Some(&batch)) {
                Ok(()) => done.push(batch),
                Err(fault) if fault.may_pass() => {
                    self.backlog.push(batch);
                    trouble = Some(fault);
                    break;
                }
                Err(fault) => self.refuse(batch, fault),
            }
        }
        self.backlog.extend(batches);
        self.committed(done);
        match trouble {
            None => self.works(now),
            Some(fault) => {
                self.struggles(fault, now);
                self.postpone(new, fault);
            }
        }
    }

    fn committed(&mut self, done: Vec<Queued>) {
        let Some(last) = done.last() else { return };
        let up_to = last.ticket;
        if done.iter().flat_map(|batch| &batch.writes).any(Write::wipes) {
            self.wipe_copies();
        }
        for batch in done {
            self.queue.settle(queue::rows(&batch.writes));
            if let Some(waiter) = batch.waiter {
                let _ = waiter.try_send(Ok(()));
            }
        }
        (self.notify)(Notice::Committed { up_to });
    }

    /// What was forgotten must not live on in the good copy, nor in a log that a copy in the making kept from being emptied.
    fn wipe_copies(&self) {
        copy::anew(&self.copier);
        let _ = self.db.as_ref().map(|db| db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)"));
    }

    fn refuse(&mut self, batch: Queued, fault: StoreFault) {
        self.queue.settle(queue::rows(&batch.writes));
        if let Some(waiter) = batch.waiter {
            let _ = waiter.try_send(Err(fault));
        }
        (self.notify)(Notice::Refused { ticket: batch.ticket, fault });
    }

    /// Tells those who came in this round that it may take long.
    fn postpone(&mut self, new: Option<Span>, fault: StoreFault) {
        for waiter in self.backlog.iter_mut().filter_map(|batch| batch.waiter.take()) {
            let _ = waiter.try_send(Err(fault));
        }
        if let Some(Span { from, to }) = new {
            (self.notify)(Notice::Postponed { from, to, fault });
        }
    }

    /// Plans the next attempt and keeps only what will still count then.
    fn struggles(&mut self, fault: StoreFault, now: Instant) {
        let rows = weight(&self.backlog);
        self.backlog = queue::newest_only(mem::take(&mut self.backlog));
        self.queue.settle(rows - weight(&self.backlog));
        let before = self.trouble.take();
        let known = before.as_ref().is_some_and(|trouble| trouble.fault == fault);
        let pause = before.as_ref().map_or(FIRST_PAUSE, |trouble| (trouble.pause * 2).min(LONGEST_PAUSE));
        let since = before.map_or(now, |trouble| trouble.since);
        self.trouble = Some(Trouble { fault, since, pause, retry: now + pause });
        if !known {
            (self.notify)(Notice::Trouble(fault));
        }
    }

    fn works(&mut self, now: Instant) {
        if let Some(trouble) = self.trouble.take() {
            (self.notify)(Notice::Works { after: now.saturating_duration_since(trouble.since) });
        }
    }

    /// Leaves everything in the database itself and the log empty.
    fn finish(self) -> Result<(), StoreFault> {
        let lost = self.trouble.map(|trouble| trouble.fault);
        let Some(db) = self.db else { return lost.map_or(Ok(()), Err) };
        let _ = db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
        let closed = db.close().map_err(|(_, error)| StoreFault::from(error));
        lost.map_or(closed, Err)
    }
}

/// Whatever ends the thread, nobody may queue behind it.
struct ClosesQueue(Arc<Queue>);

impl Drop for ClosesQueue {
    fn drop(&mut self) {
        self.0.close();
    }
}

#[derive(Clone, Copy)]
struct Span {
    from: crate::Ticket,
    to: crate::Ticket,
}

fn span(batches: &[Queued]) -> Option<Span> {
    Some(Span { from: batches.first()?.ticket, to: batches.last()?.ticket })
}

fn weight(batches: &[Queued]) -> usize {
    batches.iter().map(|batch| queue::rows(&batch.writes)).sum()
}
