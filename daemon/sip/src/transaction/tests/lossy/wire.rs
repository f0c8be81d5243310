//! A network in memory, and the clock of both sides.

use crate::transaction::tests::start;
use bytes::Bytes;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

#[derive(Clone, Copy, Debug)]
pub(super) enum Side {
    Calling,
    Called,
}

/// What happens at a moment; calls are numbered.
#[derive(Debug)]
pub(super) enum Event {
    Arrive(Side, Bytes),
    Cancel(usize),
    Bye(usize),
    Ring(usize),
    Answer(usize),
}

/// Per cent of messages lost and doubled, longest delay; `steady` keeps the order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weather {
    pub(super) seed: u64,
    pub(super) loss: u64,
    pub(super) copies: u64,
    pub(super) delay: Duration,
    pub(super) steady: bool,
}

pub(super) struct Wire {
    pub(super) now: Instant,
    weather: Weather,
    /// By moment, then by order of entry.
    coming: BTreeMap<(Instant, u64), Event>,
    entered: u64,
}

impl Wire {
    pub(super) fn new(weather: Weather) -> Self {
        let weather = Weather { seed: weather.seed | 1, ..weather };
        Self { now: start(), weather, coming: BTreeMap::new(), entered: 0 }
    }

    pub(super) fn send(&mut self, to: Side, bytes: &Bytes) {
        if self.chance(self.weather.loss) {
            return;
        }
        let copies = if self.chance(self.weather.copies) { 2 } else { 1 };
        for _ in 0..copies {
            let delay = self.delay();
            self.later(delay, Event::Arrive(to, bytes.clone()));
        }
    }

    pub(super) fn later(&mut self, after: Duration, event: Event) {
        self.entered += 1;
        self.coming.insert((self.now + after, self.entered), event);
    }

    pub(super) fn next(&self) -> Option<Instant> {
        self.coming.keys().next().map(|(at, _)| *at)
    }

    pub(super) fn take(&mut self) -> Option<Event> {
        self.next().filter(|at| *at <= self.now)?;
        self.coming.pop_first().map(|(_, event)| event)
    }

    fn delay(&mut self) -> Duration {
        let longest = u64::try_from(self.weather.delay.as_millis()).unwrap();
        if self.weather.steady { self.weather.delay } else { Duration::from_millis(self.random() % longest) }
    }

    fn chance(&mut self, per_cent: u64) -> bool {
        self.random() % 100 < per_cent
    }

    /// Xorshift: good enough for weather.
    fn random(&mut self) -> u64 {
        let mut bits = self.weather.seed;
        bits ^= bits << 13;
        bits ^= bits >> 7;
        bits ^= bits << 17;
        self.weather.seed = bits;
        bits >> 8
    }
}
