//! What the box shows the cloud to be let in.

use account::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::header::HeaderValue;

/// Longest token line read; tokens have 36 characters.
const LONGEST: usize = 512;

/// The right to read the account.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Credential {
    /// A personal access token of an admin, made on the cloud's own page.
    PersonalToken {
        /// The token's id, `token-ABC123`.
        id: String,
        /// The token itself, shown once when it was made.
        token: Secret,
    },
    /// An access token that [`crate::Login`] got; it lives for minutes.
    Bearer(Secret),
}

/// Why a line is no credential.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CredentialRefused {
    /// Nothing in it.
    #[error("the token file is empty; write the token, or its id, a colon and the token, on its first line")]
    Empty,
    /// More than one line.
    #[error("the token file must hold one line")]
    Lines,
    /// Too long, or characters that no token has.
    #[error("the token holds characters no token has, or far too many; was the right file named?")]
    Shape,
    /// A token without its id.
    #[error("the token's id is missing; set cloud.token_id, or write id:token into the file")]
    NoId,
    /// One id in the configuration and another in the file.
    #[error("cloud.token_id names another token than the token file")]
    OtherId,
}

impl Credential {
    /// Reads the content of a token file: `id:token`, or the token alone when `token_id` (from the configuration) is not
    /// empty. A byte-order mark and line ends of any system are tolerated, since such files are often made on a PC.
    ///
    /// # Errors
    /// When there is no token in it, or not exactly one.
    pub fn parse_line(content: &str, token_id: &str) -> Result<Self, CredentialRefused> {
        let line = content.strip_prefix('\u{feff}').unwrap_or(content).trim();
        if line.is_empty() {
            return Err(CredentialRefused::Empty);
        }
        if line.contains(['\r', '\n']) {
            return Err(CredentialRefused::Lines);
        }
        if line.len() > LONGEST || !line.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(CredentialRefused::Shape);
        }
        let (id, token) = line.split_once(':').unwrap_or((token_id, line));
        if id.is_empty() {
            return Err(CredentialRefused::NoId);
        }
        if token.is_empty() {
            return Err(CredentialRefused::Empty);
        }
        if !token_id.is_empty() && id != token_id {
            return Err(CredentialRefused::OtherId);
        }
        Ok(Self::PersonalToken { id: id.to_owned(), token: Secret::new(token.to_owned()) })
    }

    /// The Authorization header (RFC 7617 2, RFC 6750 2.1), marked so that nothing prints it. `None` for text no header can carry.
    pub(crate) fn header(&self) -> Option<HeaderValue> {
        let shown = match self {
            Self::PersonalToken { id, token } => {
                let pair = Secret::new(format!("{id}:{}", token.expose()));
                Secret::new(format!("Basic {}", STANDARD.encode(pair.expose())))
            }
            Self::Bearer(token) => Secret::new(format!("Bearer {}", token.expose())),
        };
        let mut header = HeaderValue::from_str(shown.expose()).ok()?;
        header.set_sensitive(true);
        Some(header)
    }
}

#[cfg(test)]
mod tests {
    use super::{Credential, CredentialRefused};

    fn read(content: &str, id: &str) -> Result<(String, String), CredentialRefused> {
        match Credential::parse_line(content, id)? {
            Credential::PersonalToken { id, token } => Ok((id, token.expose().to_owned())),
            Credential::Bearer(_) => panic!("a line is never a login"),
        }
    }

    #[test]
    fn a_token_file_made_on_any_pc_is_read() {
        let right = Ok(("token-A".to_owned(), "1234-5678".to_owned()));
        for content in [
            "token-A:1234-5678",
            "\u{feff}token-A:1234-5678\r\n",
            "token-A:1234-5678\n\n",
            " token-A:1234-5678 ",
        ] {
            assert_eq!(read(content, ""), right);
            assert_eq!(read(content, "token-A"), right);
        }
        assert_eq!(read("1234-5678\r\n", "token-A"), right);
    }

    #[test]
    fn everything_else_is_refused_with_its_reason() {
        for (content, id, why) in [
            ("", "a", CredentialRefused::Empty),
            ("\u{feff}\r\n", "a", CredentialRefused::Empty),
            ("a:", "", CredentialRefused::Empty),
            ("1234", "", CredentialRefused::NoId),
            (":1234", "", CredentialRefused::NoId),
            ("a:1\nb:2", "", CredentialRefused::Lines),
            ("a:1 2", "", CredentialRefused::Shape),
            ("a:ü", "", CredentialRefused::Shape),
            ("b:1234", "a", CredentialRefused::OtherId),
        ] {
            assert_eq!(read(content, id), Err(why), "{content:?}");
        }
    }

    #[test]
    fn the_header_is_basic_authentication_and_does_not_print_itself() {
        let credential = Credential::parse_line("token-A:geheim", "").unwrap();
        let header = credential.header().unwrap();
        assert_eq!(header.to_str().unwrap(), "Basic dG9rZW4tQTpnZWhlaW0=");
        assert_eq!(format!("{header:?}"), "Sensitive");
        assert!(!format!("{credential:?}").contains("geheim"));
    }
}
