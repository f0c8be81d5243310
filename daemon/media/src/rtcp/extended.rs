//! Extended reports (RFC 3611), walked where they lie: who only hears can time the way there and back too.

use super::Report;
use std::time::Duration;

/// Type of an extended report (RFC 3611 2).
const EXTENDED_REPORT: u8 = 207;
/// Block that tells the receiver's time (RFC 3611 4.4).
const RECEIVER_TIME: u8 = 4;
/// Block that repeats such times, one for each receiver (RFC 3611 4.5).
const REPEATED_TIMES: u8 = 5;

/// Block of figures about a stream of voice (RFC 3611 4.7).
const VOIP_METRICS: u8 = 7;

/// A time that a peer repeats, from either kind of report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Echo {
    /// The middle bits of the time, as they were told; zero before the first.
    pub told: u32,
    /// How long ago the peer heard them.
    pub waited: Duration,
}

/// How a phone heard a stream, by its own figures (RFC 3611 4.7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VoipMetrics {
    /// Packets that never came, in 256ths.
    pub loss_rate: u8,
    /// Packets that came too late to be played, in 256ths.
    pub discard_rate: u8,
    /// Both of them within bursts, in 256ths.
    pub burst_density: u8,
    /// Both of them between bursts, in 256ths.
    pub gap_density: u8,
    /// Mean length of a burst, in milliseconds.
    pub burst_duration: u16,
    /// There and back, in milliseconds.
    pub round_trip_delay: u16,
    /// What the phone itself adds, in milliseconds.
    pub end_system_delay: u16,
    /// How it sounds to who listens, in tenths from 10 to 50; 127: not known.
    pub mos_listening: u8,
    /// How it sounds in a conversation, in tenths from 10 to 50; 127: not known.
    pub mos_conversation: u8,
    /// Nominal length of its jitter buffer, in milliseconds.
    pub jitter_buffer: u16,
}

impl VoipMetrics {
    /// From the contents of a block, without its head.
    fn parse(block: &[u8; 32]) -> Self {
        let [_, _, _, _, loss_rate, discard_rate, burst_density, gap_density, rest @ ..] = *block;
        let [burst, burst_low, _, _, trip, trip_low, end, end_low, rest @ ..] = rest;
        let [_, _, _, _, _, _, mos_listening, mos_conversation, _, _, buffer, buffer_low, ..] = rest;
        Self {
            loss_rate,
            discard_rate,
            burst_density,
            gap_density,
            burst_duration: u16::from_be_bytes([burst, burst_low]),
            round_trip_delay: u16::from_be_bytes([trip, trip_low]),
            end_system_delay: u16::from_be_bytes([end, end_low]),
            mos_listening,
            mos_conversation,
            jitter_buffer: u16::from_be_bytes([buffer, buffer_low]),
        }
    }

    /// As two words, to be shown without a lock.
    #[must_use]
    pub fn packed(&self) -> [u64; 2] {
        let [burst, burst_low] = self.burst_duration.to_be_bytes();
        let [trip, trip_low] = self.round_trip_delay.to_be_bytes();
        let [end, end_low] = self.end_system_delay.to_be_bytes();
        let [buffer, buffer_low] = self.jitter_buffer.to_be_bytes();
        let Self { loss_rate, discard_rate, burst_density, gap_density, .. } = *self;
        let Self { mos_listening, mos_conversation, .. } = *self;
        let first = [loss_rate, discard_rate, burst_density, gap_density, burst, burst_low, trip, trip_low];
        let second = [end, end_low, mos_listening, mos_conversation, buffer, buffer_low, 0, 0];
        [first, second].map(u64::from_be_bytes)
    }

    /// What [`VoipMetrics::packed`] gave.
    #[must_use]
    pub fn unpacked(words: [u64; 2]) -> Self {
        let [first, second] = words.map(u64::to_be_bytes);
        let [loss_rate, discard_rate, burst_density, gap_density, burst, burst_low, trip, trip_low] = first;
        let [end, end_low, mos_listening, mos_conversation, buffer, buffer_low, ..] = second;
        Self {
            loss_rate,
            discard_rate,
            burst_density,
            gap_density,
            burst_duration: u16::from_be_bytes([burst, burst_low]),
            round_trip_delay: u16::from_be_bytes([trip, trip_low]),
            end_system_delay: u16::from_be_bytes([end, end_low]),
            mos_listening,
            mos_conversation,
            jitter_buffer: u16::from_be_bytes([buffer, buffer_low]),
        }
    }
}

impl<'a> Report<'a> {
    /// How the phone hears, from an extended report; of several streams the first.
    #[must_use]
    pub fn voip_metrics(&self) -> Option<VoipMetrics> {
        let mut blocks = self.extended().filter(|(kind, _)| *kind == VOIP_METRICS);
        blocks.find_map(|(_, block)| block.try_into().ok()).map(VoipMetrics::parse)
    }

    /// The middle bits of the first receiver's time in an extended report, as its peer repeats them.
    #[must_use]
    pub fn receiver_time(&self) -> Option<u32> {
        let (_, time) = self.extended().find(|(kind, time)| *kind == RECEIVER_TIME && time.len() == 8)?;
        time.get(2..6)?.first_chunk().copied().map(u32::from_be_bytes)
    }

    /// The times that an extended report repeats, as many as it really holds.
    pub fn echoes(&self) -> impl Iterator<Item = Echo> + use<'a> {
        let repeated = self.extended().filter(|(kind, _)| *kind == REPEATED_TIMES);
        repeated.flat_map(|(_, times)| times.as_chunks::<12>().0).filter_map(|time| {
            let [_, told, waited] = *time.as_chunks::<4>().0.first_chunk::<3>()?;
            Some(Echo { told: u32::from_be_bytes(told), waited: super::short_time(waited) })
        })
    }

    /// Type and contents of the blocks (RFC 3611 3), up to the first that is longer than the report.
    fn extended(&self) -> impl Iterator<Item = (u8, &'a [u8])> + use<'a> {
        let body = self.body.get(4..).filter(|_| self.kind == EXTENDED_REPORT);
        let mut rest = body.unwrap_or_default();
        std::iter::from_fn(move || {
            let ([kind, _, high, low], after) = rest.split_first_chunk::<4>()?;
            let length = usize::from(u16::from_be_bytes([*high, *low])) * 4;
            let (contents, next) = after.split_at_checked(length)?;
            rest = next;
            Some((*kind, contents))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Compound;
    use super::VoipMetrics;

    fn read(blocks: &[u8]) -> (Option<u32>, Vec<(u32, u64)>) {
        let words = u8::try_from(blocks.len() / 4 + 1).unwrap();
        let datagram = [&[0x80, 207, 0, words, 0, 0, 0, 9][..], blocks].concat();
        let report = Compound::parse(&datagram).unwrap().reports().next().unwrap();
        let echoes = report.echoes().map(|echo| (echo.told, echo.waited.as_millis().try_into().unwrap()));
        (report.receiver_time(), echoes.collect())
    }

    #[test]
    fn what_a_phone_measured_is_read_and_survives_being_packed() {
        let figures = [
            13, 5, 26, 2, 0, 180, 1, 244, 0, 20, 0, 60, 0xeb, 0xce, 55, 16, 58, 127, 30, 29, 0xb3, 0, 0, 40,
            0, 80, 0, 120,
        ];
        let block = [&[7, 0, 0, 8, 0, 0, 0, 7][..], &figures].concat();
        let read = |blocks: &[u8]| {
            let words = u8::try_from(blocks.len() / 4 + 1).unwrap();
            let datagram = [&[0x80, 207, 0, words, 0, 0, 0, 9][..], blocks].concat();
            Compound::parse(&datagram).unwrap().reports().find_map(|report| report.voip_metrics())
        };
        let expected = VoipMetrics {
            loss_rate: 13,
            discard_rate: 5,
            burst_density: 26,
            gap_density: 2,
            burst_duration: 180,
            round_trip_delay: 20,
            end_system_delay: 60,
            mos_listening: 30,
            mos_conversation: 29,
            jitter_buffer: 40,
        };
        assert_eq!(read(&block), Some(expected));
        assert_eq!(VoipMetrics::unpacked(expected.packed()), expected);
        let short = [&[7, 0, 0, 7, 0, 0, 0, 7][..], &figures[..24]].concat();
        assert_eq!((read(&short), read(&[short, block].concat())), (None, Some(expected)));
    }

    #[test]
    fn times_are_read_and_what_contradicts_itself_ends_the_report() {
        let time = [4, 0, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8];
        let repeated =
            [5, 0, 0, 6, 0, 0, 0, 7, 3, 4, 5, 6, 0, 1, 0, 0, 0, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0x80, 0];
        let (told, both) = (Some(0x0304_0506), vec![(0x0304_0506, 1_000), (1, 500)]);
        let unknown = [99, 0, 0, 1, 9, 9, 9, 9];
        let too_long = [5, 0, 0, 7, 0, 0, 0, 7, 3, 4, 5, 6, 0, 1, 0, 0];
        let short_time = [4, 0, 0, 1, 1, 2, 3, 4];
        let half = [5, 0, 0, 4, 0, 0, 0, 7, 0, 0, 0, 2, 0, 1, 0, 0, 0, 0, 0, 8];
        for (name, blocks, expected) in [
            ("nothing", vec![], (None, vec![])),
            ("a time", time.to_vec(), (told, vec![])),
            ("times repeated", repeated.to_vec(), (None, both.clone())),
            ("after an unknown block", [&unknown[..], &time, &repeated].concat(), (told, both)),
            ("longer than the report", [&too_long[..], &time].concat(), (None, vec![])),
            ("half a time", short_time.to_vec(), (None, vec![])),
            ("one and a half repeated", half.to_vec(), (None, vec![(2, 1_000)])),
        ] {
            assert_eq!(read(&blocks), expected, "{name}");
        }
    }
}
