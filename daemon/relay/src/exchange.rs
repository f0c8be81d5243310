//! The thread: waits for packets and commands. Commands first, a few at a time, so that a leg that was announced
//! hears its first packet.

mod beat;
mod door;
mod keeping;
mod load;
mod recordings;
mod rooms;
mod shortcut;
mod sounds;
mod table;

use crate::beyond::Beyond;
use crate::board::Board;
use crate::config::Config;
use crate::fast::FastPath;
use crate::leg::{Leg, Outcome, Path};
use crate::mailbox::Mailbox;
use crate::outbox::{Deliver, Outbox};
use crate::writer::{Fate, Writer};
use door::Door;
use keeping::Keeping;
use load::Load;
use media::relay::{Command, Event, Lease, LegId, LegPlan};
use media::srtp::{LONGEST, OVERHEAD};
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use recordings::Recordings;
use rooms::Rooms;
use shortcut::Shortcut;
use sounds::Sounds;
use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};
use table::Table;

/// Between two looks for silence, strangers and events that nobody took.
const SWEEP: Duration = Duration::from_millis(100);
/// Sockets served in one wake.
const READY: usize = 128;
/// Datagrams taken from one socket in a row while its sources are checked here.
const BURST: usize = 64;
/// Commands obeyed between two looks at the sockets. One costs a few microseconds.
const COMMANDS: usize = 32;
/// Legs bound between two looks at the sockets. One costs about 50 microseconds.
const LEASES: u16 = 4;
/// Larger than any packet of voice that crosses an Ethernet whole, with room to close it on its way out.
const BUFFER: usize = LONGEST + OVERHEAD;
/// The bell's mark among those of the sockets.
const BELL: u64 = u64::MAX;

/// What waited in a socket.
enum Served {
    Nothing,
    One {
        /// The next one must be taken at once, because the kernel does not check its source yet.
        checking: bool,
    },
}

/// Everything the thread owns.
pub(crate) struct Exchange {
    config: Config,
    epoll: Epoll,
    mailbox: Arc<Mailbox>,
    outbox: Outbox,
    table: Table,
    commands: VecDeque<Command>,
    /// Legs asked for and not yet bound.
    owed: u16,
    next_sweep: Instant,
    sounds: Sounds,
    rooms: Rooms,
    recordings: Recordings,
    load: Load,
    shortcut: Shortcut,
    keeping: Keeping,
    /// Where browsers come to, if they are served.
    door: Option<Door>,
    buffer: Box<[u8; BUFFER]>,
}

impl Exchange {
    pub(crate) fn new(
        config: Config,
        deliver: Deliver,
        (mailbox, board): (Arc<Mailbox>, Arc<Board>),
        fast: Option<FastPath>,
        beyond: Beyond,
    ) -> io::Result<(Self, Vec<Lease>)> {
        let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?;
        epoll.add(mailbox.bell(), EpollEvent::new(EpollFlags::EPOLLIN, BELL))?;
        let mut table = Table::new(&config, Arc::clone(&board));
        let writer = Writer::start(config.recordings.as_deref())?;
        let now = Instant::now();
        let (keeping, mut leases) = Keeping::new(beyond, &mut table, now);
        let door = table.open_door(now)?;
        door.iter().try_for_each(|door| door.watch(&epoll))?;
        leases.iter_mut().for_each(|lease| lease.door = table.door());
        let exchange = Self {
            table,
            keeping,
            door,
            outbox: Outbox::new(deliver, Arc::clone(&board)),
            shortcut: Shortcut::new(fast, &config, board),
            config,
            epoll,
            mailbox,
            commands: VecDeque::new(),
            owed: 0,
            next_sweep: Instant::now(),
            sounds: Sounds::default(),
            rooms: Rooms::default(),
            recordings: Recordings::new(writer),
            load: Load::new(now),
            buffer: Box::new([0; BUFFER]),
        };
        Ok((exchange, leases))
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// Works until told to stop.
    pub(crate) fn run(mut self) {
        let mut ready = [EpollEvent::empty(); READY];
        while !self.mailbox.is_stopped() {
            // An error is an interruption by a signal: nothing is ready.
            let count = self.epoll.wait(&mut ready, self.patience()).unwrap_or(0);
            let now = Instant::now();
            let ready = ready.get(..count).unwrap_or_default();
            if ready.iter().any(|event| event.data() == BELL) {
                self.mailbox.empty_into(&mut self.commands);
            }
            self.obey_some(now);
            for event in ready.iter().filter(|event| event.data() != BELL) {
                match Door::is_at(event.data()) {
                    Some(socket) => self.open_up(socket, now),
                    None => self.attend(event.data(), now),
                }
            }
            self.lend(now);
            self.sound(now);
            self.mix(now);
            self.record_on(now);
            if now >= self.next_sweep {
                self.next_sweep = now + SWEEP;
                self.outbox.flush();
                self.shortcut.sweep(&mut self.table, now);
                self.keeping.holds_on(self.shortcut.take_holds());
                self.table.sweep(now, |event| self.outbox.tell(event));
                let strain = self.load.look(now, load::used()).map(Event::Strained);
                strain.into_iter().for_each(|event| self.outbox.tell(event));
            }
        }
    }

    /// How long the thread may sleep.
    fn patience(&self) -> EpollTimeout {
        if !self.commands.is_empty() || (self.owed > 0 && self.outbox.is_empty()) {
            return EpollTimeout::ZERO;
        }
        if self.table.is_empty() && self.outbox.is_empty() && !self.load.is_strained() {
            return EpollTimeout::NONE;
        }
        let beats = [self.sounds.next_step(), self.rooms.beat.next(), self.recordings.beat.next()];
        let next_step = beats.into_iter().flatten().min();
        let until_step = next_step.map(|at| at.saturating_duration_since(Instant::now()));
        until_step.unwrap_or(SWEEP).min(SWEEP).try_into().unwrap_or(EpollTimeout::ZERO)
    }

    /// Passes on what waits in one socket. A stream that came up from the kernel goes back when nothing waits any more:
    /// handed over earlier it would come up again at once, and again.
    fn attend(&mut self, mark: u64, now: Instant) {
        let (place, path) = place_of(mark);
        let came_up = path == Path::Rtp && self.shortcut.is_away(place);
        if came_up {
            self.shortcut.take_back(place, &mut self.table);
        }
        for _ in 0..BURST {
            match self.serve(place, path, now) {
                Served::Nothing => break,
                Served::One { checking } if !checking && !came_up => break,
                Served::One { .. } => {}
            }
        }
        if came_up {
            self.shortcut.hand_over(place, &mut self.table, now);
        }
    }

    /// Passes on one datagram.
    fn serve(&mut self, place: usize, path: Path, now: Instant) -> Served {
        let Some(leg) = self.table.leg(place) else { return Served::Nothing };
        let room = self.buffer.get_mut(..LONGEST).unwrap_or_default();
        let outcome = leg.receive(path, room, now);
        let (partner, checking) = (leg.partner(), leg.is_checking(path));
        let news = match outcome {
            Outcome::Empty => return Served::Nothing,
            Outcome::Dropped => return Served::One { checking },
            Outcome::Straight(length) => {
                if let Some(partner) = partner.and_then(|partner| self.table.leg(partner)) {
                    partner.send_straight(self.buffer.as_mut_slice(), length, now);
                }
                return Served::One { checking };
            }
            Outcome::Heard(news) => news,
        };
        let leg = leg.id();
        let partner = partner.and_then(|partner| self.table.leg(partner));
        if let (Some(partner), Some((stream, length))) = (partner, news.forward) {
            partner.send(stream, self.buffer.as_mut_slice(), length, now);
        }
        if let Some(address) = news.latched {
            self.outbox.tell(Event::Latched { leg, address });
        }
        if let Some(sign) = news.fax {
            self.outbox.tell(Event::Fax { leg, sign });
        }
        if let Some((press, passed)) = news.pressed {
            self.outbox.tell(Event::Pressed { leg, press, passed });
        }
        Served::One { checking }
    }

    fn obey_some(&mut self, now: Instant) {
        for _ in 0..COMMANDS {
            let Some(command) = self.commands.pop_front() else { return };
            self.obey(command, now);
        }
    }

    fn obey(&mut self, command: Command, now: Instant) {
        for leg in shortcut::legs(&command).into_iter().flatten() {
            self.shortcut.take_back_call(leg, &mut self.table);
        }
        match command {
            Command::Lease { count } => self.owed = self.owed.saturating_add(count),
            Command::Expect { leg, plan } => self.expect(leg, plan, now),
            Command::Number { leg, marks } => self.told(leg, |leg| leg.number(*marks)),
            Command::Keep { leg } => self.keeping.keep(leg, &mut self.table),
            Command::Press { leg, press } => self.told(leg, |leg| leg.press(press)),
            Command::Play { leg, sound } => self.play(leg, sound, now),
            Command::Listen { leg, to } => self.told(leg, |leg| leg.listen(to)),
            Command::Even { leg } => self.make_even(leg, now),
            Command::Hush { leg } => self.told(leg, Leg::hush),
            Command::Join { a, b } => {
                if self.table.join((a, b), &self.epoll, now).is_err() {
                    self.outbox.tell(Event::Lost { leg: a });
                }
                self.keeping.claimed(&self.table);
            }
            Command::Confer { legs } => self.confer(legs, now),
            Command::Record { leg, name, sides } => self.record(leg, (name, sides), now),
            Command::EndRecording { leg } => self.end_recording(leg, Fate::Kept),
            Command::Discard { leg } => self.end_recording(leg, Fate::Removed),
            Command::Release { leg } => {
                self.end_recording(leg, Fate::Kept);
                self.keeping.forget(leg, &self.table);
                self.door.iter_mut().for_each(|door| door.awaits(leg, None));
                if let Some(statistics) = self.table.release(leg, now) {
                    self.outbox.tell(Event::Ended { leg, statistics });
                }
                self.keeping.claimed(&self.table);
            }
        }
    }

    fn told(&mut self, leg: LegId, deed: impl FnOnce(&mut Leg)) {
        if let Some(found) = self.table.find(leg) {
            deed(found);
        }
    }

    fn expect(&mut self, leg: LegId, plan: LegPlan, now: Instant) {
        if let Some(door) = self.door.as_mut().filter(|_| self.table.find(leg).is_some()) {
            door.awaits(leg, plan.meeting.as_deref());
        }
        match self.table.expect(leg, plan, &self.epoll, now) {
            Ok(true) => self.keeping.renew(leg, &mut self.table),
            Ok(false) => {}
            Err(_) => self.outbox.tell(Event::Lost { leg }),
        }
    }

    /// Binds a few of the legs owed. None while events wait, so that no lease gets lost.
    fn lend(&mut self, now: Instant) {
        if self.owed == 0 || !self.outbox.is_empty() {
            return;
        }
        let mut leases = Vec::with_capacity(usize::from(LEASES));
        let mut shortage = None;
        while shortage.is_none() && self.owed > 0 && leases.len() < usize::from(LEASES) {
            match self.table.lease(&self.epoll, now) {
                Ok(lease) => {
                    leases.push(lease);
                    self.owed -= 1;
                }
                Err(cause) => shortage = Some(cause),
            }
        }
        if !leases.is_empty() {
            self.outbox.tell(Event::Ports(leases));
        }
        if let Some(cause) = shortage {
            let missing = std::mem::take(&mut self.owed);
            self.outbox.tell(Event::Exhausted { missing, cause });
        }
    }
}

/// The mark of a leg's socket among the events.
fn mark_of(leg: LegId, path: Path) -> u64 {
    let path = match path {
        Path::Rtp => 0,
        Path::Rtcp => 1,
        Path::Browser => 2,
    };
    u64::from(leg.slot) << 2 | path
}

fn place_of(mark: u64) -> (usize, Path) {
    let path = match mark & 3 {
        0 => Path::Rtp,
        1 => Path::Rtcp,
        _ => Path::Browser,
    };
    (usize::try_from(mark >> 2).unwrap_or(usize::MAX), path)
}
