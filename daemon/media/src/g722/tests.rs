use super::*;

/// Noise that swells and breaks off, the same on every machine.
fn noise() -> Vec<i16> {
    let mut random = 1_u32;
    let sample = |place: u32| {
        random = random.wrapping_mul(1_103_515_245).wrapping_add(12_345) & 0x7fff_ffff;
        let level = i32::try_from(place % 4_000 * 8).unwrap();
        let noise = i32::try_from(random >> 8 & 0xffff).unwrap() - 32_768;
        i16::try_from((noise * level) >> 15).unwrap()
    };
    (0..16_000).map(sample).collect()
}

/// FNV-1a.
fn print(bytes: impl IntoIterator<Item = u8>) -> u64 {
    let mix = |print: u64, byte| (print ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    bytes.into_iter().fold(0xcbf2_9ce4_8422_2325, mix)
}

fn decoded(bytes: &[u8]) -> Vec<i16> {
    let mut decoder = Decoder::default();
    bytes.iter().map(|byte| decoder.decode(*byte)).collect()
}

/// The prints are those of what spandsp 0.0.6 makes of the same, with 8000 samples a second.
#[test]
fn every_bit_is_that_of_another_who_follows_the_standard() {
    let mut encoder = Encoder::default();
    let bytes: Vec<u8> = noise().into_iter().map(|sample| encoder.encode(sample)).collect();
    assert_eq!(bytes[1_000..1_008], [236, 222, 216, 210, 235, 248, 220, 239]);
    assert_eq!(print(bytes.clone()), 0x3f19_1aa7_765b_5ad4);
    let samples = decoded(&bytes);
    assert_eq!(samples[1_000..1_008], [7_308, -358, -4_616, -5_218, 6_832, 4_646, -3_490, 2_862]);
    assert_eq!(print(samples.into_iter().flat_map(i16::to_be_bytes)), 0x5fe4_cdc3_a402_6cd4);
}

#[test]
fn any_bytes_become_the_samples_that_another_makes_of_them() {
    let mut random = 1_u32;
    let bytes = std::iter::repeat_with(|| {
        random = random.wrapping_mul(1_103_515_245).wrapping_add(12_345) & 0x7fff_ffff;
        random.to_be_bytes()[1]
    });
    let bytes: Vec<u8> = bytes.take(16_000).collect();
    assert_eq!(print(decoded(&bytes).into_iter().flat_map(i16::to_be_bytes)), 0x371b_1f8f_8873_b7cb);
}
