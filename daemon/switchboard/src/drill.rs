//! A drill: for some minutes the outside lines count as lost, so that an office sees what still works before the day it has to.
//!
//! ```text
//!   nobody talks outside, nobody calls for help ──> begin ──> calls out and in are refused as on that day ──> over: a report
//!                                                               '── somebody calls for help: over at once
//! ```
//!
//! Only the answer to "may this call use a line" changes. Lines stay registered, and calls for help never ask.

use std::time::{Duration, Instant};

use crate::switchboard::Switchboard;

/// Longest drill; an office that is not reached any longer loses more than it learns.
pub const LONGEST: Duration = Duration::from_secs(60 * 60);

/// Why a drill does not begin.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum DrillRefused {
    /// Somebody calls for help, or a control centre may call back.
    #[error("somebody calls for help, or a control centre may call back")]
    Help,
    /// Somebody talks to the outside.
    #[error("somebody telephones with the outside")]
    Outside,
    /// One is under way.
    #[error("a drill is under way")]
    UnderWay,
    /// There is nothing to cut.
    #[error("no outside line works, so there is nothing to cut")]
    NoLines,
}

/// A drill that is under way.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct DrillNow {
    /// Since then.
    pub began: Instant,
    /// Over by itself then.
    pub until: Instant,
}

/// How a drill ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DrillEnd {
    /// Its time was up.
    TimeUp,
    /// Somebody stopped it.
    Stopped,
    /// Somebody called for help.
    Help,
}

/// What worked while nothing led outside.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct DrillReport {
    /// When it was.
    pub drill: DrillNow,
    /// When it was over.
    pub ended: Instant,
    /// Why.
    pub how: DrillEnd,
    /// Calls in the house that began to ring, and calls that were answered.
    pub calls: u64,
    /// See `calls`.
    pub answered: u64,
    /// Registrations of phones that were made or refreshed.
    pub registrations: u64,
    /// Calls to the outside whose caller heard why they cannot be.
    pub refused_out: u64,
    /// Calls from outside that were turned away.
    pub turned_away: u64,
    /// Phones registered before and after.
    pub phones: (usize, usize),
    /// Lines that carried calls before and after.
    pub lines: (usize, usize),
}

/// The drill under way and the last one.
#[derive(Debug, Default)]
pub(crate) struct Drill {
    now: Option<UnderWay>,
    last: Option<DrillReport>,
}

#[derive(Debug)]
struct UnderWay {
    drill: DrillNow,
    /// As at the end, but for the totals, which are those of the beginning.
    report: DrillReport,
}

impl Drill {
    pub(crate) fn is_on(&self) -> bool {
        self.now.is_some()
    }

    pub(crate) fn now(&self) -> Option<DrillNow> {
        self.now.as_ref().map(|now| now.drill)
    }

    pub(crate) fn last(&self) -> Option<DrillReport> {
        self.last
    }

    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        self.now().map(|now| now.until)
    }

    /// A call to the outside was refused.
    pub(crate) fn refused_out(&mut self) {
        self.now.iter_mut().for_each(|now| now.report.refused_out += 1);
    }

    /// A call from the outside was turned away.
    pub(crate) fn turned_away(&mut self) {
        self.now.iter_mut().for_each(|now| now.report.turned_away += 1);
    }
}

impl Switchboard {
    /// Cuts the outside lines for everything but help, for at most [`LONGEST`].
    ///
    /// # Errors
    /// It is not the moment for a drill.
    pub fn begin_drill(&mut self, now: Instant, length: Duration) -> Result<DrillNow, DrillRefused> {
        if self.drill.is_on() {
            return Err(DrillRefused::UnderWay);
        }
        let awaited = self.help.callbacks.latest_stay().is_some_and(|stay| stay > now);
        if awaited || self.help.is_under_way() {
            return Err(DrillRefused::Help);
        }
        if self.calls.outside() > 0 {
            return Err(DrillRefused::Outside);
        }
        if self.lines_up() == 0 {
            return Err(DrillRefused::NoLines);
        }
        let drill = DrillNow { began: now, until: now + length.min(LONGEST) };
        let counts = self.counts();
        let report = DrillReport {
            drill,
            ended: now,
            how: DrillEnd::TimeUp,
            calls: counts.calls,
            answered: counts.answered,
            registrations: counts.registered,
            refused_out: 0,
            turned_away: 0,
            phones: (self.phones_there(), 0),
            lines: (self.lines_up(), 0),
        };
        self.drill.now = Some(UnderWay { drill, report });
        self.edition += 1;
        Ok(drill)
    }

    /// Ends the drill, if one is under way; its report is in the next picture.
    pub fn end_drill(&mut self, now: Instant, how: DrillEnd) {
        let Some(UnderWay { report: before, .. }) = self.drill.now.take() else { return };
        let counts = self.counts();
        self.drill.last = Some(DrillReport {
            ended: now,
            how,
            calls: counts.calls - before.calls,
            answered: counts.answered - before.answered,
            registrations: counts.registered - before.registrations,
            phones: (before.phones.0, self.phones_there()),
            lines: (before.lines.0, self.lines_up()),
            ..before
        });
        self.edition += 1;
    }

    pub(crate) fn drill_due(&mut self, now: Instant) {
        if self.drill.next_deadline().is_some_and(|at| at <= now) {
            self.end_drill(now, DrillEnd::TimeUp);
        }
    }

    fn lines_up(&self) -> usize {
        self.lines.all().filter(|line| self.lines.ready(&line.id).is_some()).count()
    }

    fn phones_there(&self) -> usize {
        self.present().len()
    }
}
