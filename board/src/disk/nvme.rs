//! NVMe: the SMART / Health Information log, page 02h (NVM Express Base Specification 2.0, 5.16.1.3).

use super::{PAGE, Says, Warning};

/// The bits of byte 0, Critical Warning, that mean something for the box. Of bit 1 too cold is the other half; no box stands that cold.
const WARNINGS: [(u8, Warning); 5] = [
    (0, Warning::Spare),
    (1, Warning::Hot),
    // Reliability is degraded by errors of the media or inside.
    (2, Warning::Failing),
    (3, Warning::ReadOnly),
    // The memory that must survive a power cut does not.
    (4, Warning::Failing),
];
/// Kelvin of 0 degrees Celsius, in whole degrees as the specification counts.
const FREEZING: i32 = 273;

/// What the log page says. It has no check of its own; the bus has.
#[must_use]
pub fn says(log: &[u8; PAGE]) -> Says {
    let [critical, kelvin_low, kelvin_high, spare, least, used, ..] = *log;
    let kelvin = u16::from_le_bytes([kelvin_low, kelvin_high]);
    let celsius = (kelvin != 0).then(|| i32::from(kelvin) - FREEZING);
    let mut warnings: Vec<Warning> =
        WARNINGS.iter().filter(|(bit, _)| critical & (1 << bit) != 0).map(|(_, warning)| *warning).collect();
    if spare < least {
        warnings.push(Warning::Spare);
    }
    warnings.sort_unstable();
    warnings.dedup();
    Says {
        used: Some(used),
        spare: Some(spare.min(100)),
        celsius: celsius.and_then(|celsius| celsius.try_into().ok()),
        hours: hours(log),
        warnings,
    }
}

/// Power On Hours, bytes 128 to 143; more than eight bytes of them nobody lives to see.
fn hours(log: &[u8; PAGE]) -> Option<u64> {
    let bytes = log.get(128..144)?;
    let (low, high) = bytes.split_first_chunk::<8>()?;
    high.iter().all(|byte| *byte == 0).then(|| u64::from_le_bytes(*low))
}
