//! G.711: a sample in a byte, by the A-law of Europe or the µ-law of America (ITU-T G.711).

/// Which curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Law {
    /// PCMA, payload type 8.
    A,
    /// PCMU, payload type 0.
    Mu,
}

/// Distance of the µ-law's curve from zero, in 16-bit samples.
const BIAS: i16 = 0x84;
/// Loudest sample of the µ-law.
const MU_CLIP: i16 = 32_635;
/// Bits that the A-law turns on its way.
const A_EVEN: u8 = 0x55;

impl Law {
    /// The sample, of 16 bits.
    #[must_use]
    pub fn decode(self, byte: u8) -> i16 {
        let table = match self {
            Self::A => &A_TABLE,
            Self::Mu => &MU_TABLE,
        };
        table.get(usize::from(byte)).copied().unwrap_or(0)
    }

    /// The byte nearest to a sample.
    #[must_use]
    pub fn encode(self, sample: i16) -> u8 {
        match self {
            Self::A => encode_a(sample),
            Self::Mu => encode_mu(sample),
        }
    }

    /// The byte of silence.
    #[must_use]
    pub fn silence(self) -> u8 {
        self.encode(0)
    }
}

static A_TABLE: [i16; 256] = table(Law::A);
static MU_TABLE: [i16; 256] = table(Law::Mu);

#[expect(clippy::indexing_slicing, reason = "the compiler evaluates it, and would refuse")]
const fn table(law: Law) -> [i16; 256] {
    let mut table = [0; 256];
    let mut byte = 0u8;
    loop {
        table[byte as usize] = match law {
            Law::A => decode_a(byte),
            Law::Mu => decode_mu(byte),
        };
        if byte == u8::MAX {
            return table;
        }
        byte += 1;
    }
}

/// G.711 tables 1a and 1b: eight segments of sixteen steps on either side of zero.
const fn decode_a(byte: u8) -> i16 {
    let bits = byte ^ A_EVEN;
    let (segment, step) = (bits >> 4 & 7, (bits & 15) as i16);
    let level = (step << 4) + 8;
    let level = if segment == 0 { level } else { (level + 0x100) << (segment - 1) };
    if bits & 0x80 == 0 { -level } else { level }
}

/// G.711 tables 2a and 2b.
const fn decode_mu(byte: u8) -> i16 {
    let bits = !byte;
    let level = ((((bits & 15) as i16) << 3) + BIAS) << (bits >> 4 & 7);
    if bits & 0x80 == 0 { level - BIAS } else { BIAS - level }
}

const fn encode_a(sample: i16) -> u8 {
    let (level, sign) = if sample < 0 { (!sample >> 3, 0) } else { (sample >> 3, 0x80) };
    let segment = if level < 32 { 0 } else { level.ilog2() - 4 };
    let step = if segment == 0 { level >> 1 } else { level >> segment };
    (sign | low_byte(segment) << 4 | low_byte(step.unsigned_abs() as u32 & 15)) ^ A_EVEN
}

const fn encode_mu(sample: i16) -> u8 {
    let level = if sample.unsigned_abs() > MU_CLIP.unsigned_abs() {
        MU_CLIP.unsigned_abs()
    } else {
        sample.unsigned_abs()
    };
    let level = level + BIAS.unsigned_abs();
    let segment = level.ilog2() - 7;
    let sign = if sample < 0 { 0x80 } else { 0 };
    !(sign | low_byte(segment) << 4 | low_byte((level >> (segment + 3)) as u32 & 15))
}

const fn low_byte(number: u32) -> u8 {
    let [.., low] = number.to_be_bytes();
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_levels_are_those_of_the_tables() {
        for (law, byte, sample) in [
            (Law::A, 0xd5, 8),
            (Law::A, 0x55, -8),
            (Law::A, 0xaa, 32_256),
            (Law::A, 0x2a, -32_256),
            (Law::A, 0xc5, 264),
            (Law::Mu, 0xff, 0),
            (Law::Mu, 0x00, -32_124),
            (Law::Mu, 0x80, 32_124),
            (Law::Mu, 0xfe, 8),
        ] {
            assert_eq!(law.decode(byte), sample, "{law:?} {byte:x}");
        }
        assert_eq!((Law::A.silence(), Law::Mu.silence()), (0xd5, 0xff));
    }

    #[test]
    fn every_byte_comes_back() {
        for byte in 0..=255 {
            assert_eq!(Law::A.encode(Law::A.decode(byte)), byte);
            // The µ-law has a zero on either side.
            let expected = if byte == 0x7f { 0xff } else { byte };
            assert_eq!(Law::Mu.encode(Law::Mu.decode(byte)), expected);
        }
    }

    #[test]
    fn every_sample_is_met_within_its_step() {
        for sample in i16::MIN..=i16::MAX {
            for law in [Law::A, Law::Mu] {
                let met = i32::from(law.decode(law.encode(sample)));
                let step = (i32::from(sample).abs() / 16).max(16);
                assert!(
                    (met - i32::from(sample)).abs() <= step + 640 * i32::from(sample.unsigned_abs() > 32_000),
                    "{law:?} {sample} {met}"
                );
            }
        }
    }
}
