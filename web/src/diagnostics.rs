//! `/api/v1/ladders`, `/checks`, `/log`, `/captures`, `/support.zip`: what helps to find a fault.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use crate::charter::{Doors, May};
use crate::routes::App;
use crate::view::Sentence;

/// What may be asked about faults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DiagnosticAsk {
    /// The last calls of which messages are left, the newest first.
    Calls,
    /// The messages of one of them.
    Ladder {
        /// Its name, as in the list.
        call: String,
        /// With what stands in them, without secrets.
        texts: bool,
    },
    /// Every check of the box.
    Checks,
    /// The last lines of the log.
    Log,
    /// How the capture stands.
    Capture,
    /// Capture all signalling, never voice.
    Begin {
        /// For so long, 1 to 600.
        seconds: u16,
    },
    /// End the one under way.
    End,
    /// Forget what was captured.
    Forget,
}

/// A file that helps to find a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiagnosticFile {
    /// What was captured, as pcapng.
    Capture,
    /// Checks, status and log for whoever helps, as zip.
    Bundle,
}

/// What is written down.
pub(crate) const BEGAN: [&str; 2] =
    ["Mitschnitt der Signalisierung begonnen", "Began a capture of the signalling"];
pub(crate) const ENDED: [&str; 2] = ["Mitschnitt beendet", "Ended a capture"];
pub(crate) const FORGOT: [&str; 2] = ["Mitschnitt verworfen", "Threw a capture away"];
pub(crate) const TOOK: [&str; 2] = ["Mitschnitt heruntergeladen", "Downloaded a capture"];
pub(crate) const BUNDLED: [&str; 2] =
    ["Datei für den Support heruntergeladen", "Downloaded the file for support"];

pub(crate) fn doors() -> Doors {
    let see = |ask: fn() -> DiagnosticAsk| move |State(app): State<App>| answered(app, ask());
    let act = see;
    Doors::default()
        .see("/api/v1/ladders", May::See, see(|| DiagnosticAsk::Calls))
        .see("/api/v1/ladders/{call}", May::See, ladder)
        .see("/api/v1/log", May::Rule, see(|| DiagnosticAsk::Log))
        .see("/api/v1/captures", May::Rule, see(|| DiagnosticAsk::Capture))
        .act("/api/v1/captures", May::Rule, BEGAN, begin)
        .act("/api/v1/captures/stop", May::Rule, ENDED, act(|| DiagnosticAsk::End))
        .act("/api/v1/captures/forget", May::Rule, FORGOT, act(|| DiagnosticAsk::Forget))
        .take("/api/v1/captures/capture.pcapng", May::Rule, TOOK, capture)
}

/// They take as long as names and disks take.
pub(crate) fn orders() -> Doors {
    let checks = |State(app): State<App>| answered(app, DiagnosticAsk::Checks);
    Doors::default().see("/api/v1/checks", May::Set, checks).take(
        "/api/v1/support.zip",
        May::Rule,
        BUNDLED,
        bundle,
    )
}

#[derive(Deserialize)]
struct Wanted {
    seconds: u16,
}

async fn begin(State(app): State<App>, Json(Wanted { seconds }): Json<Wanted>) -> Response {
    answered(app, DiagnosticAsk::Begin { seconds }).await
}

async fn ladder(State(app): State<App>, Path(call): Path<String>) -> Response {
    match app.commands.diagnose(DiagnosticAsk::Ladder { call, texts: false }).await {
        Ok(answer) => Json(answer).into_response(),
        Err(why) => refused(StatusCode::NOT_FOUND, &why),
    }
}

async fn answered(app: App, ask: DiagnosticAsk) -> Response {
    match app.commands.diagnose(ask).await {
        Ok(answer) => Json(answer).into_response(),
        Err(why) => refused(StatusCode::CONFLICT, &why),
    }
}

/// `GET .../capture.pcapng`.
pub(crate) async fn capture(State(app): State<App>) -> Response {
    let kind = [
        (CONTENT_TYPE, "application/x-pcapng"),
        (CONTENT_DISPOSITION, "attachment; filename=capture.pcapng"),
    ];
    file(&app, DiagnosticFile::Capture, kind).await
}

/// `GET .../support.zip`.
pub(crate) async fn bundle(State(app): State<App>) -> Response {
    let kind = [
        (CONTENT_TYPE, "application/zip"),
        (CONTENT_DISPOSITION, "attachment; filename=gatehouse-support.zip"),
    ];
    file(&app, DiagnosticFile::Bundle, kind).await
}

async fn file(app: &App, file: DiagnosticFile, kind: impl axum::response::IntoResponseParts) -> Response {
    match app.commands.diagnostic_file(file).await {
        Ok(bytes) => (kind, bytes).into_response(),
        Err(why) => refused(StatusCode::CONFLICT, &why),
    }
}

fn refused(status: StatusCode, Sentence { en: reason, .. }: &Sentence) -> Response {
    (status, Json(json!({ "schema": "refusal/1", "reason": reason }))).into_response()
}
