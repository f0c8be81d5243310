//! Codes in front of a number that say how the caller wants to be seen in this one call.

/// Whether the caller's number is shown in this call.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Wish {
    /// As usual.
    #[default]
    AsUsual,
    /// Not this time (CLIR, ETSI EN 300 089).
    Hidden,
}

/// Codes that hide the number once: fixed line, the cloud's own, mobile (ETSI ETS 300 738, 3GPP TS 22.030 6.5.2).
///
/// In a mobile network `*31#` means the opposite; a number hidden by mistake does less harm than one shown by mistake.
const HIDE: [&str; 3] = ["*31*", "*31#", "#31#"];

/// Takes such a code off what was dialled. A code with nothing behind it is left as it is: it changes a setting, which is not
/// done by dialling here.
#[must_use]
pub fn wish(dialled: &str) -> (Wish, &str) {
    let behind = HIDE.iter().find_map(|code| dialled.strip_prefix(code)).filter(|rest| !rest.is_empty());
    behind.map_or((Wish::AsUsual, dialled), |rest| (Wish::Hidden, rest))
}
