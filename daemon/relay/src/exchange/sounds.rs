//! Which legs are being played to, all in one step of 20 ms.

use media::playback::STEP;
use media::relay::LegId;
use std::collections::VecDeque;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::time::Instant;

/// Sounds at once; each costs about as much as half a call.
const MOST: usize = 256;

/// The legs, in turn.
#[derive(Debug)]
pub(super) struct Sounds {
    legs: VecDeque<LegId>,
    next_step: Option<Instant>,
    random: RandomState,
    begun: u64,
}

impl Default for Sounds {
    fn default() -> Self {
        Self { legs: VecDeque::with_capacity(MOST), next_step: None, random: RandomState::new(), begun: 0 }
    }
}

impl Sounds {
    /// Adds a leg, unless it is there. Says whether there was room.
    pub(super) fn begin(&mut self, leg: LegId, now: Instant) -> bool {
        if self.legs.contains(&leg) {
            return true;
        }
        if self.legs.len() >= MOST {
            return false;
        }
        self.legs.push_back(leg);
        self.next_step.get_or_insert(now);
        true
    }

    /// Forgets a leg.
    pub(super) fn end(&mut self, leg: LegId) {
        self.legs.retain(|known| *known != leg);
    }

    /// Random numbers for a sound's stream.
    pub(super) fn seed(&mut self, leg: LegId) -> u64 {
        self.begun += 1;
        self.random.hash_one((leg, self.begun))
    }

    pub(super) fn next_step(&self) -> Option<Instant> {
        self.next_step
    }

    /// How many legs want their next packet now. A step that was missed by far is not made up for.
    pub(super) fn due(&mut self, now: Instant) -> usize {
        if self.legs.is_empty() {
            self.next_step = None;
        }
        let Some(step) = self.next_step.filter(|step| *step <= now) else { return 0 };
        let following = step + STEP;
        self.next_step = Some(if following + 5 * STEP < now { now + STEP } else { following });
        self.legs.len()
    }

    /// Takes the leg whose turn it is; [`Sounds::keep`] puts it back.
    pub(super) fn next(&mut self) -> Option<LegId> {
        self.legs.pop_front()
    }

    pub(super) fn keep(&mut self, leg: LegId) {
        self.legs.push_back(leg);
    }
}
