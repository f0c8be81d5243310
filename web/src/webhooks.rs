//! `/api/v1/webhooks`: programs that are told of calls, as sipgate.io tells them.

use std::fmt;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use crate::charter::{Doors, May};
use crate::routes::App;
use crate::view::Sentence;

/// What may be asked about programs that are told of calls.
#[derive(Clone, PartialEq, Eq)]
pub enum WebhookAsk {
    /// All of them, and how the last tellings went.
    Shown,
    /// Tell one more.
    Add {
        /// Its address; it may hold a key.
        url: String,
        /// It stands in the office's own network, and only there.
        inside: bool,
    },
    /// Tell it no more.
    Remove {
        /// Which.
        id: u64,
    },
    /// Tell it of a call that nobody made.
    Test {
        /// Which.
        id: u64,
    },
}

impl fmt::Debug for WebhookAsk {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Shown => "Shown",
            Self::Add { .. } => "Add(..)",
            Self::Remove { .. } => "Remove(..)",
            Self::Test { .. } => "Test(..)",
        })
    }
}

/// What is written down.
pub(crate) const ADDED: [&str; 2] =
    ["Programm wird über Anrufe benachrichtigt", "A program is told of calls"];
pub(crate) const REMOVED: [&str; 2] =
    ["Programm wird nicht mehr benachrichtigt", "A program is told of calls no more"];
pub(crate) const TESTED: [&str; 2] = ["Benachrichtigung ausprobiert", "Tried to tell a program of a call"];

pub(crate) fn doors() -> Doors {
    let path = "/api/v1/webhooks";
    let shown = |State(app): State<App>| answered(app, WebhookAsk::Shown);
    let gone = |State(app): State<App>, Path(id): Path<u64>| answered(app, WebhookAsk::Remove { id });
    let test = |State(app): State<App>, Path(id): Path<u64>| answered(app, WebhookAsk::Test { id });
    Doors::default()
        .see(path, May::Rule, shown)
        .act(path, May::Rule, ADDED, add)
        .act("/api/v1/webhooks/{id}/gone", May::Rule, REMOVED, gone)
        .act("/api/v1/webhooks/{id}/test", May::Rule, TESTED, test)
}

#[derive(Deserialize)]
struct Wanted {
    url: String,
    #[serde(default)]
    inside: bool,
}

async fn add(State(app): State<App>, Json(Wanted { url, inside }): Json<Wanted>) -> Response {
    answered(app, WebhookAsk::Add { url, inside }).await
}

async fn answered(app: App, ask: WebhookAsk) -> Response {
    match app.commands.webhook(ask).await {
        Ok(answer) => Json(answer).into_response(),
        Err(Sentence { en: reason, .. }) => {
            (StatusCode::CONFLICT, Json(json!({ "schema": "refusal/1", "reason": reason }))).into_response()
        }
    }
}
