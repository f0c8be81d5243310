//! Keys on their way into the voice of one side.

use media::coding::Coding;
use media::dtmf::Press;
use media::relay::{Command, LegId, LegPlan};

use super::{Side, Voice};
use crate::wires::Wires;

impl Voice {
    /// Presses a key for this side, if its voice can carry it: as an event, or as a tone unless `otherwise` it is told better.
    pub(crate) fn press(&self, side: Side, press: Press, otherwise: bool, wires: &mut Wires) -> bool {
        let leg = self.there(side);
        let takes = |plan: &LegPlan| {
            let tone = matches!(plan.sounds, Some((_, Coding::G711(_))));
            plan.takes_voice() && (plan.events.is_some() || (tone && !otherwise))
        };
        let takes = leg.plan.as_ref().is_some_and(takes);
        if takes {
            wires.relay(Command::Press { leg: leg.lease.leg, press });
        }
        takes
    }

    /// Keys pressed at this leg come as events, as one does now. Whose leg it is.
    pub(crate) fn tells_of_keys(&mut self, leg: LegId) -> Option<Side> {
        let side =
            [Side::Caller, Side::Callee].into_iter().find(|side| self.there(*side).lease.leg == leg)?;
        self.leg(side).tells_of_keys = true;
        Some(side)
    }

    /// Whether keys pressed on this side came as events before.
    pub(crate) fn told_of_keys(&self, side: Side) -> bool {
        self.there(side).tells_of_keys
    }
}
