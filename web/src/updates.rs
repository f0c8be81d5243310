//! `/api/v1/updates`: a new version for the flashed box, taken in piece by piece, and what became of the last ones.

use std::pin::Pin;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, TryStreamExt as _};
use serde::{Deserialize, Serialize};

use crate::charter::{Doors, May};
use crate::commands::refusal;
use crate::routes::App;
use crate::view::Sentence;

/// What is written down.
pub(crate) const DEED: [&str; 2] = ["Neue Version hochgeladen", "Uploaded a new version"];
pub(crate) const LOOK: [&str; 2] = ["Nach neuer Version gesehen", "Looked for a new version"];
pub(crate) const FETCH: [&str; 2] = ["Neue Version geholt", "Fetched a new version"];
pub(crate) const FORGET: [&str; 2] = ["Auf Werkszustand zurückgesetzt", "Reset to factory state"];

/// A file as it comes; a mistake says why it ends early.
pub type Pieces<'a> = Pin<Box<dyn Stream<Item = Result<Bytes, String>> + Send + 'a>>;

/// When a new version that is written is started. Nobody's call ends for it, nor the time in which a control centre may call back.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Starts {
    /// Once nobody talks.
    #[default]
    Quiet,
    /// Not before the next night, and then once nobody talks.
    Night,
}

/// What somebody wants of the feed of new versions.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FeedAsk {
    /// To look into it now.
    Look,
    /// To fetch what it offers, and to install it.
    Fetch(Starts),
}

/// What is known of the feed of new versions.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct Feed {
    /// When it was last looked into, in seconds since 1970.
    pub asked: Option<u64>,
    /// What is newer than what runs.
    pub there: Option<There>,
    /// What is being fetched.
    pub fetching: Option<Installing>,
    /// Why there is nothing to see, or nothing was fetched.
    pub trouble: Option<Sentence>,
    /// Whether it is fetched and installed without being told to, and when it starts then.
    pub installs: Option<Starts>,
}

/// A version that can be had.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct There {
    /// Which.
    pub version: String,
    /// In bytes.
    pub size: u64,
}

/// What the flashed box says about its versions.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Versions {
    /// The one that runs.
    pub running: String,
    /// `generic`, `rpi`.
    pub board: String,
    /// `amd64`, `arm64`.
    pub arch: String,
    /// The feed, where one is named.
    #[serde(skip_deserializing)]
    pub feed: Option<Feed>,
    /// The one that is being written to the disk.
    pub installing: Option<Installing>,
    /// Why the last new one was given up.
    pub failed: Option<String>,
    /// What became of updates, the newest first.
    pub told: Vec<Told>,
}

/// A version on its way to the disk.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Installing {
    /// Which.
    pub version: String,
    /// Of a hundred.
    pub percent: u8,
}

/// What was said about an update.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Told {
    /// Seconds since 1970.
    pub at: u64,
    /// A sentence.
    pub said: String,
}

pub(crate) fn doors() -> Doors {
    Doors::default().see("/api/v1/updates", May::See, shown)
}

/// They take as long as they take.
pub(crate) fn orders() -> Doors {
    Doors::default()
        .act("/api/v1/updates", May::Set, DEED, take)
        .act("/api/v1/updates/look", May::Set, LOOK, look)
        .act("/api/v1/updates/fetch", May::Set, FETCH, fetch)
        .act("/api/v1/factory-reset", May::Rule, FORGET, forget)
}

#[derive(Serialize)]
struct Shown {
    schema: &'static str,
    /// Whether this is the flashed box, which can be updated from here.
    appliance: bool,
    #[serde(flatten)]
    versions: Versions,
}

async fn shown(State(app): State<App>) -> Response {
    match app.commands.versions().await {
        Ok(versions) => {
            let appliance = versions.is_some();
            let versions = versions.unwrap_or_default();
            Json(Shown { schema: "updates/1", appliance, versions }).into_response()
        }
        Err(reason) => refusal(StatusCode::SERVICE_UNAVAILABLE, reason),
    }
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    starts: Starts,
}

async fn take(State(app): State<App>, Query(wanted): Query<Wanted>, request: Request) -> Response {
    let pieces = request.into_body().into_data_stream().map_err(|fault| fault.to_string());
    match app.commands.update(Box::pin(pieces), wanted.starts).await {
        Ok(()) => (StatusCode::ACCEPTED, Json(Taken { schema: "taken/1" })).into_response(),
        Err(reason) => refusal(StatusCode::CONFLICT, reason),
    }
}

#[derive(Serialize)]
struct Taken {
    schema: &'static str,
}

async fn look(State(app): State<App>) -> Response {
    match app.commands.feed(FeedAsk::Look).await {
        Ok(()) => shown(State(app)).await,
        Err(why) => refusal(StatusCode::CONFLICT, why.en.into_owned()),
    }
}

async fn fetch(State(app): State<App>, Query(wanted): Query<Wanted>) -> Response {
    match app.commands.feed(FeedAsk::Fetch(wanted.starts)).await {
        Ok(()) => (StatusCode::ACCEPTED, Json(Taken { schema: "taken/1" })).into_response(),
        Err(why) => refusal(StatusCode::CONFLICT, why.en.into_owned()),
    }
}

#[derive(Deserialize)]
struct Sure {
    /// Nobody types this by mistake.
    sure: String,
}

/// What has to be said for it.
pub(crate) const SURE: &str = "FORGET";

async fn forget(State(app): State<App>, Json(Sure { sure }): Json<Sure>) -> Response {
    if sure != SURE {
        return refusal(StatusCode::BAD_REQUEST, format!("say {{\"sure\": \"{SURE}\"}}"));
    }
    match app.commands.forget_everything().await {
        Ok(()) => (StatusCode::ACCEPTED, Json(Taken { schema: "taken/1" })).into_response(),
        Err(reason) => refusal(StatusCode::CONFLICT, reason),
    }
}
