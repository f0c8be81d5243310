//! When the next packets of our own are due: one step of 20 ms for all of them.

use media::playback::STEP;
use std::time::Instant;

/// The next step, while there is somebody to take it for.
#[derive(Debug, Default)]
pub(super) struct Beat(Option<Instant>);

impl Beat {
    /// There is somebody now.
    pub(super) fn begin(&mut self, now: Instant) {
        self.0.get_or_insert(now);
    }

    /// There is nobody any more.
    pub(super) fn end(&mut self) {
        self.0 = None;
    }

    pub(super) fn next(&self) -> Option<Instant> {
        self.0
    }

    /// Whether the step is due; if so, the next one follows it. A step that was missed by far is not made up for.
    pub(super) fn is_due(&mut self, now: Instant) -> bool {
        let Some(step) = self.0.filter(|step| *step <= now) else { return false };
        let following = step + STEP;
        self.0 = Some(if following + 5 * STEP < now { now + STEP } else { following });
        true
    }
}
