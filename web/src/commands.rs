//! What a process on the box may ask the daemon to do, over the Unix socket only.

use std::pin::Pin;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde::Serialize;

use crate::routes::App;

/// What a command gives back: the result, or a sentence for whoever asked.
pub type Commanded<'a, T> = Pin<Box<dyn Future<Output = Result<T, String>> + Send + 'a>>;

/// The daemon, as far as it takes orders.
pub trait Commands: Send + Sync + 'static {
    /// Mirrors the account now and comes back when that has ended.
    fn sync(&self) -> Commanded<'_, Synced>;
}

/// What a sync did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Synced {
    /// Objects that are new, different or gone.
    pub changed: usize,
    /// HTTP requests it took.
    pub requests: u32,
}

/// Takes no orders; for previews and tests.
#[derive(Debug, Clone, Copy)]
pub struct NoCommands;

impl Commands for NoCommands {
    fn sync(&self) -> Commanded<'_, Synced> {
        Box::pin(async { Err("nothing to sync with".to_owned()) })
    }
}

/// `/api/v1/...` orders.
pub(crate) fn router() -> Router<App> {
    Router::new().route("/api/v1/mirror/sync", post(sync))
}

#[derive(Serialize)]
struct Done {
    schema: &'static str,
    #[serde(flatten)]
    synced: Synced,
}

#[derive(Serialize)]
struct NotDone {
    schema: &'static str,
    reason: String,
}

async fn sync(State(app): State<App>) -> Response {
    match app.commands.sync().await {
        Ok(synced) => Json(Done { schema: "sync/1", synced }).into_response(),
        Err(reason) => {
            (StatusCode::BAD_GATEWAY, Json(NotDone { schema: "refusal/1", reason })).into_response()
        }
    }
}
