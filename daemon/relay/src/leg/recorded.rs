//! A leg that is recorded: what its peer says, and what it hears.

use super::Leg;
use super::heard::Heard;
use crate::writer::State;
use media::mixing::Mouth;
use media::playback::STEP;
use media::recording::{Lull, Moment};
use media::relay::LegPlan;
use media::rtp::Packet;
use std::sync::Arc;
use std::time::Duration;

/// All that a recording needs, taken when it begins.
#[derive(Debug)]
pub(super) struct Recorded {
    recording: u32,
    theirs: Mouth,
    ours: Mouth,
    /// Moments for which there was no place.
    missed: u32,
    lull: Lull,
    state: Arc<State>,
}

/// What happens at a leg that is recorded in 20 ms.
pub(crate) struct Noted {
    pub(crate) recording: u32,
    pub(crate) moment: Moment,
    /// The peer has just been quiet for [`media::recording::QUIET`].
    pub(crate) fell_quiet: bool,
    pub(crate) state: Arc<State>,
}

/// A recording that has ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) recording: u32,
    /// How much of it found no place.
    pub(crate) missing: Duration,
    pub(crate) state: Arc<State>,
}

impl Recorded {
    /// Keeps a packet that goes to the peer.
    pub(super) fn sent(&mut self, datagram: Option<&[u8]>, plan: &LegPlan) {
        let packet = datagram.and_then(|datagram| Packet::parse(datagram).ok());
        if let Some((packet, coding)) =
            packet.and_then(|packet| Some((packet, plan.coding(packet.payload_type)?)))
        {
            self.ours.hear(&packet, coding);
        }
    }
}

impl Leg {
    pub(crate) fn record(&mut self, recording: u32, state: Arc<State>) {
        let (theirs, ours) = (Mouth::default(), Mouth::default());
        let lull = Lull::default();
        self.recorded = Some(Box::new(Recorded { recording, theirs, ours, missed: 0, lull, state }));
    }

    pub(crate) fn is_recorded(&self) -> bool {
        self.recorded.is_some()
    }

    /// Keeps what the peer says.
    pub(super) fn noted(&mut self, heard: &Heard<'_>) {
        let (Some(recorded), Heard::Voice(packet)) = (self.recorded.as_deref_mut(), heard) else { return };
        let coding = self.plan.as_ref().and_then(|plan| plan.coding(packet.payload_type));
        coding.into_iter().for_each(|coding| recorded.theirs.hear(packet, coding));
    }

    /// The next 20 ms of both.
    pub(crate) fn moment(&mut self) -> Option<Noted> {
        let recorded = self.recorded.as_deref_mut()?;
        let moment = [recorded.theirs.say(), recorded.ours.say()];
        let [theirs, _] = &moment;
        let fell_quiet = recorded.lull.hear(theirs);
        let state = Arc::clone(&recorded.state);
        Some(Noted { recording: recorded.recording, moment, fell_quiet, state })
    }

    /// There was no place for that.
    pub(crate) fn missed_a_moment(&mut self) {
        self.recorded.iter_mut().for_each(|recorded| recorded.missed = recorded.missed.saturating_add(1));
    }

    /// The recording ends, if there is one.
    pub(crate) fn end_recording(&mut self) -> Option<Ended> {
        let Recorded { recording, missed, state, .. } = *self.recorded.take()?;
        Some(Ended { recording, missing: STEP * missed, state })
    }
}
