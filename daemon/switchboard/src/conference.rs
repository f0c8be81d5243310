//! Three in one conversation, mixed by the relay (what RFC 4579 calls a focus, in the smallest form that every phone can ask for).
//!
//! ```text
//!   before:  A ── call ── B, on hold        A presses *3 in the call with C
//!            A ── call ── C
//!   after:   B ─┐                            A's phone keeps both calls, and B is taken back by the box;
//!            A ─┼─ relay                     each of the three hears the two others
//!            C ─┘
//! ```
//!
//! A phone with both on hold may dial *3 instead: it takes the place of its later call then, and is told that it talks with a focus.
//!
//! Whoever hangs up leaves two who go on: B's going leaves A's call with C; when A or C goes, B takes the empty seat. A who takes B back on the
//! phone, or puts C on hold, has two calls again. Nobody comes to a call for help, and none is ever part of this.

use std::time::Instant;

use account::DeviceId;
use media::mixing::ROOMS;
use media::relay::Command;
use sip::flow::Flow;
use sip::message::Message;
use sip::transaction::ServerKey;

use crate::bridge::{Call, CallId, Calls, Side, Stage};
use crate::gate::Proven;
use crate::refusal::Refused;
use crate::route::{self, RouteRefused};
use crate::switchboard::Switchboard;

/// What is dialled, or pressed during a call.
pub(crate) const CODE: &str = "*3";

/// A conversation of three.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room {
    /// The call in which it was asked for, and the side of who did.
    talks: (CallId, Side),
    /// His call that was on hold.
    held: (CallId, Side),
}

impl Switchboard {
    /// Brings together whom somebody wants to hear at once, and ends what has come apart.
    pub(crate) fn confer(&mut self, now: Instant) {
        self.awaited.retain(|wish| {
            let changes = |call: &Call| call.may_transfer() == Err(Refused::Pending);
            self.calls.get(wish.0).is_some_and(changes) || {
                self.wires.conferring.push(*wish);
                false
            }
        });
        for wish in std::mem::take(&mut self.wires.conferring) {
            if self.rooms.len() < ROOMS && self.begin_to_confer(now, wish).is_some() {
                self.edition += 1;
            }
        }
        let apart: Vec<Room> = self.rooms.extract_if(.., |room| !holds_together(&self.calls, room)).collect();
        for room in apart {
            self.edition += 1;
            for (id, _) in [room.talks, room.held] {
                self.calls.with(id, |call| call.ends_to_confer(now, &mut self.wires));
            }
        }
        self.take_back_again(now);
    }

    /// Who was taken back and asks anew, as phones do to show that they are there, hears from the other phone that it is on hold: the
    /// box takes it back once more.
    fn take_back_again(&mut self, now: Instant) {
        for room in &self.rooms {
            let (id, side) = (room.held.0, room.held.1.other());
            let waits = |call: &Call| {
                let kept = call.voice.as_ref().is_some_and(|voice| voice.is_kept_waiting(side));
                kept && call.may_transfer().is_ok()
            };
            if self.calls.get(id).is_some_and(waits) {
                self.calls.with(id, |call| call.takes_back(now, side, &mut self.wires));
            }
        }
    }

    fn begin_to_confer(&mut self, now: Instant, talks: (CallId, Side)) -> Option<()> {
        let ready = |call: &&Call| call.may_confer() && !self.help.is_about(call.id);
        let call = self.calls.get(talks.0).filter(ready)?;
        let phone = call.phone_at(talks.1)?;
        let voice = call.voice.as_ref().filter(|voice| voice.both_talk())?;
        let [host, far] = [talks.1, talks.1.other()].map(|side| voice.leg_of(side));
        let held = self.on_hold(phone).find(|(other, _)| *other != talks.0)?;
        let wires = &mut self.wires;
        self.calls.with(talks.0, |call| call.voice.iter_mut().for_each(|voice| voice.begin_to_confer(wires)));
        let waits = held.1.other();
        let third = self.calls.with(held.0, |call| {
            let voice = call.voice.as_mut()?;
            voice.begin_to_confer(wires);
            let third = voice.leg_of(waits);
            call.takes_back(now, waits, wires);
            Some(third)
        });
        self.wires.relay(Command::Confer { legs: [host, far, third.flatten()?] });
        self.rooms.push(Room { talks, held });
        Some(())
    }

    /// Calls that this phone has on hold and that a third one may come to, the latest first.
    fn on_hold(&self, phone: (&DeviceId, Flow)) -> impl Iterator<Item = (CallId, Side)> + use<> {
        let side = |call: &Call| {
            let holds = |side: &Side| call.voice.as_ref().is_some_and(|voice| voice.holds(*side));
            let is_its = |side: &Side| call.phone_at(*side) == Some(phone);
            [Side::Caller, Side::Callee].into_iter().find(|side| is_its(side) && holds(side))
        };
        let fit = self.calls.alive().filter(|call| call.may_confer() && !self.help.is_about(call.id));
        let mut held: Vec<_> =
            fit.filter_map(|call| Some((call.answered?, (call.id, side(call)?)))).collect();
        held.sort_unstable_by_key(|(at, (id, _))| std::cmp::Reverse((*at, *id)));
        held.into_iter().map(|(_, call)| call)
    }

    /// A phone dials for it: it takes the place of its call that it had on hold last, and then both others hear it.
    pub(crate) fn come_together(
        &mut self,
        now: Instant,
        (flow, key): (Flow, ServerKey),
        request: &Message<'_>,
        proven: &Proven,
    ) -> Result<(), Refused> {
        let mut held = self.on_hold((&proven.device, flow));
        let (Some(talks), Some(_)) = (held.next(), held.next()) else {
            return Err(Refused::Route(RouteRefused::NotFound));
        };
        let party = self.comes(flow, request, proven)?;
        self.take_seat(now, talks, (key, request), party)?;
        self.awaited.push(talks);
        Ok(())
    }

    /// One side of a call has hung up. If that leaves two of three who were not in one call, they are now; says whether.
    pub(crate) fn leaves_two(&mut self, now: Instant, id: CallId, by: Side) -> bool {
        let Some(place) = self.rooms.iter().position(|room| room.talks.0 == id) else { return false };
        // Who has handed it on and hangs up trusts that it will be taken.
        if self.calls.get(id).is_none_or(|call| call.transfer.is_some()) {
            return false;
        }
        let room = self.rooms.swap_remove(place);
        let wires = &mut self.wires;
        let party =
            self.calls.reseat(room.held.0, |call| call.let_go(now, (room.held.1, None), wires)).flatten();
        let Some(party) = party else {
            self.calls.with(id, |call| call.ends_to_confer(now, wires));
            return false;
        };
        self.calls.reseat(id, |call| call.seat_after(now, by, party, wires));
        true
    }
}

/// Whether an INVITE outside any call is for this.
pub(crate) fn is_asked_for(request: &Message<'_>) -> bool {
    request.to_tag().is_none() && request.uri().is_some_and(|uri| route::dialled(&uri) == CODE)
}

/// Whether it is still what it was when it began: he talks in one call, and has the other on hold.
fn holds_together(calls: &Calls, room: &Room) -> bool {
    let voice = |(id, _): (CallId, Side)| {
        let call = calls.get(id).filter(|call| matches!(call.stage, Stage::Talking(_)))?;
        call.voice.as_ref().filter(|voice| voice.confers())
    };
    let (Some(talks), Some(held)) = (voice(room.talks), voice(room.held)) else { return false };
    talks.both_talk() && held.holds(room.held.1)
}
