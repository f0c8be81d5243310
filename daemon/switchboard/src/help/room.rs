//! No bandwidth, no channel or no voice port is left for somebody who calls for help: an ordinary call out of the house, or into
//! it, makes way. Calls between desks stay.

use std::time::Instant;

use account::LineId;
use emergency::{Running, make_room};

use super::SECURITY;
use crate::bridge::voice::Voice;
use crate::bridge::{Call, CallId, Owner};
use crate::switchboard::Switchboard;

impl Switchboard {
    /// Where the internet connection carries no more calls.
    pub(super) fn make_room_outside(&mut self, now: Instant) {
        if self.outgoing.uplink.is_some_and(|most| self.calls.outside() > usize::from(most)) {
            self.end_youngest(now, |_| true);
        }
    }

    /// Where this line carries no more calls.
    pub(super) fn make_room_on(&mut self, now: Instant, line: &LineId) {
        let limit = self.lines.line(line).and_then(|line| line.limit);
        let calls = || self.calls.count(&Owner::Line(line.clone()));
        if limit.is_some_and(|limit| calls() >= usize::from(limit)) {
            self.end_youngest(now, |call| call.is_on(line));
        }
    }

    /// Two legs for a call for help; when not even those that are kept back are left, another call's.
    pub(super) fn voice_for_help(&mut self, now: Instant) -> Option<Voice> {
        Voice::open_for_help(SECURITY, &mut self.wires).or_else(|| {
            let id = self.youngest(|_| true)?;
            let wires = &mut self.wires;
            let voice = self.calls.with(id, |call| call.yield_voice(now, wires)).flatten()?;
            Some(voice.yielded(SECURITY, wires))
        })
    }

    fn end_youngest(&mut self, now: Instant, fit: impl Fn(&Call) -> bool) {
        if let Some(id) = self.youngest(fit) {
            self.calls.with(id, |call| call.make_way(now, &mut self.wires));
        }
    }

    fn youngest(&self, fit: impl Fn(&Call) -> bool) -> Option<CallId> {
        let running = self.calls.alive().filter(|call| fit(call));
        let running =
            running.map(|call| Running { call: call.id, holding: call.holding(), since: call.started });
        make_room(&running.collect::<Vec<_>>())
    }
}
