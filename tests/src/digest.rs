//! The answer of a phone to a challenge (RFC 7616, RFC 2617), written for the tests alone so that a
//! mistake of the daemon's own digest cannot hide in its mirror image.

use std::fmt::Write as _;

use md5::{Digest as _, Md5};
use sha2::Sha256;

use crate::Login;

/// The hash of a challenge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hash {
    /// MD5, what every phone can.
    Md5,
    /// SHA-256 (RFC 8760).
    Sha256,
}

/// A challenge as received in `WWW-Authenticate`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// Realm.
    pub realm: String,
    /// Nonce.
    pub nonce: String,
    /// Opaque, when there was one.
    pub opaque: Option<String>,
    /// Which hash is asked for.
    pub hash: Hash,
    /// Whether `qop=auth` is offered.
    pub qop: bool,
}

impl Challenge {
    /// Reads the value of a challenge header; `None` when it is not a digest we know.
    #[must_use]
    pub fn read(value: &str) -> Option<Self> {
        let parameters = value.strip_prefix("Digest")?;
        let find = |name: &str| {
            let (_, rest) = parameters.split_once(&format!("{name}="))?;
            let text = match rest.strip_prefix('"') {
                Some(quoted) => quoted.split('"').next()?,
                None => rest.split(',').next()?,
            };
            Some(text.trim().to_owned())
        };
        let hash = match find("algorithm").as_deref() {
            None | Some("MD5") => Hash::Md5,
            Some("SHA-256") => Hash::Sha256,
            Some(_) => return None,
        };
        let qop = find("qop").is_some_and(|list| list.split(',').any(|one| one.trim() == "auth"));
        Some(Self { realm: find("realm")?, nonce: find("nonce")?, opaque: find("opaque"), hash, qop })
    }

    /// The value of the `Authorization` header for a request; `count` is the nonce count.
    #[must_use]
    pub fn answer(&self, login: &Login, method: &str, uri: &str, count: u32) -> String {
        let Self { realm, nonce, .. } = self;
        let Login { user, password, .. } = login;
        let identity = self.hex(&format!("{user}:{realm}:{password}"));
        let request = self.hex(&format!("{method}:{uri}"));
        let (clients, counter) = ("0a4f113b", format!("{count:08x}"));
        let middle = if self.qop { format!("{nonce}:{counter}:{clients}:auth") } else { nonce.clone() };
        let response = self.hex(&format!("{identity}:{middle}:{request}"));
        let algorithm = if self.hash == Hash::Md5 { "MD5" } else { "SHA-256" };
        let mut value = format!(
            "Digest username=\"{user}\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"{uri}\", \
             response=\"{response}\", algorithm={algorithm}"
        );
        if self.qop {
            let _ = write!(value, ", qop=auth, nc={counter}, cnonce=\"{clients}\"");
        }
        if let Some(opaque) = &self.opaque {
            let _ = write!(value, ", opaque=\"{opaque}\"");
        }
        value
    }

    fn hex(&self, text: &str) -> String {
        let digest = match self.hash {
            Hash::Md5 => Md5::digest(text).to_vec(),
            Hash::Sha256 => Sha256::digest(text).to_vec(),
        };
        digest.iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_2617_section_3_5() {
        let challenge = Challenge::read(
            "Digest realm=\"testrealm@host.com\", qop=\"auth,auth-int\", \
             nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"",
        )
        .unwrap();
        let login = Login::new("Mufasa", "Circle Of Life");
        let value = challenge.answer(&login, "GET", "/dir/index.html", 1);
        assert_eq!(value.matches("response=\"6629fae49393a05397450978507c4ef1\"").count(), 1, "{value}");
    }
}
