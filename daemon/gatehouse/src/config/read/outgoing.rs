//! The section `[outgoing]`: how people dial out of the house, and what they may not.

use std::str::FromStr;

use switchboard::dialling::{Country, Limits, Night, Outgoing, Prefixes, UNCARRIED};
use toml::Spanned;

use super::{Page, Part};

/// What one call takes of an internet access in each direction: G.711 in packets of 20 ms, with all headers.
const KBIT_A_CALL: u32 = 100;
/// Beginnings of numbers in one list.
const MOST_PREFIXES: usize = 1_000;

impl<'t> Page<'t> {
    pub(super) fn outgoing(&mut self, part: Part<'t>) -> Outgoing {
        let country = self.country(part);
        let usual = Outgoing { country, ..Outgoing::default() };
        let uncarried = if country == Country::GERMANY { &UNCARRIED[..] } else { &[] };
        let area_code = self.text(part, "area_code", "");
        let area = usual.area_code(&area_code);
        if area.is_none() && !area_code.is_empty() {
            let reason = format!("{area_code:?} is no area code such as \"030\"");
            self.problem_at(part, "area_code", reason);
        }
        Outgoing {
            area,
            outside_digit: self.outside_digit(part),
            blocked: self.prefixes(part, "blocked", &[], country),
            uncarried: self.prefixes(part, "not_carried", uncarried, country),
            flat_rate: self.prefixes(part, "flat_rate", &[], country),
            limits: self.limits(part),
            uplink: self.uplink(part),
            ..usual
        }
    }

    /// Calls that the internet access carries, counted or worked out from its rate; the smaller of both.
    fn uplink(&mut self, part: Part<'t>) -> Option<u16> {
        let calls = part.value("uplink_calls").map(|_| self.number(part, "uplink_calls", 1));
        let rate: Option<u32> = part.value("uplink_kbit").map(|_| self.number(part, "uplink_kbit", 1));
        let fit = rate.map(|rate| u16::try_from(rate / KBIT_A_CALL).unwrap_or(u16::MAX));
        calls.into_iter().chain(fit).min()
    }

    fn country(&mut self, part: Part<'t>) -> &'static Country {
        let name = self.text(part, "country", Country::GERMANY.name);
        Country::named(&name).unwrap_or_else(|| {
            let known: Vec<_> =
                switchboard::dialling::country::COUNTRIES.iter().map(|one| one.name).collect();
            self.problem_at(part, "country", format!("{name:?} is none of {}", known.join(", ")));
            Country::GERMANY
        })
    }

    fn outside_digit(&mut self, part: Part<'t>) -> Option<char> {
        let text = self.text(part, "outside_digit", "");
        let mut signs = text.chars();
        let digit = signs.next();
        if signs.next().is_some() || digit.is_some_and(|digit| !digit.is_ascii_digit()) {
            self.problem_at(part, "outside_digit", "one digit, or \"\" for none".to_owned());
            return None;
        }
        digit
    }

    fn prefixes(&mut self, part: Part<'t>, key: &str, usual: &[&str], country: &Country) -> Prefixes {
        let written = self.texts(part, key, usual);
        if written.len() > MOST_PREFIXES {
            self.problem_at(part, key, format!("more than {MOST_PREFIXES} beginnings of numbers"));
        }
        let written = written.iter().take(MOST_PREFIXES).map(String::as_str);
        Prefixes::read(written, country).unwrap_or_else(|wrong| {
            let reason = format!("{wrong:?} is no beginning of a number such as \"+43\" or \"0900\"");
            self.problem_at(part, key, reason);
            Prefixes::default()
        })
    }

    /// The fraud guard; everything is read, so that a wrong value is named also while it is off.
    fn limits(&mut self, part: Part<'t>) -> Option<Limits> {
        let usual = Limits::default();
        let limits = Limits {
            person: self.number(part, "guard_person", usual.person),
            abroad: self.number(part, "guard_abroad", usual.abroad),
            premium: self.number(part, "guard_premium", usual.premium),
            house: self.number(part, "guard_house", usual.house),
            night: self.night(part),
            night_divides_by: self.number(part, "night_divides_by", usual.night_divides_by),
        };
        let on = self.choice(part, "guard", true, &[("on", true), ("off", false)]);
        on.then_some(limits)
    }

    fn night(&mut self, part: Part<'t>) -> Night {
        let (hours, zone) =
            (self.text(part, "night", "20:00-06:00"), self.text(part, "zone", "Europe/Berlin"));
        if let Some(night) = Night::read(&hours, &zone) {
            return night;
        }
        let (key, reason) = match Night::read(&hours, "Europe/Berlin") {
            Some(_) => ("zone", format!("{zone:?} is no time zone such as \"Europe/Berlin\"")),
            None => ("night", format!("{hours:?} is no part of a day such as \"20:00-06:00\"")),
        };
        self.problem_at(part, key, reason);
        Limits::default().night
    }

    fn number<T: FromStr + PartialOrd + From<u8>>(&mut self, part: Part<'t>, key: &str, usual: T) -> T {
        let Some(value) = part.value(key).map(Spanned::get_ref) else { return usual };
        let number = value.as_integer().and_then(|number| number.as_str().parse().ok());
        number.filter(|number| *number > T::from(0)).unwrap_or_else(|| {
            self.problem_at(part, key, "a number, 1 or more, is wanted here".to_owned());
            usual
        })
    }
}
