//! Calls on lines whose way out breaks: they end within three seconds, and nobody else notices anything.
//!
//! ```text
//!   leg silent for 1.5 s ──> is anybody there? ── no answer in 1.2 s ──> the call ends, both are told
//!                                              └─ an answer ──> somebody is only quiet; the call goes on
//! ```
//!
//! A provider's signalling and its voice may come from different places. Only when both are gone is a call over.

use std::time::{Duration, Instant, SystemTime};

use media::relay::LegId;
use sip::flow::Flow;

use crate::bridge::{CallId, Cause};
use crate::lines::News;
use crate::switchboard::Switchboard;

/// Who was silent for longer was asked about before.
const NEW: Duration = Duration::from_secs(3);

impl Switchboard {
    /// Nothing comes from a leg of this call; if a line is there, its provider is asked whether it still hears us.
    pub(crate) fn line_silent(&mut self, now: Instant, id: CallId, leg: LegId, since: Duration) {
        let flow = self.calls.with(id, |call| call.line_behind(leg)).flatten();
        let Some(flow) = flow else { return };
        if !self.lines.has_way(flow) {
            self.calls.with(id, |call| call.cut(now, Cause::LineLost, &mut self.wires));
        } else if since < NEW {
            self.lines.hurry(now, flow, &mut self.wires);
        }
    }

    /// Asks every provider now how long it takes to answer; [`LineNow::round_trip`](crate::lines::LineNow) tells it.
    pub fn measure_lines(&mut self, now: Instant) {
        self.lines.measure(now, &mut self.wires);
        self.settle(now);
    }

    /// The server at the other end of this way has shown a certificate that counts until then.
    pub fn line_shows(&mut self, flow: Flow, until: SystemTime) {
        self.lines.shows(flow, until);
    }

    /// No line goes this way any more: it is given up once nobody talks over it.
    fn leave(&mut self, flow: Flow) {
        let mut calls = self.calls.ids().into_iter();
        let used = calls.any(|id| self.calls.with(id, |call| call.is_over(flow)) == Some(true));
        if !used {
            self.lines.let_go(flow, &mut self.wires);
        }
    }

    /// What became of the lines, for the calls on them.
    pub(crate) fn tell_calls(&mut self, now: Instant) {
        for flow in std::mem::take(&mut self.wires.doubted) {
            self.lines.hurry(now, flow, &mut self.wires);
        }
        for news in self.lines.take_news() {
            self.edition += 1;
            if let News::Left(flow) = news {
                self.leave(flow);
                continue;
            }
            for id in self.calls.ids() {
                let wires = &mut self.wires;
                self.calls.with(id, |call| call.hear_of_line(now, &news, wires));
            }
        }
    }
}
