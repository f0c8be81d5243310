//! What is looked at now and then, because no packet shall wait for it: figures, silence, strangers.

use super::{Counts, ForeignNotice, Leg, Safe, Silence};
use media::relay::{Carries, Event, Flow, LegPlan, LegStatistics};
use std::time::{Duration, Instant};

/// Between two [`Event::Foreign`] of a leg.
const FOREIGN_PAUSE: Duration = Duration::from_secs(1);

impl Leg {
    /// Shows the figures and tells what is to be told. `talking` says that both sides are known.
    pub(crate) fn sweep(&mut self, now: Instant, talking: bool, mut tell: impl FnMut(Event)) {
        self.row.show(&self.statistics());
        if let Some(browser) = &mut self.browser {
            browser.repeat(now);
        }
        if let Some(since) = self.silent(now) {
            tell(Event::Silent { leg: self.id, since });
        }
        if let Some(marks) = self.safe.as_deref_mut().and_then(Safe::numbered) {
            tell(Event::Numbered { leg: self.id, marks: Box::new(marks) });
        }
        let speaks = talking && self.plan.as_deref().is_some_and(LegPlan::speaks);
        if let Some(why) = self.hearing.judge(now, speaks, self.quality.tally().packets, &self.counts) {
            tell(Event::Unheard { leg: self.id, why });
        }
        let packets = self.counts.foreign;
        if packets > self.foreign.told && now.saturating_duration_since(self.foreign.at) >= FOREIGN_PAUSE {
            self.foreign = ForeignNotice { at: now, told: packets };
            tell(Event::Foreign { leg: self.id, packets });
        }
    }

    /// Closes the books.
    pub(crate) fn end(self) -> LegStatistics {
        self.row.end();
        self.statistics()
    }

    fn statistics(&self) -> LegStatistics {
        let tally = self.quality.tally();
        let Counts { rtcp, foreign, malformed, unsent } = self.counts;
        LegStatistics {
            packets: tally.packets,
            bytes: tally.bytes,
            lost: tally.lost,
            gaps: tally.gaps,
            duplicates: tally.duplicates,
            reordered: tally.reordered,
            restarts: tally.restarts,
            jitter: tally.jitter,
            rtcp,
            foreign,
            malformed,
            sent: self.sent,
            unsent,
            last_arrival: tally.last_arrival.map(|at| at.saturating_duration_since(self.born)),
            round_trip: self.round_trip.latest(),
            phone: self.phone,
        }
    }

    /// For how long nothing came, when another limit passed.
    fn silent(&mut self, now: Instant) -> Option<Duration> {
        if let Some(since) = self.quality.last_arrival().filter(|last| *last > self.silence.since) {
            self.silence = Silence { since, told: 0 };
        }
        let plan = self.plan.as_ref().filter(|_| self.partner.is_some() || self.is_seated())?;
        let limit = match plan.sends {
            // Between two pages a fax says nothing for long.
            Flow::Open if plan.carries == Carries::Voice => plan.silence.open,
            Flow::Open | Flow::Held => plan.silence.held,
        };
        let since = now.saturating_duration_since(self.silence.since);
        if limit.is_zero() || since < limit.saturating_mul(self.silence.told.saturating_add(1)) {
            return None;
        }
        self.silence.told = self.silence.told.saturating_add(1);
        Some(since)
    }
}
