//! One sentence: its check, its kind, its fields.

use super::{Moment, Place};

/// Longest sentence without its end, in bytes; with CR and LF the standard has 82.
pub const LONGEST: usize = 80;

/// What a sentence says of time and place.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Sentence {
    /// When, where it says the day as well.
    pub moment: Option<Moment>,
    /// Where, if it is sure.
    pub place: Option<Place>,
    /// How many satellites it uses.
    pub satellites: Option<u8>,
    /// Whether its kind says a place at all: then none means that none is known.
    pub says_place: bool,
}

/// Why a line says nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SentenceRefused {
    /// Longer than [`LONGEST`].
    #[error("the sentence is too long")]
    TooLong,
    /// No sentence, or another check than its words have.
    #[error("the sentence was damaged on its way")]
    Damaged,
    /// Sound, but about something else.
    #[error("the sentence is of another kind")]
    OfAnotherKind,
    /// A field holds what cannot be there.
    #[error("a field of the sentence cannot be right")]
    Wrong,
}

/// Reads a sentence without its end.
///
/// # Errors
/// [`SentenceRefused`].
pub fn read(line: &[u8]) -> Result<Sentence, SentenceRefused> {
    if line.len() > LONGEST {
        return Err(SentenceRefused::TooLong);
    }
    let text = std::str::from_utf8(line).map_err(|_| SentenceRefused::Damaged)?;
    let (words, sum) =
        text.strip_prefix('$').and_then(|rest| rest.split_once('*')).ok_or(SentenceRefused::Damaged)?;
    let plain = words.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    let hex = sum.len() == 2 && sum.bytes().all(|digit| digit.is_ascii_hexdigit());
    let expected = words.bytes().fold(0, |sum, byte| sum ^ byte);
    if !plain || !hex || u8::from_str_radix(sum, 16) != Ok(expected) {
        return Err(SentenceRefused::Damaged);
    }
    let fields = Fields(words.split(',').collect());
    // Two letters for who talks: GP, GL, GA, GN...; proprietary sentences begin with P.
    let kind = fields.at(0).get(2..).filter(|_| fields.at(0).len() == 5).unwrap_or_default();
    let read = match kind {
        "RMC" => fields.recommended_minimum(),
        "GGA" => fields.fix(),
        "ZDA" => fields.time_and_date(),
        _ => return Err(SentenceRefused::OfAnotherKind),
    };
    read.ok_or(SentenceRefused::Wrong)
}

/// The first is the kind.
struct Fields<'t>(Vec<&'t str>);

impl Fields<'_> {
    /// One that is missing is empty.
    fn at(&self, place: usize) -> &str {
        self.0.get(place).copied().unwrap_or_default()
    }

    /// RMC: time, status, latitude, longitude, speed, course, date, variation, and since version 2.3 how it knows.
    fn recommended_minimum(&self) -> Option<Sentence> {
        let sure = self.at(2) == "A" && matches!(self.at(12), "" | "A" | "D" | "F" | "P" | "R");
        let place = if sure { Some(self.place(3)?) } else { None };
        let date = self.at(9);
        let moment = if date.is_empty() || self.at(1).is_empty() {
            None
        } else {
            let [day, month, year] = pairs(date)?;
            Some(moment((2000 + u16::from(year), month, day), self.at(1))?)
        };
        // A clock that has not heard of satellites yet tells any time.
        Some(Sentence {
            moment: moment.filter(|_| self.at(2) == "A"),
            place,
            satellites: None,
            says_place: true,
        })
    }

    /// GGA: time, latitude, longitude, quality, satellites. Estimated, typed in and simulated (6, 7, 8) are no places.
    fn fix(&self) -> Option<Sentence> {
        let sure = matches!(self.at(6), "1" | "2" | "3" | "4" | "5");
        let place = if sure { Some(self.place(2)?) } else { None };
        let satellites = if self.at(7).is_empty() { None } else { Some(number(self.at(7), 2)?) };
        Some(Sentence { moment: None, place, satellites, says_place: true })
    }

    /// ZDA: time, day, month, year.
    fn time_and_date(&self) -> Option<Sentence> {
        if self.at(1).is_empty() || self.at(4).is_empty() {
            return Some(Sentence::default());
        }
        let year: u16 = digits(self.at(4)).filter(|year| year.len() == 4)?.parse().ok()?;
        let day = (year, number(self.at(3), 2)?, number(self.at(2), 2)?);
        Some(Sentence { moment: Some(moment(day, self.at(1))?), ..Sentence::default() })
    }

    /// Four fields from this one on: latitude, N or S, longitude, E or W.
    fn place(&self, from: usize) -> Option<Place> {
        let latitude = angle(self.at(from), 2, 90)?;
        let longitude = angle(self.at(from + 2), 3, 180)?;
        let latitude = match self.at(from + 1) {
            "N" => latitude,
            "S" => -latitude,
            _ => return None,
        };
        match self.at(from + 3) {
            "E" => Some(Place { latitude, longitude }),
            "W" => Some(Place { latitude, longitude: -longitude }),
            _ => None,
        }
    }
}

/// `4807.038`: so many digits of degrees, then minutes; in millionths of a degree.
fn angle(text: &str, degrees: usize, most: u32) -> Option<i32> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let (degrees, minutes) =
        digits(whole).filter(|whole| whole.len() == degrees + 2)?.split_at_checked(degrees)?;
    let degrees: u32 = degrees.parse().ok()?;
    let minutes: u32 = minutes.parse().ok().filter(|minutes| *minutes < 60)?;
    let fraction: String =
        if fraction.is_empty() { "0" } else { digits(fraction)? }.chars().take(6).collect();
    let millionths: u32 = format!("{fraction:0<6}").parse().ok()?;
    let angle = degrees * 1_000_000 + (minutes * 1_000_000 + millionths + 30) / 60;
    i32::try_from(angle).ok().filter(|_| angle <= most * 1_000_000)
}

/// `123519.00` of a day.
fn moment((year, month, day): (u16, u8, u8), time: &str) -> Option<Moment> {
    let (whole, fraction) = time.split_once('.').unwrap_or((time, "0"));
    digits(fraction)?;
    let [hour, minute, second] = pairs(whole)?;
    let there_is =
        (2000..2100).contains(&year) && (1..=12).contains(&month) && (1..=days(year, month)).contains(&day);
    // A leap second is the sixty-first.
    let fits = hour < 24 && minute < 60 && second <= 60;
    (there_is && fits).then_some(Moment { year, month, day, hour, minute, second })
}

/// Until 2099 every fourth year is a leap year.
const fn days(year: u16, month: u8) -> u8 {
    match month {
        2 if year.is_multiple_of(4) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Six digits as three numbers.
fn pairs(text: &str) -> Option<[u8; 3]> {
    let text = digits(text).filter(|text| text.len() == 6)?;
    let pair = |at: usize| text.get(at..at + 2)?.parse().ok();
    Some([pair(0)?, pair(2)?, pair(4)?])
}

fn number(text: &str, longest: usize) -> Option<u8> {
    digits(text).filter(|text| text.len() <= longest)?.parse().ok()
}

fn digits(text: &str) -> Option<&str> {
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then_some(text)
}
