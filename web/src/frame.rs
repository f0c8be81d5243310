//! What every answer gets and every request must pass, whatever page it is for.

use std::io::Write as _;
use std::time::Duration;

use axum::body::{Body, HttpBody as _, to_bytes};
use axum::extract::Request;
use axum::http::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HOST,
    HeaderName, ORIGIN, SET_COOKIE, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::pages;
use crate::words::{self, Lang};

/// A request with its body; the live stream begins within it and then lasts.
const REQUEST: Duration = Duration::from_secs(15);
/// Shorter answers gain nothing.
const WORTH_PACKING: u64 = 1024;
/// No page is larger; what were would leave as it is.
const PACKABLE: u64 = 4 * 1024 * 1024;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; \
                      form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
const SECURITY: &[(&str, &str)] = &[
    ("content-security-policy", POLICY),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    (
        "permissions-policy",
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
];

/// A body that comes too slowly is not waited for.
pub(crate) async fn in_time(request: Request, next: Next) -> Response {
    let answer = tokio::time::timeout(REQUEST, next.run(request)).await;
    answer.unwrap_or_else(|_| StatusCode::REQUEST_TIMEOUT.into_response())
}

/// Security headers and packing.
pub(crate) async fn every(request: Request, next: Next) -> Response {
    let packs = accepts_gzip(request.headers());
    let mut answer = next.run(request).await;
    for (name, value) in SECURITY {
        answer.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    answer.headers_mut().entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if packs { pack(answer).await } else { answer }
}

/// A browser that was sent here by another site changes nothing here, and a chosen language is kept.
pub(crate) async fn browsers(lang: Lang, request: Request, next: Next) -> Response {
    // A program with a token is no browser, and no browser sends another site's token along.
    let program = request.uri().path().starts_with("/api/") && request.headers().contains_key(AUTHORIZATION);
    if !request.method().is_safe() && !program && !is_same_origin(request.headers()) {
        return pages::refused(lang, StatusCode::FORBIDDEN, lang.foreign_title(), lang.foreign());
    }
    let chosen = (request.method() == Method::GET).then(|| Lang::asked_for(request.uri().query())).flatten();
    let mut answer = next.run(request).await;
    if let Some(lang) = chosen {
        let cookie = format!(
            "{}={}; Path=/; Max-Age=31536000; Secure; HttpOnly; SameSite=Lax",
            words::COOKIE,
            lang.code()
        );
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            answer.headers_mut().append(SET_COOKIE, cookie);
        }
    }
    answer
}

/// The browser says so itself (Fetch Metadata); an old one at least names the origin. One that says neither is refused.
fn is_same_origin(headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin";
    }
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let origin = text(ORIGIN).and_then(|origin| origin.strip_prefix("https://"));
    origin.is_some() && origin == text(HOST)
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.split(',').any(|coding| coding.trim() == "gzip" || coding.trim().starts_with("gzip;q=1"))
}

/// Packs text; what streams or is small leaves as it is.
async fn pack(answer: Response) -> Response {
    let size = answer.body().size_hint();
    let kind = answer.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let is_text = kind.starts_with("text/") || kind.starts_with("image/svg") || kind.contains("json");
    if !is_text || !size.exact().is_some_and(|bytes| (WORTH_PACKING..=PACKABLE).contains(&bytes)) {
        return answer;
    }
    let (mut head, body) = answer.into_parts();
    // The size is known, so the body is in memory already and this does not wait.
    let Ok(plain) = to_bytes(body, usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    let Ok(packed) = packer.write_all(&plain).and_then(|()| packer.finish()) else {
        return Response::from_parts(head, Body::from(plain));
    };
    head.headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    head.headers.append(VARY, HeaderValue::from_static("accept-encoding"));
    head.headers.remove(CONTENT_LENGTH);
    Response::from_parts(head, Body::from(packed))
}
