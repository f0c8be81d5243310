//! `account.ini`: the cloud account, for those who set a box up without its page.

use zeroize::Zeroizing;

use board::ini::{IniRefused, entries};

/// Longer than any token or id of one; in bytes.
const LONGEST: usize = 512;

/// A personal access token with its id. `Debug` hides the token.
pub struct Account {
    /// As the cloud shows it beside the token.
    pub token_id: String,
    /// The secret itself.
    pub token: Zeroizing<String>,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Account").field("token_id", &self.token_id).finish_non_exhaustive()
    }
}

/// Why `account.ini` cannot be followed; whoever wrote it can mend it.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum AccountRefused {
    /// Not a settings file.
    #[error(transparent)]
    Ini(#[from] IniRefused),
    /// One of both is missing.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// Not as the cloud gives them.
    #[error("{0} is not as the cloud gives it: letters, digits and hyphens, without spaces")]
    Strange(&'static str),
}

impl Account {
    /// Reads `account.ini`.
    ///
    /// # Errors
    /// When something is missing or cannot be a token.
    pub fn parse(bytes: &[u8]) -> Result<Self, AccountRefused> {
        let entries = entries(bytes, &["token_id", "token"])?;
        let one = |key: &'static str| {
            let found = entries.iter().find(|entry| entry.key == key).ok_or(AccountRefused::Missing(key))?;
            let plain = |byte: u8| byte.is_ascii_graphic() && !b"$'\"\\".contains(&byte);
            let good =
                !found.value.is_empty() && found.value.len() <= LONGEST && found.value.bytes().all(plain);
            if good { Ok(found.value.to_owned()) } else { Err(AccountRefused::Strange(key)) }
        };
        Ok(Self { token_id: one("token_id")?, token: Zeroizing::new(one("token")?) })
    }
}

#[cfg(test)]
mod tests {
    use super::{Account, AccountRefused};

    #[test]
    fn a_token_is_read_and_hidden() {
        let account =
            Account::parse(b"\xef\xbb\xbftoken_id = token-AB12\r\ntoken = 1234-secret\r\n").unwrap();
        assert_eq!((account.token_id.as_str(), account.token.as_str()), ("token-AB12", "1234-secret"));
        assert!(!format!("{account:?}").contains("secret"));
    }

    #[test]
    fn half_an_account_is_none() {
        assert_eq!(Account::parse(b"token_id = a").unwrap_err(), AccountRefused::Missing("token"));
        for strange in ["", "a b", "$(x)", "\u{e4}"] {
            let text = format!("token_id = a\ntoken = {strange}");
            assert_eq!(
                Account::parse(text.as_bytes()).unwrap_err(),
                AccountRefused::Strange("token"),
                "{strange}"
            );
        }
    }
}
