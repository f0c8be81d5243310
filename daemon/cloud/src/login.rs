//! The way in without a token made by hand: OAuth2 with an authorization code, PKCE (RFC 6749 4.1, RFC 7636 with S256)
//! and refresh tokens of which each use gives a new one.
//!
//! ```text
//!   begin ──> Attempt (address for the admin's browser) ──> cloud's page ──> code, state ──> redeem ──> Tokens
//!   Tokens.refresh ── kept on disk ──> refresh ──> Tokens: the old refresh token is worth nothing from now on
//! ```

use std::collections::BTreeSet;
use std::time::Duration;

use account::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::header::{ACCEPT, CONTENT_TYPE, USER_AGENT};
use hyper::{Request, StatusCode};
use mirror::Failure;
use rustls::RootCertStore;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::client::{Https, https, safe_base};
use crate::get::AGENT;
use crate::{ClientRefused, Limits};

/// Largest answer of the login server, bytes; tokens have a few kilobytes.
const LARGEST: usize = 64 * 1024;
/// Longest token, code or state taken, bytes.
const LONGEST: usize = 16 * 1024;
/// How long an access token is taken to live when nothing is said; the cloud's live 300 s.
const LIVES: u64 = 300;

/// The client as it was registered with the cloud.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LoginConfig {
    /// The realm's base, `https://login.sipgate.com/auth/realms/sipgate-apps`.
    pub realm: String,
    /// The client's id.
    pub client: String,
    /// Its secret, if it has one.
    pub secret: Option<Secret>,
    /// Where the cloud's page sends the browser back to; must be registered with the client.
    pub redirect: String,
}

/// A way to log in and to stay so.
pub struct Login {
    config: LoginConfig,
    endpoint: String,
    http: Https,
    deadline: Duration,
}

/// Somebody is on the cloud's page.
#[derive(Debug)]
pub struct Attempt {
    /// Where the browser goes.
    pub address: String,
    state: Secret,
    verifier: Secret,
}

/// What lets the box in.
#[derive(Debug)]
pub struct Tokens {
    /// Shown with each request.
    pub access: Secret,
    /// Buys the next pair, once. Absent when the one before stays good (RFC 6749 6).
    pub refresh: Option<Secret>,
    /// How long the access token is good.
    pub lives: Duration,
    /// The rights that were granted; empty when the answer does not say.
    pub rights: BTreeSet<String>,
}

/// Why there is no token.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum LoginFailed {
    /// The code or refresh token is not good any more: used, expired or revoked (`invalid_grant`).
    #[error("the login at the cloud has ended; log in again")]
    Ended,
    /// The cloud does not know the client, its secret or its redirect address.
    #[error("the cloud does not take the client; check cloud.client_id, its secret and cloud.redirect")]
    Client,
    /// The browser came back with somebody else's answer.
    #[error("this is not the answer to the login that was begun here; begin again")]
    Stranger,
    /// Nothing usable came back.
    #[error("{0}")]
    Unanswered(Failure),
}

impl Attempt {
    /// The code in the address the browser was sent back to, or in its query.
    ///
    /// # Errors
    /// When it answers another attempt, or refuses.
    pub fn code(&self, address: &str) -> Result<Secret, LoginFailed> {
        let query = address.split_once('?').map_or(address, |(_, query)| query).trim();
        let query = query.split('#').next().unwrap_or_default();
        if query.len() > LONGEST {
            return Err(LoginFailed::Stranger);
        }
        let field = |wanted: &str| {
            let mut pairs = form_urlencoded::parse(query.as_bytes());
            pairs.find(|(name, _)| name == wanted).map(|(_, value)| Secret::new(value.into_owned()))
        };
        if field("state").as_ref() != Some(&self.state) {
            return Err(LoginFailed::Stranger);
        }
        field("code").ok_or(LoginFailed::Ended)
    }
}

impl Login {
    /// Prepares; nothing is sent yet. `authorities` may vouch for the server besides the public ones.
    ///
    /// # Errors
    /// When secrets would travel unprotected, or an address is none.
    pub fn new(
        config: LoginConfig,
        limits: &Limits,
        authorities: RootCertStore,
    ) -> Result<Self, ClientRefused> {
        let (scheme, authority, path) = safe_base(&config.realm)?;
        let endpoint =
            format!("{scheme}://{authority}{}/protocol/openid-connect", path.trim_end_matches('/'));
        let http = https(limits, authorities)?;
        Ok(Self { config, endpoint, http, deadline: limits.deadline })
    }

    /// A new attempt that asks for these rights. `randomness` must be true and used once.
    #[must_use]
    pub fn begin<'a>(&self, randomness: &[u8; 64], rights: impl Iterator<Item = &'a str>) -> Attempt {
        let (state, verifier) = randomness.split_at(32);
        let [state, verifier] = [state, verifier].map(|bytes| Secret::new(URL_SAFE_NO_PAD.encode(bytes)));
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.expose().as_bytes()));
        // Without it the refresh token would end with the browser's session.
        let rights: Vec<&str> = rights.chain(["offline_access"]).collect();
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.config.client)
            .append_pair("redirect_uri", &self.config.redirect)
            .append_pair("scope", &rights.join(" "))
            .append_pair("state", state.expose())
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256")
            .finish();
        Attempt { address: format!("{}/auth?{query}", self.endpoint), state, verifier }
    }

    /// Makes tokens of the code that the browser brought back.
    ///
    /// # Errors
    /// [`LoginFailed`]; a code can be tried once.
    pub async fn redeem(&self, attempt: &Attempt, code: &Secret) -> Result<Tokens, LoginFailed> {
        self.ask(&[
            ("grant_type", "authorization_code"),
            ("code", code.expose()),
            ("redirect_uri", &self.config.redirect),
            ("code_verifier", attempt.verifier.expose()),
        ])
        .await
    }

    /// The next pair. Keep [`Tokens::refresh`] before anything is done with the other one.
    ///
    /// # Errors
    /// [`LoginFailed`]; only [`LoginFailed::Ended`] says that trying again is of no use.
    pub async fn refresh(&self, refresh: &Secret) -> Result<Tokens, LoginFailed> {
        self.ask(&[("grant_type", "refresh_token"), ("refresh_token", refresh.expose())]).await
    }

    async fn ask(&self, fields: &[(&str, &str)]) -> Result<Tokens, LoginFailed> {
        let form = self.form(fields);
        let request = Request::post(format!("{}/token", self.endpoint))
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(USER_AGENT, AGENT)
            .body(Full::<Bytes>::from(form));
        let request = request.map_err(|_| LoginFailed::Unanswered(Failure::Unreadable))?;
        let exchange = async {
            let answer = self.http.request(request).await;
            let answer = answer.map_err(|_| LoginFailed::Unanswered(Failure::Unreachable))?;
            let status = answer.status();
            let body = Limited::new(answer.into_body(), LARGEST).collect().await;
            let body = body.map_err(|_| LoginFailed::Unanswered(Failure::TooLarge))?.to_bytes();
            read(status, &serde_json::from_slice(&body).unwrap_or_default())
        };
        let answered = tokio::time::timeout(self.deadline, exchange).await;
        answered.unwrap_or(Err(LoginFailed::Unanswered(Failure::TooSlow)))
    }

    fn form(&self, fields: &[(&str, &str)]) -> String {
        let secret = self.config.secret.as_ref().map(|secret| ("client_secret", secret.expose()));
        let client = [("client_id", self.config.client.as_str())].into_iter().chain(secret);
        form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).extend_pairs(client).finish()
    }
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Login").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

/// RFC 6749 5.1 and 5.2.
fn read(status: StatusCode, answer: &Value) -> Result<Tokens, LoginFailed> {
    let text = |name: &str| answer.get(name).and_then(Value::as_str).filter(|text| text.len() <= LONGEST);
    if !status.is_success() {
        return Err(match text("error") {
            Some("invalid_grant") => LoginFailed::Ended,
            Some("invalid_client" | "unauthorized_client") => LoginFailed::Client,
            _ => LoginFailed::Unanswered(Failure::Status(status.as_u16())),
        });
    }
    let token =
        |name: &str| text(name).filter(|text| !text.is_empty()).map(|text| Secret::new(text.to_owned()));
    let lives = answer.get("expires_in").and_then(Value::as_u64).unwrap_or(LIVES).clamp(1, 24 * 60 * 60);
    Ok(Tokens {
        access: token("access_token").ok_or(LoginFailed::Unanswered(Failure::Unreadable))?,
        refresh: token("refresh_token"),
        lives: Duration::from_secs(lives),
        rights: text("scope").unwrap_or_default().split_whitespace().map(str::to_owned).collect(),
    })
}

#[cfg(test)]
mod tests {
    use account::Secret;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use hyper::StatusCode;
    use rustls::RootCertStore;
    use serde_json::json;

    use super::{Login, LoginConfig, LoginFailed, read};
    use crate::{ClientRefused, Limits};

    fn login(realm: &str) -> Result<Login, ClientRefused> {
        let config = LoginConfig {
            realm: realm.to_owned(),
            client: "box".to_owned(),
            secret: None,
            redirect: "https://gatehouse.lan/link/back".to_owned(),
        };
        Login::new(config, &Limits::default(), RootCertStore::empty())
    }

    #[test]
    fn an_attempt_shows_a_challenge_and_keeps_what_it_was_made_of() {
        // The example of RFC 7636 appendix B.
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let mut randomness = [7; 64];
        let bytes = URL_SAFE_NO_PAD.decode(verifier).unwrap();
        randomness[32..].copy_from_slice(&bytes);
        let login = login("https://login.example.org/auth/realms/apps/").unwrap();
        let attempt = login.begin(&randomness, ["account:read", "users:read"].into_iter());
        let start =
            "https://login.example.org/auth/realms/apps/protocol/openid-connect/auth?response_type=code&";
        assert!(attempt.address.starts_with(start), "{}", attempt.address);
        assert!(attempt.address.contains("code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"));
        assert!(attempt.address.contains("scope=account%3Aread+users%3Aread+offline_access"));
        assert!(!attempt.address.contains(verifier) && !format!("{attempt:?}").contains(verifier));
    }

    #[test]
    fn only_the_answer_to_this_attempt_is_taken() {
        let login = login("https://login.example.org/realm").unwrap();
        let attempt = login.begin(&[1; 64], ["account:read"].into_iter());
        let state = attempt.state.expose().to_owned();
        let back = format!("https://gatehouse.lan/link/back?code=abc%2B1&state={state}#x");
        assert_eq!(attempt.code(&back).unwrap().expose(), "abc+1");
        assert_eq!(attempt.code(&format!("state={state}&error=access_denied")), Err(LoginFailed::Ended));
        for stranger in ["", "https://gatehouse.lan/?code=abc", "code=abc&state=AAAA"] {
            assert_eq!(attempt.code(stranger), Err(LoginFailed::Stranger), "{stranger}");
        }
    }

    #[test]
    fn an_answer_says_whether_trying_again_is_of_use() {
        let refused = |error: &str| read(StatusCode::BAD_REQUEST, &json!({ "error": error })).map(|_| ());
        assert_eq!(refused("invalid_grant"), Err(LoginFailed::Ended));
        assert_eq!(refused("invalid_client"), Err(LoginFailed::Client));
        assert!(matches!(read(StatusCode::BAD_GATEWAY, &json!(null)), Err(LoginFailed::Unanswered(_))));
        assert!(matches!(read(StatusCode::OK, &json!({"access_token": 7})), Err(LoginFailed::Unanswered(_))));
        let tokens = read(
            StatusCode::OK,
            &json!({"access_token": "a", "refresh_token": "r", "expires_in": 300,
                                                  "scope": "account:read users:read"}),
        );
        let tokens = tokens.unwrap();
        assert_eq!((tokens.lives.as_secs(), tokens.rights.len()), (300, 2));
        assert_eq!(tokens.refresh, Some(Secret::new("r".to_owned())));
        assert!(!format!("{tokens:?}").contains("\"r\""));
    }

    #[test]
    fn a_login_server_is_reached_protected_or_on_this_machine() {
        assert!(login("http://127.0.0.1:1/realm").is_ok());
        assert!(matches!(login("http://login.example.org/realm"), Err(ClientRefused::Unprotected(_))));
        assert!(matches!(login("login"), Err(ClientRefused::Address)));
    }
}
