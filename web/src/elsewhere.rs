//! Signing in with an account that somebody has elsewhere: at the cloud, Entra ID, Okta, Google.
//!
//! ```text
//!   /login/with/{name} ── cookie, address ──> issuer's page ──> /login/back?code&state ── same cookie ──> session
//! ```
//!
//! The cookie ties the answer to the browser that asked, so that nobody is signed in as somebody else unawares.

use std::pin::Pin;

use askama::Template;
use axum::extract::{Extension, Path, RawQuery, State};
use axum::http::header::{LOCATION, REFRESH, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::assets::{ASSETS, Assets};
use crate::connection::Peer;
use crate::cookie;
use crate::door::{Token, Visitor};
use crate::door_pages::{Refusal, address};
use crate::pages::{html, refused};
use crate::routes::App;
use crate::view::Sentence;
use crate::words::Lang;

/// Ties the answer to the browser that asked. Lax: the issuer's page leads back here (RFC 6265bis 4.1.2.7).
const COOKIE: &str = "__Host-elsewhere";
/// As long as a question waits for its answer, seconds.
const PATIENCE: u32 = 600;

/// A house whose people may sign in here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    /// In addresses: small letters, digits and dashes.
    pub name: String,
    /// What people call it, `Microsoft`.
    pub title: String,
}

/// A sign-in that was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    /// Where the browser goes.
    pub address: String,
    /// By which the answer is known again: letters, digits, `-` and `_`, not to be guessed.
    pub state: String,
}

/// What comes of asking: a sentence says why not.
pub type Vouched<'a, T> = Pin<Box<dyn Future<Output = Result<T, Sentence>> + Send + 'a>>;

/// Nobody vouches here.
pub(crate) fn unknown() -> Sentence {
    Sentence::new("So kann man sich hier nicht anmelden.", "One cannot sign in here that way.")
}

/// `GET /login/with/{name}`
pub(crate) async fn begin(State(app): State<App>, t: Lang, Path(name): Path<String>) -> Response {
    match app.commands.begin_sign_in(name).await {
        Ok(Begun { address, state }) => {
            let cookie =
                format!("{COOKIE}={state}; Path=/; Max-Age={PATIENCE}; Secure; HttpOnly; SameSite=Lax");
            (StatusCode::SEE_OTHER, [(LOCATION, address), (SET_COOKIE, cookie)]).into_response()
        }
        Err(why) => refused(t, StatusCode::BAD_GATEWAY, t.failed_title(), t.say(&why)),
    }
}

#[derive(Template)]
#[template(path = "welcome.html")]
struct Welcome {
    t: Lang,
    assets: &'static Assets,
}

/// `GET /login/back`. The browser comes from another site, so the session's cookie, which is for this site alone, would
/// not follow a redirect; the page in between makes the next step one of our own.
pub(crate) async fn back(
    State(app): State<App>,
    t: Lang,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let Some(state) = cookie::value(&headers, COOKIE).map(str::to_owned) else {
        return refused(t, StatusCode::FORBIDDEN, t.failed_title(), t.say(&unknown()));
    };
    let account = match app.commands.end_sign_in(state, query.unwrap_or_default()).await {
        Ok(account) => account,
        Err(why) => return refused(t, StatusCode::FORBIDDEN, t.failed_title(), t.say(&why)),
    };
    let from = Visitor::new(address(peer), &headers);
    match app.door.sign_in_vouched(&from, &account).await {
        Ok(token) => {
            if let Some(old) = Token::from_headers(&headers) {
                // It is replaced in the browser either way, and ends by itself at the latest.
                let _ = app.door.sign_out(old.key()).await;
            }
            let mut answer = html(StatusCode::OK, &Welcome { t, assets: &ASSETS });
            let forget = format!("{COOKIE}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax");
            for cookie in [token.cookie(), forget].iter().filter_map(|it| it.parse().ok()) {
                answer.headers_mut().append(SET_COOKIE, cookie);
            }
            answer.headers_mut().insert(REFRESH, axum::http::HeaderValue::from_static("0; url=/"));
            answer
        }
        Err(refusal) => {
            let Refusal { status, words, .. } = Refusal::of_vouched(t, &refusal);
            refused(t, status, t.failed_title(), &words)
        }
    }
}
