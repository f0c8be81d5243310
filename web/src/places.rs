//! `/api/v1/locations/...`: where phones stand, what tells it, and what would happen if one called for help now.
//!
//! Every change names the revision it was made from (`If-Match`, RFC 9110 13.1.1); when somebody else was faster it is
//! refused and nothing changes.

use std::pin::Pin;
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Extension, Path, State};
use axum::http::header::{CONTENT_TYPE, ETAG, IF_MATCH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::charter::{Doors, May};
use crate::commands::MirrorAsk;
use crate::door::Who;
use crate::pages::locations::in_account;
use crate::routes::App;
use crate::view::Sentence;

/// A table of bindings; fifty thousand of them have 3 MiB.
pub(crate) const TABLE: usize = 8 << 20;

/// What the box says about places; of a large house it is large, so it is shared and not copied.
pub type Placed<'a> = Pin<Box<dyn Future<Output = Result<Arc<Value>, LocationsRefused>> + Send + 'a>>;

/// What may be asked about places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LocationsAsk {
    /// Places, bindings, and where every phone stands.
    All,
    /// What would happen if this phone called for help now, and why.
    Phone(String),
    /// Who changed what.
    Trail,
    /// All bindings as CSV.
    Table,
    /// The numbers that phones and adapters must dial at once.
    DialRules,
    /// Somebody has heard of the calls for help.
    Heard {
        /// Who, for the journal.
        who: String,
    },
    /// A change, as JSON with an `act`.
    Change {
        /// The revision it was made from.
        revision: u64,
        /// The change.
        change: Value,
        /// Who wants it, for the trail.
        who: String,
    },
    /// A table of bindings (CSV or XLSX) that replaces all others.
    Import {
        /// The revision it was made from.
        revision: u64,
        /// The file.
        table: Vec<u8>,
        /// Who wants it, for the trail.
        who: String,
    },
}

/// Why nothing was shown or changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LocationsRefused {
    /// There is no such phone.
    #[error("there is no such phone")]
    Absent,
    /// Somebody else changed something meanwhile.
    #[error("somebody else changed something meanwhile; this is revision {0}")]
    Changed(u64),
    /// It does not fit; a sentence says why.
    #[error("{}", .0.en)]
    Wrong(Sentence),
    /// Some rows of a table do not fit, each by its number and with a sentence that says why; none was taken.
    #[error("{} rows do not fit", .0.len())]
    Rows(Vec<(u32, Sentence)>),
    /// The box is starting, stopping, or asked too much at once.
    #[error("the box is busy; ask again")]
    Busy,
}

impl LocationsRefused {
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Absent => StatusCode::NOT_FOUND,
            Self::Changed(_) => StatusCode::PRECONDITION_FAILED,
            Self::Wrong(_) | Self::Rows(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

pub(crate) fn doors() -> Doors {
    let reading = Doors::default()
        .see("/api/v1/locations", May::See, |State(app): State<App>| shown(app, LocationsAsk::All))
        .see("/api/v1/locations/changes", May::See, |State(app): State<App>| shown(app, LocationsAsk::Trail))
        .see("/api/v1/locations/phones/{device}", May::See, phone)
        .see("/api/v1/locations/dial-rules", May::See, dial_rules)
        .see("/api/v1/locations/bindings.csv", May::See, table);
    let table = ["Tabelle der Standorte ersetzt", "Replaced the table of places"];
    let address = ["Notrufadresse im Konto geändert", "Changed an emergency address in the account"];
    let heard_of = ["Notruf gehört", "Heard of a call for help"];
    Doors::default()
        .act("/api/v1/alarm/heard", May::Call, heard_of, heard)
        .put("/api/v1/locations/phones/{device}/address", May::Set, address, device_address)
        .put("/api/v1/locations/users/{id}/address", May::Set, address, user_address)
        .act("/api/v1/locations/changes", May::Set, ["Standorte geändert", "Changed places"], change)
        .put("/api/v1/locations/bindings.csv", May::Set, table, import)
        .bodies(TABLE)
        .merge(reading)
}

async fn phone(State(app): State<App>, Path(device): Path<String>) -> Response {
    shown(app, LocationsAsk::Phone(device)).await
}

async fn table(State(app): State<App>) -> Response {
    match app.commands.places(LocationsAsk::Table).await {
        Ok(answer) => match answer.as_str() {
            Some(table) => ([(CONTENT_TYPE, "text/csv; charset=utf-8")], table.to_owned()).into_response(),
            None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        },
        Err(why) => refused(&why),
    }
}

async fn change(
    State(app): State<App>,
    who: Option<Extension<Who>>,
    headers: HeaderMap,
    Json(change): Json<Value>,
) -> Response {
    let Some(revision) = named(&headers) else { return unnamed() };
    shown(app, LocationsAsk::Change { revision, change, who: name(who) }).await
}

async fn import(
    State(app): State<App>,
    who: Option<Extension<Who>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(revision) = named(&headers) else { return unnamed() };
    shown(app, LocationsAsk::Import { revision, table: body.to_vec(), who: name(who) }).await
}

async fn heard(State(app): State<App>, who: Option<Extension<Who>>) -> Response {
    shown(app, LocationsAsk::Heard { who: name(who) }).await
}

async fn dial_rules(State(app): State<App>) -> Response {
    shown(app, LocationsAsk::DialRules).await
}

/// An address of the account, by its id.
#[derive(Deserialize)]
struct Address {
    address: String,
}

async fn device_address(
    State(app): State<App>,
    Path(device): Path<String>,
    Json(to): Json<Address>,
) -> Response {
    let change = in_account::change(&app.view().account, &device, None, &to.address);
    in_the_account(&app, change).await
}

async fn user_address(State(app): State<App>, Path(user): Path<String>, Json(to): Json<Address>) -> Response {
    let change = in_account::change(&app.view().account, "", Some(&user), &to.address);
    in_the_account(&app, change).await
}

/// Written to the cloud first: the answer names the change on its way.
async fn in_the_account(app: &App, change: Option<Value>) -> Response {
    let refused = |status: StatusCode, reason: String| {
        (status, Json(json!({ "schema": "refusal/1", "reason": reason }))).into_response()
    };
    let Some(change) = change else {
        return refused(StatusCode::NOT_FOUND, "the account has no such phone, user or address".to_owned());
    };
    match app.commands.mirror(MirrorAsk::Change(change)).await {
        Ok(answer) => (StatusCode::ACCEPTED, Json(answer)).into_response(),
        Err(reason) => refused(StatusCode::CONFLICT, reason),
    }
}

/// Whoever is signed in, or somebody at the console.
pub(crate) fn name(who: Option<Extension<Who>>) -> String {
    who.map_or_else(|| "console".to_owned(), |Extension(who)| who.account)
}

/// The revision in `If-Match`.
fn named(headers: &HeaderMap) -> Option<u64> {
    headers.get(IF_MATCH)?.to_str().ok()?.trim().trim_matches('"').parse().ok()
}

fn unnamed() -> Response {
    let reason = "name the revision this was made from: If-Match: \"...\"";
    let body = Json(json!({ "schema": "refusal/1", "reason": reason }));
    (StatusCode::PRECONDITION_REQUIRED, body).into_response()
}

async fn shown(app: App, ask: LocationsAsk) -> Response {
    match app.commands.places(ask).await {
        Ok(answer) => {
            let revision = answer.get("revision").and_then(Value::as_u64);
            let mut response = Json(&*answer).into_response();
            tag(&mut response, revision);
            response
        }
        Err(why) => refused(&why),
    }
}

fn refused(why: &LocationsRefused) -> Response {
    let mut body = json!({ "schema": "refusal/1", "reason": why.to_string() });
    if let (LocationsRefused::Rows(rows), Some(fields)) = (why, body.as_object_mut()) {
        let rows = rows.iter().map(|(row, why)| json!({ "row": row, "reason": why.en }));
        fields.insert("rows".to_owned(), rows.collect());
    }
    let mut response = (why.status(), Json(body)).into_response();
    if let LocationsRefused::Changed(revision) = why {
        tag(&mut response, Some(*revision));
    }
    response
}

fn tag(response: &mut Response, revision: Option<u64>) {
    let tag = revision.and_then(|revision| HeaderValue::from_str(&format!("\"{revision}\"")).ok());
    tag.into_iter().for_each(|tag| drop(response.headers_mut().insert(ETAG, tag)));
}
