//! Asking a running daemon over its Unix socket, for the command line.

use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::header::{CONTENT_TYPE, HOST};
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::UnixStream;

/// More than any answer of ours.
const LARGEST: usize = 16 * 1024 * 1024;
/// A sync of a large account takes minutes.
const PATIENCE: Duration = Duration::from_secs(20 * 60);

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
    let stream = UnixStream::connect(socket).await.map_err(|cause| unreachable(socket, &cause))?;
    let asking = async {
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        let talk = tokio::spawn(connection);
        let request = Request::builder().method(method).uri(target).header(HOST, "localhost");
        let request = request.header(CONTENT_TYPE, "application/json");
        let response = sender.send_request(request.body(Full::new(body))?).await?;
        let status = response.status();
        let body = Limited::new(response.into_body(), LARGEST).collect().await?.to_bytes();
        talk.abort();
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>((status, body))
    };
    let answered = tokio::time::timeout(PATIENCE, asking).await;
    let answered = answered.map_err(|_| AskFailed::Broken { cause: "no answer in 20 minutes".to_owned() })?;
    answered.map_err(|cause| AskFailed::Broken { cause: cause.to_string() })
}

#[expect(clippy::wildcard_enum_match_arm, reason = "whatever else keeps us out, nobody is in")]
fn unreachable(socket: &Path, cause: &std::io::Error) -> AskFailed {
    let path = socket.to_owned();
    match cause.kind() {
        std::io::ErrorKind::PermissionDenied => AskFailed::Forbidden { path },
        _ => AskFailed::NotRunning { path },
    }
}
