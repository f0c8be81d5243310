//! Faults a test asks for: the next answers of a path fail the way a real network or cloud fails.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use hyper::{Response, StatusCode, header};
use serde::{Deserialize, Serialize};
use tokio::time::{Sleep, sleep};

use crate::answer::{Body, error_document, plain, with_type};

/// How long half a body takes to leave before the connection breaks.
const FLUSH: Duration = Duration::from_millis(50);

/// The next `count` requests whose path begins with `prefix` suffer `kind`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Fault {
    /// Beginning of the path, for example `/v2/users`.
    pub prefix: String,
    /// How many requests suffer.
    pub count: u32,
    /// What happens to them.
    pub kind: FaultKind,
}

/// The ways an answer can go wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FaultKind {
    /// This status instead of the answer, with `Retry-After` as given (seconds or an HTTP date).
    #[serde(rename_all = "camelCase")]
    Status {
        /// The HTTP status.
        code: u16,
        /// Value of the `Retry-After` header.
        #[serde(default)]
        retry_after: Option<String>,
    },
    /// The right answer, this many milliseconds later.
    Delay(u64),
    /// The connection ends in the middle of the body.
    Cut,
    /// Status 200 with a body that is not JSON.
    Garbage,
}

impl FaultKind {
    /// Applies the fault to the answer that would have been sent.
    pub(crate) async fn spoil(self, good: Response<Body>) -> Response<Body> {
        match self {
            Self::Status { code, retry_after } => refusal(code, retry_after),
            Self::Delay(millis) => {
                sleep(Duration::from_millis(millis)).await;
                good
            }
            Self::Cut => cut(good).await,
            Self::Garbage => with_type(StatusCode::OK, "application/json", "<html>{\"items\":[{".to_owned()),
        }
    }
}

/// Takes the first fault that `path` falls under and counts it down.
pub(crate) fn take(faults: &mut Vec<Fault>, path: &str) -> Option<FaultKind> {
    let position = faults.iter().position(|fault| path.starts_with(&fault.prefix))?;
    let fault = faults.get_mut(position)?;
    let kind = fault.kind.clone();
    fault.count = fault.count.saturating_sub(1);
    if fault.count == 0 {
        faults.remove(position);
    }
    Some(kind)
}

fn refusal(code: u16, retry_after: Option<String>) -> Response<Body> {
    let status = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = error_document(status, "Injected by the practice cloud").to_string();
    let mut response = with_type(status, "application/json;charset=UTF-8", body);
    if let Some(Ok(value)) = retry_after.map(header::HeaderValue::try_from) {
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    response
}

async fn cut(good: Response<Body>) -> Response<Body> {
    let (parts, body) = good.into_parts();
    let Ok(whole) = body.collect().await.map(http_body_util::Collected::to_bytes) else {
        return plain(StatusCode::INTERNAL_SERVER_ERROR, String::new());
    };
    let half = whole.slice(..whole.len() / 2);
    Response::from_parts(
        parts,
        Half { announced: whole.len() as u64, half: Some(half), flushed: Box::pin(sleep(FLUSH)) }.boxed(),
    )
}

/// A body that announces its full length, sends half of it and breaks off.
struct Half {
    announced: u64,
    half: Option<Bytes>,
    /// Runs out when the half is surely on its way; breaking off at once would send nothing at all.
    flushed: Pin<Box<Sleep>>,
}

impl HttpBody for Half {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(half) = self.half.take() {
            return Poll::Ready(Some(Ok(Frame::data(half))));
        }
        self.flushed.as_mut().poll(context).map(|()| Some(Err(io::ErrorKind::ConnectionReset.into())))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.announced)
    }
}
