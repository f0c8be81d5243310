//! Is this an emergency call? Decided from what was dialled alone, before anything else is asked about the caller.
//!
//! Digits after 110 or 112 are ignored and the call goes at once; digits before mean that it is no emergency call
//! (NotrufV § 4 (5)), except the one digit that this house dials to get an outside line.

use std::fmt;

mod dry_run;
mod read;

use dry_run::DryRun;
pub use dry_run::DryRunRefused;

/// Whom the caller wants.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Service {
    /// 110
    Police,
    /// 112, fire brigade and ambulance.
    Rescue,
}

impl Service {
    /// The digits that leave the house, whatever was dialled inside.
    #[must_use]
    pub const fn number(self) -> &'static str {
        match self {
            Self::Police => "110",
            Self::Rescue => "112",
        }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.number())
    }
}

/// How the caller said it; for the log and the alert.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum How {
    /// 110 or 112 and nothing else.
    Plainly,
    /// With the digit for an outside line in front.
    WithExitDigit,
    /// With more digits behind, which are ignored.
    WithMoreDigits,
    /// With another country's number, 911, 999 or 000.
    AsAtHome,
    /// As a service URN (RFC 5031).
    ByName,
}

/// A call for help.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Emergency {
    /// Whom to reach.
    pub service: Service,
    /// How it was dialled.
    pub how: How,
}

/// What a dialled text is.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Class {
    /// A call for help: it passes every rule of the house.
    Emergency(Emergency),
    /// 116117, the doctor on call: permissions, credit and limits do not count, nothing else is special.
    Privileged,
    /// The rehearsal: the same path, answered by the box itself.
    Test,
    /// A call to a number of the house's own over the line that a call for help would take.
    DryRun,
    /// An ordinary call, but it ends like an emergency number: worth a line in the log.
    Resembling,
    /// Any other call.
    Ordinary,
}

/// What the digits dialled so far, one by one, may still become.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Overlap {
    /// Enough: the call goes now, without waiting for another digit.
    Now(Emergency),
    /// An emergency if no further digit comes before the usual time is over.
    OnceComplete(Emergency),
    /// More digits may make it an emergency: no shorter number may be rung before the usual time is over.
    CouldBecome,
    /// Whatever follows, these digits start no emergency call.
    Never,
}

/// Why the settings for emergency numbers are not taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NumbersRefused {
    /// The digit for an outside line is one digit.
    #[error("the digit for an outside line is one of 0 to 9")]
    ExitDigit,
    /// Another sign than digits, star and hash in the test code, or too many of them, or none.
    #[error("a test code has two to eight of the signs 0 to 9, * and #")]
    TestCode,
    /// A test must never be mistaken for a call for help, nor the other way round.
    #[error("the test code must not contain 110 or 112")]
    TestCodeContainsEmergency,
}

/// What this house dials: its digit for an outside line, visitors' numbers, its test codes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Numbers {
    exit: Option<char>,
    visitors: Visitors,
    test: Option<Box<str>>,
    dry_run: Option<DryRun>,
}

/// Whether the emergency numbers of other countries are understood.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Visitors {
    /// 911, 999 and 000, dialled exactly so, reach 112.
    #[default]
    Understood,
    /// They are numbers like any other.
    Ignored,
}

/// The numbers visitors know from home (RFC 6881 ED-7: home emergency numbers).
const AT_HOME: [&str; 3] = ["911", "999", "000"];
/// The doctor on call (Bundesnetzagentur, 116xxx numbers of social value).
const DOCTOR: &str = "116117";
/// Both, police first.
const SERVICES: [Service; 2] = [Service::Police, Service::Rescue];
/// A number that ends like an emergency number is worth a hint only up to here; `01901112` and `+49112` are.
const RESEMBLING: usize = 8;

impl Default for Numbers {
    /// 0 for an outside line, visitors understood, no test code.
    fn default() -> Self {
        Self { exit: Some('0'), visitors: Visitors::Understood, test: None, dry_run: None }
    }
}

impl Numbers {
    /// Takes the house's settings; `exit` is empty where outside numbers are dialled directly.
    ///
    /// # Errors
    /// [`NumbersRefused`] says which setting cannot be.
    pub fn new(exit: &str, visitors: Visitors, test: Option<&str>) -> Result<Self, NumbersRefused> {
        let mut signs = exit.chars();
        let exit = signs.next();
        if exit.is_some_and(|digit| !digit.is_ascii_digit()) || signs.next().is_some() {
            return Err(NumbersRefused::ExitDigit);
        }
        test.map_or(Ok(()), test_code)?;
        Ok(Self { exit, visitors, test: test.map(Into::into), dry_run: None })
    }

    /// What `target` is: a Request-URI (`sip:`, `sips:`, `tel:`, `urn:service:`) or digits as they were dialled.
    #[must_use]
    pub fn class(&self, target: &str) -> Class {
        match read::target(target) {
            read::Target::Service(name) => by_name(&name),
            read::Target::Digits(digits) => self.class_of_digits(&digits),
            read::Target::Name => Class::Ordinary,
        }
    }

    /// What digits dialled one by one may become. Ask again after each digit.
    #[must_use]
    pub fn overlap(&self, so_far: &str) -> Overlap {
        let read::Target::Digits(digits) = read::target(so_far) else { return Overlap::Never };
        if let Some(emergency) = self.beginning(&digits) {
            return Overlap::Now(emergency);
        }
        let starts = |number: &str| number.starts_with(&*digits);
        let behind_exit = self.exit.is_some_and(|exit| {
            digits
                .strip_prefix(exit)
                .is_some_and(|rest| SERVICES.iter().any(|s| s.number().starts_with(rest)))
        });
        if behind_exit || SERVICES.iter().any(|service| starts(service.number())) {
            return Overlap::CouldBecome;
        }
        if self.visitors == Visitors::Ignored {
            return Overlap::Never;
        }
        match AT_HOME.iter().find(|number| starts(number)) {
            Some(whole) if **whole == *digits => Overlap::OnceComplete(AS_AT_HOME),
            Some(_) => Overlap::CouldBecome,
            None => Overlap::Never,
        }
    }

    /// The numbers that a phone or adapter must dial at once, without waiting for more digits.
    #[must_use]
    pub fn immediate(&self) -> Vec<String> {
        let directly = SERVICES.iter().map(|service| service.number().to_owned());
        let behind =
            self.exit.into_iter().flat_map(|exit| SERVICES.map(|service| format!("{exit}{service}")));
        directly.chain(behind).collect()
    }

    fn class_of_digits(&self, digits: &str) -> Class {
        if let Some(emergency) = self.beginning(digits) {
            return Class::Emergency(emergency);
        }
        if self.test.as_deref() == Some(digits) {
            return Class::Test;
        }
        if self.dry_run.as_ref().is_some_and(|dry_run| *dry_run.code == *digits) {
            return Class::DryRun;
        }
        if self.visitors == Visitors::Understood && AT_HOME.contains(&digits) {
            return Class::Emergency(AS_AT_HOME);
        }
        if digits == DOCTOR || self.without_exit(digits) == Some(DOCTOR) {
            return Class::Privileged;
        }
        let alike = digits.len() <= RESEMBLING && SERVICES.iter().any(|s| digits.ends_with(s.number()));
        if alike { Class::Resembling } else { Class::Ordinary }
    }

    /// The emergency call that these digits begin with, with or without the digit for an outside line.
    fn beginning(&self, digits: &str) -> Option<Emergency> {
        let direct = service_at_start(digits);
        let found = direct.or_else(|| service_at_start(self.without_exit(digits)?));
        let (service, rest) = found?;
        let how = match (rest.is_empty(), direct.is_some()) {
            (false, _) => How::WithMoreDigits,
            (true, true) => How::Plainly,
            (true, false) => How::WithExitDigit,
        };
        Some(Emergency { service, how })
    }

    fn without_exit<'d>(&self, digits: &'d str) -> Option<&'d str> {
        digits.strip_prefix(self.exit?)
    }
}

const AS_AT_HOME: Emergency = Emergency { service: Service::Rescue, how: How::AsAtHome };

fn service_at_start(digits: &str) -> Option<(Service, &str)> {
    SERVICES.iter().find_map(|service| Some((*service, digits.strip_prefix(service.number())?)))
}

/// `sos` and what stands behind it; an unknown sort of help is answered by 112 (RFC 5031 4.2: ask for the parent).
fn by_name(name: &str) -> Class {
    let mut labels = name.split('.');
    match (labels.next(), labels.next()) {
        (Some("sos"), Some("police")) => {
            Class::Emergency(Emergency { service: Service::Police, how: How::ByName })
        }
        (Some("sos"), _) => Class::Emergency(Emergency { service: Service::Rescue, how: How::ByName }),
        (Some("test"), Some("sos")) => Class::Test,
        _ => Class::Ordinary,
    }
}

fn test_code(code: &str) -> Result<(), NumbersRefused> {
    let sign = |b: u8| b.is_ascii_digit() || matches!(b, b'*' | b'#');
    if !(2..=8).contains(&code.len()) || !code.bytes().all(sign) {
        return Err(NumbersRefused::TestCode);
    }
    if SERVICES.iter().any(|service| code.contains(service.number())) {
        return Err(NumbersRefused::TestCodeContainsEmergency);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
