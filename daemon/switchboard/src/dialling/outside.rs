//! From digits to a number that any line understands.

use account::E164;

use super::country::{Country, Form, Local, Shape, Sort};

/// Where a phone stands, as far as dialling goes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Spot {
    /// Whose rules are dialled by.
    pub country: &'static Country,
    /// The area code without its zero, where it is known; local numbers need it.
    pub area: Option<Box<str>>,
    /// The digit this house dials for an outside line, where it has one. Numbers with `+` and, where nothing else can be meant,
    /// with the national prefix go without.
    pub outside_digit: Option<char>,
}

/// What is asked of a line.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum Called {
    /// Somebody in the world.
    Number(E164),
    /// A service that exists only inside the country and is called as it was dialled, `115`.
    Short(Box<str>),
}

/// Whether a border lies between.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Distance {
    /// The phone's own country.
    Inland,
    /// Any other.
    Abroad,
}

/// Somebody outside the house.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Outside {
    /// Whom to ask a line for.
    pub called: Called,
    /// What kind of number that is.
    pub sort: Sort,
    /// Whether it is in the same country.
    pub distance: Distance,
    /// Country code and number, without plus: what rules by prefix go by, `49115`.
    pub key: Box<str>,
}

/// Why nobody outside the house is reached by what was dialled.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum DialledRefused {
    /// A name, or nothing at all.
    NotANumber,
    /// A code that starts with `*` or `#` and means nothing here.
    UnknownCode,
    /// This house dials a digit for an outside line, and it was not dialled.
    NoOutsideDigit,
    /// Some digits are missing.
    TooShort,
    /// More digits than such a number has.
    TooLong,
    /// A local number, and the area of the phone is not known.
    NoArea,
    /// No country has this code.
    NoSuchCountry,
    /// The country has no such numbers.
    NoSuchNumber,
}

/// Fewest digits that are taken for a local number where no outside digit is dialled: a mistyped extension calls nobody.
const LOCAL_LEAST: usize = 5;
/// Fewest where an outside line was asked for.
const LOCAL_LEAST_OUTSIDE: usize = 3;
/// Fewest and most digits of a number abroad, country code included (ITU-T E.164 6.1).
const WORLD: std::ops::RangeInclusive<usize> = 6..=15;

impl Spot {
    /// Reads what was dialled at this place. Internal and emergency numbers must have been looked for before.
    ///
    /// # Errors
    /// [`DialledRefused`] says what is wrong with it.
    pub fn read(&self, dialled: &str) -> Result<Outside, DialledRefused> {
        let plain = plain(dialled)?;
        if let Some(world) = plain.strip_prefix('+') {
            return self.world(world);
        }
        match self.outside_digit {
            None => self.outside(&plain, LOCAL_LEAST),
            Some(digit) => match plain.strip_prefix(digit) {
                Some(rest) => self.outside(rest, LOCAL_LEAST_OUTSIDE),
                None if plain.starts_with(self.country.national) => self.outside(&plain, LOCAL_LEAST_OUTSIDE),
                None => Err(DialledRefused::NoOutsideDigit),
            },
        }
    }

    /// As dialled on a line of the public network.
    fn outside(&self, digits: &str, local_least: usize) -> Result<Outside, DialledRefused> {
        if let Some(world) = digits.strip_prefix(self.country.international) {
            return self.world(world);
        }
        if let Some(national) = digits.strip_prefix(self.country.national) {
            return self.national(national);
        }
        if let Some(shape) = self.country.shape(digits, &[Form::Short, Form::EachArea])
            && digits.len() >= shape.least
        {
            return self.shaped(digits, shape);
        }
        self.local(digits, local_least)
    }

    /// With country code. A zero after the own one (`+49 030`) is a common slip.
    fn world(&self, digits: &str) -> Result<Outside, DialledRefused> {
        if let Some(national) = digits.strip_prefix(self.country.code) {
            return self.national(national.trim_start_matches(self.country.national));
        }
        let number: E164 = format!("+{digits}").parse().map_err(|_| length(digits.len()))?;
        if !account::dialling::country_exists(&number) {
            return Err(DialledRefused::NoSuchCountry);
        }
        if !WORLD.contains(&digits.len()) {
            return Err(length(digits.len()));
        }
        let there = Country::of(digits);
        let national = there.and_then(|there| digits.strip_prefix(there.code)).unwrap_or_default();
        let shape = there.and_then(|there| there.shape(national, &[Form::Whole]));
        let sort = shape.map_or(Sort::Unknown, |shape| shape.sort);
        Ok(Outside { called: Called::Number(number), sort, distance: Distance::Abroad, key: digits.into() })
    }

    /// With area code.
    fn national(&self, digits: &str) -> Result<Outside, DialledRefused> {
        if self.country.emergency.contains(&digits) {
            return Err(DialledRefused::NoSuchNumber);
        }
        match self.country.shape(digits, &[Form::Whole, Form::Short]) {
            Some(shape) => self.shaped(digits, shape),
            None if digits.is_empty() => Err(DialledRefused::TooShort),
            None => Err(DialledRefused::NoSuchNumber),
        }
    }

    /// Without area code.
    fn local(&self, digits: &str, least: usize) -> Result<Outside, DialledRefused> {
        let Local::Dialled { never_first } = self.country.local else {
            return Err(DialledRefused::NoSuchNumber);
        };
        if digits.starts_with(|first| never_first.contains(first)) {
            return Err(DialledRefused::NoSuchNumber);
        }
        if digits.len() < least {
            // Without a digit for an outside line this is an extension that nobody has.
            let inside = least == LOCAL_LEAST;
            return Err(if inside { DialledRefused::NoSuchNumber } else { DialledRefused::TooShort });
        }
        let area = self.area.as_deref().ok_or(DialledRefused::NoArea)?;
        self.national(&format!("{area}{digits}"))
    }

    fn shaped(&self, digits: &str, shape: &Shape) -> Result<Outside, DialledRefused> {
        if digits.len() < shape.least {
            return Err(DialledRefused::TooShort);
        }
        if digits.len() > shape.most {
            return Err(DialledRefused::TooLong);
        }
        let area = self.area.as_deref().filter(|_| shape.form == Form::EachArea).unwrap_or_default();
        let key = format!("{}{area}{digits}", self.country.code);
        let short = shape.form == Form::Short || (shape.form == Form::EachArea && area.is_empty());
        let called = if short {
            Called::Short(digits.into())
        } else {
            Called::Number(format!("+{key}").parse().map_err(|_| DialledRefused::TooLong)?)
        };
        Ok(Outside { called, sort: shape.sort, distance: Distance::Inland, key: key.into() })
    }
}

impl Outside {
    /// Its international number; a service of the country has none.
    #[must_use]
    pub fn number(&self) -> Option<&E164> {
        match &self.called {
            Called::Number(number) => Some(number),
            Called::Short(_) => None,
        }
    }

    /// The user part of a Request-URI: `+4930555010`, `115`.
    #[must_use]
    pub fn as_dialled(&self) -> &str {
        match &self.called {
            Called::Number(number) => number.as_str(),
            Called::Short(digits) => digits,
        }
    }
}

/// A number that an address states for a part of the world (RFC 3966 5.1.5), as it is dialled from anywhere; what is no number
/// there, an extension for instance, stays as it is. `None` when the context is no country whose plan is known.
#[must_use]
pub fn in_context(digits: &str, context: &str) -> Option<String> {
    let context = plain(context).ok()?;
    let context = context.strip_prefix('+')?;
    let country = Country::of(context)?;
    let area = context.strip_prefix(country.code).filter(|area| !area.is_empty()).map(Into::into);
    let there = Spot { country, area, outside_digit: None };
    Some(there.read(digits).map_or_else(|_| digits.to_owned(), |outside| outside.as_dialled().to_owned()))
}

/// Digits, with a plus in front where one was written; what people write between them is left out.
fn plain(written: &str) -> Result<String, DialledRefused> {
    let mut plain = String::with_capacity(written.len());
    for sign in written.chars() {
        match sign {
            '0'..='9' => plain.push(sign),
            '+' if plain.is_empty() => plain.push(sign),
            ' ' | '-' | '.' | '/' | '(' | ')' => {}
            '*' | '#' => return Err(DialledRefused::UnknownCode),
            _ => return Err(DialledRefused::NotANumber),
        }
    }
    if plain.is_empty() { Err(DialledRefused::NotANumber) } else { Ok(plain) }
}

fn length(digits: usize) -> DialledRefused {
    if digits < *WORLD.start() { DialledRefused::TooShort } else { DialledRefused::TooLong }
}
