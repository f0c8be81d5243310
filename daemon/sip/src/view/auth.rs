//! A challenge or the answer to one: a scheme, then parameters.

use std::borrow::Cow;

use crate::scan::{Elements, elements, is_space, is_token, split_once, trim, unquoted};

/// The value of Authorization, WWW-Authenticate and their kin (RFC 3261 25.1 `credentials`, `challenge`).
///
/// Parameters stay as they were written; a digest is computed over that text.
#[derive(Clone, Copy)]
pub struct AuthParams<'a> {
    /// The scheme as written, compared without case.
    pub scheme: &'a [u8],
    rest: &'a [u8],
}

impl<'a> AuthParams<'a> {
    /// Reads the scheme; its parameters only when asked, so that foreign schemes do no harm.
    #[must_use]
    pub fn parse(value: &'a [u8]) -> Option<Self> {
        let value = trim(value);
        let end = value.iter().position(|&byte| is_space(byte)).unwrap_or(value.len());
        let (scheme, rest) = value.split_at_checked(end)?;
        is_token(scheme).then_some(Self { scheme, rest: trim(rest) })
    }

    /// True for `Digest`, the only scheme SIP has left (RFC 3261 22).
    #[must_use]
    pub fn is_digest(&self) -> bool {
        self.scheme.eq_ignore_ascii_case(b"Digest")
    }

    /// The value of a parameter as written, quotes included.
    #[must_use]
    pub fn raw(&self, name: &[u8]) -> Option<&'a [u8]> {
        self.iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The values of several parameters as written, found in one pass; of a repeated one the first.
    #[must_use]
    pub fn several<const N: usize>(&self, names: [&[u8]; N]) -> [Option<&'a [u8]>; N] {
        let mut values = [None; N];
        for (found, value) in self.iter() {
            let place = names.iter().position(|name| found.eq_ignore_ascii_case(name));
            if let Some(place) = place.and_then(|place| values.get_mut(place)) {
                place.get_or_insert(value);
            }
        }
        values
    }

    /// The value of a parameter without its quotes.
    #[must_use]
    pub fn value(&self, name: &[u8]) -> Option<Cow<'a, [u8]>> {
        self.raw(name).map(unquoted)
    }

    /// Every parameter that has the form `name=value`.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
        self.parts().filter_map(|part| split_once(part, b'='))
    }

    fn parts(&self) -> Elements<'a> {
        elements(self.rest)
    }
}

impl std::fmt::Debug for AuthParams<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("AuthParams(hidden)")
    }
}
