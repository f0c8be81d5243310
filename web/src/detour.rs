//! `/api/v1/detour`: whether the account sends its calls on to a second line while none of its own works.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use crate::charter::{Doors, May};
use crate::routes::App;
use crate::view::Sentence;

/// What may be asked about the way round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DetourAsk {
    /// Whether it may be taken, is switched on, and is taken now.
    Shown,
    /// Switch it.
    Switch {
        /// On, or off: then what it has set is taken back.
        on: bool,
    },
}

#[derive(Deserialize)]
struct Wanted {
    on: bool,
}

/// What is written down.
pub(crate) const SWITCHED: [&str; 2] =
    ["Umleitung auf die zweite Leitung ein- oder ausgeschaltet", "Switched the detour to the second line"];

pub(crate) fn doors() -> Doors {
    let path = "/api/v1/detour";
    Doors::default().see(path, May::See, |State(app): State<App>| answered(app, DetourAsk::Shown)).act(
        path,
        May::Set,
        SWITCHED,
        switch,
    )
}

async fn switch(State(app): State<App>, Json(Wanted { on }): Json<Wanted>) -> Response {
    answered(app, DetourAsk::Switch { on }).await
}

async fn answered(app: App, ask: DetourAsk) -> Response {
    match app.commands.detour(ask).await {
        Ok(answer) => Json(answer).into_response(),
        Err(Sentence { en: reason, .. }) => {
            (StatusCode::CONFLICT, Json(json!({"schema": "refusal/1", "reason": reason}))).into_response()
        }
    }
}
