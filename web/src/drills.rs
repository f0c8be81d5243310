//! `/api/v1/drills`: cut the outside lines for a while to see what still works, and how it went.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use crate::charter::{Doors, May};
use crate::routes::App;
use crate::view::Sentence;

/// What may be asked about drills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DrillAsk {
    /// The one under way, and the records of the last ones, the newest first.
    Shown,
    /// Cut the lines for so long.
    Begin {
        /// At most an hour.
        minutes: u16,
    },
    /// End the one under way.
    Stop,
}

#[derive(Deserialize)]
struct Wanted {
    minutes: u16,
}

/// What is written down.
pub(crate) const BEGAN: [&str; 2] =
    ["Übung ohne Amtsleitungen begonnen", "Began a drill without outside lines"];
pub(crate) const ENDED: [&str; 2] = ["Übung beendet", "Ended a drill"];

pub(crate) fn doors() -> Doors {
    let path = "/api/v1/drills";
    let stop = |State(app): State<App>| answered(app, DrillAsk::Stop);
    Doors::default()
        .see(path, May::See, |State(app): State<App>| answered(app, DrillAsk::Shown))
        .act(path, May::Set, BEGAN, begin)
        .act("/api/v1/drills/stop", May::Set, ENDED, stop)
}

async fn begin(State(app): State<App>, Json(Wanted { minutes }): Json<Wanted>) -> Response {
    answered(app, DrillAsk::Begin { minutes }).await
}

async fn answered(app: App, ask: DrillAsk) -> Response {
    match app.commands.drill(ask).await {
        Ok(answer) => Json(answer).into_response(),
        Err(Sentence { en: reason, .. }) => {
            (StatusCode::CONFLICT, Json(json!({"schema": "refusal/1", "reason": reason}))).into_response()
        }
    }
}
