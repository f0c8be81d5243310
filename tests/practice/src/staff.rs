//! Two directories of people as companies have them, in the shapes that Microsoft and Google document: Entra ID behind
//! `/entra` and `/graph`, Google Workspace behind `/google`. People and keys stand in the account (`entra`, `google`).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hyper::header::{AUTHORIZATION, HeaderMap};
use hyper::{Method, Response, StatusCode};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde_json::{Value, json};

use crate::account::Account;
use crate::answer::{Body, with_type};

/// Whether a path belongs here.
pub(crate) fn is_here(path: &str) -> bool {
    ["/entra/", "/graph/", "/google/"].iter().any(|start| path.starts_with(start))
}

/// People of one answer; the real ones take what was asked for, up to 999 and 500.
const PAGE: usize = 2;
/// What the practised directories take for a token.
const TOKENS: [&str; 2] = ["practice-graph-token", "practice-google-token"];
const SCOPE: &str = "https://www.googleapis.com/auth/admin.directory.user.readonly";

/// One request.
pub(crate) struct Visit<'a> {
    pub(crate) account: &'a Account,
    pub(crate) method: &'a Method,
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a [u8],
}

/// Answers it.
pub(crate) fn answer(visit: &Visit<'_>) -> Response<Body> {
    let (status, said) = match (visit.method, visit.path) {
        (&Method::POST, "/google/token") => visit.google_token(),
        (&Method::GET, "/google/admin/directory/v1/users") => visit.google(),
        (&Method::GET, "/graph/v1.0/users") => visit.graph(),
        (&Method::POST, path) if path.ends_with("/oauth2/v2.0/token") => visit.entra_token(),
        _ => (404, json!({"error": {"code": "ResourceNotFound"}})),
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    with_type(status, "application/json; charset=utf-8", said.to_string())
}

impl Visit<'_> {
    fn at(&self, pointer: &str) -> &str {
        self.account.text(pointer).unwrap_or_default()
    }

    fn field(form: &[u8], name: &str) -> String {
        let mut pairs = form_urlencoded::parse(form);
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
    }

    fn shows(&self, token: &str) -> bool {
        self.headers.get(AUTHORIZATION).is_some_and(|shown| shown == &format!("Bearer {token}"))
    }

    /// Microsoft identity platform, client credentials flow.
    fn entra_token(&self) -> (u16, Value) {
        let field = |name| Self::field(self.body, name);
        let right = self.path == format!("/entra/{}/oauth2/v2.0/token", self.at("/entra/tenant"))
            && field("grant_type") == "client_credentials"
            && field("client_id") == self.at("/entra/client")
            && field("client_secret") == self.at("/entra/secret")
            && field("scope").ends_with("/.default");
        if right {
            return (
                200,
                json!({"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "access_token": TOKENS[0]}),
            );
        }
        let said = json!({
            "error": "invalid_client", "error_codes": [7_000_215], "timestamp": "2026-11-20 09:15:30Z",
            "error_description": "AADSTS7000215: Invalid client secret provided.",
            "error_uri": "https://login.microsoftonline.com/error?code=7000215"});
        (401, said)
    }

    /// `GET /v1.0/users`, with `@odata.nextLink` as an opaque address.
    fn graph(&self) -> (u16, Value) {
        if !self.shows(TOKENS[0]) || self.at("/entra/denied") == "yes" {
            let why = "Insufficient privileges to complete the operation.";
            return (403, json!({"error": {"code": "Authorization_RequestDenied", "message": why}}));
        }
        let (page, next) = self.page("/entra/users", "$skiptoken");
        let mut said =
            json!({"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#users", "value": page});
        if let (Some(at), Some(said)) = (next, said.as_object_mut()) {
            let host = self.headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or_default();
            let usual = format!("http://{host}/graph");
            let base = self.account.text("/entra/leadsTo").unwrap_or(&usual);
            said.insert(
                "@odata.nextLink".to_owned(),
                format!("{base}/v1.0/users?$top=500&$skiptoken={at}").into(),
            );
        }
        (200, said)
    }

    /// A service account's signed assertion (RFC 7523) for a token.
    fn google_token(&self) -> (u16, Value) {
        let assertion = Self::field(self.body, "assertion");
        let refused = |error: &str, why: &str| (400, json!({"error": error, "error_description": why}));
        let Some((signed, signature)) = assertion.rsplit_once('.') else {
            return refused("invalid_request", "Missing assertion");
        };
        if !self.is_signed(signed, signature) {
            return refused("invalid_grant", "Invalid JWT Signature.");
        }
        let claims = signed.split_once('.').and_then(|(_, claims)| URL_SAFE_NO_PAD.decode(claims).ok());
        let claims: Value =
            claims.and_then(|claims| serde_json::from_slice(&claims).ok()).unwrap_or_default();
        let says = |name: &str, wanted: &str| claims.get(name).and_then(Value::as_str) == Some(wanted);
        if !says("sub", self.at("/google/admin")) || !says("scope", SCOPE) {
            let why = "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.";
            return refused("unauthorized_client", why);
        }
        if !says("iss", self.at("/google/client_email")) {
            return refused("invalid_grant", "Invalid issuer");
        }
        (200, json!({"access_token": TOKENS[1], "expires_in": 3599, "token_type": "Bearer"}))
    }

    fn is_signed(&self, signed: &str, signature: &str) -> bool {
        let modulus = self.at("/google/modulus");
        let bytes =
            (0..modulus.len() / 2).map(|at| u8::from_str_radix(modulus.get(2 * at..2 * at + 2)?, 16).ok());
        let (Some(n), Ok(signature)) =
            (bytes.collect::<Option<Vec<u8>>>(), URL_SAFE_NO_PAD.decode(signature))
        else {
            return false;
        };
        let key = RsaPublicKeyComponents { n, e: vec![1, 0, 1] };
        key.verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &signature).is_ok()
    }

    /// Directory API `users.list`.
    fn google(&self) -> (u16, Value) {
        if !self.shows(TOKENS[1]) {
            return (401, json!({"error": {"code": 401, "status": "UNAUTHENTICATED"}}));
        }
        let (page, next) = self.page("/google/users", "pageToken");
        let mut said = json!({"kind": "admin#directory#users", "etag": "\"practice\"", "users": page});
        if let (Some(at), Some(said)) = (next, said.as_object_mut()) {
            said.insert("nextPageToken".to_owned(), format!("~{at}=").into());
        }
        (200, said)
    }

    fn page(&self, list: &str, name: &str) -> (Vec<Value>, Option<usize>) {
        let at = Self::field(self.query.as_bytes(), name);
        let at = at.trim_matches(['~', '=']).parse().unwrap_or(0);
        let all =
            self.account.document().pointer(list).and_then(Value::as_array).cloned().unwrap_or_default();
        let next = at + PAGE;
        let page: Vec<Value> = all.iter().skip(at).take(PAGE).cloned().collect();
        (page, (next < all.len()).then_some(next))
    }
}
