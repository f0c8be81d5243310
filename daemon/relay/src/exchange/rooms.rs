//! Rooms in which three hear each other, all in one step of 20 ms.
//!
//! A leg leaves its room by being joined to another one, or released; the room sees that at its next step, and ends when fewer
//! than two are left. Nothing is allocated after a leg has sat down.

use super::Exchange;
use super::beat::Beat;
use media::mixing::{ROOMS, SEATS};
use media::playback::SAMPLES;
use media::relay::LegId;
use std::time::Instant;

/// Who sits where.
#[derive(Debug)]
pub(super) struct Rooms {
    rooms: Vec<[Option<LegId>; SEATS]>,
    pub(super) beat: Beat,
}

impl Default for Rooms {
    fn default() -> Self {
        Self { rooms: Vec::with_capacity(ROOMS), beat: Beat::default() }
    }
}

impl Rooms {
    /// Opens one more room. Says whether there was one.
    fn open(&mut self, legs: [LegId; SEATS], now: Instant) -> bool {
        for seat in self.rooms.iter_mut().flatten() {
            *seat = seat.filter(|leg| !legs.contains(leg));
        }
        if self.rooms.len() >= ROOMS {
            return false;
        }
        self.rooms.push(legs.map(Some));
        self.beat.begin(now);
        true
    }
}

impl Exchange {
    /// Lets these hear each other, and nobody else.
    pub(super) fn confer(&mut self, legs: [LegId; SEATS], now: Instant) {
        if !self.rooms.open(legs, now) {
            return;
        }
        for leg in legs {
            let seed = self.sounds.seed(leg);
            self.table.part(leg, now);
            if let Some(leg) = self.table.find(leg) {
                leg.sit(seed, now);
            }
        }
    }

    /// The next packets of every room, when they are due.
    pub(super) fn mix(&mut self, now: Instant) {
        if !self.rooms.beat.is_due(now) {
            return;
        }
        for place in (0..self.rooms.rooms.len()).rev() {
            if self.mix_one(place, now) < 2 {
                self.rooms.rooms.swap_remove(place);
            }
        }
        if self.rooms.rooms.is_empty() {
            self.rooms.beat.end();
        }
    }

    /// Says how many are left.
    fn mix_one(&mut self, place: usize, now: Instant) -> usize {
        let Some(seats) = self.rooms.rooms.get_mut(place) else { return 0 };
        for seat in &mut *seats {
            *seat = seat.filter(|leg| self.table.find(*leg).is_some_and(|leg| leg.is_seated()));
        }
        let (seats, left) = (*seats, seats.iter().flatten().count());
        let mut said = [[0; SAMPLES]; SEATS];
        for (seat, said) in seats.iter().zip(&mut said) {
            if let Some(leg) = seat.and_then(|leg| self.table.find(leg)) {
                *said = leg.says();
            }
        }
        for (own, seat) in seats.iter().enumerate() {
            let Some(leg) = seat.and_then(|leg| self.table.find(leg)) else { continue };
            if left < 2 {
                leg.rise();
            } else {
                leg.hears((&said, own), self.buffer.as_mut_slice(), now);
            }
        }
        left
    }
}
