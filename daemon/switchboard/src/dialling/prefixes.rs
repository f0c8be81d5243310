//! Numbers named by how they begin.

use std::collections::BTreeSet;

use super::Country;

/// Beginnings of numbers: country code first, without plus (`49900`, `88`).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Prefixes(BTreeSet<Box<str>>);

/// No number is longer (ITU-T E.164 6.1).
const LONGEST: usize = 15;

impl Prefixes {
    /// Reads them as people write them in their country: `+43`, `0043`, `0900`, `118`.
    ///
    /// # Errors
    /// The first one that is no beginning of a number.
    pub fn read<'a>(written: impl IntoIterator<Item = &'a str>, country: &Country) -> Result<Self, &'a str> {
        let one = |written: &'a str| digits(written, country).ok_or(written);
        written.into_iter().map(one).collect::<Result<_, _>>().map(Self)
    }

    /// Whether a number (its [`super::Outside::key`]) begins so. The time it takes does not grow with the list.
    #[must_use]
    pub fn cover(&self, key: &str) -> bool {
        (1..=key.len().min(LONGEST)).any(|end| key.get(..end).is_some_and(|front| self.0.contains(front)))
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn digits(written: &str, country: &Country) -> Option<Box<str>> {
    let plain: String = written.chars().filter(|sign| !matches!(sign, ' ' | '-' | '/')).collect();
    let whole =
        if let Some(world) = plain.strip_prefix('+').or_else(|| plain.strip_prefix(country.international)) {
            world.to_owned()
        } else {
            format!("{}{}", country.code, plain.strip_prefix(country.national).unwrap_or(&plain))
        };
    let fine = !whole.is_empty() && whole.len() <= LONGEST && whole.bytes().all(|byte| byte.is_ascii_digit());
    (fine && !plain.is_empty()).then(|| whole.into())
}
