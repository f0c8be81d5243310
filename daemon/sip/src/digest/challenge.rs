//! A challenge that a client keeps: its nonce serves many requests, which saves a question each time.

use serde::{Deserialize, Serialize};

use super::client::{Login, answer, best_challenge};
use crate::message::Message;
use crate::method::Method;
use crate::view::AuthParams;

/// Longest challenge kept; the longest ever seen have some 300 characters.
const LONGEST: usize = 2048;

/// Uses of a nonce that may have been made after its challenge was written down.
const PASSED_OVER: u32 = 64;

/// What a provider wants proven, from its latest 401 or 407 (RFC 7616 3.3, RFC 3261 22).
#[derive(Clone)]
pub struct Challenge {
    value: Box<[u8]>,
    by: Asker,
    /// Uses of its nonce so far.
    used: u32,
}

/// A challenge as it is written down.
#[derive(Clone, Deserialize, Serialize)]
pub struct KeptChallenge {
    value: String,
    by_proxy: bool,
    used: u32,
}

#[derive(Clone, Copy)]
enum Asker {
    Server,
    Proxy,
}

impl Challenge {
    /// The strongest challenge of a 401 or 407 that we can answer.
    #[must_use]
    pub fn of(refusal: &Message<'_>) -> Option<Self> {
        let by = if refusal.status() == Some(407) { Asker::Proxy } else { Asker::Server };
        let (value, _) = best_challenge(refusal)?;
        (value.len() <= LONGEST).then(|| Self { value: value.into(), by, used: 0 })
    }

    /// The challenge written down, for the next run of the box; none if it is no UTF-8.
    #[must_use]
    pub fn keep(&self) -> Option<KeptChallenge> {
        let value = String::from_utf8(self.value.to_vec()).ok()?;
        Some(KeptChallenge { value, by_proxy: matches!(self.by, Asker::Proxy), used: self.used })
    }

    /// Takes up what an earlier run wrote down; uses of the nonce that it may have made since are passed over.
    #[must_use]
    pub fn resume(kept: &KeptChallenge) -> Self {
        let by = if kept.by_proxy { Asker::Proxy } else { Asker::Server };
        Self { value: kept.value.as_bytes().into(), by, used: kept.used.saturating_add(PASSED_OVER) }
    }

    /// The provider says that only the nonce was too old, not the password wrong (RFC 7616 3.3).
    #[must_use]
    pub fn is_stale(&self) -> bool {
        let stale = AuthParams::parse(&self.value).and_then(|params| params.value(b"stale"));
        stale.is_some_and(|word| word.eq_ignore_ascii_case(b"true"))
    }

    /// Name and value of the header that proves a request; each is good for one request, `cnonce` is a fresh random word.
    pub fn answer(
        &mut self,
        method: Method<'_>,
        uri: &str,
        login: Login<'_>,
        cnonce: &str,
    ) -> Option<(&'static str, String)> {
        let name = match self.by {
            Asker::Server => "Authorization",
            Asker::Proxy => "Proxy-Authorization",
        };
        self.used = self.used.saturating_add(1);
        let params = AuthParams::parse(&self.value)?;
        Some((name, answer(&params, method, uri, login, cnonce, self.used)?))
    }
}

impl std::fmt::Debug for KeptChallenge {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("KeptChallenge(hidden)")
    }
}

impl std::fmt::Debug for Challenge {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Challenge(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOGIN: Login<'_> = Login { user: "7654321e0", password: "geheim" };

    fn refusal(status: u16, header: &str, more: &str) -> Challenge {
        let text = format!("SIP/2.0 {status} No\r\n{header}: Digest realm=\"r\", nonce=\"n\"{more}\r\n\r\n");
        Challenge::of(&Message::parse(text.as_bytes()).unwrap()).unwrap()
    }

    #[test]
    fn each_use_of_a_nonce_has_its_number_and_the_header_fits_who_asked() {
        let mut server = refusal(401, "WWW-Authenticate", ", qop=\"auth\"");
        for nc in ["nc=00000001", "nc=00000002"] {
            let (name, value) = server.answer(Method::Register, "sip:r", LOGIN, "c").unwrap();
            assert_eq!(name, "Authorization");
            assert!(value.contains(nc), "{value}");
        }
        let mut proxy = refusal(407, "Proxy-Authenticate", "");
        let (name, value) = proxy.answer(Method::Invite, "sip:r", LOGIN, "c").unwrap();
        assert_eq!(name, "Proxy-Authorization");
        assert!(!value.contains("nc="), "{value}");
    }

    #[test]
    fn an_old_nonce_is_no_wrong_password() {
        assert!(refusal(401, "WWW-Authenticate", ", stale=TRUE").is_stale());
        assert!(refusal(407, "Proxy-Authenticate", ", stale=\"true\"").is_stale());
        assert!(!refusal(401, "WWW-Authenticate", ", stale=false").is_stale());
        assert!(!refusal(401, "WWW-Authenticate", "").is_stale());
    }

    #[test]
    fn what_cannot_be_answered_is_no_challenge() {
        for text in [
            "SIP/2.0 401 No\r\n\r\n".to_owned(),
            "SIP/2.0 401 No\r\nWWW-Authenticate: Basic realm=\"r\"\r\n\r\n".to_owned(),
            format!(
                "SIP/2.0 401 No\r\nWWW-Authenticate: Digest realm=\"r\", nonce=\"{}\"\r\n\r\n",
                "n".repeat(3000)
            ),
        ] {
            assert!(Challenge::of(&Message::parse(text.as_bytes()).unwrap()).is_none());
        }
    }
}
