//! `ETag` on whatever the API shows, so that a program need not read the same twice (`If-None-Match`) and does not change
//! what somebody else changed meanwhile (`If-Match`, RFC 9110 section 13).
//!
//! The tag is made of what is shown, without the moment at which it was shown. Places have revisions of their own
//! (`places.rs`), which stay as they are.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, ETAG, IF_MATCH, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tower::ServiceExt as _;

use super::problem;
use crate::connection::Peer;
use crate::door::Who;

/// Larger answers have no tag, bytes.
const LARGEST: usize = 1 << 20;
/// Where a change names the revision it was made from.
const REVISED: &str = "/api/v1/locations";

/// Puts a tag on what is read; who has it already is told so.
pub(crate) async fn tagged(request: Request, next: Next) -> Response {
    let reads = request.method() == Method::GET && request.uri().path().starts_with("/api/");
    let known = request.headers().clone();
    let answer = next.run(request).await;
    if !reads || !is_json(&answer) || answer.headers().contains_key(ETAG) {
        return answer;
    }
    let (mut head, body) = answer.into_parts();
    let Ok(body) = to_bytes(body, usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    if let Some(tag) = tag(&body) {
        if names(&known, IF_NONE_MATCH, &tag) == Some(true) {
            return (StatusCode::NOT_MODIFIED, [(ETAG, tag)]).into_response();
        }
        head.headers.insert(ETAG, tag);
    }
    Response::from_parts(head, Body::from(body))
}

/// Lets a change through only while what it was made from is still so. `reading` shows what that is.
pub(crate) async fn unchanged(State(reading): State<Router>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let writes = !request.method().is_safe() && path.starts_with("/api/") && !path.starts_with(REVISED);
    if !writes || !request.headers().contains_key(IF_MATCH) {
        return next.run(request).await;
    }
    let mut look = Request::new(Body::empty());
    *look.uri_mut() = request.uri().clone();
    // Who asks, and nothing of how this request found its way: the other one finds its own.
    let asks = request.extensions();
    if let Some(who) = asks.get::<Who>() {
        look.extensions_mut().insert(who.clone());
    }
    if let Some(peer) = asks.get::<Peer>() {
        look.extensions_mut().insert(*peer);
    }
    let shown = match reading.oneshot(look).await {
        Ok(shown) => shown,
        Err(never) => match never {},
    };
    let tag = shown.status().is_success().then(|| shown.headers().get(ETAG).cloned()).flatten();
    match tag.and_then(|tag| names(request.headers(), IF_MATCH, &tag)) {
        Some(true) => next.run(request).await,
        _ => problem(
            StatusCode::PRECONDITION_FAILED,
            "it is not as it was when this change was made; read it again",
        ),
    }
}

fn is_json(answer: &Response) -> bool {
    answer.status() == StatusCode::OK
        && answer
            .headers()
            .get(CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"))
}

fn tag(body: &[u8]) -> Option<HeaderValue> {
    if body.len() > LARGEST {
        return None;
    }
    let mut shown: Value = serde_json::from_slice(body).ok()?;
    shown.as_object_mut().and_then(|fields| fields.remove("at"));
    let digest = Sha256::digest(shown.to_string());
    let text: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    HeaderValue::from_str(&format!("\"{text}\"")).ok()
}

/// Whether a condition names this tag, or any; `None` when there is no condition.
fn names(headers: &HeaderMap, condition: HeaderName, tag: &HeaderValue) -> Option<bool> {
    let said = headers.get(condition)?.to_str().unwrap_or_default();
    let tag = tag.to_str().unwrap_or_default();
    Some(said.trim() == "*" || said.split(',').any(|one| one.trim() == tag))
}
