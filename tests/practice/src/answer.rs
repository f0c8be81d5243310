//! What a path answers, and how a refusal looks on the wire.

use std::io;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, combinators::BoxBody};
use hyper::{Response, StatusCode, header};
use serde_json::{Value, json};

/// Body of every response.
pub(crate) type Body = BoxBody<Bytes, io::Error>;

/// A good answer.
#[derive(Debug)]
pub(crate) enum Answer {
    Json(Value),
    Text(&'static str, String),
    Empty,
}

/// A refusal, each with the form the real API gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    Unauthenticated,
    ScopeMissing,
    /// Not this user's, not booked, or a sub-resource that does not exist: the real API does not tell them apart.
    Forbidden,
    /// Phone lines on a neo account: plain text instead of a document.
    ClassicOnly,
    NotFound,
    MethodNotAllowed,
    BadParameter(&'static str),
    /// It is there already.
    Conflict,
}

/// Error documents differ between the versions of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    V2,
    V3,
}

impl Answer {
    pub(crate) fn into_response(self) -> Response<Body> {
        match self {
            Self::Json(value) => {
                with_type(StatusCode::OK, "application/json;charset=UTF-8", value.to_string())
            }
            Self::Text(mime, text) => with_type(StatusCode::OK, mime, text),
            Self::Empty => plain(StatusCode::NO_CONTENT, String::new()),
        }
    }
}

impl Refused {
    pub(crate) fn into_response(self, version: Version) -> Response<Body> {
        let (status, name, detail) = match self {
            Self::ClassicOnly => {
                let text = "This endpoint requires a Classic PBX account.";
                return with_type(StatusCode::FORBIDDEN, "text/plain;charset=UTF-8", text.to_owned());
            }
            Self::Unauthenticated => (StatusCode::UNAUTHORIZED, "REQUEST_NOT_AUTHENTICATED", "Unauthorized"),
            Self::ScopeMissing => (StatusCode::FORBIDDEN, "REQUEST_NOT_AUTHORIZED", "Insufficient scope"),
            Self::Forbidden => (StatusCode::FORBIDDEN, "FORBIDDEN", "Access denied"),
            Self::NotFound => (StatusCode::NOT_FOUND, "RESOURCE_NOT_FOUND", "Not found"),
            Self::MethodNotAllowed => {
                (StatusCode::METHOD_NOT_ALLOWED, "PARAMETER_INVALID", "Method not allowed")
            }
            Self::Conflict => (StatusCode::CONFLICT, "RESOURCE_ALREADY_EXISTS", "Conflict"),
            Self::BadParameter(which) => (StatusCode::BAD_REQUEST, "PARAMETER_INVALID", which),
        };
        let body = match version {
            Version::V2 => error_document(status, detail),
            Version::V3 => json!({"name": name, "message": detail}),
        };
        with_type(status, "application/json;charset=UTF-8", body.to_string())
    }
}

/// The error document of version 2.
pub(crate) fn error_document(status: StatusCode, detail: &str) -> Value {
    let title = status.canonical_reason().unwrap_or("Error");
    json!({"errors": [{"status": status.as_u16(), "title": title, "detail": detail, "source": {"pointer": ""}}]})
}

pub(crate) fn with_type(status: StatusCode, mime: &'static str, text: String) -> Response<Body> {
    let mut response = plain(status, text);
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(mime));
    response
}

pub(crate) fn plain(status: StatusCode, text: String) -> Response<Body> {
    let mut response = Response::new(Full::new(Bytes::from(text)).map_err(|never| match never {}).boxed());
    *response.status_mut() = status;
    response
}
