//! eMMC: how much of its life is used, as the kernel copies it from the device (JESD84-B51 7.4, `EXT_CSD` bytes 267 to 269).

use super::{Says, Warning};

/// Of the reserved blocks nine tenths are used (`PRE_EOL_INFO`).
const URGENT: u8 = 3;
/// `DEVICE_LIFE_TIME_EST`: the life is over.
const OVER: u8 = 0x0b;

/// Reads `life_time`, two numbers such as `0x01 0x02` for its two kinds of memory, and `pre_eol_info`, one such as `0x01`. `None` when
/// the device says nothing, as those before version 5 of the standard.
#[must_use]
pub fn says(life_time: &str, pre_eol_info: &str) -> Option<Says> {
    let tenths = life_time.split_whitespace().take(2).filter_map(number).filter(|n| (1..=OVER).contains(n));
    // 1 means up to a tenth, 2 up to two tenths: what is certain is the tenth below.
    let used = tenths.max().map(|tenth| (tenth - 1) * 10);
    let reserve = number(pre_eol_info.trim()).filter(|reserve| (1..=URGENT).contains(reserve));
    if used.is_none() && reserve.is_none() {
        return None;
    }
    let warnings = reserve.filter(|reserve| *reserve == URGENT).map(|_| Warning::Spare);
    Some(Says { used, warnings: warnings.into_iter().collect(), ..Says::default() })
}

fn number(text: &str) -> Option<u8> {
    u8::from_str_radix(text.strip_prefix("0x")?, 16).ok()
}
