//! What nobody read of a request's body.
//!
//! An answer may be ready before the question has come whole: not signed in, no such mailbox. HTTP/1.1 can go on over that connection only
//! when the body has been read to its end (RFC 9112 9.3); left lying, it has the connection closed without a word, and what a program asks
//! next gets lost. So what is left is read, within bounds; beyond them the answer says that it is the last (RFC 9112 9.6).

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::response::Response;
use http_body_util::BodyExt as _;
use hyper::body::{Frame, SizeHint};
use hyper::header::{CONNECTION, EXPECT, HeaderValue};
use hyper::{Request, StatusCode};
use tokio::time::timeout;

/// Bytes; more is not worth the wait.
const MOST: usize = 1024 * 1024;
/// Whoever sends more slowly gets another connection.
const LONGEST: Duration = Duration::from_secs(2);

/// Answers, and leaves the connection fit for the next question or says that it is not.
pub(crate) async fn read_out<A>(
    request: Request<Body>,
    answer: impl FnOnce(Request<Body>) -> A,
) -> Result<Response, Infallible>
where
    A: Future<Output = Result<Response, Infallible>>,
{
    if request.body().is_end_stream() {
        return answer(request).await;
    }
    let left = Left::default();
    // Who asks before it sends has not sent anything yet, and should not begin to (RFC 9110 10.1.1).
    let asks = request.headers().contains_key(EXPECT);
    let lent = request.map(|body| Body::new(Lent { body: Some(body), left: Arc::clone(&left) }));
    let mut response = answer(lent).await?;
    let rest = left.lock().unwrap_or_else(PoisonError::into_inner).take();
    let Some(rest) = rest else { return Ok(response) };
    let late = response.status() == StatusCode::REQUEST_TIMEOUT;
    if asks || late || !timeout(LONGEST, to_its_end(rest)).await.unwrap_or_default() {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(response)
}

/// Whether it had an end.
async fn to_its_end(mut body: Body) -> bool {
    let mut read = 0;
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return false };
        read += frame.data_ref().map_or(0, Bytes::len);
        if read > MOST {
            return false;
        }
    }
    true
}

type Left = Arc<Mutex<Option<Body>>>;

/// A body that comes back when it is let go before its end.
struct Lent {
    /// Always there until it is let go.
    body: Option<Body>,
    left: Left,
}

impl HttpBody for Lent {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        let polled = Pin::new(body).poll_frame(context);
        if matches!(polled, Poll::Ready(None | Some(Err(_)))) {
            self.body = None;
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(|| SizeHint::with_exact(0), HttpBody::size_hint)
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let rest = self.body.take().filter(|body| !body.is_end_stream());
        *self.left.lock().unwrap_or_else(PoisonError::into_inner) = rest;
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use hyper_util::rt::TokioIo;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
    use tokio::sync::watch;

    use super::*;
    use crate::connection::{Peer, Protocol, talk};

    /// A connection to a page that answers before it reads.
    fn connected() -> DuplexStream {
        let (ours, theirs) = tokio::io::duplex(4 * MOST);
        let router = Router::new().fallback(async || StatusCode::NOT_FOUND);
        tokio::spawn(async move {
            // Kept open.
            let (_close, closing) = watch::channel(false);
            talk(TokioIo::new(theirs), Protocol::Http1, router, Peer::Socket, closing).await;
        });
        ours
    }

    /// Whoever serves has done what can be done without more being said.
    async fn settles() {
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
    }

    async fn says(connection: &mut DuplexStream, what: &[u8]) {
        connection.write_all(what).await.unwrap();
        settles().await;
    }

    #[tokio::test]
    async fn a_body_that_nobody_reads_costs_no_question_after_it() {
        let mut connection = connected();
        says(&mut connection, b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\n").await;
        says(&mut connection, b"body").await;
        says(&mut connection, b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await;
        let mut heard = String::new();
        connection.read_to_string(&mut heard).await.unwrap();
        assert_eq!(heard.matches("HTTP/1.1 404").count(), 2, "{heard}");
        assert_eq!(heard.matches("connection: close").count(), 1, "{heard}");
    }

    #[tokio::test(start_paused = true)]
    async fn one_too_long_too_slow_or_not_sent_yet_makes_the_answer_the_last_and_it_says_so() {
        let long = [b"content-length: 9000000\r\n\r\n".as_slice(), &vec![0; MOST + 1]].concat();
        let unsent = b"expect: 100-continue\r\ncontent-length: 4\r\n\r\n".to_vec();
        for rest in [long, b"content-length: 4\r\n\r\nb".to_vec(), unsent] {
            let mut connection = connected();
            says(&mut connection, b"POST / HTTP/1.1\r\nhost: a\r\n").await;
            says(&mut connection, &rest).await;
            let mut heard = String::new();
            connection.read_to_string(&mut heard).await.unwrap();
            assert!(heard.starts_with("HTTP/1.1 404") && heard.contains("connection: close"), "{heard}");
        }
    }
}
