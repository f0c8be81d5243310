//! The forms for setting up and signing in, and the guard that asks for them.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Extension, Form, FromRequestParts, Request, State};
use axum::http::header::{LOCATION, RETRY_AFTER, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::api::problem;
use crate::assets::{ASSETS, Assets};
use crate::charter::Did;
use crate::connection::Peer;
use crate::door::{GOODBYE, SetUp, SetUpRefused, SignIn, SignInRefused, Token, Visit, Visitor, Who, carried};
use crate::elsewhere::Elsewhere;
use crate::live::is_stream;
use crate::pages::{html, refused};
use crate::routes::App;
use crate::vault::VaultFailed;
use crate::words::Lang;

/// Lets signed-in people and programs with a token through, and writes down what they change; sends others to the right
/// form, and scripts away with a reason.
pub(crate) async fn only_signed_in(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let visit = if is_stream(path) { Visit::Watching } else { Visit::Asking };
    let is_script = visit == Visit::Watching || path.starts_with("/api/") || path == "/metrics";
    let found = match (carried(request.headers()), Token::from_headers(request.headers())) {
        (Some(Some(hash)), _) if is_script => app.door.program(hash).await,
        (Some(_), _) | (None, None) => Ok(None),
        (None, Some(token)) => app.door.session(&token, visit).await,
    };
    match found {
        Ok(Some(who)) => {
            request.extensions_mut().insert(who);
            written_down(State(app), request, next).await
        }
        Ok(None) if is_script => problem(StatusCode::UNAUTHORIZED, "sign in first"),
        Ok(None) => to_the_door(&app, lang(request).await).await,
        Err(failed) => vault_failed(lang(request).await, &failed),
    }
}

/// Writes down what a request changed. A change that could not be written down has happened all the same.
pub(crate) async fn written_down(State(app): State<App>, request: Request, next: Next) -> Response {
    let who = request.extensions().get::<Who>().cloned();
    let from = visitor(&request);
    let mut answer = next.run(request).await;
    if let Some(did) = answer.extensions_mut().remove::<Did>()
        && let Err(failed) = app.door.did(who.as_ref(), &from, did).await
    {
        report(&failed);
    }
    answer
}

fn visitor(request: &Request) -> Visitor {
    let peer = request.extensions().get().copied().unwrap_or(Peer::Socket);
    Visitor::new(address(peer), request.headers())
}

async fn lang(request: Request) -> Lang {
    let (mut parts, _) = request.into_parts();
    match Lang::from_request_parts(&mut parts, &()).await {
        Ok(lang) => lang,
    }
}

async fn to_the_door(app: &App, lang: Lang) -> Response {
    match app.door.is_set_up().await {
        Ok(true) => go("/login"),
        Ok(false) => go("/setup"),
        Err(failed) => vault_failed(lang, &failed),
    }
}

/// On to another page of ours, with GET.
pub(crate) fn go(to: &str) -> Response {
    (StatusCode::SEE_OTHER, [(LOCATION, to)]).into_response()
}

fn enter(token: &Token, to: &str) -> Response {
    (StatusCode::SEE_OTHER, [(LOCATION, to.to_owned()), (SET_COOKIE, token.cookie())]).into_response()
}

/// `POST /logout`.
pub(crate) async fn sign_out(State(app): State<App>, t: Lang, Extension(who): Extension<Who>) -> Response {
    let Some(key) = who.session() else { return go("/login") };
    match app.door.sign_out(key).await {
        Ok(()) => (StatusCode::SEE_OTHER, [(LOCATION, "/login"), (SET_COOKIE, GOODBYE)]).into_response(),
        Err(failed) => vault_failed(t, &failed),
    }
}

#[derive(Template)]
#[template(path = "login.html")]
struct LoginPage {
    t: Lang,
    assets: &'static Assets,
    /// Somebody's sign-in asks for more than the password.
    second: bool,
    /// Where else people are known.
    houses: Vec<Elsewhere>,
    /// Somebody has a passkey.
    passkeys: bool,
    /// A set-up code waits as well.
    code: bool,
    refusal: Option<String>,
}

/// `GET /login`.
pub(crate) async fn login(State(app): State<App>, t: Lang) -> Response {
    match app.door.is_set_up().await {
        Ok(true) => {}
        Ok(false) => return go("/setup"),
        Err(failed) => return vault_failed(t, &failed),
    }
    match login_page(&app, t, None).await {
        Ok(page) => html(StatusCode::OK, &page),
        Err(failed) => vault_failed(t, &failed),
    }
}

async fn login_page(app: &App, t: Lang, refusal: Option<String>) -> Result<LoginPage, VaultFailed> {
    let (second, code) = (app.door.asks_second().await?, app.door.awaits_set_up().await?);
    let passkeys = app.door.knows_passkeys().await?;
    let houses = app.commands.houses().to_vec();
    Ok(LoginPage { t, assets: &ASSETS, second, houses, passkeys, code, refusal })
}

/// `POST /login`. A session that the browser still has is ended, so that none is handed on.
pub(crate) async fn sign_in(
    State(app): State<App>,
    t: Lang,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    form: Result<Form<SignIn>, FormRejection>,
) -> Response {
    let form = match form {
        Ok(Form(form)) => form,
        Err(rejected) => return form_broken(t, &rejected),
    };
    let signed_in = app.door.sign_in(&Visitor::new(address(peer), &headers), form).await;
    match signed_in {
        Ok(token) => {
            if let Some(old) = Token::from_headers(&headers) {
                // It is replaced in the browser either way, and ends by itself at the latest.
                let _ = app.door.sign_out(old.key()).await;
            }
            enter(&token, "/")
        }
        Err(refusal) => {
            let Refusal { status, wait, words } = Refusal::of_sign_in(t, &refusal);
            match login_page(&app, t, Some(words)).await {
                Ok(page) => with_wait(wait, html(status, &page)),
                Err(failed) => vault_failed(t, &failed),
            }
        }
    }
}

#[derive(Template)]
#[template(path = "setup.html")]
struct SetupPage {
    t: Lang,
    assets: &'static Assets,
    refusal: Option<String>,
}

/// `GET /setup`.
pub(crate) async fn setup(State(app): State<App>, t: Lang) -> Response {
    match app.door.awaits_set_up().await {
        Ok(true) => html(StatusCode::OK, &SetupPage { t, assets: &ASSETS, refusal: None }),
        Ok(false) => go("/login"),
        Err(failed) => vault_failed(t, &failed),
    }
}

/// `POST /setup`.
pub(crate) async fn set_up(
    State(app): State<App>,
    t: Lang,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    form: Result<Form<SetUp>, FormRejection>,
) -> Response {
    match app.door.awaits_set_up().await {
        Ok(true) => {}
        Ok(false) => return go("/login"),
        Err(failed) => return vault_failed(t, &failed),
    }
    let form = match form {
        Ok(Form(form)) => form,
        Err(rejected) => return form_broken(t, &rejected),
    };
    match app.door.set_up(&Visitor::new(address(peer), &headers), form).await {
        // A box that knows no account yet is led through its first steps.
        Ok(token) => enter(&token, if app.view().mirror.fetched.is_some() { "/" } else { "/start" }),
        Err(refusal) => {
            let Refusal { status, wait, words } = Refusal::of_set_up(t, &refusal);
            let page = SetupPage { t, assets: &ASSETS, refusal: Some(words) };
            with_wait(wait, html(status, &page))
        }
    }
}

/// How a refusal is told.
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    wait: Option<Duration>,
    pub(crate) words: String,
}

impl Refusal {
    pub(crate) fn of_sign_in(t: Lang, refused: &SignInRefused) -> Self {
        let (status, wait, words) = match refused {
            SignInRefused::Wrong => (StatusCode::FORBIDDEN, None, t.wrong_password().to_owned()),
            SignInRefused::Ended => (StatusCode::FORBIDDEN, None, t.account_ended().to_owned()),
            SignInRefused::Locked { wait } => {
                (StatusCode::TOO_MANY_REQUESTS, Some(*wait), t.locked(seconds(*wait)))
            }
            SignInRefused::Busy => {
                (StatusCode::SERVICE_UNAVAILABLE, Some(Duration::from_secs(2)), t.busy().to_owned())
            }
            SignInRefused::Vault(failed) => {
                report(failed);
                (StatusCode::INTERNAL_SERVER_ERROR, None, t.box_failed().to_owned())
            }
        };
        Self { status, wait, words }
    }

    /// The same for somebody whom another house vouches for.
    pub(crate) fn of_vouched(t: Lang, refused: &SignInRefused) -> Self {
        if *refused != SignInRefused::Wrong {
            return Self::of_sign_in(t, refused);
        }
        let words = t.pick(
            "Sie sind dort bekannt, aber hier gibt es keinen Zugang für Sie. Bitten Sie einen Administrator, ihn unter Ihrer Adresse anzulegen.",
            "You are known there, but there is no account for you here. Ask an administrator to make one under your address.",
        );
        Self { status: StatusCode::FORBIDDEN, wait: None, words: words.to_owned() }
    }

    pub(crate) fn of_set_up(t: Lang, refused: &SetUpRefused) -> Self {
        let (status, words) = match refused {
            SetUpRefused::Code => (StatusCode::FORBIDDEN, t.wrong_code()),
            SetUpRefused::TooShort => (StatusCode::UNPROCESSABLE_ENTITY, t.too_short()),
            SetUpRefused::TooLong => (StatusCode::UNPROCESSABLE_ENTITY, t.too_long()),
            SetUpRefused::TooSimple => (StatusCode::UNPROCESSABLE_ENTITY, t.too_simple()),
            SetUpRefused::Differ => (StatusCode::UNPROCESSABLE_ENTITY, t.differ()),
            SetUpRefused::Door(refused) => return Self::of_sign_in(t, refused),
        };
        Self { status, wait: None, words: words.to_owned() }
    }
}

fn with_wait(wait: Option<Duration>, mut answer: Response) -> Response {
    if let Some(wait) = wait {
        answer.headers_mut().insert(RETRY_AFTER, seconds(wait).into());
    }
    answer
}

/// Rounded up, so that who waits as told is let in.
fn seconds(wait: Duration) -> u64 {
    wait.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX)
}

pub(crate) fn form_broken(t: Lang, rejected: &FormRejection) -> Response {
    refused(t, rejected.status(), t.failed_title(), t.form_broken())
}

pub(crate) fn vault_failed(t: Lang, failed: &VaultFailed) -> Response {
    report(failed);
    refused(t, StatusCode::INTERNAL_SERVER_ERROR, t.failed_title(), t.box_failed())
}

fn report(failed: &VaultFailed) {
    tracing::error!(%failed, "the page could not ask its vault");
}

/// The socket has no door, so its requests never count as anybody's.
pub(crate) fn address(peer: Peer) -> IpAddr {
    match peer {
        Peer::Address(address) => address,
        Peer::Socket => Ipv4Addr::LOCALHOST.into(),
    }
}
