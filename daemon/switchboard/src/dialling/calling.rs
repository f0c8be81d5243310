//! Who calls from outside: as the line says it, and as a phone shows it so that it can be called back.

use account::E164;

use super::Country;

/// Who calls, as far as the line says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Calling {
    /// Somebody with this number.
    Number(E164),
    /// Somebody who does not want to be known, or whom the network does not know.
    Hidden,
    /// A number that nobody can call back, a short one for instance; shown as it is.
    Other(Box<str>),
}

/// What lines write instead of a number.
const HIDDEN: [&str; 6] = ["", "anonymous", "unknown", "unavailable", "restricted", "withheld"];
/// Fewest digits of a number that a line states with its country code but without plus.
const PLUSLESS: usize = 8;
/// Longest text that is shown.
const LONGEST: usize = 32;

impl Calling {
    /// Reads the user part of an address as lines in this country write it: `+4930555010`, `4930555010`, `004930555010`,
    /// `030555010`, `anonymous`.
    #[must_use]
    pub fn read(written: &str, country: &Country) -> Self {
        if HIDDEN.iter().any(|word| written.eq_ignore_ascii_case(word)) {
            return Self::Hidden;
        }
        let whole = if let Some(world) =
            written.strip_prefix('+').or_else(|| written.strip_prefix(country.international))
        {
            Some(world.to_owned())
        } else if let Some(national) = written.strip_prefix(country.national) {
            Some(format!("{}{national}", country.code))
        } else {
            (written.len() >= PLUSLESS).then(|| written.to_owned())
        };
        let number = whole.and_then(|whole| format!("+{whole}").parse::<E164>().ok());
        let known = number.filter(|number| {
            number.as_str().len() > PLUSLESS - 2 && account::dialling::country_exists(number)
        });
        known.map_or_else(|| Self::Other(shown(written)), Self::Number)
    }

    /// The number, if there is one to call back.
    #[must_use]
    pub const fn number(&self) -> Option<&E164> {
        match self {
            Self::Number(number) => Some(number),
            Self::Hidden | Self::Other(_) => None,
        }
    }
}

/// Control characters and the like belong on no display.
fn shown(written: &str) -> Box<str> {
    let plain = |sign: &char| sign.is_alphanumeric() || matches!(sign, '+' | '-' | '.' | '_' | '*' | '#');
    written.chars().filter(plain).take(LONGEST).collect::<String>().into()
}

#[cfg(test)]
mod tests {
    use super::{Calling, Country};

    #[test]
    fn a_caller_is_read_however_the_line_writes_it() {
        let rows = [
            ("+4930555010", "+4930555010"),
            ("4930555010", "+4930555010"),
            ("004930555010", "+4930555010"),
            ("030555010", "+4930555010"),
            ("01712345678", "+491712345678"),
            ("+43123456789", "+43123456789"),
            ("43123456789", "+43123456789"),
            ("0043123456789", "+43123456789"),
            ("12125550100", "+12125550100"),
            ("anonymous", "hidden"),
            ("Anonymous", "hidden"),
            ("unavailable", "hidden"),
            ("", "hidden"),
            ("115", "other 115"),
            ("112", "other 112"),
            ("+112", "other +112"),
            ("2801234567", "other 2801234567"),
            ("12345678901234567", "other 12345678901234567"),
            ("alice", "other alice"),
            ("a\r\nb", "other ab"),
        ];
        for (written, wanted) in rows {
            let read = match Calling::read(written, Country::GERMANY) {
                Calling::Number(number) => number.to_string(),
                Calling::Hidden => "hidden".into(),
                Calling::Other(text) => format!("other {text}"),
            };
            assert_eq!(read, wanted, "{written:?}");
        }
    }
}
