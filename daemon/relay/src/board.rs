//! Statistics on show: written by the media thread at each sweep, read by anybody.

use media::relay::{LegId, LegStatistics};
use media::rtcp::VoipMetrics;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering, fence};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// No packet yet.
const NEVER: u64 = u64::MAX;

/// How many numbers the figures of a leg are.
const FIGURES: usize = 17;

/// A row for each place of the table, made when the place is first used.
#[derive(Debug)]
pub(crate) struct Board {
    rows: Box<[OnceLock<Arc<Row>>]>,
    lost_events: AtomicU64,
    /// Streams that go through the kernel.
    shortcut: AtomicUsize,
}

/// The figures of the leg that has the place now, all of the same moment.
#[derive(Debug, Default)]
pub(crate) struct Row {
    /// Generation of the leg plus one; zero when the place is empty.
    tenant: AtomicU64,
    /// Odd while the figures are being written (a sequence lock: the writer never waits, a reader reads again).
    edition: AtomicU64,
    figures: [AtomicU64; FIGURES],
}

impl Board {
    pub(crate) fn new(places: u16) -> Self {
        let rows = (0..places).map(|_| OnceLock::new()).collect();
        Self { rows, lost_events: AtomicU64::new(0), shortcut: AtomicUsize::new(0) }
    }

    /// The row of a new leg, all figures zero.
    pub(crate) fn begin(&self, leg: LegId) -> Option<Arc<Row>> {
        let row = self.row(leg)?.get_or_init(Arc::default);
        row.tenant.store(0, Ordering::Release);
        row.show(&LegStatistics::default());
        row.tenant.store(tenant(leg), Ordering::Release);
        Some(Arc::clone(row))
    }

    pub(crate) fn read(&self, leg: LegId) -> Option<LegStatistics> {
        let row = self.row(leg)?.get()?;
        let is_tenant = || row.tenant.load(Ordering::Acquire) == tenant(leg);
        if !is_tenant() {
            return None;
        }
        let statistics = row.read();
        is_tenant().then_some(statistics)
    }

    pub(crate) fn lost_events(&self) -> u64 {
        self.lost_events.load(Ordering::Relaxed)
    }

    pub(crate) fn show_shortcut(&self, streams: usize) {
        self.shortcut.store(streams, Ordering::Relaxed);
    }

    pub(crate) fn shortcut(&self) -> usize {
        self.shortcut.load(Ordering::Relaxed)
    }

    pub(crate) fn count_lost_event(&self) {
        self.lost_events.fetch_add(1, Ordering::Relaxed);
    }

    fn row(&self, leg: LegId) -> Option<&OnceLock<Arc<Row>>> {
        self.rows.get(usize::try_from(leg.slot).ok()?)
    }
}

impl Row {
    /// Only the media thread writes, so that plain stores suffice.
    pub(crate) fn show(&self, statistics: &LegStatistics) {
        let edition = self.edition.load(Ordering::Relaxed);
        self.edition.store(edition.wrapping_add(1), Ordering::Relaxed);
        fence(Ordering::Release);
        for (figure, value) in self.figures.iter().zip(flatten(statistics)) {
            figure.store(value, Ordering::Relaxed);
        }
        self.edition.store(edition.wrapping_add(2), Ordering::Release);
    }

    pub(crate) fn end(&self) {
        self.tenant.store(0, Ordering::Release);
    }

    fn read(&self) -> LegStatistics {
        loop {
            let edition = self.edition.load(Ordering::Acquire);
            let mut values = [0; FIGURES];
            for (value, figure) in values.iter_mut().zip(&self.figures) {
                *value = figure.load(Ordering::Relaxed);
            }
            fence(Ordering::Acquire);
            if edition.is_multiple_of(2) && self.edition.load(Ordering::Relaxed) == edition {
                return unflatten(values);
            }
            // The media thread needs the processor to finish its few stores.
            std::thread::yield_now();
        }
    }
}

fn tenant(leg: LegId) -> u64 {
    u64::from(leg.generation) + 1
}

fn flatten(statistics: &LegStatistics) -> [u64; FIGURES] {
    let nanos = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(NEVER);
    // The last bytes of the second word are never all set.
    let [phone, phone_too] = statistics.phone.map_or([NEVER; 2], |phone| phone.packed());
    [
        statistics.packets,
        statistics.bytes,
        statistics.lost,
        statistics.gaps,
        statistics.duplicates,
        statistics.reordered,
        statistics.restarts,
        nanos(statistics.jitter),
        statistics.rtcp,
        statistics.foreign,
        statistics.malformed,
        statistics.sent,
        statistics.unsent,
        statistics.last_arrival.map_or(NEVER, nanos),
        statistics.round_trip.map_or(NEVER, nanos),
        phone,
        phone_too,
    ]
}

fn unflatten(values: [u64; FIGURES]) -> LegStatistics {
    let [
        packets,
        bytes,
        lost,
        gaps,
        duplicates,
        reordered,
        restarts,
        jitter,
        rtcp,
        foreign,
        malformed,
        sent,
        unsent,
        last,
        round_trip,
        phone,
        phone_too,
    ] = values;
    LegStatistics {
        packets,
        bytes,
        lost,
        gaps,
        duplicates,
        reordered,
        restarts,
        jitter: Duration::from_nanos(jitter),
        rtcp,
        foreign,
        malformed,
        sent,
        unsent,
        last_arrival: (last != NEVER).then(|| Duration::from_nanos(last)),
        round_trip: (round_trip != NEVER).then(|| Duration::from_nanos(round_trip)),
        phone: (phone_too != NEVER).then(|| VoipMetrics::unpacked([phone, phone_too])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_while_they_are_written_are_of_one_moment() {
        let board = Board::new(1);
        let leg = LegId { slot: 0, generation: 0 };
        let row = board.begin(leg).unwrap();
        let read_on = move || {
            let seen = board.read(leg).unwrap();
            assert_eq!(seen.packets, seen.sent);
            seen.packets < 200_000
        };
        let reader = std::thread::spawn(move || while read_on() {});
        for packets in 1..=200_000 {
            row.show(&LegStatistics { packets, sent: packets, ..LegStatistics::default() });
        }
        reader.join().unwrap();
    }

    #[test]
    fn figures_belong_to_one_leg() {
        let board = Board::new(2);
        let (first, second) = (LegId { slot: 1, generation: 0 }, LegId { slot: 1, generation: 1 });
        assert_eq!(board.read(first), None);
        let row = board.begin(first).unwrap();
        assert_eq!(board.read(first), Some(LegStatistics::default()));
        let figures = LegStatistics {
            packets: 1,
            bytes: 2,
            lost: 3,
            duplicates: 4,
            reordered: 5,
            restarts: 6,
            jitter: Duration::from_micros(7),
            rtcp: 8,
            foreign: 9,
            malformed: 10,
            sent: 11,
            unsent: 12,
            last_arrival: Some(Duration::from_millis(13)),
            gaps: 14,
            round_trip: Some(Duration::from_millis(15)),
            phone: Some(VoipMetrics { loss_rate: 16, mos_conversation: 17, ..VoipMetrics::default() }),
        };
        row.show(&figures);
        assert_eq!((board.read(first), board.read(second)), (Some(figures), None));
        row.end();
        assert_eq!(board.read(first), None);
        board.begin(second);
        assert_eq!((board.read(first), board.read(second)), (None, Some(LegStatistics::default())));
        assert_eq!(board.read(LegId { slot: 2, generation: 0 }), None);
    }
}
