//! Signing people in who are known elsewhere: OpenID Connect Core 1.0 with an authorization code, PKCE (RFC 7636) and a
//! nonce, at any issuer that describes itself (OpenID Connect Discovery 1.0): sipgate, Entra ID, Okta, Google.
//!
//! ```text
//!   begin ──> Asked (address for the browser) ──> issuer's page ──> code, state ──> redeem ──> Person
//!               issuer's description and keys: kept for a day, and longer while it does not answer
//! ```
//!
//! What the issuer says is believed as far as it is signed with its keys, meant for this box, fresh, and the answer to
//! the very question that was asked.

mod token;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use account::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::header::{ACCEPT, CONTENT_TYPE, USER_AGENT};
use hyper::{Method, Request, StatusCode};
use jsonwebtoken::jwk::JwkSet;
use mirror::Failure;
use rustls::RootCertStore;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use tokio::time::Instant;

use crate::client::safe_base;
use crate::get::AGENT;
use crate::guard::{self, Guarded, Reach};
use crate::{ClientRefused, Limits};

/// Largest answer of an issuer, bytes; key sets have some ten kilobytes.
const LARGEST: usize = 256 * 1024;
/// Longest code, state or token taken, bytes.
const LONGEST: usize = 16 * 1024;
/// Description and keys are asked for again after this long.
const FRESH: Duration = Duration::from_secs(24 * 60 * 60);
/// A key nobody knows makes the box look again, at most this often.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

/// Who vouches for people, and how the box is known there.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct IssuerConfig {
    /// The issuer as it calls itself, `https://accounts.google.com`.
    pub issuer: String,
    /// The id of the client that was registered there.
    pub client: String,
    /// Its secret, if it has one.
    pub secret: Option<Secret>,
    /// Where the issuer's page sends the browser back to; registered with the client.
    pub redirect: String,
    /// The issuer may stand in the office's own network.
    pub private: bool,
}

/// A way to learn who somebody is.
pub struct Issuer {
    config: IssuerConfig,
    http: Guarded,
    reach: Reach,
    deadline: Duration,
    known: Mutex<Option<Known>>,
}

/// Somebody is on the issuer's page.
#[derive(Debug)]
pub struct Asked {
    /// Where the browser goes.
    pub address: String,
    state: Secret,
    nonce: Secret,
    verifier: Secret,
}

/// Who somebody is, as the issuer says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Person {
    /// The issuer's own name for them, which never changes.
    pub subject: String,
    /// Their address, if the issuer vouches for it.
    pub email: Option<String>,
    /// The name they sign in with there.
    pub login: Option<String>,
}

/// Why nobody came in.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SignInFailed {
    /// The browser came back with the answer to another question.
    #[error("this is not the answer to the sign-in that was begun here; begin again")]
    Stranger,
    /// The issuer or the person said no.
    #[error("the issuer did not let them in")]
    Refused,
    /// The issuer does not know the client, its secret or its redirect address.
    #[error("the issuer does not take the client; check client_id, its secret and redirect")]
    Client,
    /// The issuer calls itself something else, or leads where the box does not go.
    #[error("the issuer describes itself as another one, or leads to an address the box does not visit")]
    Misled,
    /// What the issuer said of the person cannot be believed.
    #[error("what the issuer says cannot be believed: {0}")]
    Unbelievable(Doubt),
    /// Nothing usable came back.
    #[error("{0}")]
    Unanswered(Failure),
}

/// What is wrong with an ID token (OpenID Connect Core 1.0 section 3.1.3.7).
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Doubt {
    /// No token, or none that can be read.
    #[error("it is no ID token")]
    Shape,
    /// Signed with none of the issuer's keys, or not with a key pair.
    #[error("its signature is not the issuer's")]
    Signature,
    /// Made by another issuer.
    #[error("it names another issuer")]
    Issuer,
    /// Made for another client.
    #[error("it is for somebody else")]
    Audience,
    /// Too old, or not good yet.
    #[error("its time is over or has not come; check the box's clock")]
    Expired,
    /// The answer to another question.
    #[error("it answers another question")]
    Nonce,
}

/// What an issuer says of itself (OpenID Connect Discovery 1.0 section 3).
#[derive(Clone, Debug, Deserialize)]
struct Description {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
}

/// An issuer, as last heard.
#[derive(Clone)]
struct Known {
    description: Description,
    keys: JwkSet,
    at: Instant,
}

#[derive(Deserialize)]
struct Told {
    id_token: Option<String>,
    error: Option<String>,
}

impl Asked {
    /// By which the box finds this question again.
    #[must_use]
    pub fn state(&self) -> &str {
        self.state.expose()
    }
}

impl Issuer {
    /// Prepares; nothing is sent yet. `authorities` may vouch for the issuer's server besides the public ones.
    ///
    /// # Errors
    /// When secrets would travel unprotected, or an address is none.
    pub fn new(
        config: IssuerConfig,
        limits: &Limits,
        authorities: RootCertStore,
    ) -> Result<Self, ClientRefused> {
        let reach = if config.private { Reach::Anywhere } else { Reach::Public };
        safe_base(&config.issuer)?;
        let http = guard::https(limits, authorities, reach)?;
        Ok(Self { config, http, reach, deadline: limits.deadline, known: Mutex::default() })
    }

    /// A new question. `randomness` must be true and used once.
    ///
    /// # Errors
    /// [`SignInFailed`] when the issuer was never heard of and does not answer.
    pub async fn begin(&self, randomness: &[u8; 96]) -> Result<Asked, SignInFailed> {
        let known = self.known(false).await?;
        let mut parts = randomness.chunks_exact(32).map(|part| Secret::new(URL_SAFE_NO_PAD.encode(part)));
        let mut next = || parts.next().ok_or(SignInFailed::Stranger);
        let (state, nonce, verifier) = (next()?, next()?, next()?);
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.expose().as_bytes()));
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.config.client)
            .append_pair("redirect_uri", &self.config.redirect)
            .append_pair("scope", "openid email profile")
            .append_pair("state", state.expose())
            .append_pair("nonce", nonce.expose())
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256")
            .finish();
        let page = &known.description.authorization_endpoint;
        let joint = if page.contains('?') { '&' } else { '?' };
        Ok(Asked { address: format!("{page}{joint}{query}"), state, nonce, verifier })
    }

    /// Who the person is who brought `query` back from the issuer's page. A code can be tried once.
    ///
    /// # Errors
    /// [`SignInFailed`]
    pub async fn redeem(&self, asked: &Asked, query: &str) -> Result<Person, SignInFailed> {
        let code = code(asked, query)?;
        let known = self.known(false).await?;
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "authorization_code")
            .append_pair("code", code.expose())
            .append_pair("redirect_uri", &self.config.redirect)
            .append_pair("code_verifier", asked.verifier.expose())
            .append_pair("client_id", &self.config.client)
            .extend_pairs(self.config.secret.as_ref().map(|secret| ("client_secret", secret.expose())))
            .finish();
        let told: Told = self.ask(Method::POST, &known.description.token_endpoint, form).await?;
        let token = match (told.id_token, told.error.as_deref()) {
            (Some(token), _) if token.len() <= LONGEST => token,
            (_, Some("invalid_client" | "unauthorized_client")) => return Err(SignInFailed::Client),
            (_, Some(_)) => return Err(SignInFailed::Refused),
            _ => return Err(SignInFailed::Unbelievable(Doubt::Shape)),
        };
        let keys = match token::knows(&known.keys, &token) {
            true => known.keys,
            // Issuers change their keys; one that nobody has seen makes the box look again.
            false => self.known(true).await?.keys,
        };
        token::person(&token, &keys, &self.config.issuer, &self.config.client, &asked.nonce)
            .map_err(SignInFailed::Unbelievable)
    }

    /// The issuer's description and keys; those of before when it does not answer now.
    async fn known(&self, anew: bool) -> Result<Known, SignInFailed> {
        let before = self.memory().clone();
        let fresh = if anew { LOOK_AGAIN } else { FRESH };
        if let Some(known) = before.as_ref().filter(|known| known.at.elapsed() < fresh) {
            return Ok(known.clone());
        }
        match (self.look().await, before) {
            (Ok(known), _) => {
                *self.memory() = Some(known.clone());
                Ok(known)
            }
            (Err(SignInFailed::Unanswered(_)), Some(before)) => Ok(before),
            (Err(failed), _) => Err(failed),
        }
    }

    async fn look(&self) -> Result<Known, SignInFailed> {
        let base = self.config.issuer.trim_end_matches('/');
        let place = format!("{base}/.well-known/openid-configuration");
        let description: Description = self.ask(Method::GET, &place, String::new()).await?;
        let same = description.issuer.trim_end_matches('/') == base;
        let led = [&description.authorization_endpoint, &description.token_endpoint, &description.jwks_uri];
        if !same || !led.iter().all(|address| self.reach.goes_to(address)) {
            return Err(SignInFailed::Misled);
        }
        let keys = self.ask(Method::GET, &description.jwks_uri, String::new()).await?;
        Ok(Known { description, keys, at: Instant::now() })
    }

    /// One question to the issuer; a refusal that is JSON is an answer too.
    async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        address: &str,
        form: String,
    ) -> Result<T, SignInFailed> {
        if !self.reach.goes_to(address) {
            return Err(SignInFailed::Misled);
        }
        let failed = SignInFailed::Unanswered;
        let request = Request::builder()
            .method(method)
            .uri(address)
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(USER_AGENT, AGENT)
            .body(Full::<Bytes>::from(form))
            .map_err(|_| failed(Failure::Unreadable))?;
        let exchange = async {
            let answer = self.http.request(request).await.map_err(|_| failed(Failure::Unreachable))?;
            let status = answer.status();
            let body = Limited::new(answer.into_body(), LARGEST).collect().await;
            let body = body.map_err(|_| failed(Failure::TooLarge))?.to_bytes();
            if !(status.is_success()
                || status == StatusCode::BAD_REQUEST
                || status == StatusCode::UNAUTHORIZED)
            {
                return Err(failed(Failure::Status(status.as_u16())));
            }
            serde_json::from_slice(&body).map_err(|_| failed(Failure::Unreadable))
        };
        let answered = tokio::time::timeout(self.deadline, exchange).await;
        answered.unwrap_or(Err(failed(Failure::TooSlow)))
    }

    fn memory(&self) -> MutexGuard<'_, Option<Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Issuer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Issuer").field("issuer", &self.config.issuer).finish_non_exhaustive()
    }
}

/// The code that answers this question.
fn code(asked: &Asked, query: &str) -> Result<Secret, SignInFailed> {
    if query.len() > LONGEST {
        return Err(SignInFailed::Stranger);
    }
    let field = |wanted: &str| {
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        pairs.find(|(name, _)| name == wanted).map(|(_, value)| Secret::new(value.into_owned()))
    };
    if field("state").as_ref() != Some(&asked.state) {
        return Err(SignInFailed::Stranger);
    }
    field("code").ok_or(SignInFailed::Refused)
}
