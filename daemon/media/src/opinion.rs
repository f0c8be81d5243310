//! How a leg sounds to people, judged from what arrived (ITU-T G.107, the E-model, with the values of G.113).
//!
//! R begins at 93.2, the best a telephone can be. Delay and loss take from it; loss in bursts takes more.

use std::fmt;
use std::time::Duration;

/// R of a connection without any fault (G.107 table 3, default values).
const BEST: f64 = 93.2;
/// How well a phone with concealment bears loss (G.113 table I.4, G.711 with concealment).
const ROBUSTNESS: f64 = 25.1;
/// Above this one-way delay people begin to interrupt each other (G.107 annex B, simplified).
const CONVERSATION: f64 = 177.3;
/// What a phone adds: packets of 20 ms, coding, sound card.
const PHONE: Duration = Duration::from_millis(40);

/// What one direction of a leg suffers from.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Impairments {
    /// Packets that should have come.
    pub expected: u64,
    /// Packets that did not.
    pub lost: u64,
    /// How many runs of losses they make.
    pub gaps: u64,
    /// Variation of the transit time; the phone's buffer waits for twice that.
    pub jitter: Duration,
    /// There and back, if known.
    pub round_trip: Option<Duration>,
}

/// Mean opinion score, from 1 (nobody understands a word) to 4.41 (as good as a telephone can be), in hundredths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mos(u16);

impl Impairments {
    /// The score; `None` while nothing was expected.
    #[must_use]
    pub fn mos(&self) -> Option<Mos> {
        (self.expected > 0).then(|| Mos::of_rating(self.rating()))
    }

    /// R, from 0 to 93.2.
    #[must_use]
    pub fn rating(&self) -> f64 {
        (BEST - self.delay_impairment() - self.loss_impairment()).max(0.0)
    }

    /// Id of G.107, simplified as in its annex: slowly, then steeply.
    fn delay_impairment(&self) -> f64 {
        let way = self.round_trip.unwrap_or_default() / 2 + self.jitter * 2 + PHONE;
        let millis = way.as_secs_f64() * 1_000.0;
        0.024 * millis + 0.11 * (millis - CONVERSATION).max(0.0)
    }

    /// Ie,eff of G.107 7.5 for G.711 and G.722: none without loss, at most 95.
    fn loss_impairment(&self) -> f64 {
        let percent = 100.0 * ratio(self.lost, self.expected);
        if percent <= 0.0 {
            return 0.0;
        }
        95.0 * percent / (percent / self.burst_ratio() + ROBUSTNESS)
    }

    /// How much longer the runs of losses are than those of random loss; at least one (G.107 3.5).
    fn burst_ratio(&self) -> f64 {
        let run = ratio(self.lost, self.gaps.max(1));
        (run * (1.0 - ratio(self.lost, self.expected))).max(1.0)
    }
}

impl Mos {
    /// G.107 annex B.
    fn of_rating(rating: f64) -> Self {
        let rating = rating.clamp(0.0, 100.0);
        let score = 1.0 + 0.035 * rating + rating * (rating - 60.0) * (100.0 - rating) * 7e-6;
        Self(hundredths(score.max(1.0)))
    }

    /// In hundredths: 441 is 4.41.
    #[must_use]
    pub fn hundredths(self) -> u16 {
        self.0
    }
}

impl fmt::Display for Mos {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a score is between 1 and 5")]
fn hundredths(score: f64) -> u16 {
    (score * 100.0).round() as u16
}

#[expect(clippy::cast_precision_loss, reason = "counts of packets stay far below 2^52")]
fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { (part as f64 / whole as f64).min(1e9) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lossy(lost: u64, gaps: u64) -> Impairments {
        Impairments { expected: 10_000, lost, gaps, ..Impairments::default() }
    }

    fn slow(millis: u64) -> Impairments {
        Impairments { round_trip: Some(Duration::from_millis(millis)), ..lossy(0, 0) }
    }

    /// Worked out apart from this code, from the formulas of G.107.
    #[test]
    fn scores_are_those_of_the_standard() {
        for (impairments, expected) in [
            (lossy(0, 0), "4.39"),
            (lossy(100, 100), "4.30"),
            (lossy(500, 500), "3.88"),
            (lossy(1_000, 1_000), "3.36"),
            (lossy(2_000, 2_000), "2.58"),
            (slow(200), "4.34"),
            (slow(600), "3.46"),
        ] {
            assert_eq!(impairments.mos().unwrap().to_string(), expected, "{impairments:?}");
        }
    }

    #[test]
    fn more_loss_longer_bursts_and_more_delay_never_sound_better() {
        let scores: Vec<_> = (0..=10_000).step_by(100).map(|lost| lossy(lost, lost).mos()).collect();
        assert!(scores.is_sorted_by(|a, b| a >= b));
        assert!(lossy(500, 100).mos() < lossy(500, 500).mos());
        let scores: Vec<_> = (0..2_000).step_by(50).map(|millis| slow(millis).mos()).collect();
        assert!(scores.is_sorted_by(|a, b| a >= b));
        let jittery = Impairments { jitter: Duration::from_millis(60), ..lossy(0, 0) };
        assert!(jittery.mos() < lossy(0, 0).mos());
        assert!(lossy(10_000, 1).mos().unwrap().hundredths() < 120, "silence");
        assert_eq!(Impairments::default().mos(), None);
    }
}
