//! All legs, each at the place of its pair of ports.

use super::mark_of;
use crate::board::Board;
use crate::config::{Config, PortRange};
use crate::leg::{Leg, Path};
use crate::ports::Ports;
use media::quality::Steady;
use media::relay::{Event, Lease, LegId, LegPlan, LegStatistics, Shortage};
use nix::sys::epoll::{Epoll, EpollEvent, EpollFlags};
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::io::{self, ErrorKind};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

/// Ports of other programs skipped for one lease.
const SKIPS: usize = 16;

/// Who has which ports, and who hears whom.
pub(super) struct Table {
    address: IpAddr,
    range: PortRange,
    ports: Ports,
    places: Vec<Place>,
    taken: usize,
    board: Arc<Board>,
}

#[derive(Default)]
struct Place {
    leg: Option<Box<Leg>>,
    /// Of the leg that comes next.
    generation: u32,
}

impl Table {
    pub(super) fn new(config: &Config, board: Arc<Board>) -> Self {
        let pairs = config.ports.pairs();
        // The keys of a fresh hasher are random, which is all that is needed here.
        let random = RandomState::new();
        Self {
            address: config.address,
            range: config.ports,
            ports: Ports::new(pairs, |place| random.hash_one(place), config.quarantine),
            places: (0..pairs).map(|_| Place::default()).collect(),
            taken: 0,
            board,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.taken == 0
    }

    pub(super) fn leg(&mut self, place: usize) -> Option<&mut Leg> {
        self.places.get_mut(place)?.leg.as_deref_mut()
    }

    /// The leg of that name, unless it ended.
    pub(super) fn find(&mut self, id: LegId) -> Option<&mut Leg> {
        self.leg(place_of(id)).filter(|leg| leg.id() == id)
    }

    /// Binds one more leg.
    pub(super) fn lease(&mut self, epoll: &Epoll, now: Instant) -> Result<Lease, Shortage> {
        for _ in 0..SKIPS {
            let pair = self.ports.take(now).ok_or(Shortage::Ports)?;
            match self.bind(pair, epoll, now) {
                Ok(lease) => return Ok(lease),
                Err(taken) if taken.kind() == ErrorKind::AddrInUse => self.ports.rest(now, pair),
                Err(_) => {
                    self.ports.put_back(pair);
                    return Err(Shortage::Sockets);
                }
            }
        }
        Err(Shortage::Ports)
    }

    /// Tells a leg whom to listen to, and listens to the sockets that it takes for that.
    pub(super) fn expect(&mut self, id: LegId, plan: LegPlan, epoll: &Epoll, now: Instant) -> io::Result<()> {
        let Some(leg) = self.find(id) else { return Ok(()) };
        if leg.expect(plan, now)? { watch(leg, epoll) } else { Ok(()) }
    }

    pub(super) fn join(&mut self, a: LegId, b: LegId, now: Instant) {
        if a == b || self.find(a).is_none() || self.find(b).is_none() {
            return;
        }
        for (leg, partner) in [(a, b), (b, a)] {
            self.part(leg, now);
            if let Some(leg) = self.find(leg) {
                leg.set_partner(Some(place_of(partner)), now);
            }
        }
    }

    pub(super) fn release(&mut self, id: LegId, now: Instant) -> Option<LegStatistics> {
        self.find(id)?;
        self.part(id, now);
        let leg = self.places.get_mut(place_of(id))?.leg.take()?;
        self.taken -= 1;
        if let Ok(pair) = u16::try_from(id.slot) {
            self.ports.rest(now, pair);
        }
        Some(leg.end())
    }

    pub(super) fn sweep(&mut self, now: Instant, mut tell: impl FnMut(Event)) {
        for place in 0..self.places.len() {
            let partner = self.leg(place).and_then(|leg| leg.partner());
            let talking = partner.and_then(|partner| self.leg(partner)).is_some_and(|leg| leg.is_expected());
            if let Some(leg) = self.leg(place) {
                leg.sweep(now, talking, &mut tell);
            }
        }
    }

    /// The voice of this place's peer got so far in the kernel.
    pub(super) fn went_on(&mut self, place: usize, reached: Option<Steady>) {
        let Some((leg, reached)) = self.leg(place).zip(reached) else { return };
        let (packets, partner) = (leg.went_on(reached), leg.partner());
        if let Some(partner) = partner.and_then(|partner| self.leg(partner)) {
            partner.sent_by_the_kernel(packets);
        }
    }

    fn bind(&mut self, pair: u16, epoll: &Epoll, now: Instant) -> io::Result<Lease> {
        let place = self.places.get_mut(usize::from(pair)).ok_or(ErrorKind::NotFound)?;
        let id = LegId { slot: pair.into(), generation: place.generation };
        let row = self.board.begin(id).ok_or(ErrorKind::NotFound)?;
        let rtp = self.range.rtp(pair);
        let leg = Leg::bind(id, self.address, rtp, row, now)?;
        watch(&leg, epoll)?;
        place.generation = place.generation.wrapping_add(1);
        place.leg = Some(Box::new(leg));
        self.taken += 1;
        Ok(Lease { leg: id, address: self.address, rtp, rtcp: rtp.saturating_add(1) })
    }

    /// Ends whatever the leg was joined to.
    fn part(&mut self, id: LegId, now: Instant) {
        let Some(partner) = self.find(id).and_then(|leg| leg.partner()) else { return };
        for place in [place_of(id), partner] {
            if let Some(leg) = self.leg(place) {
                leg.set_partner(None, now);
            }
        }
    }
}

/// Wakes us when something arrives at a leg.
fn watch(leg: &Leg, epoll: &Epoll) -> io::Result<()> {
    for path in [Path::Rtp, Path::Rtcp] {
        epoll.add(leg.socket(path), EpollEvent::new(EpollFlags::EPOLLIN, mark_of(leg.id(), path)))?;
    }
    Ok(())
}

pub(super) fn place_of(id: LegId) -> usize {
    usize::try_from(id.slot).unwrap_or(usize::MAX)
}
