//! Which legs are being recorded, all in one step of 20 ms.

use super::Exchange;
use super::beat::Beat;
use crate::writer::{Piece, Writer};
use media::recording::RecordingName;
use media::relay::{Event, LegId, Recorded};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// Recordings at once; each costs about as much as half a call.
const MOST: usize = 32;

/// The legs, and who writes.
#[derive(Debug)]
pub(super) struct Recordings {
    writer: Writer,
    legs: Vec<LegId>,
    /// Those whose end found no place yet.
    ending: Vec<u32>,
    begun: u32,
    pub(super) beat: Beat,
}

impl Recordings {
    pub(super) fn new(writer: Writer) -> Self {
        let (legs, ending) = (Vec::with_capacity(MOST), Vec::with_capacity(MOST));
        Self { writer, legs, ending, begun: 0, beat: Beat::default() }
    }
}

impl Exchange {
    /// Begins to record a leg.
    pub(super) fn record(&mut self, leg: LegId, name: RecordingName, now: Instant) {
        let all = &mut self.recordings;
        let fits = all.legs.len() + all.ending.len() < MOST;
        let found = self.table.find(leg).filter(|found| fits && !found.is_recorded());
        let broken = Arc::new(AtomicBool::new(false));
        let recording = all.begun;
        let begin = Piece::Begin { recording, name, broken: Arc::clone(&broken) };
        match found.filter(|_| all.writer.put(begin)) {
            Some(found) => {
                found.record(recording, broken);
                all.begun = recording.wrapping_add(1);
                all.legs.push(leg);
                all.beat.begin(now);
            }
            None => self.outbox.tell(Event::Recorded { leg, how: Recorded::NotAtAll }),
        }
    }

    /// Ends a recording, if there is one.
    pub(super) fn end_recording(&mut self, leg: LegId) {
        let Some((recording, how)) = self.table.find(leg).and_then(|found| found.end_recording()) else {
            return;
        };
        let all = &mut self.recordings;
        all.legs.retain(|one| *one != leg);
        all.ending.push(recording);
        self.outbox.tell(Event::Recorded { leg, how });
    }

    /// The next moment of all of them, when it is due.
    pub(super) fn record_on(&mut self, now: Instant) {
        let all = &mut self.recordings;
        if !all.beat.is_due(now) {
            return;
        }
        all.ending.retain(|recording| !all.writer.put(Piece::End { recording: *recording }));
        for leg in &all.legs {
            let Some(found) = self.table.find(*leg) else { continue };
            let Some((recording, moment)) = found.moment() else { continue };
            if !all.writer.put(Piece::Moment { recording, moment }) {
                found.missed_a_moment();
            }
        }
        if all.legs.is_empty() && all.ending.is_empty() {
            all.beat.end();
        }
    }
}
