//! The same picture as JSON, for scripts and the command line. Fields are added, never renamed.

mod account;
mod once;
mod problems;
mod tags;

pub(crate) use account::{Paged, part};
pub(crate) use once::{Once, forgettable, once};
pub(crate) use problems::problems;
pub(crate) use tags::{tagged, unchanged};

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::charter::{Doors, May};
use crate::routes::App;
use crate::view::queue::Queue;
use crate::view::{Call, Line, Mirror, Notice, Phone, Readiness, TurnedAway};
use crate::when;

const DESCRIPTION: &str = include_str!("api/openapi.json");

/// `/api/v1/...`.
pub(crate) fn doors() -> Doors {
    Doors::default()
        .see("/api/v1/status", May::See, status)
        .see("/api/v1/phones", May::See, phones)
        .see("/api/v1/calls", May::See, calls)
        .see("/api/v1/queues", May::See, queues)
        .see("/api/v1/lines", May::See, lines)
        .see("/api/v1/mirror", May::See, mirror)
        .merge(account::doors())
        .see("/api/v1/openapi.json", May::Everybody, || async {
            ([(CONTENT_TYPE, "application/json")], DESCRIPTION)
        })
}

/// Why not, for scripts (RFC 9457).
pub(crate) fn problem(status: StatusCode, title: &str) -> Response {
    let body = serde_json::json!({ "type": "about:blank", "status": status.as_u16(), "title": title });
    (status, [(CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}

/// What every answer begins with.
#[derive(Serialize)]
struct Answer<T> {
    /// Name and version of the form, such as `phones/1`.
    schema: &'static str,
    /// When the answer was made.
    at: String,
    #[serde(flatten)]
    body: T,
}

fn answer<T: Serialize>(app: &App, schema: &'static str, body: T) -> impl IntoResponse + use<T> {
    Json(Answer { schema, at: when::rfc3339(app.clock.now()), body })
}

#[derive(Serialize)]
struct Status<'a> {
    version: &'a str,
    started: String,
    uptime_seconds: u64,
    readiness: &'a Readiness,
    phones_total: usize,
    phones_registered: usize,
    calls_active: usize,
    lines_total: usize,
    lines_up: usize,
    mirror: MirrorNow<'a>,
    notices: &'a [Notice],
    turned_away: &'a [TurnedAway],
}

#[derive(Serialize)]
struct MirrorNow<'a> {
    #[serde(flatten)]
    mirror: &'a Mirror,
    /// `null` when nothing was ever mirrored.
    age_seconds: Option<u64>,
}

impl<'a> MirrorNow<'a> {
    fn new(app: &App, mirror: &'a Mirror) -> Self {
        let age_seconds = mirror.fetched.map(|fetched| when::seconds(fetched, app.clock.now()));
        Self { mirror, age_seconds }
    }
}

async fn status(State(app): State<App>) -> impl IntoResponse {
    let view = app.view();
    let body = Status {
        version: &view.version,
        started: when::rfc3339(view.started),
        uptime_seconds: when::seconds(view.started, app.clock.now()),
        readiness: &view.readiness,
        phones_total: view.phones.len(),
        phones_registered: view.registered(),
        calls_active: view.calls.len(),
        lines_total: view.lines.len(),
        lines_up: view.lines_up(),
        mirror: MirrorNow::new(&app, &view.mirror),
        notices: &view.notices,
        turned_away: &view.turned_away,
    };
    answer(&app, "status/1", body).into_response()
}

async fn phones(State(app): State<App>) -> impl IntoResponse {
    #[derive(Serialize)]
    struct Phones<'a> {
        phones: &'a [Phone],
    }
    answer(&app, "phones/1", Phones { phones: &app.view().phones }).into_response()
}

async fn calls(State(app): State<App>) -> impl IntoResponse {
    #[derive(Serialize)]
    struct Calls<'a> {
        calls: &'a [Call],
    }
    answer(&app, "calls/1", Calls { calls: &app.view().calls }).into_response()
}

async fn queues(State(app): State<App>) -> impl IntoResponse {
    #[derive(Serialize)]
    struct Queues<'a> {
        queues: &'a [Queue],
    }
    answer(&app, "queues/1", Queues { queues: &app.view().queues }).into_response()
}

async fn lines(State(app): State<App>) -> impl IntoResponse {
    #[derive(Serialize)]
    struct Lines<'a> {
        lines: &'a [Line],
    }
    answer(&app, "lines/1", Lines { lines: &app.view().lines }).into_response()
}

async fn mirror(State(app): State<App>) -> impl IntoResponse {
    answer(&app, "mirror/1", MirrorNow::new(&app, &app.view().mirror)).into_response()
}
