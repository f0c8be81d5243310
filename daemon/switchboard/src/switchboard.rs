//! The switchboard: one machine that owns who is registered and who talks to whom.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use account::{E164, SipUser, Snapshot, UserId, VoiceMessage, VoicemailId};
use directory::NameIndex;
use media::dtmf::Press;
use media::playback::Sound;
use media::relay::{Event, LegId};
use sip::digest::Guard;
use sip::flow::Flow;
use sip::message::Message;
use sip::name::Name;
use sip::seed::Seed;
use sip::transaction::{Arrival, Limits, Output as Sent, Transactions};

use crate::access::Access;
use crate::bridge::{CallId, Calls, Cause, Side};
use crate::conference::Room;
use crate::counts::Counts;
use crate::defence::Defence;
use crate::dialling::{self, Outgoing};
use crate::drill::Drill;
use crate::events::Events;
use crate::gate::Logins;
use crate::help::Help;
use crate::io::{Input, Output};
use crate::lines::{Lines, WhyDown};
use crate::picture::Present;
use crate::queue::Queues;
use crate::register::Registrar;
use crate::register::pending::Pending;
use crate::stating::Stated;
use crate::texts::Texts;
use crate::wires::{Clock, Wires};

/// What a switchboard is made with.
#[derive(Debug)]
pub struct Setup {
    /// Domains that phones may use besides our own addresses; the first is the realm of challenges and stands in addresses.
    pub domains: Vec<String>,
    /// What we call ourselves in User-Agent and Server.
    pub agent: String,
    /// Both clocks at one moment.
    pub clock: Clock,
    /// True randomness for nonces.
    pub nonce_key: [u8; 32],
    /// True randomness for tags, branches and Call-IDs.
    pub seed: [u8; 32],
}

/// Registers phones and connects calls.
///
/// Call [`Self::handle`] with everything that happens and [`Self::handle_timeout`] at [`Self::next_deadline`]; after either,
/// drain [`Self::poll_output`]. Before the first [`Input::Account`] nobody is known and everybody is asked for a password.
pub struct Switchboard {
    pub(crate) wires: Wires,
    pub(crate) calls: Calls,
    /// Conversations of three.
    pub(crate) rooms: Vec<Room>,
    /// Those that begin once a phone that came for them has its seat.
    pub(crate) awaited: Vec<(CallId, Side)>,
    pub(crate) lines: Lines,
    /// Callers in line for agents.
    pub(crate) queues: Queues,
    pub(crate) registrar: Registrar,
    pub(crate) pending: Pending,
    /// Where phones say they stand.
    pub(crate) stated: Stated,
    pub(crate) texts: Texts,
    pub(crate) events: Events,
    pub(crate) guard: Guard,
    pub(crate) logins: Logins,
    /// Who the peers of connections have proven to be by certificate.
    pub(crate) certified: HashMap<u64, Vec<String>>,
    pub(crate) access: Access,
    pub(crate) help: Help,
    pub(crate) drill: Drill,
    pub(crate) defence: Defence,
    pub(crate) house: Arc<Snapshot>,
    /// The admin's word on calls out of the house.
    pub(crate) outgoing: Arc<Outgoing>,
    /// Watches for calls at the office's expense.
    pub(crate) fraud: dialling::Guard,
    /// Names for numbers outside.
    pub(crate) names: Arc<NameIndex>,
    /// What mailboxes say that have a greeting of their own.
    pub(crate) greetings: Arc<HashMap<VoicemailId, Sound>>,
    /// What lies in the mailboxes.
    pub(crate) messages: Vec<VoiceMessage>,
    pub(crate) domains: Vec<String>,
    pub(crate) counts: Counts,
    pub(crate) closing: bool,
    /// Calls that are up are left for the next run.
    pub(crate) restarting: bool,
    /// When calls are to be written down.
    pub(crate) keep_at: Option<Instant>,
    /// Who can be reached, once somebody asked and until it changes.
    pub(crate) present: OnceCell<Present>,
    /// Grows with every change that the page could show.
    pub(crate) edition: u64,
}

impl Switchboard {
    /// An empty house.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        let mut seed = Seed::new(setup.seed);
        let tx = Transactions::new(Limits::default(), &mut seed);
        let realm = setup.domains.first().cloned().unwrap_or_else(|| "gatehouse".to_owned());
        let lines = Lines::new(setup.clock.steady, &mut seed);
        let guard = Guard::new(&realm, &setup.nonce_key, setup.clock.steady);
        Self {
            wires: Wires::new(tx, seed, setup.clock, realm, setup.agent),
            calls: Calls::default(),
            rooms: Vec::new(),
            awaited: Vec::new(),
            lines,
            queues: Queues::default(),
            registrar: Registrar::default(),
            pending: Pending::default(),
            stated: Stated::default(),
            texts: Texts::default(),
            events: Events::default(),
            guard,
            logins: Logins::default(),
            certified: HashMap::new(),
            access: Access::default(),
            help: Help::default(),
            drill: Drill::default(),
            defence: Defence::default(),
            house: Arc::default(),
            outgoing: Arc::default(),
            fraud: dialling::Guard::default(),
            names: Arc::default(),
            greetings: Arc::default(),
            messages: Vec::new(),
            domains: setup.domains,
            counts: Counts::default(),
            closing: false,
            restarting: false,
            keep_at: None,
            present: OnceCell::new(),
            edition: 0,
        }
    }

    /// Takes what happened at `now`.
    pub fn handle(&mut self, now: Instant, input: Input<'_>) {
        match input {
            Input::Message { flow, message } => self.read(now, flow, message),
            Input::AskedAll { flow, message } => self.asked_all(now, flow, message),
            Input::Malformed { flow, why, request } => self.unreadable(flow, why, request.as_ref()),
            Input::Certified { flow, names } => {
                self.certified.insert(flow.connection, names);
            }
            Input::Closed(flow) => self.closed(now, flow),
            Input::Unreachable(flow) => {
                self.wires.tx.unreachable(now, flow);
                self.lines.broken(now, flow, WhyDown::Closed, &mut self.wires);
            }
            Input::Relay(event) => self.relay(now, event),
            Input::Account(house) => self.account(now, house),
            Input::Names(names) => self.names = names,
            Input::Restore(bindings) => {
                bindings.iter().for_each(|binding| self.registrar.restore(now, binding));
                bindings.iter().for_each(|binding| self.defence.proved(now, binding.reach.peer.ip()));
                self.phones_changed();
            }
            Input::Lines(lines) => {
                self.lines.replace(now, &lines, &mut self.wires);
                self.edition += 1;
            }
            Input::Answer { question, answer } => {
                self.lines.learn(now, question, answer, &mut self.wires);
                self.edition += 1;
            }
            Input::Recalled(all) => self.lines.recall(now, all, &mut self.wires),
            Input::Connected { ticket, flow } => {
                self.lines.connected(now, ticket, flow, &mut self.wires);
                self.edition += 1;
            }
            Input::Emergency(ready) => self.help.ready = ready,
            Input::Remind(call) => self.remind(now, call),
            Input::CalledForHelp(before) => self.help.callbacks.resume(before),
            Input::Access(access) => self.access = access,
            Input::Outgoing(outgoing) => self.outgoing = outgoing,
            Input::Provisioning(told) => self.provisioned(now, told),
            Input::Trust { whom, until } => self.fraud.trust(now, whom.map(dialling::Payer::User), until),
            Input::Stored(ticket) => self.pending.stored(ticket, &mut self.wires),
            Input::Mailbox { user, voice } => self.mailbox_changed(user, voice),
            Input::HoldMusic(sound) => self.wires.hold_music = sound,
            Input::Mailboxes(mailboxes) => self.wires.mailboxes = mailboxes,
            Input::Greetings(greetings) => self.greetings = greetings,
            Input::Messages(messages) => self.messages_changed(messages),
            Input::Fetched { ticket, sound } => self.fetched(now, ticket, sound),
            Input::StoreUnsure => self.registrar.distrust_the_store(),
            Input::Resume { calls, legs } => self.resume(now, calls, legs),
            Input::Restart => self.restart(now),
            Input::Goodbye => self.goodbye(now),
        }
        self.settle(now);
    }

    /// The name of somebody outside in the telephone book, as `user` (or everybody) may see it.
    #[must_use]
    pub fn caller_name(&self, number: &E164, user: Option<&UserId>) -> Option<&str> {
        self.names.name(number, user)
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.wires.tx.handle_timeout(now);
        self.pending.overdue(now, &mut self.wires);
        self.overdue_texts(now);
        if self.lines.next_deadline().is_some_and(|at| at <= now) {
            self.lines.on_time(now, &mut self.wires);
            self.edition += 1;
        }
        self.help_due(now);
        if self.keep_at.is_some_and(|at| at <= now) {
            self.keep_calls();
        }
        self.drill_due(now);
        let gone = self.registrar.expire(now);
        if !gone.is_empty() {
            self.phones_changed();
            self.write_down(gone);
        }
        while let Some(id) = self.calls.due(now) {
            self.calls.with(id, |call| call.on_time(now, &mut self.wires));
            self.edition += 1;
        }
        self.settle(now);
    }

    /// When [`Self::handle_timeout`] wants to be called.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Instant> {
        let all = [
            self.wires.tx.next_deadline(),
            self.pending.next_deadline(),
            self.registrar.next_deadline(),
            self.calls.next_deadline(),
            self.lines.next_deadline(),
            self.queues.next_deadline(),
            self.texts.next_deadline(),
            self.events.next_deadline(),
            self.help.next_deadline(),
            self.keep_at,
            self.drill.next_deadline(),
        ];
        all.into_iter().flatten().min()
    }

    /// What has to happen outside, in order.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.wires.pop()
    }

    /// Whether every call has ended to its last transaction; after [`Input::Goodbye`] or [`Input::Restart`], which leaves calls
    /// that are up alone, the box may stop then.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        (self.calls.is_empty() || self.restarting)
            && self.pending.is_empty()
            && self.wires.tx.count().sent == 0
    }

    fn read(&mut self, now: Instant, flow: Flow, message: Message<'_>) {
        if let Err(fault) = message.validate() {
            return self.invalid(flow, &message, fault);
        }
        if self.unheard(now, flow, &message) {
            return;
        }
        self.counts.message(&message);
        match self.wires.tx.receive(now, flow, message) {
            Arrival::Request(request) => self.request(now, flow, &request),
            Arrival::Ack(ack) => self.ack(now, &ack),
            Arrival::Cancel { invite, message } => {
                let reason = message.text(Name::Reason);
                self.with_call_of(invite, |call, wires| {
                    call.take_back(now, invite, reason.as_deref(), wires);
                });
            }
            Arrival::Response { of, message } => {
                let status = message.status().unwrap_or(500);
                self.response(now, of, status, Some(&message));
                self.lines.heard(now, flow, status, &mut self.wires);
            }
            Arrival::Stray(_) | Arrival::Nothing => {}
        }
    }

    fn closed(&mut self, now: Instant, flow: Flow) {
        self.wires.tx.unreachable(now, flow);
        self.lines.broken(now, flow, WhyDown::Closed, &mut self.wires);
        self.registrar.closed(flow);
        self.certified.remove(&flow.connection);
        self.events.connection_closed(flow);
    }

    fn relay(&mut self, now: Instant, event: Event) {
        let (leg, cause, since) = match event {
            Event::Ports(leases) => return self.wires.ports_came(leases),
            Event::Exhausted { missing, .. } => return self.wires.ports_missing(missing),
            Event::Silent { leg, since } => (leg, Cause::Silence, since),
            Event::Lost { leg } => (leg, Cause::VoiceLost, Duration::ZERO),
            Event::Strained(strained) => {
                self.wires.strained = strained;
                self.edition += 1;
                return;
            }
            Event::Numbered { leg, marks } => return self.numbered(leg, marks),
            Event::Fax { leg, .. } => {
                self.made_even(leg);
                return self.fax_heard(now, leg);
            }
            Event::Pressed { leg, press, passed } => return self.pressed(now, leg, (press, passed)),
            Event::Played { leg, how } => return self.played(now, leg, how),
            Event::Quiet { leg } => return self.fell_quiet(now, leg),
            Event::Recorded { leg, how } => return self.recorded(now, leg, how),
            Event::Unheard { leg, why } => return self.side_unheard(leg, why),
            Event::Ended { leg, statistics } => return self.voice_judged(leg, &statistics),
            Event::Latched { .. } | Event::Foreign { .. } => return,
        };
        if let Some(id) = self.calls.by_leg(leg) {
            self.calls.with(id, |call| call.voice_failed(now, leg, cause, since, &mut self.wires));
            self.line_silent(now, id, leg, since);
            self.edition += 1;
        }
    }

    /// A fax machine speaks on this leg.
    fn made_even(&mut self, leg: LegId) {
        let voice = self.calls.by_leg(leg).and_then(|id| self.calls.get(id)?.voice.as_ref());
        if let Some(voice) = voice {
            voice.make_even(&mut self.wires);
        }
    }

    fn pressed(&mut self, now: Instant, leg: LegId, key: (Press, bool)) {
        if let Some(id) = self.calls.by_leg(leg) {
            self.calls.with(id, |call| call.pressed(now, leg, key, &mut self.wires));
        }
    }

    fn account(&mut self, now: Instant, house: Arc<Snapshot>) {
        self.logins = Logins::of(&house, self.guard.realm(), &mut self.wires.seed);
        let logins = &self.logins;
        let gone = self.registrar.keep_only(|user: &SipUser| logins.knows(user.as_str()));
        self.write_down(gone);
        self.stated.keep_only(&house);
        self.house = house;
        self.phones_changed();
        self.account_watched(now);
    }

    /// Moves what the transactions want to say into the one queue and acts on their news.
    pub(crate) fn settle(&mut self, now: Instant) {
        self.carry_on(now);
        self.confer(now);
        self.help_goes_on(now);
        self.next_steps(now);
        self.lines_move_up(now);
        self.tell_calls(now);
        self.tell_watchers(now);
        self.carry_on(now);
        self.help_over(now);
        self.plan_keeping(now);
        self.calls.forget_ended(&mut self.wires);
    }

    fn carry_on(&mut self, now: Instant) {
        while let Some(output) = self.wires.tx.poll_output() {
            match output {
                Sent::Send { flow, bytes } => self.wires.send(flow, bytes),
                Sent::TimedOut(key) => self.response(now, key, 408, None),
                Sent::Unreachable(key) => self.response(now, key, 503, None),
                Sent::Unacknowledged(invite) => {
                    self.with_call_of(invite, |call, wires| call.cut(now, Cause::Unconfirmed, wires));
                }
            }
        }
    }
}

/// Messages hold numbers, names and keys of voice, and are never shown.
impl std::fmt::Debug for Switchboard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Switchboard").field("counts", &self.counts).finish_non_exhaustive()
    }
}
