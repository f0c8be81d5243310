use super::*;
use proptest::prelude::*;

const HERTZ: u32 = 8_000;

/// Sends packets of 20 ms into a judge.
struct Sender {
    quality: Quality,
    start: Instant,
}

impl Sender {
    #[expect(clippy::disallowed_methods, reason = "a test needs one moment to count from")]
    fn new() -> Self {
        Self { quality: Quality::default(), start: Instant::now() }
    }

    fn send(&mut self, millis: u64, sequence: u16, timestamp: u32) {
        self.send_as(1, millis, sequence, timestamp);
    }

    fn send_as(&mut self, ssrc: u32, millis: u64, sequence: u16, timestamp: u32) {
        let packet = Packet { marker: false, payload_type: 8, sequence, timestamp, ssrc, payload: &[] };
        self.quality.arrived(self.start + Duration::from_millis(millis), &packet, 172, HERTZ);
    }

    /// Packet number n, on time.
    fn regular(&mut self, number: u16) {
        self.send(u64::from(number) * 20, number, u32::from(number) * 160);
    }

    fn tally(&self) -> Tally {
        self.quality.tally()
    }
}

/// Packets sent on time under these numbers leave (lost, duplicates, reordered, restarts).
#[test]
fn the_numbering_tells_what_happened() {
    for (name, numbers, expected) in [
        ("in order", &[1, 2, 3, 4][..], (0, 0, 0, 0)),
        ("one lost", &[1, 3, 4], (1, 0, 0, 0)),
        ("a gap of four", &[1, 6], (4, 0, 0, 0)),
        ("twice", &[1, 2, 2, 3], (0, 1, 0, 0)),
        ("three times", &[1, 2, 3, 2, 2], (0, 2, 0, 0)),
        ("swapped", &[1, 3, 2, 4], (0, 0, 1, 0)),
        ("late and again", &[1, 3, 2, 2, 4], (0, 1, 1, 0)),
        ("earlier than the first", &[5, 4, 6], (0, 0, 1, 0)),
        ("over the end of the numbers", &[65_534, 65_535, 1, 0, 2], (0, 0, 1, 0)),
        ("a gap of more than it remembers", &[1, 101, 100, 99], (97, 0, 2, 0)),
        ("one far off", &[1, 30_000, 2, 3], (0, 0, 0, 0)),
        ("a new numbering", &[1, 30_000, 30_001, 30_002], (0, 0, 0, 1)),
    ] {
        let mut sender = Sender::new();
        for (place, number) in (0u32..).zip(numbers) {
            sender.send(u64::from(place) * 20, *number, place * 160);
        }
        let tally = sender.tally();
        let found = (tally.lost, tally.duplicates, tally.reordered, tally.restarts);
        assert_eq!(found, expected, "{name}");
        assert_eq!((tally.packets, tally.bytes), (numbers.len() as u64, numbers.len() as u64 * 172));
    }
}

#[test]
fn silence_suppression_and_hold_are_not_loss() {
    let mut sender = Sender::new();
    (0..10).for_each(|number| sender.regular(number));
    sender.send(5_000, 10, 5_000 * 8);
    sender.send(8_000, 400, 8_000 * 8);
    let tally = sender.tally();
    assert_eq!((tally.lost, tally.restarts, tally.jitter), (0, 1, Duration::ZERO));
    assert_eq!(tally.last_arrival, Some(sender.start + Duration::from_secs(8)));
}

#[test]
fn another_speaker_begins_anew() {
    let mut sender = Sender::new();
    sender.regular(0);
    sender.send_as(2, 20, 900, 77);
    sender.send_as(2, 40, 901, 77 + 160);
    let tally = sender.tally();
    assert_eq!((tally.lost, tally.restarts, tally.jitter), (0, 1, Duration::ZERO));
}

#[test]
fn jitter_is_that_of_the_standard() {
    let mut sender = Sender::new();
    let (mut expected, mut last) = (0i64, 0i64);
    for number in 0u16..50 {
        let late = i64::from(number % 3) * 4;
        sender.send(u64::from(number) * 20 + late.cast_unsigned(), number, u32::from(number) * 160);
        if number > 0 {
            expected += ((late - last) * 8).abs() - ((expected + 8) >> 4);
        }
        last = late;
    }
    assert_eq!(
        sender.tally().jitter,
        Duration::from_micros(expected.cast_unsigned() * 1_000_000 / 16 / 8_000)
    );
    assert!(sender.tally().jitter > Duration::from_millis(3));
}

#[test]
fn a_key_press_is_not_jitter() {
    let mut sender = Sender::new();
    sender.regular(0);
    for number in 1u16..=10 {
        sender.send(u64::from(number) * 20, number, 160);
    }
    sender.regular(11);
    assert_eq!(sender.tally().jitter, Duration::ZERO);
}

#[test]
fn a_clock_that_jumps_is_not_jitter() {
    let mut sender = Sender::new();
    sender.regular(0);
    sender.send(20, 1, 3_000_000_000);
    sender.send(40, 2, 3_000_000_160);
    assert_eq!(sender.tally().jitter, Duration::ZERO);
}

/// A network that loses and delays packets at random, the same way on every machine.
struct Network(u32);

impl Network {
    /// A number below `limit`.
    fn draws(&mut self, limit: u32) -> u32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) % limit
    }
}

/// R of G.107 with nothing but random loss and a phone's own delay of 40 ms, worked out here once more, and its score.
fn score_of_random_loss(percent: f64) -> f64 {
    let rating = 93.2 - 0.024 * 40.0 - 95.0 * percent / (percent + 25.1);
    1.0 + 0.035 * rating + rating * (rating - 60.0) * (100.0 - rating) * 7e-6
}

#[test]
fn on_a_lossy_network_the_score_falls_as_the_e_model_says() {
    for percent in [0_u16, 1, 3, 5, 10, 20] {
        let (mut sender, mut network) = (Sender::new(), Network(7));
        (0..50_000)
            .filter(|_| network.draws(100) >= percent.into())
            .for_each(|number| sender.regular(number));
        let Tally { packets, lost, gaps, .. } = sender.tally();
        let figures = crate::relay::LegStatistics { packets, lost, gaps, ..Default::default() };
        let score = f64::from(figures.mos().unwrap().hundredths()) / 100.0;
        let expected = score_of_random_loss(percent.into());
        assert!((score - expected).abs() < 0.06, "{percent} %: {score} in place of {expected}");
    }
}

#[test]
fn jitter_is_within_a_tenth_of_what_the_network_adds() {
    let (mut sender, mut network) = (Sender::new(), Network(7));
    let mut seen = Duration::ZERO;
    for number in 0..20_000_u16 {
        let late = u64::from(network.draws(15));
        sender.send(u64::from(number) * 20 + late, number, u32::from(number) * 160);
        seen += if number < 1_000 { Duration::ZERO } else { sender.tally().jitter };
    }
    // Two delays of 0 to 14 ms differ by 4.98 ms in the mean.
    let mean = (seen / 19_000).as_secs_f64() * 1_000.0;
    assert!((4.48..5.48).contains(&mean), "{mean} ms");
}

proptest! {
    /// Each packet of a minute is lost, doubled or swapped with its successor; the judge finds each of them.
    #[test]
    fn finds_what_the_network_did(fates in proptest::collection::vec(0u8..8, 1..200), first in any::<u16>()) {
        let mut order = vec![0u16];
        let (mut lost, mut doubled, mut swapped) = (0, 0, 0);
        let mut number = 1u16;
        for fate in fates {
            match fate {
                0 => lost += 1,
                1 => { order.extend([number, number]); doubled += 1 }
                2 => { order.extend([number + 1, number]); swapped += 1; number += 1 }
                _ => order.push(number),
            }
            number += 1;
        }
        order.push(number);
        let mut sender = Sender::new();
        for (place, number) in order.iter().enumerate() {
            sender.send(place as u64 * 20, first.wrapping_add(*number), u32::from(*number) * 160);
        }
        let tally = sender.tally();
        prop_assert_eq!((tally.lost, tally.duplicates, tally.reordered, tally.restarts), (lost, doubled, swapped, 0));
    }

    #[test]
    fn anything_can_arrive(packets in proptest::collection::vec((0u64..100_000, any::<u16>(), any::<u32>()), 0..100)) {
        let mut sender = Sender::new();
        for (millis, sequence, timestamp) in &packets {
            sender.send(*millis, *sequence, *timestamp);
        }
        prop_assert_eq!(sender.tally().packets, packets.len() as u64);
    }
}
