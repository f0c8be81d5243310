//! `/api/v1/test-call`: two people let one call to 110 or 112 leave for real from a box that is not commissioned, by appointment
//! with the control centre. Never a program: no token reaches this.

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::charter::{Doors, May};
use crate::door::Who;
use crate::places::name;
use crate::routes::App;
use crate::view::Sentence;

/// What may be asked about a test call; `who` is the name of an account, or `console`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TestCallAsk {
    /// How it stands.
    Shown,
    /// The next call for help is to leave for real.
    Arm {
        /// Who wants it.
        who: String,
    },
    /// So be it.
    Confirm {
        /// Who says so; somebody else than the one who wants it.
        who: String,
    },
    /// Never mind.
    Disarm {
        /// Who.
        who: String,
    },
}

/// What is written down.
pub(crate) const ASKED: [&str; 2] =
    ["Probeanruf bei 110/112 beantragt", "Asked for a test call to 110 or 112"];
pub(crate) const CONFIRMED: [&str; 2] =
    ["Probeanruf bei 110/112 bestätigt und scharfgestellt", "Confirmed and armed a test call to 110 or 112"];
pub(crate) const DISARMED: [&str; 2] = ["Probeanruf entschärft", "Disarmed the test call"];

type Asker = Option<Extension<Who>>;

pub(crate) fn doors() -> Doors {
    Doors::default()
        .see("/api/v1/test-call", May::See, |State(app): State<App>| answered(app, TestCallAsk::Shown))
        .act("/api/v1/test-call/arm", May::Rule, ASKED, |State(app): State<App>, who: Asker| {
            answered(app, TestCallAsk::Arm { who: name(who) })
        })
        .act("/api/v1/test-call/confirm", May::Rule, CONFIRMED, |State(app): State<App>, who: Asker| {
            answered(app, TestCallAsk::Confirm { who: name(who) })
        })
        .act("/api/v1/test-call/disarm", May::Set, DISARMED, |State(app): State<App>, who: Asker| {
            answered(app, TestCallAsk::Disarm { who: name(who) })
        })
}

async fn answered(app: App, ask: TestCallAsk) -> Response {
    match app.commands.test_call(ask).await {
        Ok(answer) => Json(answer).into_response(),
        Err(Sentence { en: reason, .. }) => {
            (StatusCode::CONFLICT, Json(json!({"schema": "refusal/1", "reason": reason}))).into_response()
        }
    }
}
