//! All legs, each at the place of its pair of ports.

use super::door::Door;
use super::mark_of;
use crate::beyond::{Kept, name_of_leg};
use crate::board::Board;
use crate::config::{Config, PortRange};
use crate::leg::{Leg, Path};
use crate::ports::Ports;
use media::dtls::Identity;
use media::ice::{Check, Checked};
use media::quality::Steady;
use media::relay::{Event, Lease, LegId, LegPlan, LegStatistics, Shortage};
use nix::sys::epoll::{Epoll, EpollEvent, EpollFlags};
use std::collections::BTreeMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr, UdpSocket};
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
    unclaimed: usize,
    board: Arc<Board>,
    identity: Option<Identity>,
    /// Where browsers find every leg.
    door: Option<media::sdp::Door>,
}

#[derive(Default)]
struct Place {
    leg: Option<Box<Leg>>,
    /// Of the leg that comes next.
    generation: u32,
    /// Somebody who outlives us holds copies of its sockets.
    kept: bool,
    /// Left by an earlier run, and not joined again yet: nothing is taken from its sockets.
    unclaimed: bool,
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
            unclaimed: 0,
            board,
            identity: config.identity.clone(),
            door: None,
        }
    }

    /// Opens the door for browsers, if they are served. Legs are told of it from now on.
    pub(super) fn open_door(&mut self, now: Instant) -> io::Result<Option<Door>> {
        let Some(fingerprint) = self.identity.as_ref().map(Identity::fingerprint) else { return Ok(None) };
        for _ in 0..SKIPS {
            let pair = self.ports.take(now).ok_or(ErrorKind::AddrInUse)?;
            let port = self.range.rtp(pair);
            match Door::open(self.address, port) {
                Ok(door) => {
                    self.door = Some(media::sdp::Door { port, fingerprint });
                    return Ok(Some(door));
                }
                Err(taken) if taken.kind() == ErrorKind::AddrInUse => self.ports.rest(now, pair),
                Err(refused) => return Err(refused),
            }
        }
        Err(ErrorKind::AddrInUse.into())
    }

    /// Where browsers find every leg.
    pub(super) fn door(&self) -> Option<media::sdp::Door> {
        self.door
    }

    /// Somebody came to the door and names this leg. If a check proves that it is its browser, it is answered, and met
    /// where it wants to be. Says whether it is met at another address than before.
    pub(super) fn knocked(
        &mut self,
        (id, check, source): (LegId, Check, SocketAddr),
        door: &Door,
        epoll: &Epoll,
        now: Instant,
    ) -> io::Result<bool> {
        let Some(leg) = self.find(id) else { return Ok(false) };
        let Some((checked, answer)) = leg.checked(check, source) else { return Ok(false) };
        let moves = checked == Checked::Nominated && !leg.speaks_with(source);
        if moves {
            leg.meet(door.way_to(source)?, source, now);
            if let Some(socket) = leg.socket(Path::Browser) {
                epoll.add(socket, EpollEvent::new(EpollFlags::EPOLLIN, mark_of(id, Path::Browser)))?;
            }
        }
        door.answer(&answer, source)?;
        Ok(moves)
    }

    /// Takes over the sockets of an earlier run, as far as they are pairs of ours.
    pub(super) fn inherit(&mut self, sockets: Vec<(SocketAddr, UdpSocket)>, now: Instant) -> Vec<Lease> {
        let mut pairs: BTreeMap<u16, [Option<UdpSocket>; 2]> = BTreeMap::new();
        for (ours, socket) in sockets {
            let Some(pair) = self.range.pair_of(ours.port()) else { continue };
            let odd = ours.port() != self.range.rtp(pair);
            if let Some(place) = pairs.entry(pair).or_default().get_mut(usize::from(odd)) {
                *place = Some(socket);
            }
        }
        let whole = pairs.into_iter().filter_map(|(pair, [rtp, rtcp])| Some((pair, [rtp?, rtcp?])));
        whole.filter_map(|(pair, sockets)| self.inherit_pair(pair, sockets, now).ok()).collect()
    }

    fn inherit_pair(&mut self, pair: u16, sockets: [UdpSocket; 2], now: Instant) -> io::Result<Lease> {
        let place = self.places.get_mut(usize::from(pair)).ok_or(ErrorKind::NotFound)?;
        let id = LegId { slot: pair.into(), generation: place.generation };
        let row = self.board.begin(id).ok_or(ErrorKind::NotFound)?;
        let leg = Leg::inherit(id, self.address, sockets, row, now)?;
        place.generation = place.generation.wrapping_add(1);
        (place.leg, place.kept, place.unclaimed) = (Some(Box::new(leg)), true, true);
        (self.taken, self.unclaimed) = (self.taken + 1, self.unclaimed + 1);
        self.ports.claim(pair);
        let rtp = self.range.rtp(pair);
        Ok(Lease { leg: id, address: self.address, rtp, rtcp: rtp.saturating_add(1), door: self.door })
    }

    /// Legs of an earlier run that nobody has joined or released yet.
    pub(super) fn unclaimed(&self) -> usize {
        self.unclaimed
    }

    /// The leg's sockets, for somebody who outlives us.
    pub(super) fn keep(&mut self, id: LegId) -> Option<Kept> {
        let files = self.find(id)?.copies().ok()?;
        self.places.get_mut(place_of(id))?.kept = true;
        Some(Kept::Hold { name: self.kept_as(id)?, files })
    }

    /// The name under which somebody who outlives us holds the leg's sockets, if somebody does.
    pub(super) fn kept_as(&self, id: LegId) -> Option<String> {
        self.places.get(place_of(id)).filter(|place| place.kept)?;
        u16::try_from(id.slot).ok().map(|pair| name_of_leg(self.range.rtp(pair)))
    }

    /// Nobody waits any longer for what an earlier run left at this place.
    fn claimed(&mut self, place: usize) -> bool {
        let Some(place) = self.places.get_mut(place) else { return false };
        let was = std::mem::take(&mut place.unclaimed);
        self.unclaimed -= usize::from(was);
        was
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

    /// Tells a leg whom to listen to, and listens to the sockets that it takes for that. Says whether they are other ones.
    pub(super) fn expect(
        &mut self,
        id: LegId,
        plan: LegPlan,
        epoll: &Epoll,
        now: Instant,
    ) -> io::Result<bool> {
        let identity = self.identity.clone().filter(|_| plan.meeting.is_some());
        let Some(leg) = self.find(id) else { return Ok(false) };
        let renewed = leg.expect(plan, identity.as_ref(), now)?;
        let listens = self.places.get(place_of(id)).is_some_and(|place| !place.unclaimed);
        if let Some(leg) = self.find(id).filter(|_| renewed && listens) {
            watch(leg, epoll)?;
        }
        Ok(renewed)
    }

    /// Joins two legs. What waits in the sockets of an earlier run is taken from now on: before, nobody would have heard it.
    pub(super) fn join(&mut self, (a, b): (LegId, LegId), epoll: &Epoll, now: Instant) -> io::Result<()> {
        if a == b || self.find(a).is_none() || self.find(b).is_none() {
            return Ok(());
        }
        for (leg, partner) in [(a, b), (b, a)] {
            self.part(leg, now);
            if let Some(leg) = self.find(leg) {
                leg.set_partner(Some(place_of(partner)), now);
            }
        }
        for leg in [a, b] {
            if self.claimed(place_of(leg))
                && let Some(leg) = self.find(leg)
            {
                watch(leg, epoll)?;
            }
        }
        Ok(())
    }

    pub(super) fn release(&mut self, id: LegId, now: Instant) -> Option<LegStatistics> {
        self.find(id)?;
        self.part(id, now);
        self.claimed(place_of(id));
        let place = self.places.get_mut(place_of(id))?;
        place.kept = false;
        let leg = place.leg.take()?;
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
                let talking = talking || leg.is_seated();
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
        Ok(Lease { leg: id, address: self.address, rtp, rtcp: rtp.saturating_add(1), door: self.door })
    }

    /// Ends whatever the leg was joined to.
    pub(super) fn part(&mut self, id: LegId, now: Instant) {
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
        if let Some(socket) = leg.socket(path) {
            epoll.add(socket, EpollEvent::new(EpollFlags::EPOLLIN, mark_of(leg.id(), path)))?;
        }
    }
    Ok(())
}

pub(super) fn place_of(id: LegId) -> usize {
    usize::try_from(id.slot).unwrap_or(usize::MAX)
}
