//! Every page behind the door, one file each; the dashboard and its parts here. Each part has an id; the live stream replaces parts by it.

pub(crate) mod finding;
pub(crate) mod house;
pub(crate) mod machine;
pub(crate) mod names;
pub(crate) mod phone_system;
pub(crate) mod phones;
pub(crate) mod repairs;
pub(crate) mod routing;
pub(crate) mod second_factor;
pub(crate) mod security;
pub(crate) mod talk;
pub(crate) mod users;

use std::fmt;
use std::time::SystemTime;

use askama::Template;
use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use crate::api;
use crate::assets::{ASSETS, Assets};
use crate::parts::Tone;
use crate::routes::App;
use crate::shell::Shell;
use crate::view::{
    Call, CallState, Mirror, MirrorState, Notice, Party, Readiness, Severity, TurnedAway, View,
};
use crate::when;
use crate::words::Lang;

/// Every page behind the door.
pub(crate) fn router() -> Router<App> {
    Router::new()
        .route("/", get(dashboard))
        .route("/repairs", get(repairs::page))
        .route("/calls", get(talk::page))
        .route("/phones", get(phones::page))
        .route("/users", get(users::page))
        .route("/users/{id}", get(users::one))
        .route("/groups", get(phone_system::groups))
        .route("/channels", get(phone_system::channels))
        .route("/numbers", get(phone_system::numbers))
        .route("/fax", get(phone_system::fax))
        .route("/contacts", get(phone_system::contacts))
        .route("/locations", get(house::locations))
        .route("/billing", get(house::billing))
        .route("/mirror", get(house::mirror))
        .route("/network", get(machine::network))
        .route("/system", get(machine::system))
        .route("/about", get(machine::about))
        .route("/search", get(finding::search))
        .route("/help", get(finding::help))
        .route("/security", get(security::page))
        .route("/security/second-factor", get(second_factor::page).post(second_factor::on))
        .route("/security/second-factor/off", post(second_factor::off))
}

/// A finished page.
pub(crate) fn html(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(text) => (status, [(CONTENT_TYPE, "text/html; charset=utf-8")], text).into_response(),
        Err(failed) => {
            tracing::error!(%failed, "a page could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

#[derive(Template)]
#[template(path = "refused.html")]
struct Refused {
    t: Lang,
    assets: &'static Assets,
    title: &'static str,
    reason: &'static str,
}

/// A page that says why not.
pub(crate) fn refused(t: Lang, status: StatusCode, title: &'static str, reason: &'static str) -> Response {
    html(status, &Refused { t, assets: &ASSETS, title, reason })
}

/// Where nothing is.
pub(crate) async fn missing(t: Lang, address: Uri) -> Response {
    if address.path().starts_with("/api/") {
        return api::problem(StatusCode::NOT_FOUND, "there is nothing at this address");
    }
    not_found(t)
}

/// A page that says so.
pub(crate) fn not_found(t: Lang) -> Response {
    refused(t, StatusCode::NOT_FOUND, t.missing_title(), t.missing())
}

#[derive(Template)]
#[template(path = "dashboard.html")]
struct Dashboard {
    t: Lang,
    assets: &'static Assets,
    shell: Shell,
}

/// `GET /`.
pub(crate) async fn dashboard(shell: Shell) -> Response {
    html(StatusCode::OK, &Dashboard { t: shell.t, assets: &ASSETS, shell })
}

impl Dashboard {
    fn health(&self) -> Health<'_> {
        Health { t: self.shell.t, readiness: &self.shell.view.readiness }
    }
    fn figures(&self) -> Figures<'_> {
        Figures { t: self.shell.t, now: self.shell.now, view: &self.shell.view }
    }
    fn notices(&self) -> Notices<'_> {
        Notices { t: self.shell.t, notices: &self.shell.view.notices }
    }
    fn turned_away(&self) -> TurnedAways<'_> {
        TurnedAways { t: self.shell.t, now: self.shell.now, all: &self.shell.view.turned_away }
    }
    fn calls(&self) -> Calls<'_> {
        Calls { t: self.shell.t, now: self.shell.now, calls: &self.shell.view.calls }
    }
    fn mirror(&self) -> MirrorPart<'_> {
        MirrorPart { t: self.shell.t, mirror: &self.shell.view.mirror }
    }
}

/// Whether phones can call.
#[derive(Template)]
#[template(path = "health.html")]
pub(crate) struct Health<'a> {
    pub(crate) t: Lang,
    pub(crate) readiness: &'a Readiness,
}

/// The three figures.
#[derive(Template)]
#[template(path = "figures.html")]
pub(crate) struct Figures<'a> {
    pub(crate) t: Lang,
    pub(crate) now: SystemTime,
    pub(crate) view: &'a View,
}

impl Figures<'_> {
    fn age(&self) -> Option<Time> {
        self.view.mirror.fetched.map(|at| Time::lasting(self.t, at, self.now))
    }
}

/// What needs attention.
#[derive(Template)]
#[template(path = "notices.html")]
pub(crate) struct Notices<'a> {
    pub(crate) t: Lang,
    pub(crate) notices: &'a [Notice],
}

/// Who was refused, and why.
#[derive(Template)]
#[template(path = "turned_away.html")]
pub(crate) struct TurnedAways<'a> {
    pub(crate) t: Lang,
    pub(crate) now: SystemTime,
    pub(crate) all: &'a [TurnedAway],
}

impl TurnedAways<'_> {
    fn last(&self, one: &TurnedAway) -> Time {
        Time::lasting(self.t, one.at, self.now)
    }
}

/// Calls now.
#[derive(Template)]
#[template(path = "calls.html")]
pub(crate) struct Calls<'a> {
    pub(crate) t: Lang,
    pub(crate) now: SystemTime,
    pub(crate) calls: &'a [Call],
}

impl Calls<'_> {
    fn rows(&self) -> impl Iterator<Item = CallRow<'_>> {
        self.calls.iter().map(|call| CallRow { t: self.t, now: self.now, call })
    }
}

/// One call.
#[derive(Template)]
#[template(path = "call.html")]
pub(crate) struct CallRow<'a> {
    pub(crate) t: Lang,
    pub(crate) now: SystemTime,
    pub(crate) call: &'a Call,
}

impl CallRow<'_> {
    fn from(&self) -> PartyPart<'_> {
        PartyPart { t: self.t, party: &self.call.caller }
    }
    fn to(&self) -> PartyPart<'_> {
        PartyPart { t: self.t, party: &self.call.callee }
    }
    fn mark(&self) -> &'static str {
        match self.call.state {
            CallState::Ringing => "rings",
            CallState::Talking => "good",
            CallState::Held => "warn",
        }
    }
    fn time(&self) -> Time {
        Time::clock(self.call.since, self.now)
    }
}

/// One end of a call.
#[derive(Template)]
#[template(path = "party.html")]
struct PartyPart<'a> {
    t: Lang,
    party: &'a Party,
}

/// How fresh our copy is.
#[derive(Template)]
#[template(path = "mirror.html")]
pub(crate) struct MirrorPart<'a> {
    pub(crate) t: Lang,
    pub(crate) mirror: &'a Mirror,
}

/// A moment that reads as the time since; `live.ts` counts on in the same form.
#[derive(Debug, Clone)]
pub(crate) struct Time {
    at: String,
    text: String,
    form: &'static str,
}

impl Time {
    /// `3 min`, `2 h`, `5 days`.
    pub(crate) fn lasting(t: Lang, since: SystemTime, now: SystemTime) -> Self {
        Self { at: when::rfc3339(since), text: t.lasting(when::seconds(since, now)), form: "lasting" }
    }

    /// `0:42`, `1:02:33`, as a telephone shows it.
    fn clock(since: SystemTime, now: SystemTime) -> Self {
        let seconds = when::seconds(since, now);
        Self { at: when::rfc3339(since), text: Self::counted(seconds), form: "clock" }
    }

    /// The same for a time that is over.
    pub(crate) fn counted(seconds: u64) -> String {
        let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        match hours {
            0 => format!("{minutes}:{seconds:02}"),
            _ => format!("{hours}:{minutes:02}:{seconds:02}"),
        }
    }

    /// A moment that reads as written and does not move; `written` is ours.
    pub(crate) fn fixed(at: SystemTime, written: String) -> Self {
        Self { at: when::rfc3339(at), text: written, form: "fixed" }
    }
}

impl askama::filters::HtmlSafe for Time {}

/// Nothing in here comes from outside: a date, digits and units.
impl fmt::Display for Time {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, r#"<time datetime="{}" data-form="{}">{}</time>"#, self.at, self.form, self.text)
    }
}

/// The colour of a notice; the word beside it says the same.
fn severity_mark(severity: Severity) -> Tone {
    match severity {
        Severity::Info => Tone::Calm,
        Severity::Warning => Tone::Warn,
        Severity::Fault => Tone::Bad,
    }
}

/// The colour of the copy's state; the word beside it says the same.
fn mirror_mark(state: &MirrorState) -> &'static str {
    match state {
        MirrorState::Current => "good",
        MirrorState::Stale => "warn",
        MirrorState::Failed { .. } => "bad",
        MirrorState::Never => "calm",
    }
}

fn mirror_word(t: Lang, state: &MirrorState) -> &'static str {
    match state {
        MirrorState::Current => t.mirror_current(),
        MirrorState::Stale => t.mirror_stale(),
        MirrorState::Failed { .. } => t.mirror_failed(),
        MirrorState::Never => t.mirror_never(),
    }
}

fn not_ready(readiness: &Readiness, t: Lang) -> Option<&str> {
    match readiness {
        Readiness::Ready => None,
        Readiness::NotYet { reason } => Some(t.say(reason)),
    }
}
