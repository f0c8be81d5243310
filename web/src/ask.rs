//! Asking a running daemon over its Unix socket, for the command line.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, TryStreamExt as _};
use http_body_util::{BodyExt as _, Full, Limited, StreamBody};
use hyper::body::{Body, Frame, Incoming};
use hyper::header::{CONTENT_TYPE, HOST};
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::UnixStream;

/// More than any answer of ours.
const LARGEST: usize = 16 * 1024 * 1024;
/// A sync of a large account takes minutes.
const PATIENCE: Duration = Duration::from_secs(20 * 60);
const JSON: &str = "application/json";

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum AskFailed {
    /// Nobody listens on the socket.
    #[error("gatehouse is not running here ({path}): start it, or name its data directory with --data")]
    NotRunning {
        /// Which socket.
        path: PathBuf,
    },
    /// The socket is somebody else's.
    #[error("{path}: not allowed; run this as root or as the user gatehouse runs as")]
    Forbidden {
        /// Which socket.
        path: PathBuf,
    },
    /// The daemon ended in the middle of the answer.
    #[error("gatehouse did not answer: {cause}")]
    Broken {
        /// What happened.
        cause: String,
    },
}

/// Whatever ends an exchange early.
type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Asks for `target`, such as `/api/v1/status`; `POST` gives an order. Returns status and body.
///
/// # Errors
/// [`AskFailed`] when there is no answer at all; an answer that refuses is no error.
pub async fn ask(socket: &Path, method: Method, target: &str) -> Result<(StatusCode, Bytes), AskFailed> {
    tell(socket, method, target, Bytes::new()).await
}

/// Like [`ask`], with a JSON body.
///
/// # Errors
/// As for [`ask`].
pub async fn tell(
    socket: &Path,
    method: Method,
    target: &str,
    body: Bytes,
) -> Result<(StatusCode, Bytes), AskFailed> {
    let stream = connect(socket).await?;
    in_time(async { whole(exchange(stream, method, target, JSON, Full::new(body)).await?).await }).await
}

/// Gives an order with a body of this kind that comes piece by piece.
///
/// # Errors
/// As for [`ask`].
pub async fn bring(
    socket: &Path,
    target: &str,
    kind: &str,
    body: impl Stream<Item = std::io::Result<Bytes>> + Send + 'static,
) -> Result<(StatusCode, Bytes), AskFailed> {
    let stream = connect(socket).await?;
    let body = Box::pin(StreamBody::new(body.map_ok(Frame::data)));
    in_time(async { whole(exchange(stream, Method::POST, target, kind, body).await?).await }).await
}

/// Gives an order with a JSON body and passes a file that comes back on to `out`; a refusal comes back like an answer.
///
/// # Errors
/// As for [`ask`], and what `out` says.
pub async fn fetch(
    socket: &Path,
    target: &str,
    body: Bytes,
    out: &mut impl Write,
) -> Result<(StatusCode, Bytes), AskFailed> {
    let stream = connect(socket).await?;
    let fetching = async {
        let answer = exchange(stream, Method::POST, target, JSON, Full::new(body)).await?;
        if !answer.status().is_success() {
            return whole(answer).await;
        }
        let status = answer.status();
        let mut pieces = answer.into_body().into_data_stream();
        while let Some(piece) = pieces.try_next().await? {
            out.write_all(&piece)?;
        }
        Ok((status, Bytes::new()))
    };
    in_time(fetching).await
}

async fn connect(socket: &Path) -> Result<UnixStream, AskFailed> {
    UnixStream::connect(socket).await.map_err(|cause| unreachable(socket, &cause))
}

async fn in_time<T>(asking: impl Future<Output = Result<T, Cause>>) -> Result<T, AskFailed> {
    let answered = tokio::time::timeout(PATIENCE, asking).await;
    let answered = answered.map_err(|_| AskFailed::Broken { cause: "no answer in 20 minutes".to_owned() })?;
    answered.map_err(|cause| AskFailed::Broken { cause: cause.to_string() })
}

/// Sends one request; the connection lasts until its answer is read.
async fn exchange<B>(
    stream: UnixStream,
    method: Method,
    target: &str,
    kind: &str,
    body: B,
) -> Result<Response<Incoming>, Cause>
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Cause>,
{
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    drop(tokio::spawn(connection));
    let request = Request::builder().method(method).uri(target).header(HOST, "localhost");
    Ok(sender.send_request(request.header(CONTENT_TYPE, kind).body(body)?).await?)
}

async fn whole(answer: Response<Incoming>) -> Result<(StatusCode, Bytes), Cause> {
    let status = answer.status();
    let body = Limited::new(answer.into_body(), LARGEST).collect().await?.to_bytes();
    Ok((status, body))
}

#[expect(clippy::wildcard_enum_match_arm, reason = "whatever else keeps us out, nobody is in")]
fn unreachable(socket: &Path, cause: &std::io::Error) -> AskFailed {
    let path = socket.to_owned();
    match cause.kind() {
        std::io::ErrorKind::PermissionDenied => AskFailed::Forbidden { path },
        _ => AskFailed::NotRunning { path },
    }
}
