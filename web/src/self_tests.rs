//! `/api/v1/self-tests`: what would become of a call for help from each phone, tested without a call, each month and when asked.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::charter::{Doors, May};
use crate::routes::App;
use crate::view::Sentence;

/// What may be asked about the tests of calls for help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SelfTestAsk {
    /// The reports, the newest first and whole.
    Shown,
    /// Make one now. Nobody is called.
    Begin,
}

/// What is written down.
pub(crate) const MADE: [&str; 2] = ["Notrufe ohne Anruf geprüft", "Tested calls for help without a call"];

pub(crate) fn doors() -> Doors {
    let path = "/api/v1/self-tests";
    Doors::default().see(path, May::See, |State(app): State<App>| answered(app, SelfTestAsk::Shown)).act(
        path,
        May::Set,
        MADE,
        |State(app): State<App>| answered(app, SelfTestAsk::Begin),
    )
}

async fn answered(app: App, ask: SelfTestAsk) -> Response {
    match app.commands.self_test(ask).await {
        Ok(answer) => Json(answer).into_response(),
        Err(Sentence { en: reason, .. }) => {
            (StatusCode::CONFLICT, Json(json!({"schema": "refusal/1", "reason": reason}))).into_response()
        }
    }
}
