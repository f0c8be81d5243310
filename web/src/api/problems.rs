//! Every refusal of the API is a problem document (RFC 9457), whichever room made it.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use serde_json::{Map, Value, json};

const PROBLEM: &str = "application/problem+json";
/// Refusals are sentences, bytes; what is longer is left out.
const LONGEST: usize = 64 * 1024;

/// `type`, `status` and `title` beside what the room said; its `reason` is the `detail`.
pub(crate) async fn problems(request: Request, next: Next) -> Response {
    let api = request.uri().path().starts_with("/api/");
    let answer = next.run(request).await;
    let refused = answer.status().is_client_error() || answer.status().is_server_error();
    let kind = answer.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !api || !refused || kind == PROBLEM {
        return answer;
    }
    let kind = kind.to_owned();
    let (mut head, body) = answer.into_parts();
    let said = to_bytes(body, LONGEST).await.unwrap_or_default();
    let document = document(head.status, &kind, &said);
    head.headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM));
    head.headers.remove(CONTENT_LENGTH);
    Response::from_parts(head, Body::from(document.to_string()))
}

fn document(status: StatusCode, kind: &str, said: &[u8]) -> Value {
    let mut fields = match serde_json::from_slice(said) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    };
    let plain = kind.starts_with("text/plain").then(|| String::from_utf8_lossy(said).into_owned());
    let detail = fields.get("reason").cloned().or_else(|| plain.map(Value::from));
    fields.extend(detail.map(|detail| ("detail".to_owned(), detail)));
    fields.insert("type".to_owned(), json!("about:blank"));
    fields.insert("status".to_owned(), json!(status.as_u16()));
    fields.insert("title".to_owned(), json!(status.canonical_reason().unwrap_or("refused")));
    Value::Object(fields)
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use serde_json::json;

    use super::document;

    #[test]
    fn what_a_room_said_stays_and_what_a_page_said_does_not() {
        let told =
            document(StatusCode::CONFLICT, "application/json", br#"{"schema":"refusal/1","reason":"busy"}"#);
        assert_eq!(
            told,
            json!({"schema": "refusal/1", "reason": "busy", "detail": "busy",
                   "type": "about:blank", "status": 409, "title": "Conflict"})
        );
        let text =
            document(StatusCode::UNPROCESSABLE_ENTITY, "text/plain; charset=utf-8", b"missing field `id`");
        assert_eq!(text["detail"], "missing field `id`");
        assert!(document(StatusCode::FORBIDDEN, "text/html", b"<h1>no</h1>").get("detail").is_none());
    }
}
