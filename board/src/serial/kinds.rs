//! What a device on USB is, by its maker's and its model's number.

use serde::{Deserialize, Serialize};

/// What a serial device is.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A front panel of ours.
    Panel,
    /// A modem for the analogue telephone network, which can fax.
    Fax,
    /// A modem for the mobile network.
    Mobile,
    /// A receiver of satellites: time and place.
    Satellites,
    /// A plain serial line; what hangs on it nobody can know.
    Converter,
    /// Something else.
    #[default]
    Other,
}

/// What our front panel calls itself, as udev writes it.
const PANEL: &str = "Gatehouse_Panel";

/// Maker, model and kind; without a model all of this maker's are meant.
const TABLE: [(&str, &str, Kind); 22] = [
    // Conexant CX930xx, in most modems that are sold for this; USRobotics 5637; Zoom 3095; MultiTech MultiModem.
    ("0572", "1340", Kind::Fax),
    ("0572", "1329", Kind::Fax),
    ("0baf", "0303", Kind::Fax),
    ("0803", "3095", Kind::Fax),
    ("06e0", "", Kind::Fax),
    // Quectel, SIMCom, Sierra Wireless, Telit, Huawei, ZTE, Fibocom; u-blox modules of the LARA, SARA and TOBY families.
    ("2c7c", "", Kind::Mobile),
    ("1e0e", "", Kind::Mobile),
    ("1199", "", Kind::Mobile),
    ("1bc7", "", Kind::Mobile),
    ("12d1", "", Kind::Mobile),
    ("19d2", "", Kind::Mobile),
    ("2cb7", "", Kind::Mobile),
    // u-blox receivers of the generations 5 to 9; MediaTek.
    ("1546", "01a5", Kind::Satellites),
    ("1546", "01a6", Kind::Satellites),
    ("1546", "01a7", Kind::Satellites),
    ("1546", "01a8", Kind::Satellites),
    ("1546", "01a9", Kind::Satellites),
    ("0e8d", "3329", Kind::Satellites),
    // FTDI, Prolific, Silicon Laboratories, WCH.
    ("0403", "", Kind::Converter),
    ("067b", "", Kind::Converter),
    ("10c4", "ea60", Kind::Converter),
    ("1a86", "", Kind::Converter),
];

/// Four hexadecimal digits in small letters each, and what the device calls itself.
#[must_use]
pub fn of(vendor: &str, model: &str, named: &str) -> Kind {
    if named == PANEL {
        return Kind::Panel;
    }
    let row = TABLE.iter().find(|(of, which, _)| *of == vendor && (which.is_empty() || *which == model));
    row.map_or(Kind::Other, |(_, _, kind)| *kind)
}
