//! What a process on the box may ask the daemon to do, over the Unix socket only.

use std::pin::Pin;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::routes::App;
use crate::view::past::{Past, Witness};

/// What a command gives back: the result, or a sentence for whoever asked.
pub type Commanded<'a, T> = Pin<Box<dyn Future<Output = Result<T, String>> + Send + 'a>>;

/// The daemon, as far as it takes orders.
pub trait Commands: Send + Sync + 'static {
    /// Mirrors the account now and comes back when that has ended.
    fn sync(&self) -> Commanded<'_, Synced>;

    /// Shows a part of the mirror.
    fn mirror(&self, ask: MirrorAsk) -> Commanded<'_, Value>;

    /// Calls that are over, the newest first, from where an earlier page ended.
    fn past(&self, witness: Witness, before: Option<u64>) -> Commanded<'_, Past>;
}

/// What may be asked about the mirror.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MirrorAsk {
    /// Every kind with its source, age and completeness.
    Kinds,
    /// The objects of one kind as the cloud described them, from this number on.
    Objects {
        /// Name of the kind, `device`.
        kind: String,
        /// How many to pass over.
        from: usize,
    },
    /// What happened in the cloud, the newest first, before a moment in milliseconds since 1970.
    Events {
        /// `None` for the newest.
        before: Option<u64>,
    },
    /// Changes on their way to the cloud, and what became of others.
    Journal,
    /// A change for the cloud, as JSON with an `act`.
    Change(Value),
    /// Decides about a change that cannot go on by itself: `mine` or `theirs`.
    Choose {
        /// Which.
        id: u64,
        /// The decision.
        choice: String,
    },
    /// Takes a change back.
    Cancel {
        /// Which.
        id: u64,
    },
    /// Forgets the account and its token.
    Unlink,
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

    fn mirror(&self, _: MirrorAsk) -> Commanded<'_, Value> {
        Box::pin(async { Err("nothing is mirrored".to_owned()) })
    }

    fn past(&self, _: Witness, _: Option<u64>) -> Commanded<'_, Past> {
        Box::pin(async { Ok(Past::default()) })
    }
}

/// `/api/v1/mirror/...`: what the cloud said, for admins and for the console.
pub(crate) fn reading() -> Router<App> {
    Router::new()
        .route("/api/v1/mirror/journal", get(|State(app): State<App>| shown(app, MirrorAsk::Journal)))
        .route("/api/v1/mirror/events", get(events))
        .route("/api/v1/mirror/kinds", get(|State(app): State<App>| shown(app, MirrorAsk::Kinds)))
        .route("/api/v1/mirror/objects/{kind}", get(objects))
}

#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    from: usize,
}

async fn objects(State(app): State<App>, Path(kind): Path<String>, Query(page): Query<Page>) -> Response {
    shown(app, MirrorAsk::Objects { kind, from: page.from }).await
}

#[derive(Deserialize)]
struct Before {
    before: Option<u64>,
}

async fn events(State(app): State<App>, Query(page): Query<Before>) -> Response {
    shown(app, MirrorAsk::Events { before: page.before }).await
}

async fn choose(State(app): State<App>, Path((id, choice)): Path<(u64, String)>) -> Response {
    let ask = if choice == "cancel" { MirrorAsk::Cancel { id } } else { MirrorAsk::Choose { id, choice } };
    done(app, ask).await
}

async fn done(app: App, ask: MirrorAsk) -> Response {
    match app.commands.mirror(ask).await {
        Ok(answer) => Json(answer).into_response(),
        Err(reason) => (StatusCode::CONFLICT, Json(NotDone { schema: "refusal/1", reason })).into_response(),
    }
}

async fn shown(app: App, ask: MirrorAsk) -> Response {
    match app.commands.mirror(ask).await {
        Ok(answer) => Json(answer).into_response(),
        Err(reason) => (StatusCode::NOT_FOUND, Json(NotDone { schema: "refusal/1", reason })).into_response(),
    }
}

/// `/api/v1/...` orders.
pub(crate) fn router() -> Router<App> {
    Router::new()
        .route("/api/v1/mirror/sync", post(sync))
        .route(
            "/api/v1/mirror/journal",
            post(|State(app): State<App>, Json(change): Json<Value>| done(app, MirrorAsk::Change(change))),
        )
        .route("/api/v1/mirror/journal/{id}/{choice}", post(choose))
        .route("/api/v1/mirror/unlink", post(|State(app): State<App>| done(app, MirrorAsk::Unlink)))
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
