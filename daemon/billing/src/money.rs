//! Amounts of money as whole numbers.

use std::fmt;
use std::iter::Sum;

/// An amount in millionths of the currency's unit: a hundredth of what the cloud counts in, so that prices per second
/// add up without error.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Amount(i64);

/// Digits behind the comma.
pub const PLACES: u32 = 6;
/// Of a currency's unit.
const UNIT: i64 = 1_000_000;

/// Why a text is no amount.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum AmountRefused {
    /// Something other than digits and one comma or point.
    #[error("an amount has digits and one comma")]
    Shape,
    /// More than six digits behind the comma.
    #[error("an amount has at most six digits behind the comma")]
    TooFine,
    /// More than nine million millions.
    #[error("the amount is too large")]
    TooLarge,
}

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// From millionths of the unit.
    #[must_use]
    pub const fn millionths(amount: i64) -> Self {
        Self(amount)
    }

    /// From what the cloud counts in; the largest amount there is where it would not fit.
    #[must_use]
    pub const fn ten_thousandths(amount: i64) -> Self {
        Self(amount.saturating_mul(100))
    }

    /// In millionths of the unit.
    #[must_use]
    pub const fn as_millionths(self) -> i64 {
        self.0
    }

    /// The sum, or the largest (smallest) amount there is.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// What so many seconds cost at this price a minute, rounded up to a millionth.
    #[must_use]
    pub fn for_seconds(self, seconds: u64) -> Self {
        let total = i128::from(self.0) * i128::from(seconds);
        let up = if total > 0 { 59 } else { 0 };
        Self(i64::try_from((total + up) / 60).unwrap_or(i64::MAX))
    }
}

impl Sum for Amount {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Self::plus)
    }
}

impl std::str::FromStr for Amount {
    type Err = AmountRefused;

    /// Reads `0,019`, `1.50` and `12`; one sign, comma or point, is enough, so `1.000,50` is refused rather than guessed.
    fn from_str(text: &str) -> Result<Self, AmountRefused> {
        let text = text.trim().trim_end_matches(['€', ' ', '\u{a0}']);
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, part) = digits.split_once([',', '.']).unwrap_or((digits, ""));
        let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if (whole.is_empty() && part.is_empty()) || !all_digits(whole) || !all_digits(part) {
            return Err(AmountRefused::Shape);
        }
        let part = part.trim_end_matches('0');
        if part.len() > PLACES as usize {
            return Err(AmountRefused::TooFine);
        }
        let number = |text: &str| if text.is_empty() { Ok(0) } else { text.parse::<i64>() };
        let parts = number(whole).ok().zip(number(&format!("{part:0<6}")).ok());
        let amount = parts.and_then(|(whole, part)| whole.checked_mul(UNIT)?.checked_add(part));
        let amount = amount.ok_or(AmountRefused::TooLarge)?;
        Ok(Self(if negative { -amount } else { amount }))
    }
}

impl fmt::Display for Amount {
    /// Two digits behind the point, rounded to the nearer one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cents = (self.0.unsigned_abs() + 5000) / 10_000;
        let sign = if self.0 < 0 && cents > 0 { "-" } else { "" };
        write!(f, "{sign}{}.{:02}", cents / 100, cents % 100)
    }
}
