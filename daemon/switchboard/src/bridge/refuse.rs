//! Nobody picks up: a phone refuses, cannot be reached, or rings in vain.

use std::time::Instant;

use account::CallOutcome;
use sip::compose::Response;
use sip::message::Message;

use super::{Call, ForkState, Stage};
use crate::dialling::Failure;
use crate::refusal::warning;
use crate::wires::Wires;

/// What the display of a phone may say when no line led to a control centre.
const NO_HELP: &str = "no line: use a mobile phone, dial 112";

/// What the display of a phone may say when a caller waited in line for too long, or nobody was there any more.
const NOBODY_FREE: &str = "nobody was free in time";

impl Call {
    /// A phone's INVITE ended with this status of 300 or more; 408 stands for silence, 503 for unreachable.
    pub(crate) fn refuse(&mut self, now: Instant, place: usize, status: u16, wires: &mut Wires) {
        let status = self.as_line(place, status);
        if let Some(fork) = self.forks.get_mut(place) {
            fork.state = ForkState::Ended(status);
            fork.patience = None;
        }
        if self.is_handed_to(place) {
            return self.refused_there(now, status, wires);
        }
        // Which line is tried next for help, and when to give up, is not decided here.
        // Neither is what an agent's refusal means for a caller in line: somebody else's turn.
        if self.stage != Stage::Ringing
            || self.is_for_help()
            || self.waits()
            || self.tries_another_line(now, place, status, wires)
        {
            return;
        }
        if status >= 600 {
            self.cancel_forks(now, None, wires);
            self.go_on(now, self.verdict(), wires);
        } else {
            self.give_up_without_phones(now, wires);
        }
    }

    /// Remembers for the caller what a line says of its failure; the cause of the telephone network says most (RFC 6432).
    pub(crate) fn explain(&mut self, place: usize, status: u16, refusal: Option<&Message<'_>>) {
        let outside = self.forks.get(place).is_some_and(|fork| fork.owner.line().is_some());
        if !outside || status == 487 {
            return;
        }
        let q850 = refusal.and_then(|refusal| {
            let mut reasons = refusal.reasons();
            reasons.find(|reason| reason.protocol.eq_ignore_ascii_case("Q.850"))?.cause
        });
        self.turn.why = Some(Failure::of(status, q850).explanation());
    }

    /// No phone is left that could answer.
    pub(crate) fn give_up_without_phones(&mut self, now: Instant, wires: &mut Wires) {
        if self.stage == Stage::Ringing && !self.waits() && !self.still_rings() {
            self.go_on(now, self.verdict(), wires);
        }
    }

    /// It rang long enough.
    pub(super) fn nobody_answers(&mut self, now: Instant, wires: &mut Wires) {
        let status = if self.is_for_help() { 503 } else { 480 };
        if self.waits() {
            self.turn.why = Some(NOBODY_FREE);
        }
        self.cancel_forks(now, None, wires);
        self.go_on(now, status, wires);
    }

    /// Ends the call for the caller with this status.
    pub(super) fn refuse_caller(&mut self, now: Instant, status: u16, wires: &mut Wires) {
        self.drop_changes(now, wires);
        let request = self.asker.request.message();
        let bytes = Response::to(&request, &self.asker.flow, status)
            .to_tag(self.asker.peer.dialog.id().local_tag())
            .header("Server", &wires.agent);
        let why = if self.is_for_help() && status != 487 { Some(NO_HELP) } else { self.turn.why };
        let bytes = match why {
            Some(why) => bytes.header("Warning", warning(why)).build(),
            None => bytes.build(),
        };
        wires.tx.answer(now, self.asker.invite, status, bytes);
        self.over(now, outcome(status), status, wires);
    }

    /// One answer out of many (RFC 3261 16.7 step 6), said so that the caller's phone does not blame itself.
    fn verdict(&self) -> u16 {
        self.verdict_from(0)
    }

    /// The same of the forks from this one on.
    pub(super) fn verdict_from(&self, first: usize) -> u16 {
        let statuses = self.forks.iter().skip(first).filter_map(|fork| match fork.state {
            ForkState::Ended(status) => Some(status),
            ForkState::Open(_) | ForkState::Answered => None,
        });
        best_refusal(statuses)
    }

    /// Stops every phone that still rings.
    pub(super) fn cancel_forks(&mut self, now: Instant, reason: Option<&str>, wires: &mut Wires) {
        self.decline_held_back(now, wires);
        let reason = reason.map(|reason| ("Reason", reason));
        for fork in &self.forks {
            if let ForkState::Open(key) = fork.state {
                wires.tx.cancel(now, key, reason.as_slice());
            }
        }
    }
}

/// The refusal of several phones that says most.
pub(crate) fn best_refusal(statuses: impl Iterator<Item = u16>) -> u16 {
    statuses.map(for_caller).min_by_key(|status| rank(*status)).unwrap_or(480)
}

/// A phone that wants a password, moved, or did not answer is to the caller simply not there.
fn for_caller(status: u16) -> u16 {
    match status {
        300..=399 | 401 | 407 | 408 | 487 | 503 => 480,
        other => other,
    }
}

/// Lower is more worth telling.
fn rank(status: u16) -> (u8, u16) {
    let class = match status {
        600.. => 0,
        486 => 1,
        480 => 4,
        400..=499 => 2,
        _ => 3,
    };
    (class, status)
}

/// What a call that nobody answered is remembered as.
pub(crate) fn outcome(status: u16) -> CallOutcome {
    match status {
        486 | 600 => CallOutcome::Busy,
        408 | 480 | 603 => CallOutcome::Missed,
        487 => CallOutcome::Cancelled,
        _ => CallOutcome::Failed,
    }
}
