//! How much of the far end's number is kept, as the customer chose for itemised records.

use crate::Call;

/// The choice. It holds for what is stored and for what is shown: what was not kept cannot be shown later.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Privacy {
    /// Whole numbers.
    #[default]
    Complete,
    /// Numbers without their last three digits (German law's shortened form, TKG 65).
    Shortened,
    /// No itemised records; sums only.
    Nothing,
}

/// Digits left out.
const SHORTENED: usize = 3;

impl Privacy {
    /// The call as it may be kept or shown; `None` when it may not be.
    #[must_use]
    pub fn apply(self, call: &Call) -> Option<Call> {
        match self {
            Self::Complete => Some(call.clone()),
            Self::Shortened => Some(Call { remote: shortened(&call.remote), ..call.clone() }),
            Self::Nothing => None,
        }
    }
}

/// `+4930555010` becomes `+4930555xxx`. What is short already says nothing at all.
fn shortened(number: &str) -> String {
    let mut cut: Vec<char> = number.chars().collect();
    let from = cut.len().saturating_sub(SHORTENED);
    cut.iter_mut().skip(from).for_each(|digit| *digit = 'x');
    cut.into_iter().collect()
}
