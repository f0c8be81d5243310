//! Who is put on hold hears music, made by the box (RFC 5359 2.3 has a server for it).

use media::relay::{Carries, Command, Flow, LegId, LegPlan};

use super::Voice;
use super::leg::Leg;
use crate::wires::Wires;

impl Voice {
    /// Begins and ends the music as both sides last agreed. Only a conversation can be put on hold: somebody who speaks alone
    /// before it began is an announcement.
    pub(super) fn play_on_hold(&mut self, wires: &mut Wires) {
        if self.confers {
            return;
        }
        let Self { caller, callee, .. } = &*self;
        let waits = [(caller, callee), (callee, caller)].into_iter().find_map(waiting);
        let (music, waits) = wires.hold_music.clone().zip(waits.filter(|_| self.talked)).unzip();
        if self.music == waits {
            return;
        }
        if let Some(leg) = self.music {
            wires.relay(Command::Hush { leg });
        }
        if let Some((leg, sound)) = waits.zip(music) {
            wires.relay(Command::Play { leg, sound });
        }
        self.music = waits;
    }
}

/// The first one's leg, if the other holds it: a phone of the house. What lines play belongs to them.
fn waiting((held, holder): (&Leg, &Leg)) -> Option<LegId> {
    let (listens, speaks) = (held.plan.as_ref()?, holder.plan.as_ref()?);
    let on_hold = flows(listens) == (Flow::Held, Flow::Open) && flows(speaks) == (Flow::Open, Flow::Held);
    let voice = listens.carries == Carries::Voice && !holder.seat.is_watched();
    (on_hold && voice).then_some(held.lease.leg)
}

/// Whether somebody speaks there, and whether he listens.
pub(super) fn flows(plan: &LegPlan) -> (Flow, Flow) {
    (plan.sends, plan.receives)
}
