//! The signalling thread: it owns the switchboard, feeds it all that happens, and carries out what it wants.
//!
//! Sockets, relay, store and account all come together here, and nowhere waits one for another: every queue is bounded,
//! and what happens when one is full is said where it is written to.

mod carrying;
mod hearing;
mod reports;

use std::collections::{HashMap, VecDeque};
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

use account::{Binding, CallRecord, Secret, Snapshot};
use carrying::unconnected;
use directory::NameIndex;
use sip::Flow;
use sip::locate::{Answer, Question, Recalled};
use store::{Store, Ticket};
use switchboard::dialling::Outgoing;
use switchboard::drill::DrillRefused;
use switchboard::lines::Line;
use switchboard::provisioning::Provisioning;
use switchboard::{Clock, Input, Picture, Setup, Switchboard, Written};
use tokio::sync::{mpsc, oneshot, watch};
use tracing::{error, info, warn};
use transport::{Bell, Browsers, Incoming, Tls, Transport, Trusted};

use super::drills::Wanted;
use super::locations::test_call;
use super::mailboxes::{Mail, Mailboxes};
use super::settling::{Records, Settled, WallClock};
use super::signalling::{self, Signalling, Want};
use super::{RunFailed, hold_music, messages};
use crate::config::Config;
use reports::Reports;

/// The page need not know faster than people see.
const PICTURE_EVERY: Duration = Duration::from_millis(100);
/// Totals alone are for those who draw curves.
const TOTALS_EVERY: Duration = Duration::from_secs(1);
/// A thread that has not gone round for longer than the watchdog's patience is stuck.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// Connections of ours that are remembered; more than one for every phone of a large site.
const MOST_OPENED: usize = 4096;
/// Calls are given this long to hear goodbye.
const GOODBYE: Duration = Duration::from_secs(2);
/// Before a restart those who ring are given this long to hear of it: whoever talks hears nothing meanwhile.
const MAKE_WAY: Duration = Duration::from_millis(100);

/// What other tasks tell the thread.
#[derive(Debug)]
pub(crate) enum News {
    /// The account as it is from now on.
    Account(Arc<Snapshot>),
    /// Who is calling, from now on.
    Names(Arc<NameIndex>),
    /// How every phone calls for help from now on.
    Emergency(Arc<emergency::Ready>),
    /// Nobody has heard yet of this call for help.
    Remind(switchboard::CallId),
    /// What connections over TLS are greeted with from now on, when there is something, and which origins of pages the admin named.
    Door(Option<Tls>, Vec<String>),
    /// The host names and addresses of the box from now on, whose pages may connect.
    Called(Vec<String>),
    /// What the resolver found, or that it failed.
    Answer(Question, Option<Answer>),
    /// What the resolver said to an earlier run.
    Recalled(Vec<Recalled>),
    /// The admin's word on calls out of the house, from now on.
    Outgoing(Arc<Outgoing>),
    /// Where telephones find their configuration from now on, and at which addresses of ours it is heard what everybody is asked.
    Provisioning(Arc<Provisioning>, Vec<Ipv4Addr>),
    /// The outside lines from now on.
    Lines(Arc<[Line]>),
    /// Who vouches for servers over TLS from now on.
    Trust(Trusted),
    /// Leave calls that are up to the next run, and end.
    Restart,
    /// Something about mailboxes of the house.
    Mail(Mail),
    /// Ask every provider now how long it takes to answer.
    Measure,
    /// A drill is to begin or to end; what the switchboard says to that.
    Drill(Wanted, oneshot::Sender<Result<(), DrillRefused>>),
    /// Somebody wants a real call for help for testing, or only looks.
    TestCall(test_call::Wanted, test_call::Answer),
    /// Something is wanted of the messages that passed lately.
    Signalling(Want, signalling::Answer),
    /// Hang up everything and end.
    Goodbye,
}

/// The sockets, open before anything else is.
pub(crate) struct Prepared {
    transport: Transport,
    setup: Setup,
    /// What the switchboard is told before anything happens.
    told: [Input<'static>; 3],
}

impl Prepared {
    /// Lets phones in over TLS, if there is something to show them, and these pages over WebSocket.
    pub(crate) fn open_to(&mut self, tls: Option<Tls>, browsers: Browsers) {
        tls.into_iter().for_each(|tls| self.transport.greet_with(tls));
        self.transport.admit(browsers);
    }

    /// Rung when the thread is to look at what is settled.
    pub(crate) fn bell(&self) -> Arc<Bell> {
        self.transport.bell()
    }
}

/// What the thread works with.
pub(crate) struct Parts {
    pub relay: Arc<relay::Relay>,
    pub voice: mpsc::Receiver<media::relay::Event>,
    pub store: Arc<Store>,
    pub settles: watch::Receiver<Settled>,
    pub inbox: mpsc::Receiver<News>,
    pub asks: mpsc::Sender<Question>,
    pub account: Arc<Snapshot>,
    pub bindings: Vec<Binding>,
    /// Calls that an earlier run wrote down.
    pub calls: Vec<(String, Secret)>,
    pub emergency: Arc<emergency::Ready>,
    /// Who called for help in an earlier run and may be called back.
    pub called_for_help: Vec<emergency::Opened>,
    /// Calls that are over, for whoever tells others of them; what does not fit is lost.
    pub ended: mpsc::Sender<Vec<CallRecord>>,
    /// Messages, read for who listens by telephone, and who minds them.
    pub mail: (messages::Shelf, Mailboxes),
    /// How much of a call may be kept.
    pub privacy: watch::Receiver<billing::Privacy>,
}

/// The running thread, seen from outside.
pub(crate) struct Running {
    pictures: watch::Receiver<Arc<Picture>>,
    beats: Arc<AtomicU64>,
    ended: oneshot::Receiver<()>,
    _thread: JoinHandle<()>,
}

impl Running {
    pub(crate) fn pictures(&self) -> watch::Receiver<Arc<Picture>> {
        self.pictures.clone()
    }

    /// Grows as long as the thread goes round.
    pub(crate) fn heartbeat(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.beats)
    }

    /// Comes back when the thread has ended.
    pub(crate) async fn ended(self) {
        // An error means that it ended without saying so.
        let _ = self.ended.await;
    }
}

/// Opens the sockets, and reads what who waits will hear.
pub(crate) fn prepare(config: &Config) -> Result<Prepared, RunFailed> {
    let sip = &config.sip;
    let transport = Transport::bind(&sip.listen, transport::Limits::default())?;
    let (mut nonce_key, mut seed) = ([0; 32], [0; 32]);
    getrandom::fill(&mut nonce_key).map_err(RunFailed::Randomness)?;
    getrandom::fill(&mut seed).map_err(RunFailed::Randomness)?;
    let clock = Clock { steady: Instant::now(), wall: SystemTime::now() };
    let agent = format!("Gatehouse/{}", env!("CARGO_PKG_VERSION"));
    let setup = Setup { domains: sip.domains.clone(), agent, clock, nonce_key, seed };
    let hold_music = hold_music::sound(&config.media.hold_music, &config.data);
    let mailboxes = Input::Mailboxes(messages::mailboxes(config));
    let told = [Input::Access(sip.access.clone()), Input::HoldMusic(hold_music), mailboxes];
    Ok(Prepared { transport, setup, told })
}

/// The thread's own state.
pub(crate) struct Exchange {
    switchboard: Switchboard,
    transport: Transport,
    parts: Parts,
    /// Tickets of the store and of the switchboard, in order.
    tickets: VecDeque<(Ticket, u64)>,
    /// Batches that the store had lost when we last looked.
    lost: u64,
    wall: WallClock,
    records: Records,
    reports: Reports,
    signalling: Signalling,
    /// Connections of ours, and the flow that the switchboard knows them by.
    opened: HashMap<u64, Flow>,
    picture: watch::Sender<Arc<Picture>>,
    shown: (u64, Instant),
    beats: Arc<AtomicU64>,
    /// Set once goodbye was said.
    end_by: Option<Instant>,
}

impl Exchange {
    /// Starts the thread.
    pub(crate) fn start(prepared: Prepared, mut parts: Parts) -> Result<Running, RunFailed> {
        let mut switchboard = Switchboard::new(prepared.setup);
        let now = Instant::now();
        prepared.told.into_iter().for_each(|told| switchboard.handle(now, told));
        switchboard.handle(now, Input::Account(Arc::clone(&parts.account)));
        switchboard.handle(now, Input::Emergency(Arc::clone(&parts.emergency)));
        switchboard.handle(now, Input::CalledForHelp(std::mem::take(&mut parts.called_for_help)));
        switchboard.handle(now, Input::Restore(&parts.bindings));
        let calls = std::mem::take(&mut parts.calls).into_iter().map(|(call, text)| Written { call, text });
        let calls: Vec<_> = calls.collect();
        switchboard.handle(now, Input::Resume { calls: &calls, legs: parts.relay.inherited() });
        let (picture, pictures) = watch::channel(Arc::new(switchboard.picture()));
        let beats = Arc::new(AtomicU64::new(0));
        let mut exchange = Self {
            switchboard,
            transport: prepared.transport,
            signalling: Signalling::new(parts.privacy.clone()),
            parts,
            tickets: VecDeque::new(),
            lost: 0,
            records: Records::default(),
            reports: Reports::default(),
            wall: WallClock::new(now),
            opened: HashMap::new(),
            picture,
            shown: (0, now),
            beats: Arc::clone(&beats),
            end_by: None,
        };
        let (done, ended) = oneshot::channel();
        let work = move || {
            if let relay::Grant::Refused(why) = relay::go_before_programs() {
                warn!(%why, "calls have to wait for other programs when the box is busy");
            }
            exchange.run();
            let _ = done.send(());
        };
        let thread = std::thread::Builder::new().name("sip".into()).spawn(work)?;
        info!("phones can call");
        Ok(Running { pictures, beats, ended, _thread: thread })
    }

    fn run(&mut self) {
        self.answer_the_bell();
        loop {
            self.carry_out();
            let now = Instant::now();
            self.show(now);
            if self.end_by.is_some_and(|at| self.switchboard.is_idle() || now >= at) {
                return self.save(Vec::new(), None);
            }
            let at = self.wake_at(now);
            match self.receive(at) {
                Ok(false) => {}
                Ok(true) => self.answer_the_bell(),
                Err(fault) => {
                    error!(%fault, "the system cannot watch sockets any more; the box ends and is started again");
                    self.end_by.get_or_insert(now);
                }
            }
            self.beats.fetch_add(1, Ordering::Relaxed);
            self.on_time(at);
        }
    }

    /// Takes traffic in, or waits for some; true when the bell rang.
    fn receive(&mut self, until: Instant) -> std::io::Result<bool> {
        let (switchboard, opened, signalling) =
            (&mut self.switchboard, &mut self.opened, &mut self.signalling);
        let mut sink = |incoming: Incoming<'_>| {
            let now = Instant::now();
            match incoming {
                Incoming::Message(flow, message) => {
                    signalling.arrived(flow, &message);
                    switchboard.handle(now, Input::Message { flow, message });
                }
                Incoming::AskedAll(flow, message) => {
                    signalling.arrived(flow, &message);
                    switchboard.handle(now, Input::AskedAll { flow, message });
                }
                Incoming::Malformed { flow, why, request } => {
                    switchboard.handle(now, Input::Malformed { flow, why, request });
                }
                Incoming::Certified { flow, names } => {
                    switchboard.handle(now, Input::Certified { flow, names });
                }
                Incoming::Closed(flow) => switchboard.handle(now, Input::Closed(flow)),
                Incoming::Unreachable(flow) => {
                    let wanted = opened.remove(&flow.connection).unwrap_or(flow);
                    switchboard.handle(now, Input::Unreachable(wanted));
                }
                Incoming::Connected { ticket, flow, expires } => {
                    switchboard.handle(now, Input::Connected { ticket, flow: flow.map_err(unconnected) });
                    flow.iter().zip(expires).for_each(|(flow, until)| switchboard.line_shows(*flow, until));
                }
            }
        };
        self.transport.receive(until, &mut sink)
    }

    /// Takes in what comes from inside the box, and has the bell rung for what comes later.
    fn answer_the_bell(&mut self) {
        let now = Instant::now();
        let waker = Waker::from(self.transport.bell());
        let mut later = Context::from_waker(&waker);
        while let Poll::Ready(Some(event)) = self.parts.voice.poll_recv(&mut later) {
            self.switchboard.handle(now, Input::Relay(event));
        }
        while let Poll::Ready(news) = self.parts.inbox.poll_recv(&mut later) {
            let last = news.is_none();
            self.hear(now, news.unwrap_or(News::Goodbye));
            if last {
                break;
            }
        }
        // An error means that the store has closed.
        if self.parts.settles.has_changed().unwrap_or_default() {
            self.settled(now);
        }
    }

    fn on_time(&mut self, woken_at: Instant) {
        let now = Instant::now();
        if self.switchboard.next_deadline().is_some_and(|at| at <= now) {
            self.switchboard.handle_timeout(now);
        }
        if woken_at <= now && self.wall.was_set(now) {
            self.switchboard.handle(now, Input::StoreUnsure);
        }
    }

    /// When to wake although nothing happens.
    fn wake_at(&self, now: Instant) -> Instant {
        let unseen = self.switchboard.edition() != self.shown.0;
        let show = unseen.then(|| self.shown.1 + PICTURE_EVERY);
        let all =
            [self.switchboard.next_deadline(), show, self.records.due, self.end_by, Some(now + HEARTBEAT)];
        all.into_iter().flatten().min().unwrap_or(now)
    }

    fn settled(&mut self, now: Instant) {
        let Settled { up_to, lost } = *self.parts.settles.borrow_and_update();
        if std::mem::replace(&mut self.lost, lost) != lost {
            self.switchboard.handle(now, Input::StoreUnsure);
        }
        let mut ours = None;
        while self.tickets.front().is_some_and(|(ticket, _)| ticket.0 <= up_to) {
            ours = self.tickets.pop_front().map(|(_, ours)| ours);
        }
        if let Some(ours) = ours {
            self.switchboard.handle(now, Input::Stored(ours));
        }
    }

    fn show(&mut self, now: Instant) {
        let edition = self.switchboard.edition();
        let pause = if edition == self.shown.0 { TOTALS_EVERY } else { PICTURE_EVERY };
        if now >= self.shown.1 + pause {
            self.shown = (edition, now);
            self.picture.send_replace(Arc::new(self.switchboard.picture()));
        }
    }
}
