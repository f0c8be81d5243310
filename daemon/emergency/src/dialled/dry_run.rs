//! A number of the house's own is called in place of 110 or 112: whoever answers there sees what a control centre would see.

use account::E164;

use super::{Class, Numbers, NumbersRefused, test_code};

/// What is dialled for it, and who is called.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct DryRun {
    pub code: Box<str>,
    to: E164,
}

/// Why the settings for dry runs are not taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum DryRunRefused {
    /// The code is no test code.
    #[error(transparent)]
    Code(#[from] NumbersRefused),
    /// The code rehearses already.
    #[error("the same code cannot rehearse with and without a call")]
    CodeTaken,
    /// Somebody might take the number for a call for help.
    #[error("this is an emergency number, or could be read as one; name a number of your own")]
    Emergency,
}

impl Numbers {
    /// Takes a code that calls `to`, which is dialled as `dialled` in this country (`030555010`).
    ///
    /// # Errors
    /// [`DryRunRefused`], above all when the number is 110 or 112, or is taken for them in any way of writing it.
    pub fn with_dry_run(self, code: &str, to: E164, dialled: &str) -> Result<Self, DryRunRefused> {
        test_code(code)?;
        if self.test.as_deref() == Some(code) {
            return Err(DryRunRefused::CodeTaken);
        }
        let written =
            [to.as_str(), to.as_str().trim_start_matches('+'), dialled, dialled.trim_start_matches('0')];
        let free = |number| matches!(self.class(number), Class::Ordinary | Class::Resembling);
        if !written.into_iter().all(free) {
            return Err(DryRunRefused::Emergency);
        }
        Ok(Self { dry_run: Some(DryRun { code: code.into(), to }), ..self })
    }

    /// Who is called in place of a control centre.
    #[must_use]
    pub fn dry_run_to(&self) -> Option<&E164> {
        self.dry_run.as_ref().map(|dry_run| &dry_run.to)
    }
}
