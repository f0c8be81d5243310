use super::*;
use crate::dtmf::Digit;
use crate::g711::Law;

fn played(tone: Tone, samples: usize) -> Vec<i16> {
    let mut played = vec![0; samples];
    Player::new(tone).fill(&mut played);
    played
}

/// Noise like a hissing line, the same in each run.
fn hiss(samples: usize, loudness: i32) -> Vec<i16> {
    let mut state = 1u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        i16::try_from((i32::try_from(state >> 16).unwrap() - 32_768) * loudness / 32_768).unwrap()
    };
    (0..samples).map(|_| next()).collect()
}

fn digits(samples: &[i16]) -> String {
    let mut ear = KeyEar::default();
    samples.chunks(160).filter_map(|packet| ear.hear(packet.iter().copied())).map(Digit::name).collect()
}

fn signs(samples: &[i16]) -> Vec<FaxSign> {
    let mut ear = FaxEar::default();
    samples.chunks(160).filter_map(|packet| ear.hear(packet.iter().copied())).collect()
}

#[test]
fn tones_sound_and_pause_as_in_germany() {
    for (tone, sounds, pauses) in [
        (Tone::RINGBACK, 8_000, 32_000),
        (Tone::BUSY, 3_840, 3_840),
        (Tone::CONGESTION, 1_920, 1_920),
        (Tone::CNG, 4_000, 24_000),
    ] {
        let samples = played(tone, (sounds + pauses) * 2);
        let quiet = |samples: &[i16]| samples.iter().all(|sample| *sample == 0);
        assert!(!samples[..sounds].chunks(16).any(quiet) && quiet(&samples[sounds..sounds + pauses]));
        assert_eq!(samples[..sounds], samples[sounds + pauses..sounds * 2 + pauses]);
    }
    let crossings = played(Tone::DIAL, 8_000).windows(2).filter(|pair| pair[0] < 0 && pair[1] >= 0).count();
    assert!((424..=426).contains(&crossings), "{crossings} Hz");
}

#[test]
fn every_key_is_heard_through_a_bad_line() {
    let mut said = String::new();
    let mut samples = Vec::new();
    for name in "159D*2580#4A6B3C7".chars() {
        said.push(name);
        samples.extend(played(Tone::key(Digit::named(name).unwrap()), 560));
        samples.extend(vec![0; 560]);
    }
    for (loudness, noise) in [(1, 0), (4, 100), (16, 20)] {
        let line: Vec<_> = samples
            .iter()
            .zip(hiss(samples.len(), noise))
            .map(|(tone, hiss)| tone / loudness + hiss)
            .collect();
        assert_eq!(digits(&line), said, "at 1/{loudness} with {noise}");
        let coded: Vec<_> = line.iter().map(|sample| Law::A.decode(Law::A.encode(*sample))).collect();
        assert_eq!(digits(&coded), said, "coded");
    }
}

#[test]
fn what_is_no_key_is_not_heard_as_one() {
    assert_eq!(digits(&hiss(80_000, 8_000)), "");
    assert_eq!(digits(&played(Tone::RINGBACK, 80_000)), "");
    let too_short = [played(Tone::key(Digit::named('5').unwrap()), 120), vec![0; 400]].concat();
    assert_eq!(digits(&too_short.repeat(20)), "");
    let single: Vec<_> = played(Tone::single(770, 1, 0), 8_000);
    assert_eq!(digits(&single), "");
}

/// Flags of V.21 channel 2, 300 bits a second: 1650 Hz for one, 1850 Hz for zero.
fn preamble(samples: usize) -> Vec<i16> {
    let mut phase = 0.0f32;
    let bit = |place: usize| [0, 1, 1, 1, 1, 1, 1, 0][place * 300 / 8_000 % 8];
    let next = |place| {
        phase = (phase + if bit(place) == 1 { 1_650.0 } else { 1_850.0 } / 8_000.0).fract();
        sample((phase * TAU).sin() * 4_000.0)
    };
    (0..samples).map(next).collect()
}

#[test]
fn fax_machines_are_heard_by_each_of_their_signs() {
    assert_eq!(signs(&played(Tone::CNG, 8_000)), [FaxSign::Calling]);
    assert_eq!(signs(&played(Tone::CNG, 60_000)), [FaxSign::Calling; 3], "each time it sounds");
    assert_eq!(signs(&played(Tone::CED, 24_000)), [FaxSign::Answering]);
    assert_eq!(signs(&preamble(8_000)), [FaxSign::Preamble]);
    let noisy: Vec<_> =
        preamble(8_000).iter().zip(hiss(8_000, 300)).map(|(tone, hiss)| tone / 4 + hiss).collect();
    assert_eq!(signs(&noisy), [FaxSign::Preamble]);
}

#[test]
fn no_voice_and_no_other_tone_is_a_fax() {
    assert_eq!(signs(&hiss(80_000, 8_000)), []);
    for tone in [Tone::DIAL, Tone::BUSY, Tone::key(Digit::named('1').unwrap())] {
        assert_eq!(signs(&played(tone, 40_000)), []);
    }
    assert_eq!(signs(&played(Tone::CNG, 1_600)), [], "too short");
}
