//! The two cookies of the page (RFC 6265): the session and the language.

use axum::http::HeaderMap;
use axum::http::header::COOKIE;

/// The value of the first cookie with this name.
pub(crate) fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}
