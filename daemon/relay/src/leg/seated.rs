//! A leg in a room: what its peer says to the others, and what it hears of them.

use super::heard::Heard;
use super::{Leg, Stream};
use media::mixing::{Ear, Mouth, SEATS};
use media::playback::{SAMPLES, Samples, Stream as Voice};
use std::time::Instant;

/// All that a seat needs, taken when the leg sits down.
#[derive(Debug)]
pub(super) struct Seated {
    mouth: Mouth,
    ear: Ear,
    /// None until the peer hears something for the first time.
    stream: Option<Voice>,
    /// Random numbers for that.
    seed: u64,
}

impl Leg {
    /// Takes a seat in a room. What joined it to others has ended before.
    pub(crate) fn sit(&mut self, seed: u64, now: Instant) {
        self.set_partner(None, now);
        self.playout = None;
        let (mouth, ear) = (Mouth::default(), Ear::default());
        self.seated = Some(Box::new(Seated { mouth, ear, stream: None, seed }));
    }

    /// The room has ended.
    pub(crate) fn rise(&mut self) {
        self.seated = None;
    }

    pub(crate) fn is_seated(&self) -> bool {
        self.seated.is_some()
    }

    /// Keeps what the peer says for the room. Says whether it sits in one: nothing goes anywhere else then.
    pub(super) fn said(&mut self, heard: &Heard<'_>) -> bool {
        let (Some(seated), Heard::Voice(packet)) = (self.seated.as_deref_mut(), heard) else {
            return false;
        };
        let speaks = self.plan.as_ref().filter(|plan| plan.speaks());
        if let Some(coding) = speaks.and_then(|plan| plan.coding(packet.payload_type)) {
            seated.mouth.hear(packet, coding);
        }
        true
    }

    /// What the peer says in the next 20 ms.
    pub(crate) fn says(&mut self) -> Samples {
        self.seated.as_deref_mut().map_or([0; SAMPLES], |seated| seated.mouth.say())
    }

    /// Lets the peer, whose seat this is, hear the others. One on hold misses it.
    pub(crate) fn hears(&mut self, (said, own): (&[Samples; SEATS], usize), buffer: &mut [u8], now: Instant) {
        let codec = self.plan.as_ref().and_then(|plan| plan.sounds);
        let (Some(seated), Some(codec)) = (self.seated.as_deref_mut(), codec) else { return };
        let samples = seated.ear.hear(said, own);
        let seed = seated.seed;
        let stream = seated.stream.get_or_insert_with(|| Voice::new(codec, seed));
        stream.speak(codec);
        if let Some(length) = stream.write(&samples, buffer) {
            self.send(Stream::Voice, buffer, length, now);
        }
    }
}
