//! Nobody answers where a call rings: it goes on to whom the account names next, or its caller hears why not.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use account::{ChannelId, Destination};

use super::ring::REMINDER;
use super::{Call, CallId, Fork, Ring, Shown, Stage};
use crate::carrying::Behind;
use crate::dialling::{Outside, Payer, Wish};
use crate::refusal::Refused;
use crate::route::{self, RouteRefused, Step};
use crate::switchboard::Switchboard;
use crate::wires::Wires;

/// Whom a call rings now, and whom afterwards.
#[derive(Debug)]
pub(crate) struct Turn {
    /// When those it rings now have rung long enough.
    pub until: Instant,
    /// The first of the forks that ring now; those before rang in vain.
    first: usize,
    later: VecDeque<Step>,
    /// Whether those it rings now are outside the house.
    pub outside: bool,
    /// How the caller wants to be seen.
    pub wish: Wish,
    /// Why it went no further, for the caller.
    pub why: Option<&'static str>,
    /// The caller waits in line for an agent of this channel.
    pub waits: Option<ChannelId>,
}

impl Turn {
    pub(crate) fn new(now: Instant, (wish, steps): (Wish, Vec<Step>)) -> Self {
        Self { until: now, first: 0, later: steps.into(), outside: false, wish, why: None, waits: None }
    }
}

impl Call {
    /// Whether somebody may still answer of those it rings now.
    pub(super) fn still_rings(&self) -> bool {
        self.forks.iter().skip(self.turn.first).any(Fork::is_open)
    }

    /// Nobody answers there. Without anybody else to ring the caller hears `status`.
    pub(super) fn go_on(&mut self, now: Instant, status: u16, wires: &mut Wires) {
        if self.turn.later.is_empty() {
            self.refuse_caller(now, status, wires);
        } else {
            self.reminder = None;
            wires.unanswered.insert(self.id);
        }
    }

    /// Who is to be rung next.
    fn next_step(&mut self) -> Option<Step> {
        (self.turn.first, self.turn.waits) = (self.forks.len(), None);
        let next = if self.stage == Stage::Ringing { self.turn.later.pop_front() } else { None };
        // What stood in the way before says nothing about those who are rung now.
        self.turn.why = self.turn.why.filter(|_| next.is_none());
        self.turn.outside = next
            .as_ref()
            .is_some_and(|step| matches!(step.ring, route::Ring::Outside(_) | route::Ring::AsHelp(_)));
        next
    }

    /// The number that the caller's phone prefers, as it writes it (RFC 3325 9.2).
    fn prefers(&self) -> Option<String> {
        let request = self.asker.request.message();
        let first = request.preferred_identities().next()?;
        Some(route::dialled(&first.uri))
    }

    /// Rings these, and nobody else for `ring_for`.
    fn ring_step(&mut self, now: Instant, rings: Vec<Ring>, ring_for: Duration, wires: &mut Wires) {
        self.turn.until = now + ring_for;
        self.reminder = Some(self.turn.until.min(now + REMINDER));
        // What was agreed with a phone that is cancelled later would bind the next one.
        let only = self.forks.is_empty() && rings.len() == 1 && self.turn.later.is_empty();
        self.asker.answers_early = only && self.asker.peer.skills.reliable;
        if rings.iter().all(|ring| ring.owner.line().is_some()) {
            return self.ring_lines(now, rings, wires);
        }
        self.ring_also(now, rings, wires);
    }
}

impl Switchboard {
    /// Lets calls go on that nobody answers where they ring.
    pub(crate) fn next_steps(&mut self, now: Instant) {
        while let Some(id) = self.wires.unanswered.pop_first() {
            self.ring_next(now, id);
        }
    }

    /// Rings the phone that is to be joined, and nobody else.
    pub(crate) fn ring_joined(&mut self, now: Instant, id: CallId, rings: Vec<Ring>) {
        let wires = &mut self.wires;
        self.calls.reseat(id, |call| {
            call.ring_step(now, rings, route::RING_FOR, wires);
            call.give_up_without_phones(now, wires);
        });
    }

    /// Rings those whose turn it is; when nobody is left, the caller hears why.
    pub(crate) fn ring_next(&mut self, now: Instant, id: CallId) {
        while let Some(step) = self.calls.with(id, Call::next_step).flatten() {
            if let route::Ring::Line { channel, .. } = &step.ring
                && self.takes_a_place(now, id, channel, step.ring_for)
            {
                return;
            }
            let rings = match &step.ring {
                route::Ring::Phones(phones) => self.sent_on(id, self.places(phones), step.by.as_ref()),
                route::Ring::Outside(outside) => self.outside(now, id, outside, step.by.as_ref()),
                route::Ring::AsHelp(outside) => self.as_help(now, id, outside),
                route::Ring::Mailbox(mailbox) if self.mailbox_answers(now, id, mailbox) => return,
                route::Ring::Messages if self.plays_messages(now, id) => return,
                route::Ring::Mailbox(_) | route::Ring::Messages => self.no_way(id, RouteRefused::NoVoicemail),
                route::Ring::Line { .. } => self.no_way(id, RouteRefused::LineFull),
            };
            if !rings.is_empty() {
                let wires = &mut self.wires;
                self.calls.reseat(id, |call| call.ring_step(now, rings, step.ring_for, wires));
                break;
            }
        }
        self.calls.with(id, |call| call.give_up_without_phones(now, &mut self.wires));
    }

    /// Somebody outside, asked for by the caller or by whoever has the call sent on.
    fn outside(
        &mut self,
        now: Instant,
        id: CallId,
        outside: &Outside,
        by: Option<&Destination>,
    ) -> Vec<Ring> {
        self.counts_for(now, id, outside, by);
        self.lines_for(id, outside, by)
    }

    /// The same over the line that the caller's call for help would take, and with the number that it would show.
    fn as_help(&mut self, now: Instant, id: CallId, outside: &Outside) -> Vec<Ring> {
        self.counts_for(now, id, outside, None);
        let rings = self.lines_as_for_help(id, outside);
        if rings.is_empty() { self.no_way(id, RouteRefused::LinesDown) } else { rings }
    }

    /// The fraud guard hears of it.
    fn counts_for(&mut self, now: Instant, id: CallId, outside: &Outside, by: Option<&Destination>) {
        let caller = self.calls.get(id).and_then(|call| call.asker.owner.phone());
        let payer = match by {
            Some(by) => Some(Payer::sending_on(by, &self.house)),
            None => caller.map(|device| Payer::of(device, &self.house)),
        };
        if let Some(payer) = payer {
            self.fraud.count(self.wires.clock.at(now), &payer, outside);
        }
    }

    /// Remembers for the caller what stood in the way.
    fn no_way(&mut self, id: CallId, refused: RouteRefused) -> Vec<Ring> {
        self.calls.with(id, |call| call.turn.why = Refused::Route(refused).explanation());
        Vec::new()
    }

    /// Lines are tried one after the other.
    fn lines_for(&mut self, id: CallId, outside: &Outside, by: Option<&Destination>) -> Vec<Ring> {
        let device = self.pays_for(id, by);
        let call = self.calls.get(id);
        let hides = device.as_ref().is_some_and(|device| self.hides(device));
        let shown = if hides { None } else { call.map(Call::wants_to_be_shown) };
        let prefers = call.and_then(|call| call.prefers().filter(|_| by.is_none()));
        let behind = Behind {
            device: device.as_ref(),
            shown: shown.unwrap_or(Shown::Nothing),
            prefers: prefers.as_deref(),
        };
        match self.carriers(&outside.called, behind) {
            Ok(lines) => self.sent_on(id, lines, by),
            Err(refused) => self.no_way(id, refused),
        }
    }

    /// Phones that are rung because somebody had the call sent on are told so.
    fn sent_on(&mut self, id: CallId, rings: Vec<Ring>, by: Option<&Destination>) -> Vec<Ring> {
        let Some(by) = by else { return rings };
        let rang = self.calls.get(id).is_some_and(|call| !call.forks.is_empty());
        let cause = if rang { (408, "no-answer") } else { (302, "unconditional") };
        let by = self.dialled_party(by, String::new());
        let came_by = |ring: &Ring| {
            let number = ring.owner.phone().map(|phone| self.party(phone).number).unwrap_or_default();
            self.came_by(&by, &number, cause)
        };
        rings.into_iter().map(|ring| Ring { came_by: came_by(&ring), ..ring }).collect()
    }
}
