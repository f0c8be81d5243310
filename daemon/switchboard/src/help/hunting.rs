//! One call for help under way: the hunt decides, the bridge carries out.

use std::collections::HashMap;
use std::time::Instant;

use account::DeviceId;
use emergency::hunt::{Input, Output};
use emergency::{
    Commissioned, Dress, Hunt, LegId, Passage, Redirect, Resolution, Rung, Service, Shown, Window,
};
use sip::message::Message;

use super::place::Stands;
use crate::bridge::{Attached, CallId, Stage};
use crate::lines::LineKind;
use crate::switchboard::Switchboard;

/// A hunt, and which of its legs is which of the call's.
#[derive(Debug)]
pub(super) struct Hunting {
    pub hunt: Hunt,
    /// Each leg's place in the call.
    pub legs: HashMap<LegId, usize>,
    /// Legs whose lines have just begun and are about to have a way.
    pub waiting: Vec<(LegId, Rung, Dress)>,
    pub device: DeviceId,
    pub service: Service,
    /// Whether it may leave for real.
    pub leaves: Commissioned,
    pub place: Resolution,
    /// The place in words.
    spoken: Box<str>,
    /// The place as documents.
    pub stands: Stands,
    /// The last line tried: calls back come there.
    pub rung: Option<Rung>,
    stage: HelpStage,
    by: CalledBy,
    since: Instant,
}

/// A call for help, for page, journal and alarms.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct HelpNow {
    /// Which call.
    pub call: CallId,
    /// Who called; a name that no device has for a phone nobody knows.
    pub device: DeviceId,
    /// Who was called.
    pub service: Service,
    /// Where the phone stands, and why.
    pub place: Resolution,
    /// The line it went over, or was tried last, and whether that says where the caller stands.
    pub rung: Option<Rung>,
    /// How far it is.
    pub stage: HelpStage,
    /// Whether anybody can be spoken to.
    pub by: CalledBy,
    /// When it began.
    pub since: Instant,
}

/// What calls, as far as that is known (NotrufV § 2 no. 6).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CalledBy {
    /// A person, for all that is heard.
    Voice,
    /// A fax machine: whoever sends it cannot be spoken to.
    Fax,
}

/// How far a call for help is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum HelpStage {
    /// Line after line is tried.
    Trying,
    /// Somebody answered.
    Connected,
    /// No line led to anybody.
    NotReached,
    /// It is over; somebody had answered.
    Over,
    /// The caller hung up before anybody answered.
    GivenUp,
}

impl Hunting {
    pub(super) fn start(
        now: Instant,
        (device, service, leaves): (DeviceId, Service, Commissioned),
        passage: &Passage,
        stated: Vec<Attached>,
    ) -> Self {
        let hunt = Hunt::start(now, passage.ladder.clone());
        let (place, spoken) = (passage.place.clone(), passage.spoken.clone());
        let (legs, stage) = (HashMap::new(), HelpStage::Trying);
        let stands = Stands { known: passage.document.clone(), stated: stated.into() };
        Self {
            hunt,
            legs,
            waiting: Vec::new(),
            device,
            service,
            leaves,
            place,
            spoken,
            stands,
            rung: None,
            stage,
            by: CalledBy::Voice,
            since: now,
        }
    }

    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.hunt.next_deadline()
    }

    pub(super) fn now(&self, call: CallId) -> HelpNow {
        let Self { device, service, place, rung, stage, by, since, .. } = self;
        let (device, place, rung) = (device.clone(), place.clone(), rung.clone());
        HelpNow { call, device, service: *service, place, rung, stage: *stage, by: *by, since: *since }
    }

    /// The same, with the place in words.
    pub(super) fn told(&self, call: CallId) -> (HelpNow, Box<str>) {
        (self.now(call), self.spoken.clone())
    }

    fn leg_at(&self, place: usize) -> Option<LegId> {
        self.legs.iter().find(|(_, at)| **at == place).map(|(leg, _)| *leg)
    }
}

impl Switchboard {
    /// An answer of a line to a call for help; false when it belongs to another call.
    pub(crate) fn help_answered(
        &mut self,
        now: Instant,
        (id, place): (CallId, usize),
        (status, message): (u16, Option<&Message<'_>>),
    ) -> bool {
        let Some(hunting) = self.help.hunts.get_mut(&id) else { return false };
        let leg = hunting.leg_at(place);
        let input = leg.map(|leg| match status {
            ..=100 => Input::Trying(leg),
            101..=199 => Input::Ringing(leg),
            200..=299 => Input::Answered(leg),
            // Where a provider's own servers are is known from its name; an answer leads nowhere else.
            300..=399 => Input::Redirected(leg, Redirect::Elsewhere),
            refused => Input::Refused(leg, refused),
        });
        let wires = &mut self.wires;
        if status >= 300 {
            self.calls.with(id, |call| call.refuse(now, place, status, wires));
        }
        input.into_iter().for_each(|input| hunting.hunt.handle(now, input));
        self.pursue(now, id, message);
        let (house, wires) = (&*self.house, &mut self.wires);
        let answered = self.calls.with(id, |call| {
            let before = call.answered;
            match message {
                Some(message) if status < 200 => call.ring(now, place, message, wires),
                Some(message) if status < 300 => call.picked_up(now, place, message, house, wires),
                _ => {}
            }
            before.is_none() && call.answered.is_some()
        });
        self.counts.answered += u64::from(answered == Some(true));
        true
    }

    /// Does what the hunt wants. `answer` is what it reacts to, for the question in it.
    pub(super) fn pursue(&mut self, now: Instant, id: CallId, answer: Option<&Message<'_>>) {
        let Some(mut hunting) = self.help.hunts.remove(&id) else { return };
        for (leg, rung, dress) in std::mem::take(&mut hunting.waiting) {
            // Lines that nobody had named yet may be there by now, and have not begun.
            if self.lines.is_new(&rung.line) {
                self.lines.wanted_for_help(now, &rung.line, &mut self.wires);
            }
            self.try_line(now, id, &mut hunting, (leg, rung, dress));
        }
        while let Some(output) = hunting.hunt.poll_output() {
            self.carry_out(now, id, &mut hunting, (output, answer));
        }
        self.help.hunts.insert(id, hunting);
    }

    fn carry_out(
        &mut self,
        now: Instant,
        id: CallId,
        hunting: &mut Hunting,
        (output, answer): (Output, Option<&Message<'_>>),
    ) {
        match output {
            Output::Call(leg, rung, dress) => {
                self.lines.wanted_for_help(now, &rung.line, &mut self.wires);
                self.try_line(now, id, hunting, (leg, rung, dress));
            }
            Output::Authenticate(leg) => self.prove_line(now, id, hunting, (leg, answer)),
            Output::Follow(leg) => hunting.hunt.handle(now, Input::Refused(leg, 480)),
            Output::Cancel(leg) => {
                hunting.waiting.retain(|(waiting, ..)| *waiting != leg);
                let Some(place) = hunting.legs.get(&leg) else { return };
                self.calls.with(id, |call| call.cancel_leg(now, *place, &mut self.wires));
            }
            Output::Connect(_, rung) => {
                (hunting.stage, hunting.rung) = (HelpStage::Connected, Some(rung));
                self.may_be_called_back(now, hunting);
                self.alarm(now, &hunting.now(id), &hunting.spoken);
            }
            Output::Announce => {
                hunting.stage = HelpStage::NotReached;
                self.calls.with(id, |call| call.no_help_reached(now, &mut self.wires));
                self.alarm(now, &hunting.now(id), &hunting.spoken);
            }
            Output::Wait => {
                hunting.stage = HelpStage::Trying;
                self.calls.with(id, |call| call.rings_after_all(now, &mut self.wires));
                self.alarm(now, &hunting.now(id), &hunting.spoken);
            }
        }
    }

    /// The first line was tried: who is to be told hears of the call.
    pub(super) fn under_way(&mut self, now: Instant, id: CallId) {
        let Some(hunting) = self.help.hunts.get(&id) else { return };
        let (help, spoken) = hunting.told(id);
        if help.stage == HelpStage::Trying {
            self.alarm(now, &help, &spoken);
        }
        self.ring_guards(now, &help, &spoken);
    }

    /// Nobody has said yet that he heard of this call: the phones of the house are told again.
    pub(crate) fn remind(&mut self, now: Instant, call: CallId) {
        let Some((help, spoken)) = self.help.find(call).filter(|_| !self.closing) else { return };
        self.alarm(now, &help, &spoken);
        self.ring_guards(now, &help, &spoken);
    }

    /// A fax machine is heard: if it calls for help, who is told must not wait for a voice.
    pub(crate) fn fax_heard(&mut self, now: Instant, leg: media::relay::LegId) {
        let Some(id) = self.calls.by_leg(leg) else { return };
        let Some(hunting) = self.help.hunts.get_mut(&id).filter(|one| one.by == CalledBy::Voice) else {
            return;
        };
        hunting.by = CalledBy::Fax;
        let (help, spoken) = hunting.told(id);
        self.alarm(now, &help, &spoken);
    }

    /// Lines that had just begun when a call for help wanted them may have a way by now.
    pub(crate) fn help_goes_on(&mut self, now: Instant) {
        let waits = self.help.hunts.iter().filter(|(_, hunting)| !hunting.waiting.is_empty());
        for id in waits.map(|(id, _)| *id).collect::<Vec<_>>() {
            self.pursue(now, id, None);
        }
    }

    /// Times of the hunts that are reached.
    pub(crate) fn help_due(&mut self, now: Instant) {
        let due = |hunting: &Hunting| hunting.next_deadline().is_some_and(|at| at <= now);
        let due: Vec<CallId> =
            self.help.hunts.iter().filter(|(_, hunting)| due(hunting)).map(|(id, _)| *id).collect();
        for id in due {
            if let Some(hunting) = self.help.hunts.get_mut(&id) {
                hunting.hunt.handle_timeout(now);
            }
            self.pursue(now, id, None);
        }
        self.help.callbacks.handle_timeout(now);
        self.guards_due(now);
        self.test_call_due(now);
    }

    /// Calls for help that are over: from now on the control centre may call back.
    pub(crate) fn help_over(&mut self, now: Instant) {
        let over = |id: &CallId| self.calls.get(*id).is_none_or(|call| call.stage == Stage::Over);
        let over: Vec<CallId> = self.help.hunts.keys().filter(|id| over(id)).copied().collect();
        for id in over {
            let Some(mut hunting) = self.help.hunts.remove(&id) else { continue };
            hunting.hunt.handle(now, Input::CallerGone);
            hunting.stage = match hunting.stage {
                HelpStage::Trying => HelpStage::GivenUp,
                HelpStage::Connected => HelpStage::Over,
                HelpStage::NotReached | HelpStage::Over | HelpStage::GivenUp => hunting.stage,
            };
            self.help.remember(hunting.told(id));
            self.edition += 1;
            self.may_be_called_back(now, &hunting);
        }
    }

    /// From the answer on, should the box fail in the middle of the call, and anew from its end.
    fn may_be_called_back(&mut self, now: Instant, hunting: &Hunting) {
        let Some(rung) = &hunting.rung else { return };
        let own = self.lines.line(&rung.line);
        let own = own.is_some_and(|line| matches!(line.kind, LineKind::Device(_)));
        let shown = Shown { line: own.then(|| rung.line.clone()), number: rung.number.clone() };
        self.help.callbacks.opened(now, hunting.device.clone(), shown, Window::default());
    }
}
