use super::*;
use crate::playback::Stream;
use std::f32::consts::TAU;

const A: Coding = Coding::G711(Law::A);
const MU: Coding = Coding::G711(Law::Mu);
/// Packets of a second.
const SECOND: usize = 50;

/// Somebody who whistles into a telephone.
struct Whistler {
    stream: Stream,
    coding: Coding,
    hertz: f32,
    level: f32,
    position: u16,
}

impl Whistler {
    fn new(coding: Coding, hertz: f32, level: f32) -> Self {
        // The timestamps wrap within the first second.
        let seed = u64::from(hertz.to_bits()) << 32 | 0x0000_f000_ffff;
        Self { stream: Stream::new((8, coding), seed), coding, hertz, level, position: 0 }
    }

    #[expect(clippy::cast_possible_truncation, reason = "a level that fits into 16 bits")]
    fn whistle(&mut self) -> [u8; 172] {
        let mut packet = [0; 172];
        let samples = std::array::from_fn(|_| {
            self.position = (self.position + 1) % 8_000;
            ((f32::from(self.position) * self.hertz / 8_000.0 * TAU).sin() * self.level) as i16
        });
        self.stream.write(&samples, &mut packet).unwrap();
        packet
    }

    fn whistles_to(&mut self, mouth: &mut Mouth) {
        mouth.hear(&Packet::parse(&self.whistle()).unwrap(), self.coding);
    }
}

/// How loud a frequency is (Goertzel), as the height of its wave.
fn height(samples: &[i16], hertz: f32) -> f32 {
    let (mut sine, mut cosine) = (0.0, 0.0);
    for (place, sample) in (0u16..).zip(samples) {
        let turn = f32::from(place) * hertz / 8_000.0 * TAU;
        sine += turn.sin() * f32::from(*sample);
        cosine += turn.cos() * f32::from(*sample);
    }
    sine.hypot(cosine) * 2.0 / samples.len() as f32
}

/// A room for `seconds`; what each ear heard in the last of them.
fn room(whistlers: &mut [Whistler; SEATS], seconds: usize) -> [Vec<i16>; SEATS] {
    let (mut mouths, mut ears) = ([(); SEATS].map(|()| Mouth::default()), [Ear::default(); SEATS]);
    let mut heard = [(); SEATS].map(|()| Vec::new());
    for step in 0..seconds * SECOND {
        for (whistler, mouth) in whistlers.iter_mut().zip(&mut mouths) {
            whistler.whistles_to(mouth);
        }
        let said = mouths.each_mut().map(Mouth::say);
        for (seat, (ear, heard)) in ears.iter_mut().zip(&mut heard).enumerate() {
            let sounds = ear.hear(&said, seat);
            if step >= (seconds - 1) * SECOND {
                heard.extend(sounds);
            }
        }
    }
    heard
}

#[test]
fn each_hears_the_two_others_and_not_itself_whatever_they_speak() {
    let tones = [400.0, 1_000.0, 1_700.0];
    for codings in [[A, A, A], [A, MU, Coding::G722], [Coding::G722, Coding::G722, MU]] {
        let mut place = 0..;
        let mut whistlers =
            codings.map(|coding| Whistler::new(coding, tones[place.next().unwrap()], 6_000.0));
        let heard = room(&mut whistlers, 3);
        let pairs = (0..SEATS).flat_map(|seat| (0..SEATS).map(move |other| (seat, other)));
        for (seat, other) in pairs {
            let height = height(&heard[seat], tones[other]);
            // -46 dB below what it says itself.
            let fits = if other == seat { height < 30.0 } else { (height - 6_000.0).abs() < 400.0 };
            assert!(fits, "{codings:?}: {seat} hears {other}: {height}");
        }
    }
}

#[test]
fn loud_speakers_are_made_quieter_and_do_not_rattle() {
    let tones = [400.0, 1_000.0, 1_700.0];
    let mut whistlers = tones.map(|hertz| Whistler::new(A, hertz, 32_000.0));
    let heard = room(&mut whistlers, 2);
    let [first, ..] = &heard;
    assert!(first.iter().all(|sample| sample.unsigned_abs() <= 32_100), "nothing is cut off");
    for (hertz, rattle) in
        [(1_000.0, false), (1_700.0, false), (300.0, true), (2_400.0, true), (3_000.0, true)]
    {
        let height = height(first, hertz);
        assert!(if rattle { height < 500.0 } else { height > 13_000.0 }, "{hertz} Hz: {height}");
    }
}

#[test]
fn an_ear_that_was_hurt_hears_as_before_after_a_while() {
    let (mut ear, loud, soft) = (Ear::default(), [30_000; SAMPLES], [1_000; SAMPLES]);
    let quiet = [0; SAMPLES];
    assert!(ear.hear(&[quiet, loud, loud], 0)[159] <= 32_000);
    let after = ear.hear(&[quiet, soft, quiet], 0)[159];
    assert!((500..600).contains(&after), "{after}");
    for _ in 0..2 * SECOND {
        ear.hear(&[quiet; SEATS], 0);
    }
    let later = ear.hear(&[quiet, soft, quiet], 0)[159];
    assert!(later > 950, "{later}");
}

#[test]
fn who_is_late_is_silent_and_nobody_waits() {
    let (mut mouth, mut whistler) = (Mouth::default(), Whistler::new(A, 437.0, 6_000.0));
    assert_eq!(mouth.say(), [0; SAMPLES], "nothing was said yet");
    (0..10).for_each(|_| {
        whistler.whistles_to(&mut mouth);
        mouth.say();
    });
    let rest: Vec<_> = (0..5).map(|_| mouth.say()).collect();
    let [loud, fading, silent] = [2, 3, 4].map(|place| height(&rest[place], 437.0));
    assert!(loud > 5_000.0 && fading < 1_500.0, "60 ms waited: {loud}, {fading}");
    assert_eq!((rest[4], silent), ([0; SAMPLES], 0.0));
    let steps = rest[3].windows(2).map(|pair| (pair[1] - pair[0]).abs()).max().unwrap();
    assert!(steps < 2_000, "it fades and does not click: {steps}");
}

#[test]
fn packets_in_disorder_and_of_other_lengths_are_put_right() {
    for ticks in [80usize, 160, 240] {
        let (mut mouth, mut heard) = (Mouth::default(), Vec::new());
        let voice: Vec<_> = (0..960i16).map(|place| Law::A.encode(place * 30 - 14_000)).collect();
        let mut packets: Vec<_> = voice.chunks(ticks).enumerate().collect();
        if ticks < 240 {
            packets.swap(1, 2);
        }
        for (number, payload) in packets {
            let number = u32::try_from(number * ticks).unwrap();
            let timestamp = (u32::MAX - 500).wrapping_add(number);
            mouth.hear(
                &Packet { marker: false, payload_type: 8, sequence: 0, timestamp, ssrc: 1, payload },
                A,
            );
        }
        (0..9).for_each(|_| heard.extend(mouth.say()));
        let wanted: Vec<_> = voice.iter().map(|byte| Law::A.decode(*byte)).collect();
        assert_eq!(heard[480..480 + wanted.len()], wanted, "{ticks}");
    }
}

#[test]
fn a_sender_with_another_clock_or_a_new_stream_is_heard_again_soon() {
    let (mut mouth, mut whistler) = (Mouth::default(), Whistler::new(A, 400.0, 6_000.0));
    // It stops for a while, and goes on where it was: each of its packets is late then.
    for silence in [0, 10, SECOND] {
        for _ in 0..silence {
            mouth.say();
        }
        let mut heard = Vec::new();
        for _ in 0..20 {
            whistler.whistles_to(&mut mouth);
            heard = mouth.say().to_vec();
        }
        assert!(height(&heard, 400.0) > 5_000.0, "after {silence}");
    }
    // Its clock is too fast: a packet too many, again and again. What waits does not grow without end.
    for _ in 0..100 {
        whistler.whistles_to(&mut mouth);
        whistler.whistles_to(&mut mouth);
        mouth.say();
    }
    let waiting = (0..100).take_while(|_| height(&mouth.say(), 400.0) > 3_000.0).count();
    assert!(waiting <= 9, "{waiting} packets");
    let mut other = Whistler::new(MU, 700.0, 6_000.0);
    let mut heard = Vec::new();
    for _ in 0..8 {
        other.whistles_to(&mut mouth);
        heard = mouth.say().to_vec();
    }
    assert!(height(&heard, 700.0) > 5_000.0);
}

proptest::proptest! {
    #[test]
    fn nothing_that_arrives_breaks_it(
        packets in proptest::collection::vec((0u32.., 0usize..4_000, 0u32..3), 0..60),
    ) {
        let mut mouth = Mouth::default();
        let payload = [0x2a; 4_000];
        for (timestamp, length, ssrc) in packets {
            let payload = payload.get(..length).unwrap_or_default();
            let codings = [A, MU, Coding::G722];
            let coding = codings[usize::try_from(timestamp % 3).unwrap()];
            mouth.hear(&Packet { marker: false, payload_type: 8, sequence: 0, timestamp, ssrc, payload }, coding);
            mouth.say();
        }
    }
}
