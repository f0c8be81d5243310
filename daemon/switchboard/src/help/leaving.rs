//! A call for help leaves the house over one line.

use std::time::Instant;

use emergency::hunt::Input;
use emergency::{Dress, LegId, Rung};
use media::sdp::Security;
use sip::compose::sip_uri;
use sip::message::Message;

use super::hunting::Hunting;
use crate::bridge::{CallId, Carries, Outbound, Owner, Ring};
use crate::lines::{Bound, Found, Line};
use crate::switchboard::Switchboard;

/// Stations that a call for help may pass (RFC 3261 8.1.1.6).
const HOPS: u8 = 70;

impl Switchboard {
    /// The provider asks for the password; a line that has none is given up.
    pub(super) fn prove_line(
        &mut self,
        now: Instant,
        id: CallId,
        hunting: &mut Hunting,
        (leg, answer): (LegId, Option<&Message<'_>>),
    ) {
        let wires = &mut self.wires;
        let asked = answer.zip(hunting.legs.get(&leg));
        let sent = asked
            .and_then(|(answer, place)| self.calls.with(id, |call| call.prove(now, *place, answer, wires)));
        if sent != Some(true) {
            hunting.hunt.handle(now, Input::Refused(leg, 403));
        }
    }

    /// Sends it over this line, or as soon as a line that has just begun has a way: the hunt does not wait long.
    pub(super) fn try_line(
        &mut self,
        now: Instant,
        id: CallId,
        hunting: &mut Hunting,
        (leg, rung, dress): (LegId, Rung, Dress),
    ) {
        let bound = match self.lines.for_help(now, &rung.line, &self.wires) {
            Found::Way(bound) => Some(bound),
            Found::Soon => return hunting.waiting.push((leg, rung, dress)),
            Found::Nowhere => None,
        };
        let ring = bound.and_then(|bound| self.over_line(now, (&rung, &bound, dress), hunting));
        let Some(ring) = ring else { return hunting.hunt.handle(now, Input::Missing(leg)) };
        self.make_room_on(now, &rung.line);
        hunting.rung = Some(rung);
        let wires = &mut self.wires;
        match self.calls.reseat(id, |call| call.ring_one(now, ring, HOPS, wires)).flatten() {
            Some(sent) => drop(hunting.legs.insert(leg, sent)),
            None => hunting.hunt.handle(now, Input::Missing(leg)),
        }
    }

    /// How a call leaves over this line now; nothing when it cannot, or must not yet.
    fn over_line(
        &self,
        now: Instant,
        (rung, bound, dress): (&Rung, &Bound, Dress),
        hunting: &Hunting,
    ) -> Option<Ring> {
        let line = self.lines.line(&rung.line)?;
        let told = self.told(now, (line, bound), (rung, dress), &hunting.stands);
        let ring = self.along(line, (rung, bound), (hunting.service.number(), Carries::Help(told)))?;
        hunting.leaves.allows(ring.flow.peer.ip()).then_some(ring)
    }

    /// How this line is asked for `called`: its own way, under the number that calls back reach.
    pub(super) fn along(
        &self,
        line: &Line,
        (rung, bound): (&Rung, &Bound),
        (called, carries): (&str, Carries),
    ) -> Option<Ring> {
        let flow = self.lines.ways_of(&line.id, bound.flow).into_iter().nth(usize::from(rung.way))?;
        let number = rung.number.as_ref().or_else(|| line.presents.first());
        let identity = number.map(|number| sip_uri(&line.shows(number, self.outgoing.country), &line.domain));
        let outbound = Outbound { identity, ..Outbound::of(line, bound, carries) };
        let called = sip_uri(called, &line.domain);
        let ring = Ring::at(Owner::Line(line.id.clone()), called, (flow, Security::Off));
        Some(Ring { outbound: Some(Box::new(outbound)), ..ring })
    }
}
