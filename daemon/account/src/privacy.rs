//! What must not leak: secrets that cannot be printed, and people's data that reaches a log only shortened.

use zeroize::{Zeroize, ZeroizeOnDrop};

/// A password or token. Its `Debug` says nothing, it is wiped when dropped, and it is read only by naming the act: [`Secret::expose`].
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Secret(String);

impl Secret {
    /// Takes a secret into custody.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The secret in clear, for the one place that needs it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl PartialEq for Secret {
    /// Compares every byte, so that the time taken does not tell where two secrets differ.
    fn eq(&self, other: &Self) -> bool {
        let difference = self.0.bytes().zip(other.0.bytes()).fold(0, |all, (a, b)| all | (a ^ b));
        self.0.len() == other.0.len() && difference == 0
    }
}

impl Eq for Secret {}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(secret)")
    }
}

/// A number, name or address on its way into the log: only the last two characters of longer texts stay readable.
#[derive(Clone, Copy, Debug)]
pub struct Redacted<'a>(pub &'a str);

impl std::fmt::Display for Redacted<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let length = self.0.chars().count();
        if length < 5 {
            return f.write_str("…");
        }
        f.write_str("…")?;
        self.0.chars().skip(length - 2).try_for_each(|c| std::fmt::Write::write_char(f, c))
    }
}

#[cfg(test)]
mod tests {
    use super::{Redacted, Secret};

    #[test]
    fn a_secret_never_prints_itself() {
        let secret = Secret::new("opensesame".into());
        assert!(!format!("{secret:?}").contains("sesame"));
        assert_eq!(secret.expose(), "opensesame");
        assert_ne!(secret, Secret::new("opensesamf".into()));
        assert_ne!(secret, Secret::new("open".into()));
    }

    #[test]
    fn people_s_data_is_shortened() {
        assert_eq!(Redacted("+4930555010").to_string(), "…10");
        assert_eq!(Redacted("Ayşe").to_string(), "…");
    }
}
