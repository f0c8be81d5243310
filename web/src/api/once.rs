//! A program that lost the answer asks again: with the same `Idempotency-Key` it hears the same answer, and nothing is done
//! twice (draft-ietf-httpapi-idempotency-key-header).
//!
//! Only what was done is remembered: a refusal changed nothing, so asking anew is harmless. It is written down before it is begun, and
//! goes on when whoever asked is gone; what a power cut interrupted is not done again, since nobody knows how far it came.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sha2::{Digest as _, Sha256};

use super::problem;
use crate::commands::FILE;
use crate::door::Who;
use crate::routes::App;
use crate::vault::{Answered, Order, OrderName, VaultFailed};

const KEY: &str = "idempotency-key";
/// Longest key taken, in characters.
const LONGEST: usize = 128;
/// An answer is remembered for so long.
const REMEMBERED: Duration = Duration::from_secs(24 * 60 * 60);
/// Answers remembered; the oldest makes room.
const MOST: usize = 512;
/// Longer answers are not remembered, only that there was one; bytes.
const LARGEST: usize = 8 * 1024;
/// So often what is too old is looked for.
const TIDIED: usize = 64;

/// What is being done just now, and how much was.
#[derive(Default)]
pub(crate) struct Once {
    under_way: Mutex<HashSet<OrderName>>,
    begun: AtomicUsize,
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
    let name = OrderName(Sha256::new().chain_update(place).chain_update(key.as_bytes()).finalize().into());
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, FILE).await else {
        return problem(StatusCode::PAYLOAD_TOO_LARGE, "this is more than is taken");
    };
    let Some(doing) = Doing::begin(&app.once, name) else {
        return problem(StatusCode::CONFLICT, "this is being done; ask again for its answer");
    };
    let order = Order { sent: Sha256::digest(&body).into(), at: app.clock.now(), answer: None };
    match app.door.begins(name, &order, &app.once).await {
        Ok(None) => {}
        Ok(Some(before)) => return said_of(before, &order),
        Err(failed) => return not_written(&failed),
    }
    let request = Request::from_parts(head, Body::from(body));
    let work = async move {
        let answer = remember(&app, name, order, next.run(request).await).await;
        drop(doing);
        answer
    };
    // Its own task: whoever asked may go away and ask again.
    let done = tokio::spawn(work).await;
    done.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

fn not_written(failed: &VaultFailed) -> Response {
    tracing::error!(%failed, "what a program asks for could not be written down");
    problem(
        StatusCode::SERVICE_UNAVAILABLE,
        "the box cannot write down what it is asked for, so nothing was done",
    )
}

/// What there is to say about an order that was begun before.
fn said_of(before: Order, now: &Order) -> Response {
    if before.sent != now.sent {
        return problem(StatusCode::UNPROCESSABLE_ENTITY, "this Idempotency-Key was used for something else");
    }
    match before.answer {
        Some(Answered { status, kind, body: Some(body) }) => said_again(status, kind, body),
        Some(_) => problem(StatusCode::CONFLICT, "this was done; its answer was too long to be kept"),
        None => problem(
            StatusCode::CONFLICT,
            "this was begun before the box was started anew, and nobody knows whether it was done; look first, then ask under another key",
        ),
    }
}

/// The same answer; it is not written down as a second deed.
fn said_again(status: u16, kind: Option<String>, body: String) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let mut answer = (status, body).into_response();
    if let Some(kind) = kind.and_then(|kind| HeaderValue::from_str(&kind).ok()) {
        answer.headers_mut().insert(CONTENT_TYPE, kind);
    }
    answer.headers_mut().insert("idempotent-replayed", HeaderValue::from_static("true"));
    answer
}

async fn remember(app: &App, name: OrderName, order: Order, answer: Response) -> Response {
    let (head, body) = answer.into_parts();
    let Ok(body) = to_bytes(body, FILE).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let kept = if head.status.is_success() {
        let text = Some(&body).filter(|body| body.len() <= LARGEST);
        let text = text.and_then(|body| String::from_utf8(body.to_vec()).ok());
        let kind = head.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).map(str::to_owned);
        let answer = Answered { status: head.status.as_u16(), kind, body: text };
        app.door.carried_out(name, Order { answer: Some(answer), ..order }).await
    } else {
        app.door.not_carried_out(name).await
    };
    if let Err(failed) = kept {
        tracing::error!(%failed, "what came of an order could not be written down");
    }
    Response::from_parts(head, Body::from(body))
}

/// Something is being done under a name.
struct Doing(Arc<Once>, OrderName);

impl Doing {
    /// `None` while it is being done already.
    fn begin(once: &Arc<Once>, name: OrderName) -> Option<Self> {
        once.under_way().insert(name).then(|| Self(Arc::clone(once), name))
    }
}

impl Drop for Doing {
    fn drop(&mut self) {
        self.0.under_way().remove(&self.1);
    }
}

impl Once {
    fn under_way(&self) -> MutexGuard<'_, HashSet<OrderName>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Which of these need not be remembered any more; asked now and then.
    pub(crate) fn is_to_tidy(&self) -> bool {
        self.begun.fetch_add(1, Ordering::Relaxed).is_multiple_of(TIDIED)
    }
}

/// Orders that are older than a day, and the oldest beyond 512.
pub(crate) fn forgettable(mut orders: Vec<(OrderName, SystemTime)>, now: SystemTime) -> Vec<OrderName> {
    orders.sort_unstable_by_key(|(_, at)| std::cmp::Reverse(*at));
    let fresh = |at: SystemTime| now.duration_since(at).unwrap_or_default() < REMEMBERED;
    let kept = orders.iter().take(MOST).take_while(|(_, at)| fresh(*at)).count();
    orders.into_iter().skip(kept).map(|(name, _)| name).collect()
}
