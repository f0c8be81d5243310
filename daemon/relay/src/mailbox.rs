//! Commands on their way to the thread.
//!
//! A lock, but one that the thread only tries: were it to wait or spin for a writer that it preempts itself, a
//! real-time thread would wait forever. Who holds the lock rings the bell afterwards, so nothing is forgotten.

use media::relay::Command;
use nix::sys::eventfd::{EfdFlags, EventFd};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError, TryLockError};

/// Commands that may wait; a call needs about six in its whole life.
const WAITING: usize = 4_096;

/// The queue, the bell and the order to stop.
#[derive(Debug)]
pub(crate) struct Mailbox {
    waiting: Mutex<VecDeque<Command>>,
    bell: EventFd,
    stopped: AtomicBool,
}

/// Why a command was not taken.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommandRefused {
    /// Thousands wait already; here is the first that was not taken. Ours to fix: the relay starves.
    #[error("the relay has fallen behind and takes no commands")]
    Full(Box<Command>),
    /// The relay was shut down or died.
    #[error("the relay has stopped")]
    Stopped,
}

impl Mailbox {
    pub(crate) fn new() -> std::io::Result<Self> {
        let bell = EventFd::from_flags(EfdFlags::EFD_NONBLOCK | EfdFlags::EFD_CLOEXEC)?;
        Ok(Self { waiting: Mutex::new(VecDeque::new()), bell, stopped: AtomicBool::new(false) })
    }

    /// Takes all of them and rings once, or as many as there is room for.
    pub(crate) fn put(&self, commands: impl IntoIterator<Item = Command>) -> Result<(), CommandRefused> {
        if self.is_stopped() {
            return Err(CommandRefused::Stopped);
        }
        let mut commands = commands.into_iter();
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let room = WAITING.saturating_sub(waiting.len());
        waiting.extend(commands.by_ref().take(room));
        drop(waiting);
        self.ring();
        commands.next().map_or(Ok(()), |refused| Err(CommandRefused::Full(Box::new(refused))))
    }

    /// Moves what waits into `taken`, and silences the bell. Leaves it to the next ring when a writer is at it.
    pub(crate) fn empty_into(&self, taken: &mut VecDeque<Command>) {
        // An error means that nobody rang.
        let _ = self.bell.read();
        match self.waiting.try_lock() {
            Ok(mut waiting) => taken.append(&mut waiting),
            Err(TryLockError::Poisoned(poisoned)) => taken.append(&mut poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => {}
        }
    }

    pub(crate) fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
        self.ring();
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }

    pub(crate) fn bell(&self) -> &EventFd {
        &self.bell
    }

    fn ring(&self) {
        // It only fails when the bell rings already.
        let _ = self.bell.write(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_when_full_and_when_stopped() {
        let mailbox = Mailbox::new().unwrap();
        let command = Command::Lease { count: 1 };
        for _ in 0..WAITING {
            mailbox.put([command.clone()]).unwrap();
        }
        assert_eq!(mailbox.put([command.clone()]), Err(CommandRefused::Full(Box::new(command.clone()))));
        let mut taken = VecDeque::new();
        mailbox.empty_into(&mut taken);
        assert_eq!(taken.len(), WAITING);
        mailbox.put(std::iter::repeat_n(command.clone(), WAITING)).unwrap();
        mailbox.empty_into(&mut taken);
        assert_eq!(taken.len(), 2 * WAITING);
        mailbox.stop();
        assert_eq!(mailbox.put([command]), Err(CommandRefused::Stopped));
    }
}
