//! A sound of our own to the peer, in place of its partner's voice.

use super::{Leg, Stream};
use media::playback::{Playback, Sound};
use media::relay::Flow;
use std::time::Instant;

/// What became of one step of a sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// There is no sound.
    Still,
    Sounding,
    Over,
}

impl Leg {
    /// Begins a sound, in place of one that is being played. Says whether the peer can hear it.
    pub(crate) fn play(&mut self, sound: Sound, seed: u64) -> bool {
        let codec = self.plan.as_ref().and_then(|plan| plan.sounds);
        self.playing = codec.map(|codec| Box::new(Playback::new(sound, codec, seed)));
        self.playing.is_some()
    }

    /// Lets the partner's voice pass again.
    pub(crate) fn hush(&mut self) {
        self.playing = None;
    }

    /// Sends the next packet of the sound. A peer on hold misses it, as it would the voice.
    pub(crate) fn play_on(&mut self, buffer: &mut [u8], now: Instant) -> Step {
        let Some(playback) = &mut self.playing else { return Step::Still };
        let Some(length) = playback.next(buffer) else {
            self.playing = None;
            return Step::Over;
        };
        let hears = self.plan.as_ref().is_some_and(|plan| plan.receives == Flow::Open);
        if hears {
            self.put_out(Stream::Voice, buffer, length, now);
        }
        Step::Sounding
    }
}
