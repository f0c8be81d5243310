//! What is different about a call for help: it rings until somebody answers, and its legs are started and given up by the
//! hunt alone.

use std::time::Instant;

use super::{Call, ForkState};
use crate::wires::Wires;

impl Call {
    /// It calls for help: it rings until somebody answers, or until this long after.
    pub(crate) fn is_for_help(&mut self, until: Instant) {
        (self.for_help, self.turn.until) = (true, until);
    }

    /// Gives one leg up.
    pub(crate) fn cancel_leg(&mut self, now: Instant, place: usize, wires: &mut Wires) {
        if let Some(ForkState::Open(key)) = self.forks.get(place).map(|fork| fork.state) {
            wires.tx.cancel(now, key, &[]);
        }
    }
}
