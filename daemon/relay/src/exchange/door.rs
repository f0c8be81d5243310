//! The one port that all browsers come to.
//!
//! Whoever proves by a check that it is the browser of a leg gets a socket of its own on the same port, and the kernel tells
//! them apart from then on. What comes here is from strangers: checks are read, everything else is dropped.

use super::Exchange;
use crate::socket::{Arrival, MediaSocket};
use media::ice::Check;
use media::relay::{Event, LegId};
use media::sdp::Meeting;
use nix::sys::epoll::{Epoll, EpollEvent, EpollFlags};
use std::collections::HashMap;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::time::Instant;

/// Datagrams of strangers taken in a row; voice goes first.
const BURST: usize = 8;
/// Marks of its sockets among the events, from here downwards; legs stay far below.
const MARK: u64 = super::BELL - 1;

/// Its sockets, and who may be asked for.
#[derive(Debug)]
pub(super) struct Door {
    /// One, or one of each family where all our addresses are served.
    sockets: Vec<MediaSocket>,
    /// Which of them was knocked at last.
    latest: usize,
    /// By the name that a browser was told of its leg; at most one for each leg.
    legs: HashMap<Box<str>, LegId>,
    names: HashMap<LegId, Box<str>>,
}

impl Door {
    pub(super) fn open(address: IpAddr, port: u16) -> io::Result<Self> {
        let mut sockets = vec![MediaSocket::bind_door(address, port)?];
        if address.is_unspecified() && address.is_ipv4() {
            // A box without IPv6 is served without it.
            sockets.extend(MediaSocket::bind_door(Ipv6Addr::UNSPECIFIED.into(), port).ok());
        }
        Ok(Self { sockets, latest: 0, legs: HashMap::new(), names: HashMap::new() })
    }

    /// Wakes us when somebody comes.
    pub(super) fn watch(&self, epoll: &Epoll) -> io::Result<()> {
        for (socket, mark) in self.sockets.iter().zip((0..=MARK).rev()) {
            epoll.add(socket, EpollEvent::new(EpollFlags::EPOLLIN, mark))?;
        }
        Ok(())
    }

    /// Which socket an event is about, if it is about one of the door.
    pub(super) fn is_at(mark: u64) -> Option<usize> {
        usize::try_from(MARK.checked_sub(mark)?).ok().filter(|socket| *socket < 2)
    }

    /// This leg waits for that browser from now on, or for none.
    pub(super) fn awaits(&mut self, leg: LegId, meeting: Option<&Meeting>) {
        if let Some(name) = self.names.remove(&leg) {
            self.legs.remove(&name);
        }
        if let Some(meeting) = meeting {
            self.legs.insert(meeting.ours.name.clone(), leg);
            self.names.insert(leg, meeting.ours.name.clone());
        }
    }

    /// A socket on the same port for whoever came last.
    pub(super) fn way_to(&self, peer: SocketAddr) -> io::Result<MediaSocket> {
        self.sockets.get(self.latest).ok_or(ErrorKind::NotFound)?.way_to(peer)
    }

    /// Answers whoever came last.
    pub(super) fn answer(&self, datagram: &[u8], peer: SocketAddr) -> io::Result<()> {
        self.sockets.get(self.latest).ok_or(ErrorKind::NotFound)?.answer(datagram, peer).map(drop)
    }

    /// The next who comes with a check for a leg of ours; nothing once nobody waits.
    fn next(&mut self, socket: usize, buffer: &mut [u8]) -> Option<Option<(LegId, Check, SocketAddr)>> {
        self.latest = socket;
        let (length, source) = match self.sockets.get_mut(socket)?.receive_from(buffer) {
            Arrival::Datagram(length, source) => (length, source?),
            Arrival::Complaint => return Some(None),
            Arrival::Empty => return None,
        };
        let datagram = buffer.get(..length).filter(|datagram| Check::is_one(datagram));
        let check = datagram.and_then(Check::read);
        Some(check.and_then(|check| Some((*self.legs.get(check.ours())?, check, source))))
    }
}

impl Exchange {
    /// Looks who is at the door.
    pub(super) fn open_up(&mut self, socket: usize, now: Instant) {
        for _ in 0..BURST {
            let Some(door) = &mut self.door else { return };
            let Some(knock) = door.next(socket, self.buffer.as_mut_slice()) else { return };
            let Some((leg, check, address)) = knock else { continue };
            // A way that cannot be opened is asked for again by the browser.
            let moved = self.table.knocked((leg, check, address), door, &self.epoll, now);
            if moved.is_ok_and(|moved| moved) {
                self.outbox.tell(Event::Latched { leg, address });
            }
        }
    }
}
