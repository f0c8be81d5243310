//! Whether one more ordinary call fits, asked before it begins: those that there are shall not suffer from it.
//!
//! Calls for help, and those of control centres that call back, never come here; for them others make way (`help/room.rs`).

use crate::bridge::voice::Voice;
use crate::dialling::Barred;
use crate::refusal::Refused;
use crate::route::RouteRefused;
use crate::switchboard::Switchboard;
use media::sdp::Security;

/// What there is no room in for one more ordinary call.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Shortage {
    /// The box itself: its relay has all it can do.
    Box,
    /// The way to the internet; calls in the house go on.
    Uplink,
}

impl Switchboard {
    /// Two legs for an ordinary call whose caller's voice travels like this.
    pub(crate) fn room_for_voice(&mut self, caller: Security) -> Result<Voice, Refused> {
        if self.wires.strained {
            return Err(Refused::Strained);
        }
        Voice::open(caller, &mut self.wires).ok_or(Refused::NoPorts)
    }

    /// Whether the way to the internet carries one more call.
    pub(crate) fn room_outside(&self) -> Result<(), Refused> {
        if self.uplink_is_full() {
            Err(Refused::Route(RouteRefused::Barred(Barred::UplinkFull)))
        } else {
            Ok(())
        }
    }

    /// What the next ordinary call would not fit into.
    pub(crate) fn shortage(&self) -> Option<Shortage> {
        let full = || self.uplink_is_full().then_some(Shortage::Uplink);
        if self.wires.strained { Some(Shortage::Box) } else { full() }
    }

    fn uplink_is_full(&self) -> bool {
        self.outgoing.uplink.is_some_and(|most| self.calls.outside() >= usize::from(most))
    }
}
