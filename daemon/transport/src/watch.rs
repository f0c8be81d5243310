//! One epoll set for every socket of the SIP thread, and a bell that ends its wait.
//!
//! So a wake costs what is ready, not what exists, and ten thousand quiet connections cost no task each. It is level triggered:
//! what is left unread for fairness is reported again.

use std::io;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Wake;
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use nix::sys::eventfd::{EfdFlags, EventFd};

/// Sockets looked at before the rest of the SIP thread has its turn.
const AT_ONCE: usize = 64;
/// The number of the bell in the set.
const BELL: u64 = u64::MAX;

pub(crate) struct Watch {
    set: Epoll,
    bell: Arc<Bell>,
}

/// Ends the wait of the SIP thread, from any other thread: something that is no packet is waiting for it.
///
/// As a waker it can be left with any channel that the SIP thread listens to.
#[derive(Debug)]
pub struct Bell {
    line: EventFd,
    rung: AtomicBool,
}

/// A socket that is ready, by the number it was added under.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ready {
    pub(crate) number: u64,
    pub(crate) events: EpollFlags,
}

/// What ended a wait.
pub(crate) struct Woken<I> {
    pub(crate) ready: I,
    /// Somebody rang.
    pub(crate) rung: bool,
}

impl Watch {
    pub(crate) fn new() -> io::Result<Self> {
        let set = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?;
        let line = EventFd::from_flags(EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK)?;
        set.add(&line, EpollEvent::new(EpollFlags::EPOLLIN, BELL))?;
        Ok(Self { set, bell: Arc::new(Bell { line, rung: AtomicBool::new(false) }) })
    }

    pub(crate) fn bell(&self) -> &Arc<Bell> {
        &self.bell
    }

    pub(crate) fn add(&self, socket: &impl AsFd, number: u64, events: EpollFlags) -> io::Result<()> {
        Ok(self.set.add(socket, EpollEvent::new(events, number))?)
    }

    pub(crate) fn change(&self, socket: &impl AsFd, number: u64, events: EpollFlags) -> io::Result<()> {
        Ok(self.set.modify(socket, &mut EpollEvent::new(events, number))?)
    }

    /// Waits until something is ready or somebody rings, at most for `limit`, rounded up to a millisecond.
    pub(crate) fn wait(&self, limit: Duration) -> io::Result<Woken<impl Iterator<Item = Ready> + use<>>> {
        let mut events = [EpollEvent::empty(); AT_ONCE];
        let milliseconds = limit.as_micros().div_ceil(1000);
        let timeout = i32::try_from(milliseconds).ok().and_then(|limit| EpollTimeout::try_from(limit).ok());
        let count = match self.set.wait(&mut events, timeout.unwrap_or(EpollTimeout::MAX)) {
            Ok(count) => count,
            Err(Errno::EINTR) => 0,
            Err(error) => return Err(error.into()),
        };
        let mut rung = false;
        for event in events.iter().take(count).filter(|event| event.data() == BELL) {
            self.bell.silence();
            rung |= event.events().contains(EpollFlags::EPOLLIN);
        }
        let ready = |event: EpollEvent| Ready { number: event.data(), events: event.events() };
        let sockets = events.into_iter().take(count).filter(|event| event.data() != BELL).map(ready);
        Ok(Woken { ready: sockets, rung })
    }
}

impl Bell {
    /// Rings; a bell that nobody has answered yet is not rung again.
    pub fn ring(&self) {
        if !self.rung.swap(true, Ordering::AcqRel) {
            // It can only fail when it rings already.
            let _ = self.line.write(1);
        }
    }

    /// Whatever is left for the thread from here on rings again, so it must look after this and not before.
    fn silence(&self) {
        let _ = self.line.read();
        self.rung.store(false, Ordering::Release);
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.ring();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.ring();
    }
}

#[cfg(test)]
mod tests {
    use super::Watch;
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    #[test]
    fn a_bell_ends_the_wait_each_time_it_is_rung() {
        let watch = Watch::new().unwrap();
        let bell = Arc::clone(watch.bell());
        let rung = |limit| watch.wait(limit).unwrap().rung;
        assert!(!rung(Duration::ZERO));
        bell.ring();
        bell.ring();
        assert!(rung(Duration::from_secs(20)) && !rung(Duration::ZERO));
        let ringing = std::thread::spawn(move || bell.ring());
        assert!(rung(Duration::from_secs(20)));
        ringing.join().unwrap();
        let began = Instant::now();
        assert!(!rung(Duration::from_micros(1100)) && began.elapsed() >= Duration::from_micros(1100));
    }
}
