//! A leg that is recorded: what its peer says, and what it hears.

use super::Leg;
use super::heard::Heard;
use media::mixing::Mouth;
use media::playback::STEP;
use media::recording::Moment;
use media::relay::{LegPlan, Recorded as How};
use media::rtp::Packet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// All that a recording needs, taken when it begins.
#[derive(Debug)]
pub(super) struct Recorded {
    recording: u32,
    theirs: Mouth,
    ours: Mouth,
    /// Moments for which there was no place.
    missed: u32,
    /// Whether the disk refused it.
    broken: Arc<AtomicBool>,
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
    pub(crate) fn record(&mut self, recording: u32, broken: Arc<AtomicBool>) {
        let (theirs, ours) = (Mouth::default(), Mouth::default());
        self.recorded = Some(Box::new(Recorded { recording, theirs, ours, missed: 0, broken }));
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

    /// The next 20 ms of both, and of which recording.
    pub(crate) fn moment(&mut self) -> Option<(u32, Moment)> {
        let recorded = self.recorded.as_deref_mut()?;
        Some((recorded.recording, [recorded.theirs.say(), recorded.ours.say()]))
    }

    /// There was no place for that.
    pub(crate) fn missed_a_moment(&mut self) {
        self.recorded.iter_mut().for_each(|recorded| recorded.missed = recorded.missed.saturating_add(1));
    }

    /// Which recording ends, and how it went.
    pub(crate) fn end_recording(&mut self) -> Option<(u32, How)> {
        let recorded = self.recorded.take()?;
        let how = match recorded.missed {
            _ if recorded.broken.load(Ordering::Relaxed) => How::Broken,
            0 => How::Whole,
            missed => How::WithGaps { missing: STEP * missed },
        };
        Some((recorded.recording, how))
    }
}
