//! A real call for help for testing: two people arm it, the next call for help takes it.

use std::time::Instant;

use emergency::Commissioned;
use emergency::appointment::{ArmRefused, End, Stage, Wish};

use crate::switchboard::Switchboard;

/// Whether a call for help would leave for real, and how far people are who want one to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TestCallNow {
    /// The word of the configuration.
    pub commissioned: Commissioned,
    /// How far they are.
    pub stage: Option<Stage>,
    /// When and how the last one ended.
    pub ended: Option<(Instant, End)>,
}

impl Switchboard {
    /// Arms a test call, confirms or disarms it for `who`, who must be a person; what is so from now on.
    ///
    /// # Errors
    /// [`ArmRefused`] says why not.
    pub fn appoint(&mut self, now: Instant, wish: Wish, who: &str) -> Result<TestCallNow, ArmRefused> {
        let configured = self.help.ready.rules().commissioned;
        self.help.appointment.handle(now, wish, (who, configured))?;
        self.edition += 1;
        Ok(self.test_call())
    }

    /// How far a test call is.
    #[must_use]
    pub fn test_call(&self) -> TestCallNow {
        let appointment = &self.help.appointment;
        TestCallNow {
            commissioned: self.help.ready.rules().commissioned,
            stage: appointment.stage().cloned(),
            ended: appointment.ended(),
        }
    }

    /// Whether a call for help that began now would leave for real.
    pub(super) fn leaves(&self, now: Instant) -> Commissioned {
        self.help.appointment.commissioned(now, self.help.ready.rules().commissioned)
    }

    /// Whether the call for help that begins now does.
    pub(super) fn takes_test_call(&mut self, now: Instant) -> Commissioned {
        self.help.appointment.taken(now, self.help.ready.rules().commissioned)
    }

    /// Its time may be over.
    pub(super) fn test_call_due(&mut self, now: Instant) {
        self.edition += u64::from(self.help.appointment.handle_timeout(now));
    }
}
