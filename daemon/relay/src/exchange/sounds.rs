//! Which legs are being played to, and whose voice is made even, all in one step of 20 ms.

use super::Exchange;
use super::beat::Beat;
use crate::leg::Step;
use media::playback::Sound;
use media::relay::{Event, LegId, Played};
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
    beat: Beat,
    random: RandomState,
    begun: u64,
}

impl Default for Sounds {
    fn default() -> Self {
        Self {
            legs: VecDeque::with_capacity(MOST),
            beat: Beat::default(),
            random: RandomState::new(),
            begun: 0,
        }
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
        self.beat.begin(now);
        true
    }

    /// Random numbers for a sound's stream.
    pub(super) fn seed(&mut self, leg: LegId) -> u64 {
        self.begun += 1;
        self.random.hash_one((leg, self.begun))
    }

    pub(super) fn next_step(&self) -> Option<Instant> {
        self.beat.next()
    }

    /// How many legs want their next packet now.
    pub(super) fn due(&mut self, now: Instant) -> usize {
        if self.legs.is_empty() {
            self.beat.end();
        }
        if self.beat.is_due(now) { self.legs.len() } else { 0 }
    }

    /// Takes the leg whose turn it is; [`Sounds::keep`] puts it back.
    pub(super) fn next(&mut self) -> Option<LegId> {
        self.legs.pop_front()
    }

    pub(super) fn keep(&mut self, leg: LegId) {
        self.legs.push_back(leg);
    }
}

impl Exchange {
    /// Begins a sound.
    pub(super) fn play(&mut self, leg: LegId, sound: Sound, now: Instant) {
        let seed = self.sounds.seed(leg);
        let room = self.sounds.begin(leg, now);
        if !room || !self.table.find(leg).is_some_and(|found| found.play(sound, seed)) {
            self.outbox.tell(Event::Played { leg, how: Played::NotAtAll });
        }
    }

    /// Begins to make the voice of a leg's peer even.
    pub(super) fn make_even(&mut self, leg: LegId, now: Instant) {
        if self.sounds.begin(leg, now)
            && let Some(leg) = self.table.find(leg)
        {
            leg.make_even();
        }
    }

    /// The next packets of all of them, when they are due. A leg that wants none any more is forgotten.
    pub(super) fn sound(&mut self, now: Instant) {
        for _ in 0..self.sounds.due(now) {
            let Some(id) = self.sounds.next() else { return };
            let Some(leg) = self.table.find(id) else { continue };
            let step = leg.play_on(self.buffer.as_mut_slice(), now);
            let (even, partner) = (leg.even_on(self.buffer.as_mut_slice()), leg.partner());
            if step == Step::Sounding || even.is_some() {
                self.sounds.keep(id);
            }
            if step == Step::Over {
                self.outbox.tell(Event::Played { leg: id, how: Played::ToItsEnd });
            }
            let partner = partner.and_then(|partner| self.table.leg(partner));
            if let Some((partner, (stream, length))) = partner.zip(even.flatten()) {
                partner.send(stream, self.buffer.as_mut_slice(), length, now);
            }
        }
    }
}
