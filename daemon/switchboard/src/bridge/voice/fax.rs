//! Fax machines that talk through voice, as those do that know no T.38.

use media::relay::{Command, Ear, LegPlan};

use super::Voice;
use crate::wires::Wires;

impl Voice {
    /// Listens for machines on both sides of a conversation that begins. Only with the outside: between desks nothing is late
    /// or lost.
    pub(super) fn listen_for_fax(&self, wires: &mut Wires) {
        let sides = [&self.caller, &self.callee];
        if sides.iter().any(|leg| leg.seat.is_watched()) {
            for leg in sides {
                wires.relay(Command::Listen { leg: leg.lease.leg, to: Ear::FaxAtFirst });
            }
        }
    }

    /// A machine was heard: from now on both directions are made even, as long as they are voice.
    pub(crate) fn make_even(&self, wires: &mut Wires) {
        for leg in [&self.caller, &self.callee] {
            if leg.plan.as_ref().is_some_and(LegPlan::takes_voice) {
                wires.relay(Command::Even { leg: leg.lease.leg });
            }
        }
    }
}
