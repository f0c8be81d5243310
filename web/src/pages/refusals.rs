//! Pages that say why not.

use askama::Template;
use axum::http::{StatusCode, Uri};
use axum::response::Response;

use super::html;
use crate::api;
use crate::assets::{ASSETS, Assets};
use crate::words::Lang;

#[derive(Template)]
#[template(path = "refused.html")]
struct Refused<'a> {
    t: Lang,
    assets: &'static Assets,
    title: &'static str,
    reason: &'a str,
}

/// A page that says why not.
pub(crate) fn refused(t: Lang, status: StatusCode, title: &'static str, reason: &str) -> Response {
    html(status, &Refused { t, assets: &ASSETS, title, reason })
}

/// Where nothing is.
pub(crate) async fn missing(t: Lang, address: Uri) -> Response {
    if address.path().starts_with("/api/") {
        return api::problem(StatusCode::NOT_FOUND, "there is nothing at this address");
    }
    not_found(t)
}

/// A page that says so.
pub(crate) fn not_found(t: Lang) -> Response {
    refused(t, StatusCode::NOT_FOUND, t.missing_title(), t.missing())
}
