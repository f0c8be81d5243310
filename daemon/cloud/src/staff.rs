//! A company's directory of people, page by page: Entra ID through Microsoft Graph, Google Workspace through the Directory API.
//!
//! ```text
//!   keys ──> token (client credentials, or a signed assertion) ──> pages, as they were answered ──> directory::roster
//! ```
//!
//! Keys are used once and kept nowhere. Addresses of next pages are followed only at the directory that was asked.

mod assertion;

use std::time::{Duration, SystemTime};

use account::Secret;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use hyper::{Request, StatusCode};
use mirror::Failure;
use rustls::RootCertStore;
use serde::Deserialize;
use serde_json::Value;

use crate::client::{Https, https, safe_base};
use crate::get::AGENT;
use crate::{ClientRefused, Limits};
use assertion::assertion;

/// Pages of one directory, at most; with 500 people on each.
const PAGES: usize = 20;
/// Largest answer, bytes: 500 people with everything Google says of them.
const LARGEST: usize = 8 << 20;
/// The longest pause a directory may ask for.
const PAUSE: Duration = Duration::from_secs(30);
/// What the list is made of (Microsoft Graph, user resource type).
const GRAPH: &str = "/v1.0/users?$select=givenName,surname,mail,userPrincipalName,businessPhones,officeLocation,accountEnabled&$top=500";
/// What the list is made of (Directory API, `users.list`).
const GOOGLE: &str =
    "/admin/directory/v1/users?customer=my_customer&maxResults=500&projection=full&orderBy=email";

/// Where the list is, and what lets the box in.
#[derive(Deserialize)]
#[serde(tag = "from", rename_all = "snake_case", deny_unknown_fields)]
pub enum Staff {
    /// Entra ID: an app registration with the application permission `User.Read.All`.
    Entra {
        /// The directory's id or a domain of it.
        tenant: String,
        /// The app's id.
        client: String,
        /// A client secret of it.
        secret: String,
        /// Where tokens are made; other than the usual in national clouds.
        #[serde(default = "entra_login")]
        login: String,
        /// Where Graph answers; other than the usual in national clouds.
        #[serde(default = "entra_api")]
        api: String,
    },
    /// Google Workspace: a service account with domain-wide delegation of `admin.directory.user.readonly`.
    Google {
        /// Its key file.
        key: GoogleKey,
        /// The address of an admin in whose name it asks.
        admin: String,
        /// Where the Directory API answers.
        #[serde(default = "google_api")]
        api: String,
    },
}

/// The part of a service account's key file that is needed.
#[derive(Deserialize)]
pub struct GoogleKey {
    client_email: String,
    private_key: String,
    token_uri: String,
}

/// Why there is no list. Its text is for admins.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum StaffFailed {
    /// The keys are not in the shape of keys.
    #[error("these are not the keys of a directory: {0}")]
    Keys(&'static str),
    /// An address would give secrets away, or is none.
    #[error(transparent)]
    Address(#[from] ClientRefused),
    /// The directory does not know the keys.
    #[error("the directory refuses the keys ({0}); make new ones there")]
    Refused(String),
    /// The keys are good but may not list people.
    #[error(
        "these keys may not list people; Entra ID: grant User.Read.All as application permission, Google: delegate admin.directory.user.readonly"
    )]
    NotAllowed,
    /// It is somebody's list that leads elsewhere.
    #[error("the directory's answer leads to another place; it was not followed")]
    LedAway,
    /// More people than one list may hold.
    #[error("the directory has more than {0} pages of people")]
    TooMany(usize),
    /// Nothing usable came back.
    #[error("{0}")]
    Unanswered(Failure),
}

impl Staff {
    /// Whether its pages are Google's.
    #[must_use]
    pub const fn is_google(&self) -> bool {
        matches!(self, Self::Google { .. })
    }
}

/// Fetches all pages, as they were answered.
///
/// # Errors
/// [`StaffFailed`]; nothing is kept of pages that came before.
pub async fn staff(from: &Staff, limits: &Limits) -> Result<Vec<Bytes>, StaffFailed> {
    // Microsoft and Google are vouched for by the public authorities.
    let http = https(limits, RootCertStore::empty())?;
    let asking = Asking { http, deadline: limits.deadline };
    match from {
        Staff::Entra { tenant, client, secret, login, api } => {
            let (login, api) = (bare(login)?, bare(api)?);
            if tenant.is_empty() || !tenant.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b)) {
                return Err(StaffFailed::Keys("the tenant is an id or a domain"));
            }
            let fields = [
                ("grant_type", "client_credentials"),
                ("client_id", client),
                ("client_secret", secret),
                ("scope", &format!("{api}/.default")),
            ];
            let token = asking.token(&format!("{login}/{tenant}/oauth2/v2.0/token"), &fields).await?;
            let next = |page: &Value| {
                let Some(next) = page.get("@odata.nextLink").and_then(Value::as_str) else { return Ok(None) };
                let at_home = next.strip_prefix(api.as_str()).filter(|path| path.starts_with('/'));
                at_home.map(|path| Some(format!("{api}{path}"))).ok_or(StaffFailed::LedAway)
            };
            asking.pages(format!("{api}{GRAPH}"), &token, next).await
        }
        Staff::Google { key, admin, api } => {
            let api = bare(api)?;
            safe_base(&key.token_uri)?;
            let assertion = assertion(key, admin, SystemTime::now())?;
            let fields = [
                ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
                ("assertion", assertion.expose()),
            ];
            let token = asking.token(&key.token_uri, &fields).await?;
            let next = |page: &Value| {
                let token = page.get("nextPageToken").and_then(Value::as_str);
                Ok(token.map(|token| {
                    let token: String = form_urlencoded::byte_serialize(token.as_bytes()).collect();
                    format!("{api}{GOOGLE}&pageToken={token}")
                }))
            };
            asking.pages(format!("{api}{GOOGLE}"), &token, next).await
        }
    }
}

struct Asking {
    http: Https,
    deadline: Duration,
}

impl Asking {
    /// RFC 6749 4.4, RFC 7523 2.1.
    async fn token(&self, address: &str, fields: &[(&str, &str)]) -> Result<Secret, StaffFailed> {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::post(address)
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(USER_AGENT, AGENT)
            .body(Full::<Bytes>::from(form));
        let (status, body, _) = self.exchange(request).await?;
        let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
        let text = |name: &str| answer.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        match text("access_token") {
            Some(token) if status.is_success() => Ok(Secret::new(token.to_owned())),
            _ if status.is_client_error() => {
                let why: String = text("error").unwrap_or("no reason given").chars().take(80).collect();
                Err(StaffFailed::Refused(why))
            }
            _ => Err(StaffFailed::Unanswered(Failure::Status(status.as_u16()))),
        }
    }

    async fn pages(
        &self,
        first: String,
        token: &Secret,
        next: impl Fn(&Value) -> Result<Option<String>, StaffFailed>,
    ) -> Result<Vec<Bytes>, StaffFailed> {
        let (mut pages, mut address) = (Vec::new(), Some(first));
        while let Some(wanted) = address {
            if pages.len() >= PAGES {
                return Err(StaffFailed::TooMany(PAGES));
            }
            let page = self.page(&wanted, token).await?;
            let read = serde_json::from_slice(&page);
            address = next(&read.map_err(|_| StaffFailed::Unanswered(Failure::Unreadable))?)?;
            pages.push(page);
        }
        Ok(pages)
    }

    /// One page; a directory that asks for a pause is asked once more after it.
    async fn page(&self, address: &str, token: &Secret) -> Result<Bytes, StaffFailed> {
        let mut waited = false;
        loop {
            let request = Request::get(address)
                .header(ACCEPT, "application/json")
                .header(AUTHORIZATION, format!("Bearer {}", token.expose()))
                .header(USER_AGENT, AGENT)
                .body(Full::<Bytes>::default());
            let (status, body, pause) = self.exchange(request).await?;
            return match status {
                status if status.is_success() => Ok(body),
                StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(StaffFailed::NotAllowed),
                StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE if !waited => {
                    waited = true;
                    tokio::time::sleep(pause.unwrap_or(Duration::from_secs(1)).min(PAUSE)).await;
                    continue;
                }
                status => Err(StaffFailed::Unanswered(Failure::Status(status.as_u16()))),
            };
        }
    }

    async fn exchange(
        &self,
        request: hyper::http::Result<Request<Full<Bytes>>>,
    ) -> Result<(StatusCode, Bytes, Option<Duration>), StaffFailed> {
        let request = request.map_err(|_| StaffFailed::Unanswered(Failure::Unreadable))?;
        let exchange = async {
            let answer = self.http.request(request).await;
            let answer = answer.map_err(|_| StaffFailed::Unanswered(Failure::Unreachable))?;
            let pause = crate::pause::asked_for(answer.headers(), SystemTime::now());
            let status = answer.status();
            let body = Limited::new(answer.into_body(), LARGEST).collect().await;
            let body = body.map_err(|_| StaffFailed::Unanswered(Failure::TooLarge))?;
            Ok((status, body.to_bytes(), pause))
        };
        let answered = tokio::time::timeout(self.deadline, exchange).await;
        answered.unwrap_or(Err(StaffFailed::Unanswered(Failure::TooSlow)))
    }
}

fn bare(address: &str) -> Result<String, ClientRefused> {
    let (scheme, authority, path) = safe_base(address)?;
    Ok(format!("{scheme}://{authority}{}", path.trim_end_matches('/')))
}

fn entra_login() -> String {
    "https://login.microsoftonline.com".to_owned()
}

fn entra_api() -> String {
    "https://graph.microsoft.com".to_owned()
}

fn google_api() -> String {
    "https://admin.googleapis.com".to_owned()
}

/// Which directory, and nothing that opens it.
impl std::fmt::Debug for Staff {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.is_google() { "Google(..)" } else { "Entra(..)" })
    }
}

impl std::fmt::Debug for GoogleKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("GoogleKey(..)")
    }
}
