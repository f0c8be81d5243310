//! Numbers as people write them, and the one form the house keeps them in.
//!
//! Own rules instead of the world's numbering plans: the box must understand what stands in German address books, and
//! must never guess. What it cannot read for certain it refuses, saying why. Known: international forms of every country
//! (ITU-T E.164), national and local forms of the office's own country.

use crate::E164;

mod country;
mod several;

/// Why a written number has no international form.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum DiallingRefused {
    /// Nothing stands there.
    #[error("no number stands here")]
    Empty,
    /// Something that belongs to no telephone number.
    #[error("{0:?} does not belong in a telephone number")]
    Letter(char),
    /// Too few digits to reach anybody outside the house.
    #[error("too short for a telephone number")]
    Short,
    /// More than the fifteen digits that exist (ITU-T E.164 6.1).
    #[error("longer than any telephone number")]
    Long,
    /// A number without country code, and how numbers are written in the office's country is not known here.
    #[error("the country code is missing")]
    NoCountry,
    /// A number without area code, and the location has none either.
    #[error("the area code is missing")]
    NoArea,
    /// 110, 112, 116 116, 118 18 and the like: reached inside the country only.
    #[error("a service number has no international form")]
    Service,
    /// A spreadsheet turned the number into `4.93056E+11`; its last digits are lost.
    #[error("a spreadsheet rounded this number; its last digits are lost")]
    Rounded,
    /// No country has this code.
    #[error("no country has this code")]
    Country,
    /// More than one number where one was wanted.
    #[error("more than one number stands here")]
    Several,
}

/// Where numbers are written: which country, and which area a number without area code lies in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Dialling {
    country: Box<str>,
    area: Option<Box<str>>,
}

/// Longest text taken for a number; "+49 (0) 30 / 55 50 - 10 oder -11" is far below.
const LONGEST_TEXT: usize = 120;
/// Fewest digits of a local number; what is shorter is an extension.
const SHORTEST_LOCAL: usize = 3;
/// No German local number has this many digits, so one that begins with 49 is an international one without its plus.
const PLUSLESS: usize = 10;
/// Fewest digits of a whole number, country code included.
const SHORTEST: usize = 6;

/// Country codes by ISO 3166-1, of countries whose national prefix is a zero (ITU-T E.164 national numbering plans).
const ZERO_FALLS_AWAY: &[(&str, &str)] = &[
    ("AT", "43"),
    ("BE", "32"),
    ("CH", "41"),
    ("DE", "49"),
    ("FI", "358"),
    ("FR", "33"),
    ("GB", "44"),
    ("HR", "385"),
    ("IE", "353"),
    ("NL", "31"),
    ("SE", "46"),
    ("SI", "386"),
    ("SK", "421"),
];

impl Dialling {
    /// An office in Germany; `area` is the area code of its location, with or without the leading zero.
    #[must_use]
    pub fn german(area: Option<&str>) -> Self {
        let digits = area.unwrap_or_default().chars().filter(char::is_ascii_digit).collect::<String>();
        let area = digits.trim_start_matches('0');
        let area = (!area.is_empty()).then(|| area.into());
        Self { country: "49".into(), area }
    }

    /// An office in the country with this ISO 3166-1 code. Where national numbers begin with something other than a zero
    /// that falls away behind the country code, international forms alone are read.
    #[must_use]
    pub fn of(country: &str) -> Self {
        let known = ZERO_FALLS_AWAY.iter().find(|(code, _)| code.eq_ignore_ascii_case(country));
        Self { country: known.map_or("", |(_, digits)| digits).into(), area: None }
    }

    /// Reads one number.
    ///
    /// # Errors
    /// When it is none, or not certainly one.
    pub fn read(&self, written: &str) -> Result<E164, DiallingRefused> {
        let mut numbers = self.read_all(written)?.into_iter();
        match (numbers.next(), numbers.next()) {
            (Some(number), None) => Ok(number),
            (None, _) => Err(DiallingRefused::Empty),
            (Some(_), Some(_)) => Err(DiallingRefused::Several),
        }
    }

    /// Reads a cell that may hold several: `030 5550-10/-11`, `030 555010, 0171 2345678`, `5550-10 oder -11`.
    ///
    /// # Errors
    /// When any of them is none.
    pub fn read_all(&self, written: &str) -> Result<Vec<E164>, DiallingRefused> {
        if written.len() > LONGEST_TEXT {
            return Err(DiallingRefused::Long);
        }
        if is_rounded(written.trim()) {
            return Err(DiallingRefused::Rounded);
        }
        several::split(written).iter().map(|one| self.one(one)).collect()
    }

    fn one(&self, written: &str) -> Result<E164, DiallingRefused> {
        let plain = plain(written)?;
        let digits = plain.trim_start_matches('+');
        let whole = if plain.starts_with('+') {
            self.international(digits)
        } else if let Some(abroad) = digits.strip_prefix("00") {
            self.international(abroad)
        } else if let Some(national) = digits.strip_prefix('0') {
            self.national(national)?
        } else {
            self.local(digits)?
        };
        if !country::exists(&whole) {
            return Err(DiallingRefused::Country);
        }
        match whole.len() {
            0..SHORTEST => Err(DiallingRefused::Short),
            SHORTEST..=15 => format!("+{whole}").parse().map_err(|_| DiallingRefused::Long),
            _ => Err(DiallingRefused::Long),
        }
    }

    /// `+49 030 ...` is a common slip: no German number has a zero after the country code.
    fn international(&self, digits: &str) -> String {
        match digits.strip_prefix(&*self.country).filter(|_| !self.country.is_empty()) {
            Some(national) => format!("{}{}", self.country, national.trim_start_matches('0')),
            None => digits.to_owned(),
        }
    }

    fn national(&self, digits: &str) -> Result<String, DiallingRefused> {
        match (digits.is_empty(), self.country.is_empty()) {
            (true, _) => Err(DiallingRefused::Short),
            (false, true) => Err(DiallingRefused::NoCountry),
            (false, false) => Ok(format!("{}{digits}", self.country)),
        }
    }

    fn local(&self, digits: &str) -> Result<String, DiallingRefused> {
        if self.country.is_empty() {
            return Err(DiallingRefused::NoCountry);
        }
        if digits.starts_with(&*self.country) && digits.len() >= PLUSLESS {
            return Ok(self.international(digits));
        }
        if is_service(digits) {
            return Err(DiallingRefused::Service);
        }
        if digits.len() < SHORTEST_LOCAL {
            return Err(DiallingRefused::Short);
        }
        let area = self.area.as_ref().ok_or(DiallingRefused::NoArea)?;
        Ok(format!("{}{area}{digits}", self.country))
    }

    /// A number as people here write it: `030 555010` for their own country, `+43 1234567` for others. Digits are
    /// grouped only where the area code is certain.
    #[must_use]
    pub fn show(&self, number: &E164) -> String {
        let digits = number.as_str().trim_start_matches('+');
        let own = digits.strip_prefix(&*self.country).filter(|_| !self.country.is_empty());
        if let Some(national) = own {
            let (area, rest) =
                if &*self.country == "49" { country::german_area(national) } else { ("", national) };
            let blank = if area.is_empty() { "" } else { " " };
            return format!("0{area}{blank}{rest}");
        }
        let (code, rest) = country::split(digits);
        let blank = if code.is_empty() || rest.is_empty() { "" } else { " " };
        format!("+{code}{blank}{rest}")
    }
}

/// Whether any country has the code this number begins with.
#[must_use]
pub fn country_exists(number: &E164) -> bool {
    country::exists(number.as_str().trim_start_matches('+'))
}

/// The area code of a German number, without its zero, where it is certain.
#[must_use]
pub fn german_area(number: &E164) -> Option<&str> {
    let (area, _) = country::german_area(number.as_str().strip_prefix("+49")?);
    let services = ["700", "800", "900"].contains(&area) || area.starts_with('1');
    (!area.is_empty() && !services).then_some(area)
}

/// Emergency and service numbers, which start no local number (Bundesnetzagentur, numbering area 11).
fn is_service(digits: &str) -> bool {
    matches!(digits, "110" | "112" | "115" | "19222" | "911")
        || (digits.starts_with("116") && digits.len() == 6)
        || (digits.starts_with("118") && (5..=6).contains(&digits.len()))
}

/// The digits, with a plus in front where one was written.
fn plain(written: &str) -> Result<String, DiallingRefused> {
    let text = written.trim_matches(|c: char| c.is_whitespace() || is_invisible(c));
    let text = strip_word(text, "tel:");
    let text = text.split(';').next().unwrap_or(text);
    let text = text.replace("(0)", "").replace("[0]", "");
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '0'..='9' => plain.push(c),
            '+' if plain.is_empty() => plain.push('+'),
            ' ' | '-' | '/' | '.' | '(' | ')' | '[' | ']' | '\'' => {}
            '\u{2010}'..='\u{2015}' | '\u{2212}' => {}
            c if c.is_whitespace() || is_invisible(c) => {}
            other => return Err(DiallingRefused::Letter(other)),
        }
    }
    if plain.trim_start_matches('+').is_empty() { Err(DiallingRefused::Empty) } else { Ok(plain) }
}

fn strip_word<'a>(text: &'a str, word: &str) -> &'a str {
    match text.get(..word.len()) {
        Some(front) if front.eq_ignore_ascii_case(word) => text.get(word.len()..).unwrap_or_default(),
        _ => text,
    }
}

/// `4.93056E+11`, or `4,93056E+11` in a German Excel.
fn is_rounded(text: &str) -> bool {
    let Some((front, power)) = text.split_once(['E', 'e']) else { return false };
    let mantissa = front.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b',');
    !front.is_empty()
        && mantissa
        && power.strip_prefix('+').unwrap_or(power).bytes().all(|b| b.is_ascii_digit())
}

/// Marks that telephones put around a copied number: zero width, direction, word joiner.
const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests;
