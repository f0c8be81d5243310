//! Somebody tries the line that his call for help would take: the same place, the same line, the same number shown, but a number of
//! the house's own is called in place of 110 or 112. Whoever answers there sees what a control centre would see.
//!
//! To everything else it is an ordinary call out of the house: the rules of the house apply to it, nobody makes way for it, nobody
//! is alarmed or may call back because of it.

use std::sync::Arc;
use std::time::Instant;

use account::DeviceId;
use emergency::{Call as Asking, Caller, Passage, Rung, Started, Verdict, gate};
use sip::view::Uri;

use crate::bridge::{CallId, Carries, Ring, Shown};
use crate::dialling::{Called, Outside};
use crate::lines::Line;
use crate::route::{self, Route, RouteRefused};
use crate::switchboard::Switchboard;

impl Switchboard {
    /// Where the house's code for it leads; nothing when this is another call. The phone shows what a call for help would take.
    pub(crate) fn dry_run(
        &mut self,
        now: Instant,
        uri: &Uri<'_>,
        device: &DeviceId,
    ) -> Option<Result<Route, RouteRefused>> {
        let ready = Arc::clone(&self.help.ready);
        let asking = Asking {
            target: &super::target(uri),
            caller: Caller::Proven(device.clone()),
            started: Started::ByHand,
        };
        let Verdict::DryRun(to, passage) = gate(&asking, &[], &ready) else { return None };
        let text = format!("{} Angerufen wird {to}.", self.outcome(now, passage));
        self.show(now, device, &text);
        if self.drill.is_on() || self.working(passage).next().is_none() {
            return Some(Err(RouteRefused::LinesDown));
        }
        if !self.working(passage).any(|(_, line)| self.has_room(line)) {
            return Some(Err(RouteRefused::LinesBusy));
        }
        Some(route::as_help(&self.ask(now, to.as_str(), route::Caller::Phone(device)), to))
    }

    /// The lines that a call for help would try, in the same order, each asked for this number. A line that has no room is left out.
    pub(crate) fn lines_as_for_help(&self, id: CallId, outside: &Outside) -> Vec<Ring> {
        let device = self.calls.get(id).and_then(|call| call.asker.owner.phone().cloned());
        let (Some(device), Called::Number(number)) = (device, &outside.called) else { return Vec::new() };
        let passage = self.help.ready.passage(&Caller::Proven(device));
        let free = self.working(passage).filter(|(_, line)| self.has_room(line));
        free.filter_map(|(rung, line)| {
            let (_, bound) = self.lines.ready(&line.id)?;
            let called = line.calls(number, self.outgoing.country);
            self.along(line, (rung, bound), (&called, Carries::Usual(Shown::Number)))
        })
        .collect()
    }

    fn working<'a>(&'a self, passage: &'a Passage) -> impl Iterator<Item = (&'a Rung, &'a Line)> {
        passage.ladder.iter().filter_map(|rung| Some((rung, self.lines.ready(&rung.line)?.0)))
    }
}
