//! For machines that watch the box: is it fit, and its figures.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::connection::Peer;
use crate::door_pages;
use crate::routes::App;
use crate::view::Readiness;

/// `/healthz` and `/metrics`, for whoever reaches this router.
pub(crate) fn router() -> Router<App> {
    Router::new().route("/healthz", get(healthz)).route("/metrics", get(metrics))
}

/// `/metrics` for a signed-in browser and for programs on the box itself.
pub(crate) fn metrics_for_known(app: App) -> Router<App> {
    Router::new().route("/metrics", get(metrics)).layer(from_fn_with_state(app, loopback_or_signed_in))
}

/// 200 once phones can call; else 503 with the reason. No names, no numbers.
pub(crate) async fn healthz(State(app): State<App>) -> (StatusCode, String) {
    match &app.view().readiness {
        Readiness::Ready => (StatusCode::OK, "ready\n".to_owned()),
        Readiness::NotYet { reason } => {
            (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {}\n", reason.en))
        }
    }
}

async fn metrics(State(app): State<App>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], app.metrics.text())
}

async fn loopback_or_signed_in(State(app): State<App>, request: Request, next: Next) -> Response {
    match request.extensions().get() {
        Some(Peer::Address(address)) if address.is_loopback() => next.run(request).await,
        _ => door_pages::only_signed_in(State(app), request, next).await,
    }
}
