//! Which legs are being recorded, all in one step of 20 ms.

use super::Exchange;
use super::beat::Beat;
use crate::leg::Ended;
use crate::writer::{Fate, Piece, State, Writer};
use media::recording::{AT_ONCE, RecordingName, Sides};
use media::relay::{Event, LegId, Recorded};
use std::sync::Arc;
use std::time::Instant;

/// The legs, and who writes.
#[derive(Debug)]
pub(super) struct Recordings {
    writer: Writer,
    legs: Vec<LegId>,
    ending: Vec<Ending>,
    /// Legs whose recording the disk refused.
    refused: Vec<LegId>,
    begun: u32,
    pub(super) beat: Beat,
}

/// A recording whose file is not closed yet.
#[derive(Debug)]
struct Ending {
    leg: LegId,
    ended: Ended,
    fate: Fate,
    /// Whether the writer has heard of it.
    told: bool,
}

impl Ending {
    /// How it went; only once its file is closed.
    fn how(&self) -> Option<Recorded> {
        let Ended { missing, ref state, .. } = self.ended;
        state.is_closed().then(|| match self.fate {
            _ if state.is_broken() => Recorded::Broken,
            Fate::Removed => Recorded::Removed,
            Fate::Kept if missing.is_zero() => Recorded::Whole,
            Fate::Kept => Recorded::WithGaps { missing },
        })
    }
}

impl Recordings {
    pub(super) fn new(writer: Writer) -> Self {
        let (legs, ending) = (Vec::with_capacity(AT_ONCE), Vec::with_capacity(AT_ONCE));
        let refused = Vec::with_capacity(AT_ONCE);
        Self { writer, legs, ending, refused, begun: 0, beat: Beat::default() }
    }
}

impl Exchange {
    /// Begins to record a leg.
    pub(super) fn record(&mut self, leg: LegId, (name, sides): (RecordingName, Sides), now: Instant) {
        let all = &mut self.recordings;
        let fits = all.legs.len() + all.ending.len() < AT_ONCE;
        let found = self.table.find(leg).filter(|found| fits && !found.is_recorded());
        let state = Arc::new(State::default());
        let recording = all.begun;
        let begin = Piece::Begin { recording, name, sides, state: Arc::clone(&state) };
        match found.filter(|_| all.writer.put(begin)) {
            Some(found) => {
                found.record(recording, state);
                all.begun = recording.wrapping_add(1);
                all.legs.push(leg);
                all.beat.begin(now);
            }
            None => self.outbox.tell(Event::Recorded { leg, how: Recorded::NotAtAll }),
        }
    }

    /// Ends a recording, if there is one; it is told of once its file is closed.
    pub(super) fn end_recording(&mut self, leg: LegId, fate: Fate) {
        let Some(ended) = self.table.find(leg).and_then(|found| found.end_recording()) else { return };
        let all = &mut self.recordings;
        all.legs.retain(|one| *one != leg);
        all.ending.push(Ending { leg, ended, fate, told: false });
    }

    /// The next moment of all of them, when it is due.
    pub(super) fn record_on(&mut self, now: Instant) {
        let all = &mut self.recordings;
        if !all.beat.is_due(now) {
            return;
        }
        for leg in &all.legs {
            let Some(found) = self.table.find(*leg) else { continue };
            let Some(noted) = found.moment() else { continue };
            if noted.state.is_broken() {
                all.refused.push(*leg);
            } else if !all.writer.put(Piece::Moment { recording: noted.recording, moment: noted.moment }) {
                found.missed_a_moment();
            }
            if noted.fell_quiet {
                self.outbox.tell(Event::Quiet { leg: *leg });
            }
        }
        while let Some(leg) = self.recordings.refused.pop() {
            self.end_recording(leg, Fate::Kept);
        }
        let all = &mut self.recordings;
        all.ending.retain_mut(|ending| {
            let Ending { ended: Ended { recording, .. }, fate, .. } = *ending;
            ending.told = ending.told || all.writer.put(Piece::End { recording, fate });
            let how = ending.how();
            how.into_iter().for_each(|how| self.outbox.tell(Event::Recorded { leg: ending.leg, how }));
            how.is_none()
        });
        if all.legs.is_empty() && all.ending.is_empty() {
            all.beat.end();
        }
    }
}
