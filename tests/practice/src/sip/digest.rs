//! Digest authentication as the cloud does it: MD5, `qop=auth`, realm of the account's domain (RFC 7616, RFC 3261 22).

use std::fmt::Write as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use md5::{Digest as _, Md5};

/// How long a nonce is good. A phone that reuses an older one is challenged again with `stale=true`.
const NONCE_LIFE: Duration = Duration::from_secs(300);

/// Makes and recognises nonces without remembering them: time and a hash over time and secret.
#[derive(Debug)]
pub(super) struct Nonces {
    secret: u64,
}

/// What a request's credentials are worth.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Good { user: String },
    Absent,
    Stale,
    Wrong,
}

impl Nonces {
    pub(super) fn new() -> Self {
        Self { secret: rand::random() }
    }

    fn nonce(&self, seconds: u64) -> String {
        let secret = self.secret;
        format!("{seconds:x}-{}", hex_md5(&format!("{seconds}:{secret}")))
    }

    fn is_fresh(&self, nonce: &str) -> bool {
        let issued = nonce.split_once('-').and_then(|(seconds, _)| u64::from_str_radix(seconds, 16).ok());
        issued.is_some_and(|issued| {
            let age = now().checked_sub(issued);
            self.nonce(issued) == nonce && age.is_some_and(|age| age <= NONCE_LIFE.as_secs())
        })
    }

    /// Value of a `WWW-Authenticate` or `Proxy-Authenticate` header.
    pub(super) fn challenge(&self, realm: &str, stale: bool) -> String {
        let stale = if stale { ",stale=true" } else { "" };
        format!("Digest realm=\"{realm}\",nonce=\"{}\",algorithm=MD5,qop=\"auth\"{stale}", self.nonce(now()))
    }

    /// Checks the value of an `Authorization` header. `password` knows the password of a SIP id.
    pub(super) fn check(
        &self,
        header: Option<&str>,
        method: &str,
        realm: &str,
        password: impl Fn(&str) -> Option<String>,
    ) -> Verdict {
        let Some(given) = header.and_then(Given::parse) else { return Verdict::Absent };
        let Some(password) = password(&given.of("username")).filter(|_| given.of("realm") == realm) else {
            return Verdict::Wrong;
        };
        if given.response(method, &password) != given.of("response").to_ascii_lowercase() {
            return Verdict::Wrong;
        }
        if self.is_fresh(&given.of("nonce")) {
            Verdict::Good { user: given.of("username") }
        } else {
            Verdict::Stale
        }
    }
}

/// The parameters of an `Authorization` header, quotes removed.
struct Given(Vec<(String, String)>);

impl Given {
    fn parse(header: &str) -> Option<Self> {
        let (scheme, rest) = header.trim().split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("digest") {
            return None;
        }
        let pairs = split_outside_quotes(rest).into_iter().filter_map(|pair| {
            let (name, value) = pair.split_once('=')?;
            Some((name.trim().to_ascii_lowercase(), value.trim().trim_matches('"').to_owned()))
        });
        Some(Self(pairs.collect()))
    }

    fn of(&self, name: &str) -> String {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).unwrap_or_default()
    }

    /// The response the right password gives, RFC 7616 section 3.4.1.
    fn response(&self, method: &str, password: &str) -> String {
        let [user, realm, nonce, uri, nc, cnonce, qop] =
            ["username", "realm", "nonce", "uri", "nc", "cnonce", "qop"].map(|name| self.of(name));
        let who = hex_md5(&format!("{user}:{realm}:{password}"));
        let what = hex_md5(&format!("{method}:{uri}"));
        if qop.is_empty() {
            return hex_md5(&format!("{who}:{nonce}:{what}"));
        }
        hex_md5(&format!("{who}:{nonce}:{nc}:{cnonce}:{qop}:{what}"))
    }
}

/// Splits at commas that stand outside of quotes and angle brackets.
pub(super) fn split_outside_quotes(text: &str) -> Vec<&str> {
    let (mut quoted, mut bracketed) = (false, false);
    text.split(|c: char| {
        match c {
            '"' => quoted = !quoted,
            '<' if !quoted => bracketed = true,
            '>' if !quoted => bracketed = false,
            _ => {}
        }
        c == ',' && !quoted && !bracketed
    })
    .map(str::trim)
    .filter(|part| !part.is_empty())
    .collect()
}

fn hex_md5(text: &str) -> String {
    Md5::digest(text.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_2617_section_3_5_is_reproduced() {
        let given = Given::parse(
            "Digest username=\"Mufasa\", realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", \
             uri=\"/dir/index.html\", qop=auth, nc=00000001, cnonce=\"0a4f113b\"",
        );
        assert_eq!(given.unwrap().response("GET", "Circle Of Life"), "6629fae49393a05397450978507c4ef1");
    }

    #[test]
    fn an_old_or_foreign_nonce_is_stale() {
        let nonces = Nonces::new();
        assert!(nonces.is_fresh(&nonces.nonce(now())));
        assert!(!nonces.is_fresh(&nonces.nonce(now() - 301)));
        assert!(!nonces.is_fresh(&Nonces::new().nonce(now())));
    }

    #[test]
    fn commas_in_quotes_and_brackets_do_not_split() {
        let parts = split_outside_quotes("\"A, B\" <sip:a@b;x=1,2>;q=1, <sip:c@d>");
        assert_eq!(parts, ["\"A, B\" <sip:a@b;x=1,2>;q=1", "<sip:c@d>"]);
    }
}
