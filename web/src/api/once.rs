//! A program that lost the answer asks again: with the same `Idempotency-Key` it hears the same answer, and nothing is done
//! twice (draft-ietf-httpapi-idempotency-key-header).
//!
//! Only what was done is remembered: a refusal changed nothing, so asking anew is harmless. After a restart of the box
//! nothing is remembered; whoever needs to know more names the state with `If-Match`.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sha2::{Digest as _, Sha256};

use super::problem;
use crate::charter::Did;
use crate::commands::FILE;
use crate::door::Who;
use crate::routes::App;

const KEY: &str = "idempotency-key";
/// Longest key taken, in characters.
const LONGEST: usize = 128;
/// An answer is remembered for so long.
const REMEMBERED: Duration = Duration::from_secs(24 * 60 * 60);
/// Answers remembered; the oldest makes room.
const MOST: usize = 512;
/// Longer answers are not remembered, bytes.
const LARGEST: usize = 64 * 1024;

type Digest = [u8; 32];

/// What was done under which key.
#[derive(Default)]
pub(crate) struct Once(Mutex<HashMap<Digest, Entry>>);

struct Entry {
    /// Digest of what was sent.
    sent: Digest,
    at: SystemTime,
    /// `None` while it is being done.
    answer: Option<Kept>,
}

#[derive(Clone)]
struct Kept {
    status: StatusCode,
    kind: Option<HeaderValue>,
    body: Bytes,
}

/// What is known of a key.
enum Before {
    Nothing,
    UnderWay,
    Other,
    Done(Kept),
}

/// Does what is asked, or says again what came of it.
pub(crate) async fn once(State(app): State<App>, request: Request, next: Next) -> Response {
    let writes = [Method::POST, Method::PUT].contains(request.method());
    let key = request.headers().get(KEY).filter(|_| writes && request.uri().path().starts_with("/api/"));
    let Some(key) = key.cloned() else { return next.run(request).await };
    let fits = (1..=LONGEST).contains(&key.len()) && key.as_bytes().iter().all(u8::is_ascii_graphic);
    if !fits {
        return problem(StatusCode::BAD_REQUEST, "an Idempotency-Key has 1 to 128 letters, digits and signs");
    }
    let who = request.extensions().get::<Who>().map_or("console", |who| &who.account).to_owned();
    let place = format!("{who}\n{}\n{}\n", request.method(), request.uri());
    let name: Digest = Sha256::new().chain_update(place).chain_update(key.as_bytes()).finalize().into();
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, FILE).await else {
        return problem(StatusCode::PAYLOAD_TOO_LARGE, "this is more than is taken");
    };
    let now = app.clock.now();
    match app.once.begin(name, Sha256::digest(&body).into(), now) {
        Before::Done(kept) => kept.said_again(),
        Before::Other => {
            problem(StatusCode::UNPROCESSABLE_ENTITY, "this Idempotency-Key was used for something else")
        }
        Before::UnderWay => problem(StatusCode::CONFLICT, "this is being done; ask again for its answer"),
        Before::Nothing => {
            let doing = Doing { once: &app.once, name, kept: None };
            let answer = next.run(Request::from_parts(head, Body::from(body))).await;
            remember(doing, answer).await
        }
    }
}

async fn remember(mut doing: Doing<'_>, answer: Response) -> Response {
    if !answer.status().is_success() {
        return answer;
    }
    let (head, body) = answer.into_parts();
    let Ok(body) = to_bytes(body, FILE).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    if body.len() <= LARGEST {
        let kind = head.headers.get(CONTENT_TYPE).cloned();
        doing.kept = Some(Kept { status: head.status, kind, body: body.clone() });
    }
    Response::from_parts(head, Body::from(body))
}

/// Something is being done under a key; if its caller goes away meanwhile, the key is free again.
struct Doing<'a> {
    once: &'a Once,
    name: Digest,
    kept: Option<Kept>,
}

impl Drop for Doing<'_> {
    fn drop(&mut self) {
        let mut all = self.once.all();
        match (self.kept.take(), all.get_mut(&self.name)) {
            (Some(kept), Some(entry)) => entry.answer = Some(kept),
            _ => drop(all.remove(&self.name)),
        }
    }
}

impl Once {
    fn begin(&self, name: Digest, sent: Digest, now: SystemTime) -> Before {
        let mut all = self.all();
        all.retain(|_, entry| now.duration_since(entry.at).unwrap_or_default() < REMEMBERED);
        match all.get(&name) {
            Some(entry) if entry.sent != sent => Before::Other,
            Some(Entry { answer: None, .. }) => Before::UnderWay,
            Some(Entry { answer: Some(kept), .. }) => Before::Done(kept.clone()),
            None => {
                if all.len() >= MOST {
                    let oldest = all.iter().min_by_key(|(_, entry)| entry.at).map(|(name, _)| *name);
                    oldest.and_then(|oldest| all.remove(&oldest));
                }
                all.insert(name, Entry { sent, at: now, answer: None });
                Before::Nothing
            }
        }
    }

    fn all(&self) -> MutexGuard<'_, HashMap<Digest, Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// The same answer; it is not written down as a second deed.
    fn said_again(self) -> Response {
        let mut answer = (self.status, self.body).into_response();
        answer.extensions_mut().remove::<Did>();
        if let Some(kind) = self.kind {
            answer.headers_mut().insert(CONTENT_TYPE, kind);
        }
        answer.headers_mut().insert("idempotent-replayed", HeaderValue::from_static("true"));
        answer
    }
}
