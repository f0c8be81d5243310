//! Style sheet, script and icon, built into the binary. Their addresses carry a hash, so browsers keep them for good.

use std::fmt::Write as _;
use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Files;

/// Where the pages find each file.
#[derive(Debug)]
pub(crate) struct Assets {
    pub(crate) style: String,
    pub(crate) script: String,
    /// For pages that make or use passkeys.
    pub(crate) passkey: String,
    pub(crate) icon: String,
    /// The sound of a call for help; loaded only then.
    pub(crate) alarm: String,
}

pub(crate) static ASSETS: LazyLock<Assets> = LazyLock::new(|| Assets {
    style: address("style.css"),
    script: address("live.js"),
    passkey: address("passkey.js"),
    icon: address("icon.svg"),
    alarm: address("alarm.wav"),
});

fn address(name: &str) -> String {
    let mut address = format!("/assets/{name}?v=");
    let hash = Files::get(name).map(|file| file.metadata.sha256_hash()).unwrap_or_default();
    for byte in hash.iter().take(6) {
        let _ = write!(address, "{byte:02x}");
    }
    address
}

/// `/assets/{name}`.
pub(crate) async fn serve(Path(name): Path<String>) -> Response {
    let kind = match name.rsplit_once('.') {
        Some((_, "css")) => "text/css; charset=utf-8",
        Some((_, "js")) => "text/javascript; charset=utf-8",
        Some((_, "svg")) => "image/svg+xml",
        Some((_, "wav")) => "audio/wav",
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    let Some(file) = Files::get(&name) else { return StatusCode::NOT_FOUND.into_response() };
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(kind)),
        (CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
    ];
    (headers, file.data).into_response()
}
