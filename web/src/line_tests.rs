//! `/api/v1/line-tests`: whether the access line is good enough for so many calls, and how the last tests ended.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use crate::charter::{Doors, May};
use crate::routes::App;
use crate::view::Sentence;

/// What may be asked about tests of the access line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineTestAsk {
    /// The one under way, and the records of the last ones, the newest first.
    Shown,
    /// Test the line.
    Begin {
        /// With so many calls at once, 1 to 30.
        calls: u16,
    },
    /// End the one under way.
    Stop,
}

#[derive(Deserialize)]
struct Wanted {
    calls: u16,
}

/// What is written down.
pub(crate) const BEGAN: [&str; 2] = ["Leitungstest begonnen", "Began a test of the access line"];
pub(crate) const ENDED: [&str; 2] = ["Leitungstest beendet", "Ended a test of the access line"];

pub(crate) fn doors() -> Doors {
    let path = "/api/v1/line-tests";
    let stop = |State(app): State<App>| answered(app, LineTestAsk::Stop);
    Doors::default()
        .see(path, May::See, |State(app): State<App>| answered(app, LineTestAsk::Shown))
        .act(path, May::Set, BEGAN, begin)
        .act("/api/v1/line-tests/stop", May::Set, ENDED, stop)
}

async fn begin(State(app): State<App>, Json(Wanted { calls }): Json<Wanted>) -> Response {
    answered(app, LineTestAsk::Begin { calls }).await
}

async fn answered(app: App, ask: LineTestAsk) -> Response {
    match app.commands.line_test(ask).await {
        Ok(answer) => Json(answer).into_response(),
        Err(Sentence { en: reason, .. }) => {
            (StatusCode::CONFLICT, Json(json!({"schema": "refusal/1", "reason": reason}))).into_response()
        }
    }
}
