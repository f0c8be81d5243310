//! The mirrored account as JSON, page by page.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::problem;
use crate::charter::{Doors, May};
use crate::routes::App;
use crate::when;

/// Things in one answer unless asked for fewer, and at most.
const MOST: usize = 500;

/// `/api/v1/users` and the like.
pub(super) fn doors() -> Doors {
    Doors::default().see("/api/v1/account", May::See, whole).see("/api/v1/account/{kind}", May::See, list)
}

/// Where a list goes on, and how far.
#[derive(Deserialize)]
pub(crate) struct Paged {
    /// As the answer before said in `next`.
    cursor: Option<String>,
    limit: Option<usize>,
}

async fn whole(State(app): State<App>) -> Response {
    let view = app.view();
    let account = &view.account;
    Json(json!({
        "schema": "account/1",
        "at": when::rfc3339(app.clock.now()),
        "company": account.company,
        "product": account.product,
        "number": account.number,
        "zone": account.zone,
        "balance": account.balance,
        "kinds": view.kinds,
    }))
    .into_response()
}

async fn list(
    State(app): State<App>,
    Path(kind): Path<String>,
    page: Result<Query<Paged>, axum::extract::rejection::QueryRejection>,
) -> Response {
    let Ok(Query(page)) = page else {
        return problem(StatusCode::BAD_REQUEST, "limit is a number, cursor what `next` said");
    };
    let view = app.view();
    let account = &view.account;
    let part = match kind.as_str() {
        "users" => part(&account.users, &page, |it| &it.id),
        "devices" => part(&account.devices, &page, |it| &it.id),
        "groups" => part(&account.groups, &page, |it| &it.id),
        "channels" => part(&account.channels, &page, |it| &it.id),
        "numbers" => part(&account.numbers, &page, |it| &it.id),
        "locations" => part(&account.locations, &page, |it| &it.id),
        "faxlines" => part(&account.faxlines, &page, |it| &it.id),
        // What is private is its owner's alone.
        "contacts" => part(account.contacts.iter().filter(|it| it.shared), &page, |it| &it.id),
        "portings" => part(&account.portings, &page, |it| &it.id),
        _ => return problem(StatusCode::NOT_FOUND, "the account has no such kind of things"),
    };
    let Some((items, next)) = part else {
        return problem(StatusCode::BAD_REQUEST, "the list has changed: begin again without a cursor");
    };
    let at = when::rfc3339(app.clock.now());
    Json(json!({ "schema": format!("{kind}/1"), "at": at, "items": items, "next": next })).into_response()
}

/// A page of a list and where the next begins; `None` when the cursor names nothing any more.
pub(crate) fn part<'a, T: Serialize + 'a>(
    all: impl IntoIterator<Item = &'a T>,
    page: &Paged,
    id: impl Fn(&T) -> &str,
) -> Option<(Vec<Value>, Option<String>)> {
    let mut rest = all.into_iter();
    if let Some(cursor) = &page.cursor {
        rest.by_ref().find(|it| id(it) == cursor)?;
    }
    let limit = page.limit.unwrap_or(MOST).clamp(1, MOST);
    let mut rest = rest.peekable();
    let shown: Vec<&T> = rest.by_ref().take(limit).collect();
    let next = rest.peek().and_then(|_| shown.last()).map(|last| id(last).to_owned());
    let items = shown.into_iter().map(|it| serde_json::to_value(it).unwrap_or_default());
    Some((items.collect(), next))
}
