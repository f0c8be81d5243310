//! The outside lines: each registered at its provider, all over the same few ways, and how each is doing.
//!
//! ```text
//!   Input::Lines ──> Lines ── REGISTER, OPTIONS ──> provider        one Registration for each line (a machine)
//!   Output::Ask, Connect <──┘      │                                one Probe for each way (a machine)
//!                                  └──> Bound: how a call goes out on a line, and what may come in
//! ```
//!
//! Nothing here is on the path of a call: a call takes a line as it finds it. Lines of one provider share their ways. When a
//! way breaks, one line alone tries again at once; the others follow when it succeeds.

mod answers;
mod ask;
mod dial_in;
mod drive;
mod entry;
mod health;
mod line;
mod names;
mod probe;
mod registration;
mod taking;
mod ways;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use account::LineId;
use sip::flow::{Flow, Transport};
use sip::locate::{Answer, Family, Locator, Question, Reach};
use sip::message::Message;
use sip::seed::Seed;
use sip::transaction::ClientKey;

use crate::wires::Wires;
pub(crate) use ask::Bound;
pub use dial_in::DialIn;
use entry::Entry;
pub use health::{Health, LineNow, Unconnected, WhyDown};
pub use line::{Line, LineKind, Manner, Shows, Written};
use registration::{Registration, Told};
pub(crate) use taking::Found;
use ways::Ways;

/// Between the first requests of two lines: with the question for the password that makes 20 requests a second.
const PACE: Duration = Duration::from_millis(100);
/// The first line waits up to this long, so that boxes that get their power back together do not all begin together.
const FIRST: Duration = Duration::from_secs(3);

/// Every outside line.
#[derive(Debug)]
pub(crate) struct Lines {
    entries: BTreeMap<LineId, Entry>,
    /// Their names in the order in which account and configuration give them.
    order: Vec<LineId>,
    due: BTreeSet<(Instant, LineId)>,
    locator: Locator,
    /// Questions the resolver has yet to answer.
    asked: HashSet<Question>,
    ways: Ways,
    errands: HashMap<ClientKey, Errand>,
    seed: Seed,
    /// When the next line may send its first request.
    turn: Instant,
    /// When names are to be looked at again.
    look_at: Option<Instant>,
    /// Ways that broke, and lines that moved to another one; until the calls on them are told.
    news: Vec<News>,
}

/// What calls on a line have to know.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum News {
    /// Nobody answers over this flow.
    Lost(Flow),
    /// The line is reached over this flow from now on.
    Moved(LineId, Flow),
    /// Whoever is reached over this flow sees us at another address from now on.
    Seen(Flow),
    /// No line uses this flow any more; calls may.
    Left(Flow),
}

/// Which request of ours an answer belongs to.
#[derive(Clone, Debug)]
enum Errand {
    Register(LineId),
    Probe(Flow),
}

impl Lines {
    /// No lines yet. `reach` is what the box can open.
    pub(crate) fn new(now: Instant, seed: &mut Seed) -> Self {
        let mut seed = seed.branch_off();
        let reach = Reach {
            transports: vec![Transport::Udp, Transport::Tcp, Transport::Tls],
            families: vec![Family::V4, Family::V6],
        };
        Self {
            entries: BTreeMap::new(),
            order: Vec::new(),
            due: BTreeSet::new(),
            locator: Locator::new(reach, seed.branch_off()),
            asked: HashSet::new(),
            ways: Ways::default(),
            errands: HashMap::new(),
            turn: now + random(FIRST, &mut seed),
            seed,
            look_at: None,
            news: Vec::new(),
        }
    }

    /// The lines from now on. Whatever stays as it was keeps its registration; the registrations of the others are taken back.
    pub(crate) fn replace(&mut self, now: Instant, lines: &Arc<[Line]>, wires: &mut Wires) {
        let mut before = std::mem::take(&mut self.entries);
        self.due.clear();
        self.order = lines.iter().map(|line| line.id.clone()).collect();
        for line in lines.iter() {
            let same = before.remove(&line.id).filter(|entry| entry.line.is_reached_as(line));
            let same = same.map(|entry| Entry { line: line.clone(), ..entry });
            let entry = same.unwrap_or_else(|| {
                let first = (!line.servers.is_empty()).then(|| self.take_turn(now));
                Entry::new(line.clone(), Registration::new(now, first), &mut self.seed)
            });
            self.due.extend(entry.registration.due().map(|at| (at, line.id.clone())));
            self.entries.insert(line.id.clone(), entry);
        }
        for (id, mut gone) in before {
            if self.entries.get(&id).is_none_or(|entry| entry.line.user != gone.line.user) {
                gone.take_back(now, &mut self.seed, wires);
            }
        }
        let hop_of = |flow: Option<Flow>| flow.and_then(|flow| self.ways.hop_of(flow).cloned());
        let used = self.entries.values().flat_map(|entry| {
            let flows = [entry.bound.as_ref().map(|bound| bound.flow), entry.left];
            entry.registration.hop().cloned().into_iter().chain(flows.into_iter().filter_map(&hop_of))
        });
        let used = used.collect::<Vec<_>>();
        self.ways.keep_only(|hop| used.contains(hop));
        self.errands.retain(|_, errand| match errand {
            Errand::Register(id) => self.entries.contains_key(id),
            Errand::Probe(_) => true,
        });
    }

    /// Takes every registration back, and asks for none any more.
    pub(crate) fn goodbye(&mut self, now: Instant, wires: &mut Wires) {
        for entry in self.entries.values_mut() {
            entry.take_back(now, &mut self.seed, wires);
        }
        self.entries.clear();
        self.order.clear();
        self.due.clear();
        self.errands.clear();
        self.ways = Ways::default();
    }

    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        let first = self.due.first().map(|(at, _)| *at);
        first.into_iter().chain(self.ways.next_deadline()).chain(self.next_look()).min()
    }

    /// Does what is due.
    pub(crate) fn on_time(&mut self, now: Instant, wires: &mut Wires) {
        while let Some((_, id)) = self.due.first().filter(|(at, _)| *at <= now).cloned() {
            self.shun_silent(now, &id);
            self.tell(now, &id, Told::Due, wires);
        }
        while let Some(flow) = self.ways.due(now) {
            self.probe(now, flow, probe::Told::Due, wires);
        }
        if self.next_look().is_some_and(|at| at <= now) {
            self.look_again(now, wires);
        }
    }

    /// The resolver answered.
    pub(crate) fn learn(
        &mut self,
        now: Instant,
        question: Question,
        answer: Option<Answer>,
        wires: &mut Wires,
    ) {
        if !self.asked.remove(&question) {
            return;
        }
        self.locator.learn(now, question, answer);
        let finding = self.entries.iter().filter(|(_, entry)| entry.registration.is_finding());
        for id in finding.map(|(id, _)| id.clone()).collect::<Vec<_>>() {
            if let Some(told) = self.find(now, &id, wires) {
                self.tell(now, &id, told, wires);
            }
        }
        self.look_again(now, wires);
    }

    /// A way was opened, or not.
    pub(crate) fn connected(
        &mut self,
        now: Instant,
        ticket: u64,
        flow: Result<Flow, Unconnected>,
        wires: &mut Wires,
    ) {
        let Some(hop) = self.ways.connected(ticket, flow) else { return };
        if flow.is_err() {
            self.locator.failed(now, &hop, None);
        }
        let waiting = self.entries.iter().filter(|(_, entry)| entry.registration.waits_for(&hop));
        for id in waiting.map(|(id, _)| id.clone()).collect::<Vec<_>>() {
            let told = match flow {
                Ok(_) => Told::Open,
                Err(why) => Told::Shut(why),
            };
            self.tell(now, &id, told, wires);
        }
    }

    /// This flow carries nothing any more, or nobody is there.
    pub(crate) fn broken(&mut self, now: Instant, flow: Flow, why: WhyDown, wires: &mut Wires) {
        let Some(hop) = self.ways.forget(flow) else { return };
        wires.seen.remove(&flow);
        self.locator.failed(now, &hop, None);
        self.news.push(News::Lost(flow));
        self.entries
            .values_mut()
            .filter(|entry| entry.left == Some(flow))
            .for_each(|entry| entry.left = None);
        let lines = self.entries.iter().filter(|(_, entry)| entry.is_over(flow));
        for (place, id) in lines.map(|(id, _)| id.clone()).collect::<Vec<_>>().into_iter().enumerate() {
            if place == 0 {
                self.tell(now, &id, Told::Lost(why), wires);
            } else if let Some(entry) = self.entries.get_mut(&id) {
                let before = entry.registration.due();
                entry.registration.hold_off(now, why, &mut self.seed);
                Self::remind(&mut self.due, &id, before, entry.registration.due());
            }
        }
    }

    /// An answer came over this flow: whoever answers with anything but an excuse is there, and need not be asked.
    pub(crate) fn heard(&mut self, now: Instant, flow: Flow, status: u16, wires: &mut Wires) {
        if status < 500 && self.ways.is_open(flow) {
            self.probe(now, flow, probe::Told::Heard, wires);
        }
    }

    /// A call hears nothing over this flow: is anybody there?
    pub(crate) fn hurry(&mut self, now: Instant, flow: Flow, wires: &mut Wires) {
        self.probe(now, flow, probe::Told::Hurry, wires);
    }

    /// The server behind this way has shown a certificate.
    pub(crate) fn shows(&mut self, flow: Flow, until: SystemTime) {
        self.ways.over(flow).into_iter().for_each(|way| way.certificate = Some(until));
    }

    /// Asks over every way how long an answer takes.
    pub(crate) fn measure(&mut self, now: Instant, wires: &mut Wires) {
        for flow in self.ways.open() {
            self.probe(now, flow, probe::Told::Measure, wires);
        }
    }

    /// The answer to a request of ours; false when it was somebody else's.
    pub(crate) fn answered(
        &mut self,
        now: Instant,
        of: ClientKey,
        (status, message): (u16, Option<&Message<'_>>),
        wires: &mut Wires,
    ) -> bool {
        let Some(errand) = self.errands.get(&of).cloned() else { return false };
        if status < 200 {
            return true;
        }
        self.errands.remove(&of);
        match errand {
            Errand::Probe(flow) => {
                // Without a message it was not heard, which the probe notices by itself.
                if let Some(message) = message {
                    self.notice_address(now, flow, message, wires);
                    self.probe(now, flow, probe::Told::Answered(status), wires);
                }
            }
            Errand::Register(id) => {
                let current = self.entries.get(&id).is_some_and(|entry| entry.request == Some(of));
                if current {
                    self.registered(now, &id, (status, message), wires);
                }
            }
        }
        true
    }

    /// What a line is.
    pub(crate) fn line(&self, id: &LineId) -> Option<&Line> {
        self.entries.get(id).map(|entry| &entry.line)
    }

    /// News for calls on lines.
    pub(crate) fn take_news(&mut self) -> Vec<News> {
        std::mem::take(&mut self.news)
    }

    /// Every line, in the order of their names; `calls` counts those on it.
    pub(crate) fn picture(&self, calls: impl Fn(&LineId) -> usize) -> Vec<LineNow> {
        let now = |entry: &Entry| LineNow {
            id: entry.line.id.clone(),
            kind: entry.line.kind.clone(),
            health: entry.registration.health(),
            peer: entry.bound.as_ref().map(|bound| bound.flow.peer),
            round_trip: entry.bound.as_ref().and_then(|bound| self.ways.round_trip(bound.flow)),
            certificate: entry.bound.as_ref().and_then(|bound| self.ways.certificate(bound.flow)),
            names_gone: entry.standing.failing,
            altered: entry.bound.as_ref().is_some_and(|bound| self.ways.alters(bound.flow)),
            calls: u16::try_from(calls(&entry.line.id)).unwrap_or(u16::MAX),
            carries: Arc::clone(&entry.line.carries),
        };
        self.entries.values().map(now).collect()
    }
}

/// A random part of a time.
fn random(most: Duration, seed: &mut Seed) -> Duration {
    Duration::from_millis(seed.below(u64::try_from(most.as_millis()).unwrap_or(0)))
}
