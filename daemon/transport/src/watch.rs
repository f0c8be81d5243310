//! One epoll set for every socket of the SIP thread, itself watched by the thread's runtime.
//!
//! So a wake costs what is ready, not what exists, and ten thousand quiet connections cost no task each. It is level triggered:
//! what is left unread for fairness is reported again.

use std::io;
use std::os::fd::{AsFd, AsRawFd, RawFd};

use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// Sockets looked at before the rest of the SIP thread has its turn.
const AT_ONCE: usize = 64;

pub(crate) struct Watch(AsyncFd<Set>);

struct Set(Epoll);

impl AsRawFd for Set {
    fn as_raw_fd(&self) -> RawFd {
        self.0.0.as_raw_fd()
    }
}

/// A socket that is ready, by the number it was added under.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ready {
    pub(crate) number: u64,
    pub(crate) events: EpollFlags,
}

impl Watch {
    pub(crate) fn new() -> io::Result<Self> {
        let set = Set(Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?);
        #[expect(unsafe_code, reason = "tokio has no other way to watch a descriptor that is no socket")]
        // SAFETY: the set owns its descriptor, so it is open and the same for as long as the `AsyncFd` owns the set.
        let watched = unsafe { AsyncFd::register_with_interest(set, Interest::READABLE) };
        Ok(Self(watched?))
    }

    pub(crate) fn add(&self, socket: &impl AsFd, number: u64, events: EpollFlags) -> io::Result<()> {
        Ok(self.0.get_ref().0.add(socket, EpollEvent::new(events, number))?)
    }

    pub(crate) fn change(&self, socket: &impl AsFd, number: u64, events: EpollFlags) -> io::Result<()> {
        Ok(self.0.get_ref().0.modify(socket, &mut EpollEvent::new(events, number))?)
    }

    /// Waits until something is ready. May be dropped at any moment; nothing is lost.
    pub(crate) async fn ready(&self) -> io::Result<impl Iterator<Item = Ready> + use<>> {
        let mut events = [EpollEvent::empty(); AT_ONCE];
        loop {
            let mut guard = self.0.readable().await?;
            match self.0.get_ref().0.wait(&mut events, EpollTimeout::ZERO) {
                Ok(0) => guard.clear_ready(),
                Ok(count) => {
                    let ready = |event: EpollEvent| Ready { number: event.data(), events: event.events() };
                    return Ok(events.into_iter().take(count).map(ready));
                }
                Err(nix::errno::Errno::EINTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}
