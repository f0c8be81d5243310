//! One line of the serial line: words, an asterisk, and a check over the words.

use std::fmt::Write as _;

use super::{Contact, Light, Shine};

/// Longest line without its end, in bytes.
pub const LONGEST: usize = 80;

/// What the panel's program calls itself: protocol and version.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Firmware {
    /// Of this protocol; 1.
    pub protocol: u8,
    /// Of the program.
    pub version: u16,
}

/// From the box to the panel.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Order {
    /// Who are you?
    Hello,
    /// A light.
    Light(Light, Shine),
    /// The relay.
    Relay(Contact),
    /// After so many seconds without [`Order::Feed`] the box is dead.
    Guard(u16),
    /// The box lives.
    Feed,
    /// Supply and temperature, please.
    Read,
}

impl Order {
    /// Whether one takes the place of the other.
    pub(super) fn concerns_the_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Light(one, _), Self::Light(other, _)) => one == other,
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }
}

/// From the panel to the box.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Report {
    /// It is there, and has just started or been asked.
    Panel(Firmware),
    /// The last order was carried out.
    Taken,
    /// The last order is beyond it: it has no such light.
    Refused,
    /// The button is down.
    Down,
    /// It is up again.
    Up,
    /// In millivolts.
    Supply(u32),
    /// In thousandths of a degree Celsius.
    Temperature(i32),
}

/// Why a line means nothing; noise, or a panel of another kind.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum LineRefused {
    /// Longer than [`LONGEST`].
    #[error("the line is too long")]
    TooLong,
    /// No check, or another one than the words have.
    #[error("the line was damaged on its way")]
    Damaged,
    /// Words of another protocol.
    #[error("the line says nothing known")]
    Unknown,
}

/// CRC-16/XMODEM: polynomial 0x1021, nothing reflected, begins with 0.
fn check(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |sum, byte| {
        (0..8).fold(sum ^ (u16::from(*byte) << 8), |sum, _| {
            if sum & 0x8000 == 0 { sum << 1 } else { (sum << 1) ^ 0x1021 }
        })
    })
}

/// A line with its end.
#[must_use]
pub fn write(order: Order) -> String {
    let mut line = match order {
        Order::Hello => "HELLO 1".to_owned(),
        Order::Light(light, shine) => format!("LIGHT {} {}", light_word(light), shine_word(shine)),
        Order::Relay(Contact::Open) => "RELAY open".to_owned(),
        Order::Relay(Contact::Closed) => "RELAY closed".to_owned(),
        Order::Guard(seconds) => format!("GUARD {seconds}"),
        Order::Feed => "FEED".to_owned(),
        Order::Read => "READ".to_owned(),
    };
    let sum = check(line.as_bytes());
    // Writing to a string does not fail.
    let _ = write!(line, "*{sum:04X}\r\n");
    line
}

fn light_word(light: Light) -> &'static str {
    match light {
        Light::Power => "power",
        Light::Line => "line",
        Light::Call => "call",
        Light::Fault => "fault",
    }
}

fn shine_word(shine: Shine) -> &'static str {
    match shine {
        Shine::Off => "off",
        Shine::On => "on",
        Shine::Blink => "blink",
    }
}

/// Reads a line without its end.
///
/// # Errors
/// When it was damaged, or says nothing known.
pub fn read(line: &[u8]) -> Result<Report, LineRefused> {
    if line.len() > LONGEST {
        return Err(LineRefused::TooLong);
    }
    let text = std::str::from_utf8(line).map_err(|_| LineRefused::Damaged)?;
    let (words, sum) = text.rsplit_once('*').ok_or(LineRefused::Damaged)?;
    let plain = sum.len() == 4 && sum.bytes().all(|digit| digit.is_ascii_hexdigit());
    let sum = u16::from_str_radix(sum, 16).ok().filter(|_| plain);
    if sum != Some(check(words.as_bytes())) {
        return Err(LineRefused::Damaged);
    }
    said(words).ok_or(LineRefused::Unknown)
}

fn said(words: &str) -> Option<Report> {
    let mut words = words.split(' ');
    let report = match (words.next()?, words.next()) {
        ("PANEL", Some(protocol)) => {
            let protocol = protocol.parse().ok().filter(|protocol| *protocol == 1)?;
            Report::Panel(Firmware { protocol, version: words.next()?.parse().ok()? })
        }
        ("OK", None) => Report::Taken,
        ("WHAT", None) => Report::Refused,
        ("BUTTON", Some("down")) => Report::Down,
        ("BUTTON", Some("up")) => Report::Up,
        ("SUPPLY", Some(millivolts)) => Report::Supply(millivolts.parse().ok()?),
        ("TEMPERATURE", Some(millidegrees)) => Report::Temperature(millidegrees.parse().ok()?),
        _ => return None,
    };
    words.next().is_none().then_some(report)
}

/// A line as a panel would send it.
#[cfg(test)]
pub(super) fn said_by_panel(words: &str) -> String {
    format!("{words}*{:04X}\r\n", check(words.as_bytes()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Firmware, LONGEST, LineRefused, Order, Report, check, read, write};
    use crate::panel::{Contact, Light, Shine};

    #[test]
    fn the_check_is_the_one_in_the_books() {
        // The check value of CRC-16/XMODEM in the catalogue of parametrised CRC algorithms.
        assert_eq!(check(b"123456789"), 0x31C3);
    }

    #[test]
    fn orders_are_written_as_the_panel_reads_them() {
        for (order, words) in [
            (Order::Hello, "HELLO 1"),
            (Order::Light(Light::Fault, Shine::Blink), "LIGHT fault blink"),
            (Order::Relay(Contact::Closed), "RELAY closed"),
            (Order::Guard(120), "GUARD 120"),
        ] {
            assert_eq!(write(order), format!("{words}*{:04X}\r\n", check(words.as_bytes())));
        }
    }

    fn reads(words: &str) -> Result<Report, LineRefused> {
        read(format!("{words}*{:04x}", check(words.as_bytes())).as_bytes())
    }

    #[test]
    fn reports_are_read() {
        for (words, report) in [
            ("PANEL 1 7", Report::Panel(Firmware { protocol: 1, version: 7 })),
            ("OK", Report::Taken),
            ("WHAT", Report::Refused),
            ("BUTTON down", Report::Down),
            ("SUPPLY 12050", Report::Supply(12_050)),
            ("TEMPERATURE -1500", Report::Temperature(-1500)),
        ] {
            assert_eq!(reads(words), Ok(report));
        }
    }

    #[test]
    fn what_is_damaged_or_unknown_is_nothing() {
        assert_eq!(read(b"OK"), Err(LineRefused::Damaged));
        assert_eq!(read(b"OK*0000"), Err(LineRefused::Damaged));
        assert_eq!(read(&[b'A'; LONGEST + 1]), Err(LineRefused::TooLong));
        for words in ["PANEL 2 7", "OK OK", "SUPPLY", "SUPPLY -1", "BUTTON", "", "BUTTON  up"] {
            assert_eq!(reads(words), Err(LineRefused::Unknown), "{words}");
        }
    }

    proptest! {
        #[test]
        fn one_flipped_bit_is_noticed(at in 0_usize..12, bit in 0_u8..8) {
            let mut line = format!("SUPPLY 12050*{:04X}", check(b"SUPPLY 12050")).into_bytes();
            line[at] ^= 1 << bit;
            prop_assert_eq!(read(&line), Err(LineRefused::Damaged));
        }

        #[test]
        fn no_line_stops_the_box(line in proptest::collection::vec(any::<u8>(), 0..100)) {
            let _ = read(&line);
        }
    }
}
