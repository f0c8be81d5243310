//! The login server of the practice cloud: OAuth2 with codes and PKCE, laid out like the real one (a Keycloak realm).
//!
//! Whoever opens the page is the account's admin and agrees at once. Access tokens live 300 s unless a test says
//! otherwise; a refresh token is good once, and one that comes again ends the login, as a stolen one must.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hyper::{Method, Response, StatusCode, header};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::time::{Duration, Instant};

use crate::account::Account;
use crate::answer::{Body, plain, with_type};
use crate::id_token::{Lie, Signer};

/// Where it begins.
pub(crate) const REALM: &str = "/auth/realms/practice/protocol/openid-connect/";

/// The server as it calls itself, below the address it is asked at.
pub(crate) const ISSUER: &str = "/auth/realms/practice";

/// Life of an access token unless a test says otherwise, seconds.
const LIVES: u64 = 300;

/// What was given out.
#[derive(Debug)]
pub(crate) struct Identity {
    codes: HashMap<String, Code>,
    /// Access token to its end and rights.
    access: HashMap<String, (Instant, Vec<String>)>,
    /// The refresh token that is good now, with the rights it stands for.
    refresh: Option<(String, Vec<String>)>,
    lives: u64,
    /// How many pairs were given out.
    given: u32,
    signer: Option<Signer>,
    lie: Option<Lie>,
}

impl Default for Identity {
    fn default() -> Self {
        let (codes, access) = Default::default();
        Self { codes, access, refresh: None, lives: LIVES, given: 0, signer: Signer::new(), lie: None }
    }
}

#[derive(Debug)]
struct Code {
    client: String,
    redirect: String,
    challenge: String,
    nonce: String,
    rights: Vec<String>,
}

impl Identity {
    /// From now on what is said of people is wrong in this way.
    pub(crate) const fn lies(&mut self, lie: Option<Lie>) {
        self.lie = lie;
    }

    /// What the server says of itself (OpenID Connect Discovery 1.0 section 3).
    pub(crate) fn description(origin: &str) -> Response<Body> {
        let at = |name: &str| format!("{origin}{REALM}{name}");
        let issuer = format!("{origin}{ISSUER}");
        let told = json!({"issuer": issuer, "authorization_endpoint": at("auth"), "token_endpoint": at("token"),
                          "jwks_uri": at("certs")});
        with_type(StatusCode::OK, "application/json", told.to_string())
    }

    /// The rights of an access token that is good now.
    pub(crate) fn rights(&self, access: &str) -> Option<&[String]> {
        self.access.get(access).filter(|(end, _)| *end > Instant::now()).map(|(_, rights)| rights.as_slice())
    }

    /// From now on access tokens live this long, seconds.
    pub(crate) const fn live(&mut self, seconds: u64) {
        self.lives = seconds;
    }

    /// Nobody is logged in any more.
    pub(crate) fn revoke(&mut self) {
        *self = Self { lives: self.lives, signer: self.signer.take(), ..Self::default() };
    }

    /// What a test may know.
    pub(crate) fn told(&self) -> Value {
        json!({"given": self.given, "loggedIn": self.refresh.is_some()})
    }

    pub(crate) fn answer(
        &mut self,
        account: &Account,
        method: &Method,
        (path, query): (&str, &str),
        body: &[u8],
        origin: &str,
    ) -> Response<Body> {
        match (method, path.strip_prefix(REALM).unwrap_or_default()) {
            (&Method::GET, "auth") => self.page(account, &Form::read(query.as_bytes())),
            (&Method::GET, "certs") => {
                let keys = self.signer.as_ref().map(Signer::keys).unwrap_or_default();
                with_type(StatusCode::OK, "application/json", keys.to_string())
            }
            (&Method::POST, "token") => match self.token(account, &Form::read(body), origin) {
                Ok(tokens) => with_type(StatusCode::OK, "application/json", tokens.to_string()),
                Err(error) => {
                    let body = json!({"error": error, "error_description": "practice"});
                    with_type(StatusCode::BAD_REQUEST, "application/json", body.to_string())
                }
            },
            _ => plain(StatusCode::NOT_FOUND, String::new()),
        }
    }

    /// The page where somebody agrees: sends the browser back with a code.
    fn page(&mut self, account: &Account, form: &Form) -> Response<Body> {
        let [client, redirect, challenge] =
            ["client_id", "redirect_uri", "code_challenge"].map(|name| form.field(name));
        let known = account
            .object("clients", client)
            .is_some_and(|it| it.get("redirect").and_then(Value::as_str) == Some(redirect));
        let s256 = form.field("code_challenge_method") == "S256" && !challenge.is_empty();
        if !known || !s256 || form.field("response_type") != "code" {
            return plain(StatusCode::BAD_REQUEST, "Invalid parameter".to_owned());
        }
        let rights = form.field("scope").split_whitespace().map(str::to_owned).collect();
        let [client, redirect, challenge] = [client, redirect, challenge].map(str::to_owned);
        let nonce = form.field("nonce").to_owned();
        let code = random();
        let back = form_urlencoded::Serializer::new(String::new())
            .append_pair("state", form.field("state"))
            .append_pair("code", &code)
            .finish();
        let address = format!("{redirect}?{back}");
        self.codes.insert(code, Code { client, redirect, challenge, nonce, rights });
        let mut answer = plain(StatusCode::FOUND, String::new());
        if let Ok(address) = address.parse() {
            answer.headers_mut().insert(header::LOCATION, address);
        }
        answer
    }

    fn token(&mut self, account: &Account, form: &Form, origin: &str) -> Result<Value, &'static str> {
        let client = form.field("client_id");
        let known = account.object("clients", client).ok_or("invalid_client")?;
        if known.get("secret").and_then(Value::as_str).unwrap_or_default() != form.field("client_secret") {
            return Err("invalid_client");
        }
        let mut nonce = String::new();
        let rights = match form.field("grant_type") {
            "authorization_code" => {
                let code = self.redeemed(client, form)?;
                nonce = code.nonce;
                code.rights
            }
            "refresh_token" => {
                // Taken, whatever comes of it: one that comes twice ends the login.
                let (good, rights) = self.refresh.take().ok_or("invalid_grant")?;
                if good != form.field("refresh_token") {
                    return Err("invalid_grant");
                }
                rights
            }
            _ => return Err("unsupported_grant_type"),
        };
        let (access, refresh) = (random(), random());
        self.given += 1;
        self.access
            .insert(access.clone(), (Instant::now() + Duration::from_secs(self.lives), rights.clone()));
        self.refresh = Some((refresh.clone(), rights.clone()));
        let person = account.object("users", "w0").and_then(|it| it.get("email")).and_then(Value::as_str);
        let openid = rights.iter().any(|right| right == "openid");
        let token = self.signer.as_ref().filter(|_| openid).and_then(|signer| {
            let issuer = format!("{origin}{ISSUER}");
            signer.token(&issuer, client, &nonce, person.unwrap_or_default(), self.lie)
        });
        Ok(
            json!({"id_token": token, "access_token": access, "refresh_token": refresh, "token_type": "Bearer", "scope": rights.join(" "),
                  "expires_in": self.lives, "refresh_expires_in": 2_592_000}),
        )
    }

    /// A code is good once, for who it was given to, with what its challenge was made of (RFC 7636 4.6).
    fn redeemed(&mut self, client: &str, form: &Form) -> Result<Code, &'static str> {
        let code = self.codes.remove(form.field("code")).ok_or("invalid_grant")?;
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(form.field("code_verifier").as_bytes()));
        let same = code.client == client && code.redirect == form.field("redirect_uri");
        if same && code.challenge == challenge { Ok(code) } else { Err("invalid_grant") }
    }
}

fn random() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 24]>())
}

struct Form(HashMap<String, String>);

impl Form {
    fn read(text: &[u8]) -> Self {
        Self(form_urlencoded::parse(text).into_owned().collect())
    }

    fn field(&self, name: &str) -> &str {
        self.0.get(name).map(String::as_str).unwrap_or_default()
    }
}
