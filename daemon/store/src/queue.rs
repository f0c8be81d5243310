//! Between those who write and the thread that commits: a bounded queue that is emptied whole.

use std::collections::HashSet;
use std::mem;
use std::sync::mpsc::SyncSender;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use crate::{Batch, StoreFault, SubmitRefused, Ticket, Write};

/// Rows that may wait for the disk: a storm of 10,000 phones and half as much again. About 10 MiB when full.
///
/// A batch is taken as long as fewer rows than this wait, so that the first mirror of a large account always fits.
pub const QUEUE_ROWS: usize = 15_000;

/// One batch on its way to the disk.
pub(crate) struct Queued {
    pub(crate) ticket: Ticket,
    /// The remaining time of bindings counts from here.
    pub(crate) handed_over: SystemTime,
    pub(crate) writes: Vec<Write>,
    /// Somebody who stands and waits for the outcome.
    pub(crate) waiter: Option<SyncSender<Result<(), StoreFault>>>,
}

/// What the writing thread finds when it looks.
pub(crate) struct Taken {
    pub(crate) batches: Vec<Queued>,
    pub(crate) closing: bool,
}

#[derive(Default)]
pub(crate) struct Queue {
    state: Mutex<State>,
    arrived: Condvar,
}

#[derive(Default)]
struct State {
    waiting: Vec<Queued>,
    /// Rows not yet on disk, those the thread has already taken included.
    rows: usize,
    last: u64,
    closing: bool,
}

impl Queue {
    pub(crate) fn push(
        &self,
        batch: Batch,
        waiter: Option<SyncSender<Result<(), StoreFault>>>,
    ) -> Result<Ticket, SubmitRefused> {
        let mut state = self.state();
        if state.closing {
            return Err(SubmitRefused::Closed);
        }
        if state.rows >= QUEUE_ROWS {
            return Err(SubmitRefused::QueueFull);
        }
        state.rows += rows(&batch.0);
        state.last += 1;
        let ticket = Ticket(state.last);
        state.waiting.push(Queued { ticket, handed_over: SystemTime::now(), writes: batch.0, waiter });
        drop(state);
        self.arrived.notify_one();
        Ok(ticket)
    }

    /// Waits until there is something to do or `patience` is over, then takes everything.
    pub(crate) fn take(&self, patience: Option<Duration>) -> Taken {
        let idle = |state: &mut State| state.waiting.is_empty() && !state.closing;
        let state = self.state();
        let mut state = match patience {
            None => self.arrived.wait_while(state, idle).unwrap_or_else(PoisonError::into_inner),
            Some(limit) => {
                self.arrived.wait_timeout_while(state, limit, idle).unwrap_or_else(PoisonError::into_inner).0
            }
        };
        Taken { batches: mem::take(&mut state.waiting), closing: state.closing }
    }

    /// These rows no longer wait: written, replaced by newer ones, or refused.
    pub(crate) fn settle(&self, rows: usize) {
        let mut state = self.state();
        state.rows = state.rows.saturating_sub(rows);
    }

    /// Takes nothing more; the thread writes what is there and ends.
    pub(crate) fn close(&self) {
        self.state().closing = true;
        self.arrived.notify_all();
    }

    pub(crate) fn waiting(&self) -> usize {
        self.state().rows
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) fn rows(writes: &[Write]) -> usize {
    writes.iter().map(Write::weight).sum()
}

/// Leaves out what a later write to the same row makes pointless: while the disk is full, phones keep registering.
pub(crate) fn newest_only(mut batches: Vec<Queued>) -> Vec<Queued> {
    let mut written = HashSet::new();
    for batch in batches.iter_mut().rev() {
        let mut kept: Vec<Write> = mem::take(&mut batch.writes)
            .into_iter()
            .rev()
            .filter(|write| write.row().is_none_or(|row| written.insert(row)))
            .collect();
        kept.reverse();
        batch.writes = kept;
    }
    let newest = batches.pop();
    batches.retain(|batch| !batch.writes.is_empty());
    batches.extend(newest);
    batches
}
