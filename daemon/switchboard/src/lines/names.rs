//! Where the names of providers lead: found before a line asks there, and followed when their time is over.
//!
//! ```text
//!   a record runs out ──> the resolver is asked; calls and registrations go on meanwhile
//!                           ├─ leads where it led ──> nothing
//!                           ├─ leads elsewhere ──> the line registers there; its calls stay where they are until they end
//!                           └─ no answer ──> what was known goes on, and the page says since when
//! ```

use std::time::{Duration, Instant};

use account::LineId;
use sip::flow::{Flow, Transport};
use sip::locate::{Hop, Located, Recalled, Standing};

use super::Lines;
use super::registration::Told;
use crate::io::Output;
use crate::wires::Wires;

/// However short a record claims to hold, it is not asked for more often.
const LEAST: Duration = Duration::from_secs(10);
/// A name whose address changes with every answer shares out load, and means no move: lines follow no more often than this.
const SETTLED: Duration = Duration::from_secs(600);

impl Lines {
    /// Looks for the servers; `None` while the resolver has to be asked.
    pub(super) fn find(&mut self, now: Instant, id: &LineId, wires: &mut Wires) -> Option<Told> {
        let mut hops = self.locate(now, id, wires)?;
        // Where it is registered until now comes last: a name that leads to nobody must not take a working line down.
        let home = self.home(id).filter(|home| !hops.contains(home));
        hops.extend(home);
        Some(if hops.is_empty() { Told::Nowhere } else { Told::Hops(hops) })
    }

    /// What was known before the box started. All of it is asked at once, so that lines that have to do without an answer know it
    /// soon.
    pub(crate) fn recall(&mut self, now: Instant, all: Vec<Recalled>, wires: &mut Wires) {
        for known in all {
            let question = known.question.clone();
            self.locator.recall(now, known);
            if self.asked.insert(question.clone()) {
                wires.push(Output::Ask(question));
            }
        }
    }

    /// When the first record runs out.
    pub(super) fn next_look(&self) -> Option<Instant> {
        self.look_at
    }

    /// Looks at every name anew whose time is over, and at what the resolver has just said.
    pub(super) fn look_again(&mut self, now: Instant, wires: &mut Wires) {
        self.look_at = None;
        let up = self.entries.iter().filter(|(_, entry)| entry.registration.health().is_up());
        for id in up.map(|(id, _)| id.clone()).collect::<Vec<_>>() {
            self.follow(now, &id, wires);
        }
    }

    /// A line is registered: its names are looked at again when their time is over.
    pub(super) fn plan_look(&mut self, now: Instant, id: &LineId) {
        let until = self.entries.get(id).and_then(|entry| entry.standing.until);
        let at = until.map(|until| until.max(now + LEAST));
        self.look_at = self.look_at.into_iter().chain(at).min();
    }

    /// Nobody talks over a way any more that no line uses.
    pub(crate) fn let_go(&mut self, flow: Flow, wires: &mut Wires) {
        self.ways.forget(flow);
        wires.seen.remove(&flow);
        self.entries
            .values_mut()
            .filter(|entry| entry.left == Some(flow))
            .for_each(|entry| entry.left = None);
        if flow.transport.reliable() {
            wires.push(Output::Leave(flow));
        }
    }

    /// Where a line is registered.
    pub(super) fn home(&self, id: &LineId) -> Option<Hop> {
        let entry = self.entries.get(id).filter(|entry| entry.registration.health().is_up())?;
        self.ways.hop_of(entry.bound.as_ref()?.flow).cloned()
    }

    /// A line that is up goes where its names lead.
    fn follow(&mut self, now: Instant, id: &LineId, wires: &mut Wires) {
        let found = self.locate(now, id, wires).unwrap_or_default();
        self.plan_look(now, id);
        let moves = self.home(id).is_some_and(|home| !found.is_empty() && !found.contains(&home));
        let settled = |at: Instant| now.saturating_duration_since(at) >= SETTLED;
        let Some(entry) =
            self.entries.get_mut(id).filter(|entry| moves && entry.followed.is_none_or(settled))
        else {
            return;
        };
        (entry.follows, entry.followed) = (true, Some(now));
        let turn = self.take_turn(now);
        self.tell(now, id, Told::Elsewhere(turn), wires);
    }

    /// Where the servers of a line are, as far as is known; `None` while nothing is and the resolver has to be asked.
    fn locate(&mut self, now: Instant, id: &LineId, wires: &mut Wires) -> Option<Vec<Hop>> {
        let entry = self.entries.get_mut(id)?;
        let (mut hops, mut questions, mut standing) = (Vec::new(), Vec::new(), Standing::default());
        for server in &entry.line.servers {
            let (located, leans_on) = self.locator.look(now, server);
            standing = standing.and(leans_on);
            match located {
                Located::Hops(found) => hops.extend(found.into_iter().map(as_way)),
                Located::Ask(more) => questions.extend(more),
                Located::Nowhere => {}
            }
        }
        entry.standing = standing;
        if !hops.is_empty() {
            entry.servers.clone_from(&hops);
        }
        let nothing = hops.is_empty() && !questions.is_empty();
        for question in questions {
            if self.asked.insert(question.clone()) {
                wires.push(Output::Ask(question));
            }
        }
        (!nothing).then(|| self.locator.unhappy_last(now, hops))
    }
}

/// Datagrams to one address go one way, whatever name led there: no certificate has to prove it.
fn as_way(hop: Hop) -> Hop {
    if hop.transport == Transport::Udp { Hop { name: None, ..hop } } else { hop }
}
