//! How long a leg takes there and back (RFC 3550 6.4.1), seen from between the two phones.
//!
//! A sender report that we pass on carries a time; the peer repeats it in its next report and says how long it had
//! waited. What remains is the way to the peer and back to us. The other leg has its own. The time of one who only hears
//! is in an extended report and repeated in another (RFC 3611 4.4, 4.5).

use crate::rtcp::{Compound, Echo};
use std::time::{Duration, Instant};

/// Sender reports that an answer may still come for.
const REMEMBERED: usize = 4;
/// Longer is a mistake of the peer's clock.
const LONGEST: Duration = Duration::from_secs(10);

/// The measurement of one leg.
#[derive(Clone, Copy, Debug, Default)]
pub struct RoundTrip {
    sent: [Option<(u32, Instant)>; REMEMBERED],
    latest: Option<Duration>,
}

impl RoundTrip {
    /// A datagram goes to the peer.
    pub fn sent(&mut self, now: Instant, reports: &Compound<'_>) {
        for stamp in
            reports.reports().filter_map(|report| report.sent_at().or_else(|| report.receiver_time()))
        {
            self.sent.rotate_right(1);
            let [newest, ..] = &mut self.sent;
            *newest = Some((stamp, now));
        }
    }

    /// A datagram comes from the peer.
    pub fn heard(&mut self, now: Instant, reports: &Compound<'_>) {
        let reported = reports.reports().flat_map(|report| report.blocks());
        let reported = reported.map(|block| Echo { told: block.last_report, waited: block.waited });
        for echo in reported.chain(reports.reports().flat_map(|report| report.echoes())) {
            let known = self.sent.iter().flatten().find(|(stamp, _)| *stamp == echo.told);
            let Some((_, sent)) = known.filter(|_| echo.told != 0) else { continue };
            let way = now.saturating_duration_since(*sent).saturating_sub(echo.waited);
            self.latest = Some(way).filter(|way| *way <= LONGEST).or(self.latest);
        }
    }

    /// There and back, as last measured.
    #[must_use]
    pub fn latest(&self) -> Option<Duration> {
        self.latest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::disallowed_methods, reason = "a test needs one moment to count from")]
    #[test]
    fn a_peer_that_only_hears_is_timed_by_the_time_that_it_repeats() {
        let (now, milli) = (Instant::now(), Duration::from_millis(1));
        let asked = [0x80, 207, 0, 4, 0, 0, 0, 9, 4, 0, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8];
        let answer = [0x80, 207, 0, 5, 0, 0, 0, 7, 5, 0, 0, 3, 0, 0, 0, 9, 3, 4, 5, 6, 0, 2, 0, 0];
        let mut way = RoundTrip::default();
        way.heard(now, &Compound::parse(&answer).unwrap());
        assert_eq!(way.latest(), None, "an answer to nothing of ours");
        way.sent(now, &Compound::parse(&asked).unwrap());
        way.heard(now + 2_045 * milli, &Compound::parse(&answer).unwrap());
        assert_eq!(way.latest(), Some(45 * milli));
    }

    fn sender_report(seconds: u32, fraction: u32) -> Vec<u8> {
        let words = [7, seconds, fraction, 160, 1, 172];
        [&[0x80, 200, 0, 6][..], &words.map(u32::to_be_bytes).concat()].concat()
    }

    fn receiver_report(last_report: u32, waited: u32) -> Vec<u8> {
        let words = [8, 7, 0x0500_0003, 70_000, 80, last_report, waited];
        [&[0x81, 201, 0, 7][..], &words.map(u32::to_be_bytes).concat()].concat()
    }

    #[expect(clippy::disallowed_methods, reason = "a test needs one moment to count from")]
    #[test]
    fn the_time_that_the_peer_waited_is_not_the_way() {
        let (now, milli) = (Instant::now(), Duration::from_millis(1));
        let mut way = RoundTrip::default();
        way.sent(now, &Compound::parse(&sender_report(0x1234_5678, 0x9abc_def0)).unwrap());
        assert_eq!(way.latest(), None);
        let answer = receiver_report(0x5678_9abc, 65_536 * 2);
        way.heard(now + 2_045 * milli, &Compound::parse(&answer).unwrap());
        assert_eq!(way.latest(), Some(45 * milli));
        for strange in [receiver_report(0x5678_9abd, 0), receiver_report(0, 0)] {
            way.heard(now + 3_000 * milli, &Compound::parse(&strange).unwrap());
        }
        way.heard(now + 60_000 * milli, &Compound::parse(&answer).unwrap());
        assert_eq!(way.latest(), Some(45 * milli), "answers to nothing of ours, or much too late");
        let hasty = receiver_report(0x5678_9abc, 65_536 * 9);
        way.heard(now + 2_045 * milli, &Compound::parse(&hasty).unwrap());
        assert_eq!(way.latest(), Some(Duration::ZERO));
    }

    #[test]
    fn blocks_are_read_from_both_kinds_of_report() {
        let mut both = sender_report(1, 2);
        (both[0], both[3]) = (0x81, 12);
        both.extend(receiver_report(3, 65_536)[8..].iter());
        for datagram in [both, receiver_report(3, 65_536)] {
            let compound = Compound::parse(&datagram).unwrap();
            let blocks: Vec<_> = compound.reports().flat_map(|report| report.blocks()).collect();
            let [block] = blocks.as_slice() else { panic!("{blocks:?}") };
            assert_eq!((block.ssrc, block.fraction_lost, block.lost, block.jitter), (7, 5, 3, 80));
            assert_eq!((block.last_report, block.waited), (3, Duration::from_secs(1)));
        }
        let mut short = receiver_report(3, 1);
        short[0] = 0x83;
        assert_eq!(Compound::parse(&short).unwrap().reports().flat_map(|report| report.blocks()).count(), 1);
    }
}
